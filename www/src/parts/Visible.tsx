import type { ComponentChildren } from "preact";
import type { Tone } from "./Verdict.tsx";

/** A string whose spaces and line ends can be seen, with the differences from another one. The string itself is copied. */
export function Visible({ value, other, tone }: { value: string; other?: string | undefined; tone?: Tone }) {
  const [start, end] = other === undefined || other === value ? [value.length, value.length] : difference(value, other);
  return (
    <pre class="visible">
      {shown(value.slice(0, start))}
      {start < end && <mark class={`differs ${tone}`}>{shown(value.slice(start, end))}</mark>}
      {shown(value.slice(end))}
    </pre>
  );
}

function shown(text: string): ComponentChildren {
  return text.split(/([ \t\r\n])/).map((piece, index) => {
    const sign = SIGNS[piece];
    return sign === undefined ? (
      piece
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces have no other identity
      <span key={index} class="invisible" data-sign={sign}>
        {piece}
      </span>
    );
  });
}

const SIGNS: Record<string, string> = { " ": "·", "\t": "⇥", "\r": "CR", "\n": "LF" };

/** Where a string begins and ends to differ from another: between the start and the end that they have in common. */
function difference(text: string, other: string): [number, number] {
  const most = Math.min(text.length, other.length);
  let start = 0;
  while (start < most && text[start] === other[start]) start++;
  let fromEnd = 0;
  while (fromEnd < most - start && text.at(-1 - fromEnd) === other.at(-1 - fromEnd)) fromEnd++;
  return [start, text.length - fromEnd];
}
