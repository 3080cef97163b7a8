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
 * A request to the module, within one call of it.
 * @param parts handed over, one after the other
 */
export const requested = <T>(parts: readonly (string | Uint8Array)[], work: (...lengths: number[]) => T): T =>
  boundary.call(() => work(...boundary.putAll(parts)));

/**
 * An error about a refused value says what was found there.
 * @param value that was handed over
 * @param whole its path
 */
export function about<T>(work: () => T, value: unknown, whole?: string): T {
  try {
    return work();
  } catch (error) {
    throw withFound(error, value, { whole });
  }
}

/**
 * @param refused 0 where it could be done
 * @returns the output
 */
export function told(refused: number): string {
  if (refused) throw boundary.failed();
  return boundary.output();
}

/** The object that the module made; undefined where it refused. */
export const made = (parts: readonly (string | Uint8Array)[], work: (...lengths: number[]) => unknown): any =>
  requested(parts, (...lengths) => {
    const object = work(...lengths);
    if (object === undefined) throw boundary.failed();
    return object;
  });

/** The output of the request. */
export const answered = (parts: readonly (string | Uint8Array)[], work: (...lengths: number[]) => number): string =>
  requested(parts, (...lengths) => told(work(...lengths)));

export const given = (value: object | undefined, path = "event"): string => (value === undefined ? "" : stringify(value, path));
