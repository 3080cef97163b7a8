// Functions that users hand over, and stores, which are objects with functions.

import { reading, unexpected } from "./faults.js";
import { isRecord } from "./kinds.js";

/** @param en what it does */
export const func = (value: unknown, path: string, en = "a function", zh = "函数"): ((...args: any[]) => any) =>
  isFunction(value) ? value : unexpected(path, value, en, zh);

const isFunction = (value: unknown): value is (...args: any[]) => any => typeof value === "function";

/** Functions that may be left out. */
export function functions(functions: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(functions)) if (value !== undefined) func(value, name);
}

/** A store with the functions that are needed. */
export function storeOf(store: unknown, path = "store"): any {
  const isStore = hasFunction(store, "load", path) && hasFunction(store, "save", path);
  return isStore ? store : unexpected(path, store, "an object with load and save", "带 load 和 save 的对象");
}

/** Whether a store has a function. One that every object inherits is none of it; a proxy need not have it as its own. */
export const hasFunction = <Store, Name extends string>(
  store: Store,
  name: Name,
  path = `store.${name}`,
): store is Store & { [Key in Name]: (...args: any[]) => any } =>
  isRecord(store) &&
  reading(path, () => {
    const value = store[name];
    return typeof value === "function" && value !== (Object.prototype as Record<string, any>)[name];
  });
