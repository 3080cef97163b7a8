// The packed form of a message, read from the module's memory (src/message/packed.rs describes it).
// The generated readers in messages.js call these functions with slot numbers; an absent field is undefined.

const ABSENT = 0xffffffff;
const ESCAPED = 0x80000000;
const BEYOND_ASCII = 0x40000000;
const PLAIN = 0x3fffffff;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** @type {ArrayBuffer | undefined} */
let buffer;
let halves = new Uint32Array(0);
let doubles = new Float64Array(0);
let first = 0;
let source = "";
let bytes = new Uint8Array(0);

/**
 * Turns to the message that was read last.
 * @param {ArrayBuffer} memory
 * @param {number} slots address of the slots
 * @param {number} at address of the text
 * @param {number} length of the text in bytes
 * @param {string | undefined} text the text, where it is at hand and ASCII
 */
export function open(memory, slots, at, length, text) {
  if (buffer !== memory) {
    buffer = memory;
    halves = new Uint32Array(memory);
    doubles = new Float64Array(memory);
  }
  first = slots / 8;
  bytes = new Uint8Array(memory, at, length);
  // One character for each byte: positions in the text stay positions in the string. Pieces beyond ASCII are marked.
  source = text ?? latin1.decode(bytes);
}

/** The slot that holds the message itself. */
export const root = () => halves[2 * first];

/** @param {number} slot */
function isAbsent(slot) {
  const at = 2 * (first + slot);
  return halves[at] === ABSENT && halves[at + 1] === ABSENT;
}

/** @param {number} slot @returns {any} */
export function text(slot) {
  const at = 2 * (first + slot);
  const start = halves[at];
  const end = halves[at + 1];
  if (end <= PLAIN) return source.substring(start, end);
  if (end === ABSENT && start === ABSENT) return undefined;
  const plainEnd = end & PLAIN;
  const piece = end & BEYOND_ASCII ? utf8.decode(bytes.subarray(start, plainEnd)) : source.substring(start, plainEnd);
  return (end & ESCAPED) !== 0 ? JSON.parse(`"${piece}"`) : piece;
}

/** @param {number} slot @returns {any} */
export function number(slot) {
  const value = doubles[first + slot];
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

// Texts and numbers, each as a whole. Whole numbers too long for a double stand in quotes afterwards, so that no digit is
// lost; a fraction or an exponent is a double's own affair.
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_NUMBER = /^-?\d{16,}$/;

/** @param {string} json */
export function parseExactly(json) {
  return JSON.parse(
    json.replace(TOKEN, (token) => (LONG_NUMBER.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token)),
  );
}

/** @param {number} slot @returns {any} */
export function raw(slot) {
  if (isAbsent(slot)) return undefined;
  const at = 2 * (first + slot);
  return parseExactly(utf8.decode(bytes.subarray(halves[at], halves[at + 1] & PLAIN)));
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

/** @param {number} slot @returns {any} */
export function textMap(slot) {
  if (isAbsent(slot)) return undefined;
  const at = 2 * (first + slot);
  /** @type {Record<string, string>} */
  const map = {};
  for (let left = halves[at + 1], entry = halves[at]; left > 0; left--, entry += 2) {
    const key = text(entry);
    const value = text(entry + 1);
    // This one key would set the object's prototype; here it is a field like any other.
    if (key === "__proto__") Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
    else map[key] = value;
  }
  return map;
}
