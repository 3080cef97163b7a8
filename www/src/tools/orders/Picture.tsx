import { useEffect, useRef } from "preact/hooks";
import { language } from "../../shell/language.ts";
import { boxAt, curve, HEIGHT, sizeOf, WIDTH } from "./layout.ts";
import type { Machine } from "./machine.ts";
import { text } from "./texts.ts";

/** The states and what leads from one to the next, with where the order is and how it got there. */
export function Picture({ machine, state, before }: { machine: Machine; state: string; before: string | undefined }) {
  const t = text();
  const spoken = language.value;
  const [width, height] = sizeOf(machine.states);
  const moves = new Map(machine.moves.map((move) => [`${move.from} ${move.to}`, move]));
  const here = machine.states.find(({ id }) => id === state);
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where there is no room for all of it, the order is in sight.
    const [around, box] = [section.current, section.current?.querySelector(".here")].map((one) => one?.getBoundingClientRect());
    if (around && box) section.current?.scrollBy(box.x + box.width / 2 - around.x - around.width / 2, 0);
  });
  const kindOf = (from: string, to: string) => {
    if (from === before && to === state) return "last";
    return from === state ? "possible" : "other";
  };
  // The most important line is drawn last, on top.
  const inOrder = ["other", "possible", "last"];
  const drawn = [...moves.values()]
    .map((move) => ({ ...move, kind: kindOf(move.from, move.to) }))
    .sort((one, other) => inOrder.indexOf(one.kind) - inOrder.indexOf(other.kind));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="picture" ref={section} tabIndex={0} aria-label={t.picture}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        style={{ minWidth: `${width * 0.72}px` }}
        role="img"
        aria-label={t.pictureOf(here?.name[spoken] ?? state)}
      >
        <defs>
          {inOrder.map((kind) => (
            <marker
              key={kind}
              id={`arrow-${machine.id}-${kind}`}
              class={`arrow ${kind}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8Z" />
            </marker>
          ))}
        </defs>
        {drawn.map(({ from, to, kind }) => (
          <path
            key={`${from} ${to}`}
            class={`move ${kind}`}
            d={curve(placeOf(machine, from), placeOf(machine, to))}
            marker-end={`url(#arrow-${machine.id}-${kind})`}
          />
        ))}
        {machine.states.map(({ id, name, note, at, isFinal }) => {
          const { x, y } = boxAt(at);
          const classes = ["state", isFinal && "final", id === state && "here"].filter(Boolean).join(" ");
          return (
            <g key={id} class={classes} transform={`translate(${x} ${y})`}>
              <rect width={WIDTH} height={HEIGHT} rx="8" />
              {lines(name[spoken], spoken === "zh" ? 9 : 17).map((line, index, all) => (
                <text key={line} x={WIDTH / 2} y={HEIGHT / 2 + 4 + (index - (all.length - 1) / 2) * 15}>
                  {index === 0 && note !== "" && <tspan class="note">{note} </tspan>}
                  {line}
                </text>
              ))}
            </g>
          );
        })}
      </svg>
    </section>
  );
}

const placeOf = ({ states }: Machine, id: string) => states.find((state) => state.id === id)?.at ?? ([0, 0] as const);

/** A name in lines of about so many characters. */
function lines(name: string, most: number): string[] {
  const words = name.includes(" ") ? name.split(" ") : (name.match(/.{1,9}/gu) ?? [name]);
  const joint = name.includes(" ") ? " " : "";
  const out: string[] = [];
  for (const word of words) {
    const last = out.at(-1);
    if (last !== undefined && last.length + joint.length + word.length <= most) out[out.length - 1] = last + joint + word;
    else out.push(word);
  }
  return out.slice(0, 3);
}
