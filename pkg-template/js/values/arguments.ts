// The checks of what users hand over: settings and arguments. An error has its place, what was expected, and what was found.
// Functions that run in every call look at the type themselves, and come here when it is not the one that they expect.

import type { ErrorCode } from "../generated/messages.js";
import { LONGEST_TIMER } from "../runtime/time-limits.js";
import { asDigits, unexpected, unset } from "./faults.js";
import { isUnset, timeOf } from "./kinds.js";
import { fieldOf, record } from "./options.js";

export function integer(value: unknown, path: string, min: number, max: number): number {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < min || number > max) {
    return unset(path, value, `a whole number from ${min} to ${max}`, `${min} 到 ${max} 的整数`);
  }
  return number;
}

export function string(value: unknown, path: string): string {
  return typeof value === "string" && !isUnset(value) ? value : unset(path, value, "a string", "字符串");
}

/** The same where an empty one says something. */
export const anyString = (value: unknown, path: string, code?: ErrorCode): string =>
  typeof value === "string" ? value : unexpected(path, value, "a string", "字符串", code);

/** The number of an order. */
export function identified(orderId: unknown, path = "orderId"): string {
  if (typeof orderId === "string" && orderId !== "") return orderId;
  if (typeof orderId === "number" || typeof orderId === "bigint") return asDigits(orderId, path);
  return unexpected(path, orderId, "the order's number, as a string", "订单号（字符串）");
}

/** A timestamp as epoch milliseconds. */
export function timestamp(value: unknown, path = "now"): number {
  const milliseconds = timeOf(value);
  return milliseconds !== undefined && Number.isFinite(milliseconds)
    ? milliseconds
    : unexpected(path, value, "epoch milliseconds or a Date", "毫秒时间戳或 Date");
}

/** The time of options that may have one. */
export function nowOf(options: unknown): number | undefined {
  if (options === undefined || options === null) return undefined;
  const now = fieldOf(record(options, "options"), "now", "now");
  return typeof now === "number" && Number.isFinite(now) ? now : now === undefined ? undefined : timestamp(now);
}

/** How many tickets an order has; -1 where that is not said. */
export function quantityOf(order: unknown): number {
  if (order === undefined || order === null) return -1;
  return ticketsOf(fieldOf(record(order, "order"), "quantity", "order.quantity"), "order.quantity");
}

export const ticketsOf = (quantity: unknown, path = "quantity") =>
  quantity === undefined || isCount(quantity)
    ? (quantity ?? -1)
    : unexpected(path, quantity, "a whole number", "整数", "WRONG_TYPE");

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31;

/** A setting in milliseconds that a timer is set to. */
export const duration = (value: unknown, path: string): number =>
  typeof value === "number" && value > 0 && value <= LONGEST_TIMER
    ? value
    : unexpected(path, value, `a number of milliseconds, up to ${LONGEST_TIMER}`, `毫秒数，最大 ${LONGEST_TIMER}`);

export const flag = (value: unknown, path: string): boolean =>
  typeof value === "boolean" ? value : unexpected(path, value, "true or false", "true 或 false");

export const oneOf = <Word extends string>(value: unknown, path: string, words: readonly Word[]): Word =>
  words.includes(value as any)
    ? (value as Word)
    : unexpected(path, value, `one of: ${words.join(", ")}`, `以下之一：${words.join("、")}`);
