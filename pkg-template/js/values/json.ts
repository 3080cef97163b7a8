// Values that are handed over as JSON.

import { MeituanError } from "../errors/error.js";
import type { ErrorCode } from "../generated/messages.js";
import { culpritIn, lostIn } from "./culprits.js";
import { insteadOf, kindOf } from "./kinds.js";

/**
 * @param path of the value
 * @param code where it holds what is none
 */
export function stringify(value: unknown, path = "body", code: ErrorCode = "WRONG_TYPE") {
  const text = written(value, path);
  // A Map, a Response or a Promise is written as nothing, and so is NaN; but nothing can mean that all is well.
  const lost = text.includes("{}") || text.includes("null") ? lostIn(value, path) : undefined;
  if (lost === undefined) return text;
  const detail = lost.isNumber
    ? insteadOf(lost.value, "a number", "数字")
    : insteadOf(lost.value, "an object with fields of its own", "带自身字段的对象");
  throw new MeituanError(code, { path: lost.path || "message", detail });
}

function written(value: unknown, path: string) {
  try {
    // Nothing at all is no string either; the reader says what it expected instead.
    return JSON.stringify(value) ?? "null";
  } catch (cause) {
    // A BigInt, a circle, or what throws. Ids are strings on this side.
    const found = culpritIn(value, path) ?? { path };
    throw new MeituanError("WRONG_TYPE", { path: found.path || "body", detail: wordsOf(found), cause });
  }
}

function wordsOf({ value, isCircle, isUnreadable }: { value?: unknown; isCircle?: boolean; isUnreadable?: boolean }) {
  if (value !== undefined)
    return { en: `expected a string of digits, found ${kindOf(value).en}`, zh: `应为数字字符串，实为${kindOf(value).zh}` };
  if (isCircle) return { en: "expected JSON, found an object that contains itself", zh: "应为 JSON，实为包含自身的对象" };
  if (isUnreadable) return { en: "expected JSON, found what throws when it is read", zh: "应为 JSON，实为读取时会抛出异常的值" };
  return { en: "expected JSON, found what cannot be written as such", zh: "应为 JSON，实为无法写成 JSON 的值" };
}

// Whole numbers too long for a double are in quotes afterwards, so that no digit is lost; a fraction or an exponent is a double's
// own affair. Strings are skipped by hand: an expression that steps over escapes needs room for each of them.
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_NUMBER = /^-?\d{16,}$/;

const exactly = (number: string) => (LONG_NUMBER.test(number) && !Number.isSafeInteger(Number(number)) ? `"${number}"` : number);

/** Behind the string that begins there; where it has no end, the end of all. */
function afterString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote !== -1; quote = json.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return json.length;
}

export function parseExactly(json: string) {
  if (!/\d{16}/.test(json)) return JSON.parse(json);
  const pieces: string[] = [];
  let at = 0;
  while (at < json.length) {
    const quote = json.indexOf('"', at);
    const start = quote === -1 ? json.length : quote;
    pieces.push(json.slice(at, start).replace(NUMBER, exactly));
    at = start === json.length ? start : afterString(json, start);
    pieces.push(json.slice(start, at));
  }
  return JSON.parse(pieces.join(""));
}
