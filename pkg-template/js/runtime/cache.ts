// A cache of answers that may change, bounded in number and in age.

import { steady } from "./time-limits.js";

/** Where there is no more room, the one used least lately goes. */
export class Cache<Key, Value extends NonNullable<unknown>> {
  #max: number;
  #maxAgeMs: number;
  /** The one used least lately first. */
  #kept = new Map<Key, { value: Value; until: number }>();

  constructor(max: number, maxAgeMs: number) {
    this.#max = max;
    this.#maxAgeMs = maxAgeMs;
  }

  get(key: Key): Value | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    this.#kept.delete(key);
    if (steady() >= found.until) return undefined;
    this.#kept.set(key, found);
    return found.value;
  }

  set(key: Key, value: Value): void {
    this.#kept.delete(key);
    this.#kept.set(key, { value, until: steady() + this.#maxAgeMs });
    if (this.#kept.size > this.#max) this.#kept.delete(this.#kept.keys().next().value as Key);
  }
}
