// JSON in colours, with marks at places in it.

import type { ComponentChildren } from "preact";

/** A place in a string, in UTF-16 units as JavaScript counts, that has a finding. */
export interface Mark {
  readonly index: number;
  readonly isBad: boolean;
}

const TOKEN = /("(?:[^"\\\n]|\\.)*"?)(\s*:)?|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;

export function highlighted(text: string, marks: readonly Mark[]): ComponentChildren {
  const marked = new Map<number, Mark>();
  for (const mark of marks) {
    const index = tokenAt(text, mark.index);
    if (!marked.get(index)?.isBad) marked.set(index, mark);
  }
  const pieces: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const token = match[1] ?? match[0];
    // The part between tokens is white space, or no JSON.
    pieces.push(text.slice(end, match.index), piece(match.index, token, kindOf(token, match[2] !== undefined), marked));
    end = match.index + token.length;
  }
  pieces.push(text.slice(end));
  // A textarea shows the line after the last line feed, a block does not.
  pieces.push("\n");
  return pieces;
}

function piece(index: number, token: string, kind: string, marked: ReadonlyMap<number, Mark>): ComponentChildren {
  const mark = marked.get(index);
  const marking = mark === undefined ? "" : mark.isBad ? " mark-bad" : " mark-warn";
  if (kind === "" && marking === "") return token;
  return (
    <span key={index} class={kind + marking} data-at={mark && index}>
      {token}
    </span>
  );
}

function kindOf(token: string, isName: boolean): string {
  if (token.startsWith('"')) return isName ? "json-name" : "json-text";
  return /^[{}[\],:]$/.test(token) ? "" : "json-value";
}

/** Where the token begins that a place is in, or the next one. */
export function tokenAt(text: string, index: number): number {
  let last = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index + (match[1] ?? match[0]).length > index) return match.index;
    last = match.index;
  }
  return last;
}
