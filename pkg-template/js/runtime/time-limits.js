// Time limits. They are by a clock that does not jump, where there is one; what is recorded has the time of the wall clock.

import { MeituanError } from "../errors/error.js";

/** Of use for durations alone. It is not asked at import, where some runtimes forbid that. */
export const steady = () => globalThis.performance?.now() ?? Date.now();

/** What has not ended in time. */
export const LATE = Symbol("late");

/** Longer ones run off at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** Until when is waited. Most of what a call waits for ends at one time, and a timer costs more than the rest of waiting. */
export class Limit {
  #until = Number.NaN;
  /** @type {Promise<typeof LATE> | undefined} */
  #late;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * What the work comes to, or that it has not ended at that time.
   * @template T
   * @param {T | Promise<T>} working
   * @param {number} until by the steady clock
   * @returns {T | Promise<T | typeof LATE>}
   */
  inTime(working, until) {
    // What is at hand needs no timer.
    if (typeof (/** @type {any} */ (working)?.then) !== "function") return working;
    if (until !== this.#until) {
      this.end();
      this.#until = until;
      const rest = Math.min(Math.max(Math.ceil(until - steady()), 0), LONGEST_TIMER);
      this.#late = new Promise((resolve) => {
        this.#timer = setTimeout(resolve, rest, LATE);
      });
    }
    return Promise.race([working, /** @type {Promise<typeof LATE>} */ (this.#late)]);
  }

  end() {
    clearTimeout(this.#timer);
  }
}

/**
 * What the work comes to, or that it has not ended by then.
 * @template T
 * @param {T | Promise<T>} working
 * @param {number} until by the steady clock
 * @returns {Promise<T | typeof LATE>}
 */
export async function inTime(working, until) {
  const limit = new Limit();
  try {
    return await limit.inTime(working, until);
  } finally {
    limit.end();
  }
}

/**
 * What the work comes to, or TIMED_OUT.
 * @template T
 * @param {T | Promise<T>} working
 * @param {number} until by the steady clock
 * @param {string} path of what has not ended
 * @returns {Promise<T>}
 */
export async function endsInTime(working, until, path) {
  const value = await inTime(working, until);
  if (value === LATE) throw new MeituanError("TIMED_OUT", { path });
  return value;
}
