// The packed form of a message, read from the module's memory (src/message/packed.rs describes it).
// The generated readers call these functions with slot numbers; an absent field is undefined.

import { parseExactly } from "../values/json.js";
import type { MemoryView } from "./view.js";

const ABSENT = 0xffffffff;
const ESCAPED = 0x80000000;
const BEYOND_ASCII = 0x40000000;
const PLAIN = 0x3fffffff;

let view: MemoryView;
let halves = new Uint32Array(0);
let doubles = new Float64Array(0);
let first = 0;
let begin = 0;
let end = 0;
let isAscii = false;
let source: string | undefined;

/**
 * Turns to the message that was read last.
 * @param slots address of the slots
 * @param at address of the input
 * @param length of the input in bytes
 * @param ascii whether the input is ASCII throughout
 * @param text the input as a string, where it is at hand and ASCII
 */
export function open(memory: MemoryView, slots: number, at: number, length: number, ascii: boolean, text: string | undefined) {
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
 * The input is read from the memory once, by the first field that needs it: its pieces are substrings then. It has one
 * character for each byte, so that positions stay the same; pieces beyond ASCII are marked, and read by themselves.
 */
function decode() {
  source = isAscii ? view.ascii(begin, end) : view.bytewise(begin, end);
  return source;
}

/** The number of the slot that this one names. Numbers in slots begin at the message's first slot, and ours at the memory's. */
const named = (slot: number) => first + halves[2 * slot];

/** The slot that holds the message itself. */
export const root = () => named(first);

/** By its high half alone, which no end and no count is. */
const isAbsent = (slot: number) => halves[2 * slot + 1] === ABSENT;

/**
 * A class of plain objects. Engines give its objects room for as many fields as its first ones had; what is added to an empty object is
 * kept beside it from the fifth field on.
 * @param made without a name: debuggers would call the objects by it
 */
export function roomy(made: any): new () => any {
  made.prototype = Object.prototype;
  return made;
}

export function string(slot: number): any {
  const start = halves[2 * slot];
  const stop = halves[2 * slot + 1];
  if (stop <= PLAIN) return (source ?? decode()).substring(start, stop);
  return stop === ABSENT ? undefined : marked(start, stop);
}

/** @param stop with marks */
function marked(start: number, stop: number) {
  const last = stop & PLAIN;
  const piece = stop & BEYOND_ASCII ? view.piece(begin + start, begin + last) : (source ?? decode()).substring(start, last);
  return (stop & ESCAPED) !== 0 ? JSON.parse(`"${piece}"`) : piece;
}

export function number(slot: number): unknown {
  const value = doubles[slot];
  const small = value | 0;
  // Engines keep a small whole number in its field, and any other in an object of its own.
  if (small === value) return small;
  return Number.isNaN(value) ? undefined : value;
}

export function flag(slot: number): unknown {
  const value = doubles[slot];
  return Number.isNaN(value) ? undefined : value !== 0;
}

export function decimal(slot: number): unknown {
  const digits = string(slot);
  return digits === undefined ? undefined : Number(digits);
}

export function raw(slot: number): unknown {
  if (isAbsent(slot)) return undefined;
  return parseExactly(view.utf8(begin + halves[2 * slot], begin + (halves[2 * slot + 1] & PLAIN)));
}

export function object(slot: number, read: (block: number) => unknown): unknown {
  return isAbsent(slot) ? undefined : read(named(slot));
}

export function objects(slot: number, read: (block: number) => unknown): unknown {
  if (isAbsent(slot)) return undefined;
  const count = halves[2 * slot + 1];
  const items = new Array(count);
  // The slot before a block links to the next one.
  for (let index = 0, block = named(slot); index < count; index++) {
    items[index] = read(block);
    block = named(block - 1);
  }
  return items;
}

export function scalars(slot: number, read: (slot: number) => unknown): unknown {
  if (isAbsent(slot)) return undefined;
  const items = new Array(halves[2 * slot + 1]);
  for (let index = 0, item = named(slot); index < items.length; index++, item++) items[index] = read(item);
  return items;
}

/**
 * Documents are numbered by one digit, and mostly there is one. In a literal the number has its place from the start;
 * giving it to an empty object, by a string that must be made and looked up first, is five times as slow.
 */
const NUMBERED: ((value: string) => Record<string, string>)[] = [
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

/**
 * @param slot of a string
 * @returns its byte, where it has one only
 */
function onlyByte(slot: number): number | undefined {
  const start = halves[2 * slot];
  return halves[2 * slot + 1] - start === 1 ? view.bytes[begin + start] : undefined;
}

export function stringMap(slot: number): unknown {
  if (isAbsent(slot)) return undefined;
  const count = halves[2 * slot + 1];
  let entry = named(slot);
  if (count === 1) {
    const numbered = NUMBERED[(onlyByte(entry) ?? 0) - 0x30];
    if (numbered !== undefined) return numbered(string(entry + 1));
  }
  const map: Record<string, string> = {};
  for (let left = count; left > 0; left--, entry += 2) {
    const key = string(entry);
    const value = string(entry + 1);
    // This one key would set the object's prototype; here it is a field like any other.
    if (key === "__proto__") Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
    else map[key] = value;
  }
  return map;
}
