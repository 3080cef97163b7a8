// Jobs of the module of orders: what is done about one order, step by step (src/ticket/service, src/ride/service).

import { NONE } from "./boundary.js";
import { boundary, told } from "./orders-module.js";

/**
 * A job that has begun, with its first step (src/ticket/service/boundary.rs).
 * @typedef {{ job: Job, step: any }} Begun
 * @typedef {{ step: any, reply: string | undefined, warnings: readonly import("../errors/error.js").Finding[] }} Advanced
 */
/** A job of the module: its number there, and how it became what it is, for another instance. */
export class Job {
  #begin;
  #drop;
  #number;
  #generation;
  /** @type {((number: number) => unknown)[]} */
  #inputs = [];

  /**
   * @param {() => number} begin makes it, within a call, and says its number
   * @param {(number: number) => void} drop
   */
  constructor(begin, drop) {
    this.#begin = begin;
    this.#drop = drop;
    this.#number = begin();
    this.#generation = boundary.generation;
  }

  /** Its number in the instance that there is now, within a call. */
  here() {
    if (this.#generation !== boundary.generation) {
      this.#number = this.#begin();
      for (const input of this.#inputs) input(this.#number);
      this.#generation = boundary.generation;
    }
    return this.#number;
  }

  /**
   * Gives it an input, and says what is output then.
   * @template T
   * @param {readonly string[]} parts
   * @param {(number: number, ...lengths: number[]) => number} work
   * @param {(output: string) => T} take within the same call
   * @returns {T}
   */
  input(parts, work, take) {
    return boundary.call(() => {
      const input = (/** @type {number} */ number) => work(number, ...boundary.putAll(parts));
      const output = told(input(this.here()));
      this.#inputs.push(input);
      return take(output);
    });
  }

  /** What the module says of it. Where it is forgotten already, it is made for that alone. @template T @param {(number: number) => T} ask */
  lent(ask) {
    const isForgotten = this.#generation === 0;
    const said = ask(this.here());
    if (isForgotten) this.#forget();
    return said;
  }

  /** The module forgets it. */
  end() {
    if (this.#generation !== boundary.generation) return;
    try {
      boundary.call(() => this.#forget());
    } catch {
      // An instance that fails here is not used again.
    }
  }

  #forget() {
    if (this.#generation === boundary.generation) this.#drop(this.#number);
    this.#generation = 0;
  }
}

/**
 * A step as a job has written it. What every object inherits is none of it.
 * @param {string} output
 * @returns {any}
 */
export function stepIn(output) {
  const step = Object.setPrototypeOf(JSON.parse(output), null);
  for (const part of [step.save, step.heard]) if (part) Object.setPrototypeOf(part, null);
  return step;
}

/** @param {number} number */
export function existing(number) {
  if (number === NONE) throw boundary.failed();
  return number;
}

/** @param {Job} job */
export const endJob = (job) => job.end();
