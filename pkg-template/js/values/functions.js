// Functions that users hand over, and stores, which are objects with functions.

import { reading, unexpected } from "./faults.js";
import { isRecord } from "./kinds.js";

/**
 * @param {unknown} value
 * @param {string} path
 * @param {string} [en] what it does
 * @param {string} [zh]
 * @returns {(...args: any[]) => any}
 */
export const func = (value, path, en = "a function", zh = "函数") =>
  typeof value === "function" ? /** @type {any} */ (value) : unexpected(path, value, en, zh);

/**
 * Functions that may be left out.
 * @param {Record<string, unknown>} functions
 */
export function functions(functions) {
  for (const [name, value] of Object.entries(functions)) if (value !== undefined) func(value, name);
}

/**
 * A store with the functions that are needed.
 * @param {unknown} store
 * @param {string} [path]
 * @returns {any}
 */
export function storeOf(store, path = "store") {
  const isStore = hasFunction(store, "load", path) && hasFunction(store, "save", path);
  return isStore ? store : unexpected(path, store, "an object with load and save", "带 load 和 save 的对象");
}

/**
 * Whether a store has a function. One that every object inherits is none of it; a proxy need not have it as its own.
 * @param {any} store
 * @param {string} name
 * @param {string} [path]
 */
export const hasFunction = (store, name, path = `store.${name}`) =>
  isRecord(store) &&
  reading(path, () => {
    const value = store[name];
    return typeof value === "function" && value !== /** @type {any} */ (Object.prototype)[name];
  });
