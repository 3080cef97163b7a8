// Jobs of the module of orders: what is done about one order, step by step (src/ticket/service, src/ride/service).

import type { Finding } from "../errors/finding.js";
import { NONE } from "./boundary.js";
import { boundary, told } from "./orders-module.js";

/** A job that has begun, with its first step (src/ticket/service/boundary.rs). */
export interface Begun {
  job: Job;
  step: any;
}

export interface Advanced {
  step: unknown;
  reply: string | undefined;
  warnings: readonly Finding[];
}

/** A job of the module: its number there, and how it became what it is, for another instance. */
export class Job {
  #begin;
  #drop;
  #number;
  #generation;
  #inputs: ((number: number) => unknown)[] = [];

  /** @param begin makes it, within a call, and says its number */
  constructor(begin: () => number, drop: (number: number) => void) {
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
   * @param take within the same call
   */
  input<T>(parts: readonly string[], work: (number: number, ...lengths: number[]) => number, take: (output: string) => T): T {
    return this.#input((number) => work(number, ...boundary.putAll(parts)), take);
  }

  /** The same for an input to a supplier: `of` says which, before anything else is handed over. */
  inputOf<T>(
    of: () => number,
    parts: readonly string[],
    work: (number: number, of: number, ...lengths: number[]) => number,
    take: (output: string) => T,
  ): T {
    return this.#input((number) => work(number, of(), ...boundary.putAll(parts)), take);
  }

  #input<T>(input: (number: number) => number, take: (output: string) => T): T {
    return boundary.call(() => {
      const output = told(input(this.here()));
      this.#inputs.push(input);
      return take(output);
    });
  }

  /** The module's answer about it. A job that is forgotten already is made again for that alone. */
  lent<T>(ask: (number: number) => T) {
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

/** A step as a job has written it. Inherited properties are no part of it. */
export function stepIn(output: string): any {
  const step = Object.setPrototypeOf(JSON.parse(output), null);
  for (const part of [step.save, step.heard]) if (part) Object.setPrototypeOf(part, null);
  return step;
}

export function existing(number: number) {
  if (number === NONE) throw boundary.failed();
  return number;
}

export const endJob = (job: Job) => job.end();
