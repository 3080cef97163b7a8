// The boundary to the WebAssembly module of messages (src/wasm/mod.rs is its other side). Everything that knows addresses, the
// row of numbers and the numbers of calls and messages is here; no other file touches its memory.

import type { MeituanError } from "../errors/error.js";
import type { Reader } from "../generated/messages.js";
import * as glue from "../loaders/glue.js";
import { instantiate } from "../loaders/instance.js";
import { stringify } from "../values/json.js";
import { ASCII, Boundary, MARKS, SLOTS, TEXT } from "./boundary.js";
import { Ciphers } from "./ciphers.js";
import type { HostCipher } from "./host-cipher.js";
import { cipherOfNode } from "./node-crypto.js";
import type { Opened } from "./opened.js";
import type { Places } from "./places.js";
import { open, root } from "./slots.js";

// Each by its name: as a whole, the glue would bring all of its exports into every bundle.
export const boundary = /* @__PURE__ */ new Boundary(
  { input: glue.input, result: glue.result, write_error: glue.write_error, write_findings: glue.write_findings },
  instantiate,
);

/** The place of a name. The map is made when it is first needed. */
export function indexOf(names: () => readonly string[]): (name: string) => number | undefined {
  let indices: ReadonlyMap<string, number> | undefined;
  return (name) => {
    indices ??= new Map(names().map((each, index) => [each, index]));
    return indices.get(name);
  };
}

/** The string that was written from the last message: names are ASCII, so it is ASCII when that message was. */
export function written() {
  boundary.refresh();
  return boundary.row[MARKS] & ASCII ? boundary.asciiOutput() : boundary.output();
}

/** The plain object of the message that was read last. `text` is what was read, where that is at hand as a string. */
export function take(read: Reader, text: string | Uint8Array): unknown {
  const { row, view } = boundary;
  const isAtHand = typeof text === "string" && row[MARKS] === ASCII;
  open(view, row[SLOTS], row[TEXT], row[TEXT + 1], (row[MARKS] & ASCII) !== 0, isAtHand ? text : undefined);
  return read(root());
}

let ciphers: Ciphers | undefined;

/** Without a cipher, what another one left at the number goes. */
export function keepCipher(number: number, cipher: HostCipher | undefined) {
  if (cipher === undefined) return ciphers?.drop(number);
  if (ciphers === undefined) {
    const made = new Ciphers(boundary);
    ciphers = made;
    glue.host_ciphers(made);
    boundary.keep("ciphers", () => glue.host_ciphers(made));
  }
  ciphers.keep(number, cipher);
}

/** @param numberOf its cipher */
export function opened(
  places: Places,
  settings: object,
  cipher: HostCipher | undefined,
  numberOf: (place: number) => number,
): Opened {
  // The same settings are the same supplier, but a cipher that the user has chosen is not in place of Node's.
  const text = stringify({ ...settings, hasCipher: cipher && cipher !== cipherOfNode });
  return places.open(settings, text, (place) => keepCipher(numberOf(place), cipher));
}

export const saidOf = ({ code, path }: MeituanError) => `${code}\n${path}`;

export const NOWHERE = new Uint8Array(0);
