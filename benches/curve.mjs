// How cost grows with size, measured, and drawn.

import { orderCreateCalls, orderStatesOf } from "./bodies.mjs";
import { RUNTIMES } from "./cases.mjs";
import * as library from "./library.mjs";
import { compare, measure } from "./measure.mjs";
import { applied, judged, orderOf, traceOf } from "./orders.mjs";
import { orderStateReader } from "./peers/supplier.mjs";

/**
 * @typedef {{ name: string, points: { x: number, y: number }[] }} Line
 * @typedef {{ name: string, title: string, horizontal: string, lines: Line[] }} Curve
 * @typedef {{ title: string, horizontal: string, steps: number[], inputs: (step: number) => any[],
 *   at: (inputs: any[], step: number) => number, contenders: Record<string, import("./measure.mjs").Contender>, gated?: string[] }} Measured
 */

const { suppliers, readers, decode } = RUNTIMES.node;

const KILOBYTES = [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000];
const VOUCHERS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const MANY = [500, 2000, 8000, 32_000];

const CURVES = {
  bytes: {
    title: "A whole call (order create), by the size of its body",
    horizontal: "bytes",
    steps: KILOBYTES,
    inputs: (/** @type {number} */ kilobytes) => orderCreateCalls(kilobytes * 1024, "ascii"),
    at: (/** @type {any[]} */ [{ body }]) => body.length,
    contenders: {
      [library.NAME]: library.orderCreate,
      "node:crypto + zod": suppliers["node:crypto + zod"].orderCreate,
      "node:crypto + by hand": suppliers["node:crypto + by hand"].orderCreate,
    },
  },
  vouchers: {
    title: "Reading an order's state, by the number of its vouchers",
    horizontal: "vouchers",
    steps: VOUCHERS,
    inputs: (/** @type {number} */ vouchers) => orderStatesOf(vouchers, "ascii"),
    at: (/** @type {any[]} */ _inputs, /** @type {number} */ vouchers) => vouchers,
    contenders: {
      [library.NAME]: library.readOrderState,
      "JSON.parse + zod": orderStateReader(readers.zod.orderState, decode),
      "JSON.parse + by hand": orderStateReader(readers["by hand"].orderState, decode),
    },
  },
  order: {
    title: "One event of an order, by the number of its codes",
    horizontal: "codes",
    steps: MANY,
    inputs: (/** @type {number} */ codes) => [orderOf(codes)],
    at: (/** @type {any[]} */ _inputs, /** @type {number} */ codes) => codes,
    contenders: Object.fromEntries(
      ["issue", "query", "entry", "refund"].map((name) => [name, (/** @type {any} */ order) => applied(order[name])]),
    ),
    gated: ["issue", "query", "entry", "refund"],
  },
  exchanges: {
    title: "Judging a recording, by the number of its exchanges",
    horizontal: "exchanges",
    steps: MANY,
    inputs: (/** @type {number} */ exchanges) => [traceOf(exchanges)],
    at: (/** @type {any[]} */ _inputs, /** @type {number} */ exchanges) => exchanges,
    contenders: { [library.NAME]: judged },
  },
};

/** What a byte, a voucher, a code or an exchange may cost at the end of the curve, compared with its middle. */
const GROWTH = { gate: 1.5, goal: 1.1 };

export const CURVE_NAMES = Object.keys(CURVES).map((name) => `growth-${name}`);

/** @param {readonly string[]} names some of `CURVE_NAMES` */
export async function measureCurves(names) {
  const chosen = Object.entries(CURVES).filter(([name]) => names.includes(`growth-${name}`));
  const curves = [];
  for (const [name, curve] of chosen) curves.push(await measureCurve(name, curve));
  return curves;
}

/**
 * @param {string} name
 * @param {Measured} curve
 */
