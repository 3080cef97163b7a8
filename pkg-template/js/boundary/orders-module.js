// The boundary to the WebAssembly module of orders (src/wasm/orders.rs and service.rs are its other side).

import * as glue from "../loaders/orders-glue.js";
import { instantiate } from "../loaders/orders-instance.js";
import { withFound } from "../values/culprits.js";
import { stringify } from "../values/json.js";
import { Boundary } from "./boundary.js";

// Each by its name: as a whole, the glue would bring all of its exports into every bundle.
export const boundary = /* @__PURE__ */ new Boundary(
  { input: glue.input, result: glue.result, write_error: glue.write_error, write_findings: glue.write_findings },
  instantiate,
);

/**
 * What is asked of the module, within one call of it.
 * @template T
 * @param {readonly (string | Uint8Array)[]} parts handed over, one after the other
 * @param {(...lengths: number[]) => T} work
 * @returns {T}
 */
export const asked = (parts, work) => boundary.call(() => work(...boundary.putAll(parts)));

/**
 * What is refused is said with what was found there.
 * @template T
 * @param {() => T} work
 * @param {unknown} value that was handed over
 * @param {string} [whole] its path
 * @returns {T}
 */
export function about(work, value, whole) {
  try {
    return work();
  } catch (error) {
    throw withFound(error, value, { whole });
  }
}

/** @param {number | void} refused 0 or nothing where it could be done @returns {string} the output */
export function told(refused) {
  if (refused) throw boundary.failed();
  return boundary.output();
}

/**
 * The output of what was asked.
 * @param {readonly (string | Uint8Array)[]} parts
 * @param {(...lengths: number[]) => number | void} work
 */
export const answered = (parts, work) => asked(parts, (...lengths) => told(work(...lengths)));

/** @param {object | undefined} value */
export const given = (value, path = "event") => (value === undefined ? "" : stringify(value, path));
