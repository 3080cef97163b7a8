// The boundary to the WebAssembly module of messages (src/wasm/mod.rs is its other side). Everything that knows addresses, the
// row of numbers and the numbers of calls and messages is here; no other file touches its memory.

import * as glue from "../loaders/glue.js";
import { instantiate } from "../loaders/instance.js";
import { withFound } from "../values/culprits.js";
import { stringify } from "../values/json.js";
import { ASCII, Boundary, MARKS, NONE, SLOTS, TEXT } from "./boundary.js";
import { Ciphers } from "./ciphers.js";
import { open, root } from "./slots.js";

/**
 * @typedef {import("../entries/ticket.js").HostCipher} HostCipher
 * @typedef {import("../errors/error.js").MeituanError} MeituanError
 */

// Each by its name: as a whole, the glue would bring all of its exports into every bundle.
export const boundary = /* @__PURE__ */ new Boundary(
  { input: glue.input, result: glue.result, write_error: glue.write_error, write_findings: glue.write_findings },
  instantiate,
);

/**
 * The place of a name. The map is made when it is first needed.
 * @param {() => readonly string[]} names
 * @returns {(name: string) => number | undefined}
 */
export function indexOf(names) {
  /** @type {ReadonlyMap<string, number> | undefined} */
  let indices;
  return (name) => {
    indices ??= new Map(names().map((each, index) => [each, index]));
    return indices.get(name);
  };
}

/** What was written from the message that was read last: names are ASCII, so it is when that was. */
export function written() {
  boundary.refresh();
  return boundary.row[MARKS] & ASCII ? boundary.asciiOutput() : boundary.output();
}

/**
 * The plain object of the message that was read last. `text` is what was read, where that is at hand as a string.
 * @param {import("../generated/messages.js").Reader} read
 * @param {string | Uint8Array} text
 * @returns {any}
 */
export function take(read, text) {
  const { row, view } = boundary;
  const isAtHand = typeof text === "string" && row[MARKS] === ASCII;
  open(view, row[SLOTS], row[TEXT], row[TEXT + 1], (row[MARKS] & ASCII) !== 0, isAtHand ? text : undefined);
  return read(root());
}

/** @type {Ciphers | undefined} */
let ciphers;

/** @param {number} number @param {HostCipher | undefined} cipher */
export function keepCipher(number, cipher) {
  if (cipher === undefined) return;
  if (ciphers === undefined) {
    const made = new Ciphers(boundary);
    ciphers = made;
    glue.host_ciphers(made);
    boundary.keep("ciphers", () => glue.host_ciphers(made));
  }
  ciphers.keep(number, cipher);
}

/**
 * Settings stay in memory here, with their secrets, as they do where they came from: texts of JavaScript cannot be overwritten.
 * @param {string} kind
 * @param {(length: number) => number} make
 * @param {object} settings
 * @param {HostCipher | undefined} cipher
 * @param {(handle: number) => number} numberOf its cipher
 */
export function opened(kind, make, settings, cipher, numberOf) {
  const text = stringify({ ...settings, hasCipher: cipher && true });
  return boundary.call(() => {
    const handle = make(boundary.putAlone(text));
    if (handle === NONE) throw withFound(boundary.failed(), settings);
    boundary.keep(kind + text, () => make(boundary.putAlone(text)));
    keepCipher(numberOf(handle), cipher);
    return handle;
  });
}

/** @param {MeituanError} error */
export const saidOf = ({ code, path }) => `${code}\n${path}`;

export const NOWHERE = new Uint8Array(0);
