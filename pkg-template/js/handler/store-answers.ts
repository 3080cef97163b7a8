// The answers that a user's store may give. Any other is reported, and counts as none: neither as "not there" nor as "saved".

import { endsInTime, steady } from "../runtime/time-limits.js";
import { invalid, unexpected } from "../values/faults.js";
import { isRecord } from "../values/kinds.js";
import { AS_JSON, asJson, Snapshot } from "../values/snapshot.js";

/** Time limit for the store while no call of Meituan's waits for it; the order service has the same. */
export const STORE_LIMIT = 30_000;

/**
 * The store's answer to a request outside of a job. @param name of the method
 */
export const heard = <T>(answer: T | Promise<T>, name: string): Promise<T> =>
  endsInTime(answer, steady() + STORE_LIMIT, `store.${name}`);

/** Asks a store for an order, as JSON where it has that. `foundOf` reads the answer. */
export function loadFrom(store: any, key: string): unknown {
  const loadJson = asJson(store.load);
  return loadJson === undefined ? store.load(key) : loadJson.call(store, key);
}

/** Asks a store to save an order, as JSON where it accepts that. `savedOf` reads the answer. */
export function saveTo(store: any, key: string, snapshot: Snapshot, revision: unknown, about: object): unknown {
  const saveJson = asJson(store.save);
  return saveJson === undefined
    ? store.save(key, snapshot.value, revision, about)
    : saveJson.call(store, key, snapshot.json, revision, about);
}

/** An order as a store has it. */
export interface Stored {
  snapshot: Snapshot;
  revision: any;
}

/** The result of `load`. Columns of the user's own are left out. */
export function foundOf(answer: any): Stored | null {
  if (answer === undefined || answer === null) return null;
  const { [AS_JSON]: json, snapshot, revision = null } = answer;
  if (typeof json === "string" && /^\s*\{/.test(json) && revision !== null) return { snapshot: Snapshot.ofJson(json), revision };
  if (isRecord(snapshot) && revision !== null) return { snapshot: Snapshot.of(snapshot), revision };
  return invalid(
    "store.load",
    "expected null, or { snapshot, revision }, the snapshot as it was saved and not as a string",
    "应为 null 或 { snapshot, revision }，其中 snapshot 为保存时的对象，而不是字符串",
  );
}

/** Whether `save` has saved. A row count, or nothing at all, does not say so. */
export const savedOf = (answer: unknown): boolean =>
  typeof answer === "boolean" ? answer : unexpected("store.save", answer, "true or false", "true 或 false");

/** The orders that `due`, `claimDue` or `conflicts` names. */
export const listOf = (answer: unknown, name: string): readonly string[] =>
  Array.isArray(answer) && answer.every((orderId) => typeof orderId === "string")
    ? answer
    : unexpected(`store.${name}`, answer, "a list of order numbers, as strings", "订单号（字符串）的数组");
