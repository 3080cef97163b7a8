// What a user's store may say. Anything else is reported, and taken for nothing: neither for "not there" nor for "saved".

import { endsInTime, steady } from "../runtime/time-limits.js";
import { invalid, unexpected } from "../values/faults.js";
import { isRecord } from "../values/kinds.js";

/** So long may the store take where no call of Meituan's waits for it, as in the order service. */
export const STORE_LIMIT = 30_000;

/**
 * What the store says to whoever asks outside of a job.
 * @param name of what was asked
 */
export const heard = <T>(answer: T | Promise<T>, name: string): Promise<T> =>
  endsInTime(answer, steady() + STORE_LIMIT, `store.${name}`);

/** What `load` has found. Columns of the user's own are left out. */
export function foundOf(answer: any): { snapshot: any; revision: any } | null {
  if (answer === undefined || answer === null) return null;
  const { snapshot, revision = null } = answer;
  if (isRecord(snapshot) && revision !== null) return { snapshot, revision };
  return invalid(
    "store.load",
    "expected null, or { snapshot, revision }, the snapshot as it was saved and not as a text",
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
    : unexpected(`store.${name}`, answer, "a list of order numbers, as texts", "订单号（字符串）的数组");
