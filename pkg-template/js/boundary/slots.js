// The packed form of a message, read from the module's memory (src/message/packed.rs describes it).
// The generated readers call these functions with slot numbers; an absent field is undefined.

import { parseExactly } from "../values/json.js";

const ABSENT = 0xffffffff;
const ESCAPED = 0x80000000;
const BEYOND_ASCII = 0x40000000;
const PLAIN = 0x3fffffff;

/** @type {import("./view.js").MemoryView} */
let view;
let halves = new Uint32Array(0);
let doubles = new Float64Array(0);
let first = 0;
let begin = 0;
let end = 0;
let isAscii = false;
/** @type {string | undefined} */
let source;

/**
 * Turns to the message that was read last.
 * @param {import("./view.js").MemoryView} memory
 * @param {number} slots address of the slots
 * @param {number} at address of the text
 * @param {number} length of the text in bytes
 * @param {boolean} ascii whether the text is ASCII throughout
 * @param {string | undefined} text the text, where it is at hand and ASCII
 */
export function open(memory, slots, at, length, ascii, text) {
  view = memory;
  halves = memory.halves;
  doubles = memory.doubles;
  first = slots / 8;
  begin = at;
  end = at + length;
  isAscii = ascii;
  source = text;
}

/**
 * The text is taken out of the memory once, by the first field that needs it: its pieces are substrings then. It has one
 * character for each byte, so that positions stay the same; pieces beyond ASCII are marked, and read by themselves.
 */
function decode() {
  source = isAscii ? view.ascii(begin, end) : view.bytewise(begin, end);
  return source;
}

/** The slot that holds the message itself. */
export const root = () => halves[2 * first];

/** By its high half alone, which no end and no count is. @param {number} slot */
const isAbsent = (slot) => halves[2 * (first + slot) + 1] === ABSENT;

/** @param {number} slot @returns {any} */
export function text(slot) {
  const at = 2 * (first + slot);
  const start = halves[at];
  const stop = halves[at + 1];
  if (stop <= PLAIN) return (source ?? decode()).substring(start, stop);
  return stop === ABSENT ? undefined : marked(start, stop);
}

/** @param {number} start @param {number} stop with marks */
function marked(start, stop) {
  const last = stop & PLAIN;
  const piece = stop & BEYOND_ASCII ? view.piece(begin + start, begin + last) : (source ?? decode()).substring(start, last);
  return (stop & ESCAPED) !== 0 ? JSON.parse(`"${piece}"`) : piece;
}

/** @param {number} slot @returns {any} */
export function number(slot) {
  const value = doubles[first + slot];
  const small = value | 0;
  // Engines keep a small whole number in its field, and any other in an object of its own.
  if (small === value) return small;
  return Number.isNaN(value) ? undefined : value;
}

/** @param {number} slot @returns {any} */
export function flag(slot) {
  const value = doubles[first + slot];
  return Number.isNaN(value) ? undefined : value !== 0;
}

/** @param {number} slot @returns {any} */
export function decimal(slot) {
  const digits = text(slot);
  return digits === undefined ? undefined : Number(digits);
}

/** @param {number} slot @returns {any} */
export function raw(slot) {
  if (isAbsent(slot)) return undefined;
  const at = 2 * (first + slot);
  return parseExactly(view.utf8(begin + halves[at], begin + (halves[at + 1] & PLAIN)));
}

/** @param {number} slot @param {(block: number) => any} read @returns {any} */
export function object(slot, read) {
  return isAbsent(slot) ? undefined : read(halves[2 * (first + slot)]);
}

/** @param {number} slot @param {(block: number) => any} read @returns {any} */
export function objects(slot, read) {
  if (isAbsent(slot)) return undefined;
  const at = 2 * (first + slot);
  const count = halves[at + 1];
  const items = new Array(count);
  // The slot before a block links to the next one.
  for (let index = 0, block = halves[at]; index < count; index++) {
    items[index] = read(block);
    block = halves[2 * (first + block - 1)];
  }
  return items;
}

/** @param {number} slot @param {(slot: number) => any} read @returns {any} */
export function scalars(slot, read) {
  if (isAbsent(slot)) return undefined;
  const at = 2 * (first + slot);
  const items = new Array(halves[at + 1]);
  for (let index = 0, item = halves[at]; index < items.length; index++, item++) items[index] = read(item);
  return items;
}

/**
 * Documents are numbered by one digit, and mostly there is one. In a literal the number has its place from the start;
 * giving it to an empty object, by a text that must be made and looked up first, takes five times as long.
 * @type {((value: string) => Record<string, string>)[]}
 */
const NUMBERED = [
  (value) => ({ 0: value }),
  (value) => ({ 1: value }),
  (value) => ({ 2: value }),
  (value) => ({ 3: value }),
  (value) => ({ 4: value }),
  (value) => ({ 5: value }),
  (value) => ({ 6: value }),
  (value) => ({ 7: value }),
  (value) => ({ 8: value }),
  (value) => ({ 9: value }),
];

/** @param {number} slot of a text @returns {number | undefined} its byte, where it has one only */
function onlyByte(slot) {
  const at = 2 * (first + slot);
  return halves[at + 1] - halves[at] === 1 ? view.bytes[begin + halves[at]] : undefined;
}

/** @param {number} slot @returns {any} */
export function textMap(slot) {
  if (isAbsent(slot)) return undefined;
  const at = 2 * (first + slot);
  const count = halves[at + 1];
  if (count === 1) {
    const numbered = NUMBERED[(onlyByte(halves[at]) ?? 0) - 0x30];
    if (numbered !== undefined) return numbered(text(halves[at] + 1));
  }
  /** @type {Record<string, string>} */
  const map = {};
  for (let left = count, entry = halves[at]; left > 0; left--, entry += 2) {
    const key = text(entry);
    const value = text(entry + 1);
    // This one key would set the object's prototype; here it is a field like any other.
    if (key === "__proto__") Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
    else map[key] = value;
  }
  return map;
}
