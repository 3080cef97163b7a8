// Time limits. They are by a clock that does not jump, where there is one; what is recorded has the time of the wall clock.

import { MeituanError } from "../errors/error.js";
import { ofPlatform } from "./platform.js";

/** Of use for durations alone. It is not read at import, where some runtimes forbid that. */
export const steady = (): number => ofPlatform(() => globalThis.performance?.now()) ?? Date.now();

/** Work that has not ended in time. */
export const LATE = Symbol("late");

/** Longer ones run off at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** A promise, or what is like one. Anything else is at hand. */
export const isLater = (value: any): boolean => typeof value?.then === "function";

/** Until when is waited. Most of what a call waits for ends at one time, and a timer costs more than the rest of waiting. */
export class Limit {
  #until = Number.NaN;
  #late: Promise<typeof LATE> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Returns the result of the work, or that it has not ended at that time.
   * @param until by the steady clock
   */
  inTime<T>(working: T | Promise<T>, until: number): T | Promise<T | typeof LATE> {
    // A value that is at hand needs no timer.
    if (!isLater(working)) return working;
    if (until !== this.#until) {
      this.end();
      this.#until = until;
      const rest = Math.min(Math.max(Math.ceil(until - steady()), 0), LONGEST_TIMER);
      this.#late = new Promise((resolve) => {
        this.#timer = setTimeout(resolve, rest, LATE);
      });
    }
    return Promise.race([working, this.#late as Promise<typeof LATE>]);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/**
 * Returns the result of the work, or that it has not ended by then.
 * @param until by the steady clock
 */
export async function inTime<T>(working: T | Promise<T>, until: number): Promise<T | typeof LATE> {
  const limit = new Limit();
  try {
    return await limit.inTime(working, until);
  } finally {
    limit.end();
  }
}

/**
 * Returns the result of the work, or TIMED_OUT.
 * @param until by the steady clock
 * @param path of what has not ended
 */
export function endsInTime<T>(working: T | Promise<T>, until: number, path: string): Promise<T> {
  // Mostly it is at hand, and waits for nothing.
  return isLater(working) ? orTimedOut(inTime(working, until), path) : Promise.resolve(working);
}

async function orTimedOut<T>(ending: Promise<T | typeof LATE>, path: string): Promise<T> {
  const value = await ending;
  if (value === LATE) throw new MeituanError("TIMED_OUT", { path });
  return value;
}
