// An order on its way between the user's store and the module, which speaks JSON. The stores of this package keep JSON, and hand it
// over as it is: what nobody looks at is neither parsed nor written again.

import { stringify } from "./json.js";

/**
 * Under this name, the functions `load` and `save` of this package's stores have their like for JSON. Whoever wraps such a function leaves
 * it behind, and is called with objects. What that `load` returns has its JSON under the same name.
 */
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

/** The function with its like for JSON. */
export const withJson = <Work extends (...given: any[]) => unknown>(work: Work, asJson: (...given: any[]) => unknown): Work =>
  Object.assign(work, { [AS_JSON]: asJson });
