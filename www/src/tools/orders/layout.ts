// Places in the picture of a machine.

import type { PictureState } from "./machine.ts";

export const WIDTH = 138;
export const HEIGHT = 52;
const GAP_X = 44;
const GAP_Y = 46;
const MARGIN = 26;

type Place = readonly [column: number, row: number];

export const boxAt = ([column, row]: Place) => ({
  x: MARGIN + column * (WIDTH + GAP_X),
  y: MARGIN + row * (HEIGHT + GAP_Y),
});

export function sizeOf(states: readonly PictureState[]): readonly [number, number] {
  const most = (axis: 0 | 1) => states.reduce((most, { at }) => Math.max(most, at[axis]), 0);
  const { x, y } = boxAt([most(0), most(1)]);
  return [x + WIDTH + MARGIN, y + HEIGHT + MARGIN];
}

/** An arc from one box to the edge of another. It bends to its left, so that two ways between the same boxes stay apart. */
export function curve(from: Place, to: Place): string {
  const [begin, end] = [centre(from), centre(to)];
  const [dx, dy] = [end.x - begin.x, end.y - begin.y];
  const distance = Math.hypot(dx, dy) || 1;
  const isNeighbour = Math.abs(from[0] - to[0]) + Math.abs(from[1] - to[1]) === 1;
  const bend = isNeighbour ? 8 : 14 + distance * 0.1;
  const middle = { x: (begin.x + end.x) / 2 + (dy / distance) * bend, y: (begin.y + end.y) / 2 - (dx / distance) * bend };
  const start = border(begin, middle);
  const stop = border(end, middle);
  return `M${round(start)}Q${round(middle)} ${round(stop)}`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const centre = (place: Place): Point => {
  const { x, y } = boxAt(place);
  return { x: x + WIDTH / 2, y: y + HEIGHT / 2 };
};

/** Where the line from a box's centre to a point leaves the box. */
function border(from: Point, towards: Point): Point {
  const [dx, dy] = [towards.x - from.x, towards.y - from.y];
  const share = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : WIDTH / 2 / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : HEIGHT / 2 / Math.abs(dy),
    1,
  );
  return { x: from.x + dx * share, y: from.y + dy * share };
}

const round = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
