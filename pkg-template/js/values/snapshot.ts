// An order on its way between the user's store and the module, which speaks JSON. The stores of this package keep JSON, and hand it
// over as it is: what nobody looks at is neither parsed nor written again.

import { stringify } from "./json.js";

/** Under this name, what `load` returns for JSON has that JSON; likewise the functions `load` and `save` have their like. */
export const AS_JSON: unique symbol = Symbol.for("meituan-protocol.asJson") as any;

/** A stored order, or what else a store keeps: as JSON and as an object, each made of the other when it is first needed. */
export class Snapshot<Value extends object = any> {
  #json: string | undefined;
  #value: Value | undefined;

  private constructor(json: string | undefined, value: Value | undefined) {
    this.#json = json;
    this.#value = value;
  }

  static of<Value extends object>(value: Value): Snapshot<Value> {
    return new Snapshot<Value>(undefined, value);
  }

  static ofJson(json: string): Snapshot {
    return new Snapshot(json, undefined);
  }

  get json(): string {
    this.#json ??= stringify(this.#value, "snapshot");
    return this.#json;
  }

  get value(): Value {
    this.#value ??= JSON.parse(this.#json as string) as Value;
    return this.#value;
  }
}

type Work = (...given: any[]) => unknown;

/**
 * A function of one of this package's stores, with its like for JSON. That names whose like it is: a wrapper may have copied the
 * properties of what it wraps, and is called all the same, with objects.
 */
export const withJson = <Of extends Work>(of: Of, work: Work): Of => Object.assign(of, { [AS_JSON]: { of, work } });

/** The like of a function for JSON, where it has one of its own. */
export function asJson(work: any): Work | undefined {
  const found = work[AS_JSON];
  return found?.of === work ? found.work : undefined;
}
