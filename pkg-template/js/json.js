// What is handed over as JSON.

import { MeituanError } from "./errors.js";

/** @param {unknown} value */
export function stringify(value) {
  try {
    // Nothing at all is no text either; the reader says what it expected instead.
    return JSON.stringify(value) ?? "null";
  } catch (cause) {
    // A BigInt or a circle. Ids are strings on this side.
    throw new MeituanError("WRONG_TYPE", { path: "body", detail: cause instanceof Error ? cause.message : "", cause });
  }
}