async function measureCurve(name, { title, horizontal, steps, inputs: make, at, contenders, gated = [library.NAME] }) {
  const made = steps.map(make);
  const across = steps.map((step, index) => at(made[index], step));
  // All of a curve takes turns: a machine that slows down in its middle would bend it otherwise.
  const entries = Object.values(contenders).flatMap((contender) => made.map((inputs) => ({ contender, inputs })));
  const timings = await measure(entries);
  const contending = Object.keys(contenders);
  const timing = (/** @type {string} */ contender, /** @type {number} */ step) =>
    timings[contending.indexOf(contender) * steps.length + step];
  const lines = contending.map((contender) => ({
    name: contender,
    points: across.map((x, index) => ({ x, y: timing(contender, index).median })),
  }));
  const rows = gated.map((contender) => {
    const ends = [steps.length - 1, steps.length >> 1];
    const [large, small] = ends.map((step) => shared(timing(contender, step), across[step]));
    return {
      ...{
        name: ["growth", name, ...(gated.length > 1 ? [contender] : [])].join("-"),
        title: `cost by ${horizontal}, large by small`,
        bytes: undefined,
        script: "ascii",
        runtime: /** @type {const} */ ("node"),
        peer: "itself",
      },
      ...compare(large, small),
      ...{ ours: large.median, theirs: small.median, ...GROWTH },
    };
  });
  return { name, title, horizontal, lines, rows };
}

/** The cost of one of many. @param {import("./measure.mjs").Timing} timing @param {number} many */
const shared = ({ median, rounds }, many) => ({ median: median / many, rounds: rounds.map((time) => time / many) });

const WIDTH = 760;
const HEIGHT = 420;
const EDGE = { top: 44, right: 190, bottom: 48, left: 72 };
const LINE_HEIGHT = 15;
const COLOURS = ["#c2410c", "#1d4ed8", "#047857", "#7e22ce"];

/**
 * Both axes by powers of ten: a straight line at 45° is proportional.
 * @param {Curve} curve
 */
export function drawn({ title, horizontal, lines }) {
  const all = lines.flatMap(({ points }) => points);
  const across = scale(
    all.map(({ x }) => x),
    EDGE.left,
    WIDTH - EDGE.right,
  );
  const up = scale(
    all.map(({ y }) => y / 1000),
    HEIGHT - EDGE.bottom,
    EDGE.top,
  );
  const place = (/** @type {{ x: number, y: number }} */ { x, y }) => `${across.at(x).toFixed(1)},${up.at(y / 1000).toFixed(1)}`;
  const middle = (EDGE.left + WIDTH - EDGE.right) / 2;
  const grid = [
    ...across.powers.map((power) => {
      const x = across.at(power).toFixed(1);
      return `<path class="grid" d="M${x} ${EDGE.top}V${HEIGHT - EDGE.bottom}"/><text x="${x}" y="${HEIGHT - 28}" text-anchor="middle">${power.toLocaleString("en")}</text>`;
    }),
    ...up.powers.map((power) => {
      const y = up.at(power).toFixed(1);
      return `<path class="grid" d="M${EDGE.left} ${y}H${WIDTH - EDGE.right}"/><text x="${EDGE.left - 8}" y="${y}" dy="4" text-anchor="end">${power.toLocaleString("en")}</text>`;
    }),
  ];
  const drawnLines = lines.map(({ points }, index) => {
    const colour = COLOURS[index];
    const dots = points.map((point) => {
      const [x, y] = place(point).split(",");
      return `<circle cx="${x}" cy="${y}" r="2.5" fill="${colour}"/>`;
    });
    return `<polyline points="${points.map(place).join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join("")}`;
  });
  const ends = lines.map(({ name, points }, index) => ({ name, index, y: up.at(points[points.length - 1].y / 1000) }));
  ends.sort((one, other) => one.y - other.y);
  // Names of lines that end together stand below each other.
  let free = 0;
  const labels = ends.map(({ name, index, y }) => {
    const at = Math.max(y, free);
    free = at + LINE_HEIGHT;
    return `<text x="${WIDTH - EDGE.right + 10}" y="${at.toFixed(1)}" dy="4" fill="${COLOURS[index]}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<style>text{font:12px system-ui,sans-serif}.grid{stroke:#d4d4d8}.title{font-weight:600;font-size:14px}</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text class="title" x="${EDGE.left}" y="24">${title}</text>
${grid.join("\n")}
<text x="${middle}" y="${HEIGHT - 8}" text-anchor="middle">${horizontal}</text>
<text transform="translate(18 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">microseconds</text>
${drawnLines.join("\n")}
${labels.join("\n")}
</svg>
`;
}

/** @param {number[]} values @param {number} from @param {number} to */
function scale(values, from, to) {
  const [least, most] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const at = (/** @type {number} */ value) => from + ((Math.log10(value) - least) / (most - least)) * (to - from);
  const first = Math.ceil(least);
  const powers = Array.from({ length: Math.floor(most) - first + 1 }, (_, index) => 10 ** (first + index));
  return { at, powers };
}
