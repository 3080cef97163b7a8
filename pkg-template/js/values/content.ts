// Strings and bytes that users hand over.

import { MeituanError } from "../errors/error.js";
import { integer } from "./arguments.js";
import { unexpected } from "./faults.js";
import { bytesOf } from "./kinds.js";

/** How many bytes a string may have. */
const maxBytesOf = (value: unknown): number =>
  typeof value === "number" ? integer(value, "maxBytes", 1, 2 ** 29 - 1) : unexpected("maxBytes", value, "a whole number", "整数");

/** A string or its bytes. */
export const content = (value: unknown, path: string): string | Uint8Array =>
  typeof value === "string"
    ? value
    : (bytesOf(value) ?? unexpected(path, value, "a string or its bytes", "字符串或其字节", "WRONG_TYPE"));

/** A character that UTF-8 cannot hold would be replaced on its way in, so it has to be found before. */
export function isWellFormed(text: any): boolean {
  if (typeof text !== "string") return true;
  // The expression is for runtimes older than the method: with the flag u, only lone surrogates are characters.
  return "isWellFormed" in String.prototype ? (text as any).isWellFormed() : !/\p{Surrogate}/u.test(text);
}

/** In bytes, or in UTF-16 units of a string. */
const MAX_TEXT = 16 << 20;

/** A string that is no larger than the module should ever have to hold. */
export function limited<Text extends string | Uint8Array>(text: Text, path: string, maxBytes?: number) {
  const max = maxBytes === undefined ? MAX_TEXT : maxBytesOf(maxBytes);
  if (text.length <= max) return text;
  const detail = {
    en: `found ${text.length} bytes, and maxBytes is ${max}`,
    zh: `实为 ${text.length} 字节，而 maxBytes 为 ${max}`,
  };
  throw new MeituanError("BODY_TOO_LARGE", { path, detail });
}
