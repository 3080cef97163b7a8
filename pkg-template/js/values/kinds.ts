// The kind of a value, from any realm: `instanceof` knows one realm only, and tests in a virtual page have two.

import type { Text } from "../generated/texts.js";

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !isList(value);

/** The list that was revoked as a proxy is none. */
export function isList(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** The most common case, at once: a literal of this realm. */
export function isPlain(value: object) {
  try {
    return Object.getPrototypeOf(value) === Object.prototype;
  } catch {
    return false;
  }
}

/**
 * Whether an object can have the fields of a message: a literal of any realm, or an instance of a class with fields of its own. JSON
 * writes most others as `{}`, which would say that everything is left out.
 * @param value an object
 */
export function isMessage(value: any) {
  try {
    // Callers that forget to await hand over a Promise, and some of those are literals.
    if (typeof value.then === "function") return false;
    if (isPlain(value)) return true;
    if (isList(value)) return false;
    const prototype = Object.getPrototypeOf(value);
    if (prototype === null || isOfAnyRealm(prototype)) return true;
    return tagOf(value) === "Object" && !isError(value) && Object.keys(value).length > 0;
  } catch {
    return false;
  }
}

/** Object.prototype, of any realm. */
export const isOfAnyRealm = (prototype: object) =>
  Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty");

const tagOf = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1);

/** Epoch milliseconds of a number or a Date; undefined for anything else. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "object" || value === null || isPlain(value)) return undefined;
  try {
    return isTagged(value, "Date") ? Date.prototype.getTime.call(value) : undefined;
  } catch {
    return undefined;
  }
}

const isTagged = (value: unknown, tag: string) => typeof value === "object" && value !== null && tagOf(value) === tag;

export const isError = (value: unknown): value is Error => {
  try {
    // Those of a page have another tag.
    return isTagged(value, "Error") || value instanceof Error;
  } catch {
    return false;
  }
};

export const isUrl = (value: unknown): value is URL => {
  try {
    return isTagged(value, "URL");
  } catch {
    return false;
  }
};

/**
 * The bytes of a buffer, or of a view of one; undefined for anything else, and where they were given away to another thread. Memory
 * that threads share is copied: it may change while it is read, and not every function of a runtime accepts it.
 */
export function bytesOf(value: any): Uint8Array | undefined {
  if (ArrayBuffer.isView(value) && value.byteLength > 0) {
    const { buffer } = value;
    if (buffer instanceof ArrayBuffer && value instanceof Uint8Array) return value;
  }
  try {
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteOffset, byteLength } = value;
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      return isShared(buffer) ? bytes.slice() : bytes;
    }
    if (isTagged(value, "ArrayBuffer")) return new Uint8Array(value);
    return isShared(value) ? new Uint8Array(value).slice() : undefined;
  } catch {
    return undefined;
  }
}

const isShared = (buffer: unknown) => isTagged(buffer, "SharedArrayBuffer");

/** An unset variable, once it was made into a string. */
const UNSET = ["undefined", "null", "NaN", "[object Object]"];

export const isUnset = (value: unknown) => value === undefined || value === null || value === "" || UNSET.includes(value as string);

/** The expected value, and the one that was found instead. */
export function insteadOf(value: unknown, en: string, zh: string): Text {
  const found = kindOf(value);
  return { en: `expected ${en}, found ${found.en}`, zh: `应为${spaced(zh)}，实为${found.zh}` };
}

/** The value that was found, in words; between Chinese and other letters is a blank. The content of a string is not shown: it may be a secret, or name a visitor. */
export function kindOf(value: unknown): Text {
  switch (typeof value) {
    case "string":
      if (value === "") return { en: "an empty string", zh: "空字符串" };
      if (/\p{Surrogate}/u.test(value)) return { en: "a string with half of a surrogate pair", zh: "含不成对代理字符的字符串" };
      return UNSET.includes(value) ? { en: `the string "${value}"`, zh: `字符串 "${value}"` } : { en: "a string", zh: "字符串" };
    case "bigint":
      return { en: `the bigint ${value}`, zh: ` bigint ${value}` };
    case "symbol":
      return { en: "a symbol", zh: " symbol" };
    case "function":
      return { en: "a function", zh: "函数" };
    case "object":
      return value === null ? same("null") : kindOfObject(value);
    default:
      return same(Object.is(value, -0) ? "-0" : String(value));
  }
}

const same = (word: string) => ({ en: word, zh: spaced(word) });

/** Between Chinese and other letters is a blank. */
export const spaced = (words: string) => (words.charCodeAt(0) < 0x80 ? ` ${words}` : words);

function kindOfObject(value: any) {
  try {
    if (Array.isArray(value)) return { en: `a list of ${value.length}`, zh: `长度为 ${value.length} 的数组` };
    const time = timeOf(value);
    if (time !== undefined)
      return Number.isNaN(time) ? { en: "an invalid Date", zh: "无效的 Date" } : { en: "a Date", zh: " Date" };
    if (ArrayBuffer.isView(value) || isTagged(value, "ArrayBuffer")) return { en: "bytes", zh: "字节" };
    if (typeof value.then === "function") return { en: "a Promise (await it)", zh: " Promise（请先 await）" };
    if (isMessage(value)) return { en: "an object", zh: "对象" };
    const tag = isError(value) ? "Error" : tagOf(value);
    if (tag === "Object" || !/^\w{1,40}$/.test(tag)) return { en: "an object without fields of its own", zh: "没有自身字段的对象" };
    return { en: `${/^[AEIO]/.test(tag) ? "an" : "a"} ${tag} object`, zh: ` ${tag} 对象` };
  } catch {
    return { en: "an object that cannot be read", zh: "无法读取的对象" };
  }
}
