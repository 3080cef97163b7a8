// The checks of what users hand over: settings and arguments. What is wrong is said with its place, what was expected, and what was
// found. Functions that run in every call look at the type themselves, and come here when it is not the one that they expect.

import { LONGEST_TIMER } from "../runtime/time-limits.js";
import { asDigits, unexpected, unset } from "./faults.js";
import { isUnset, timeOf } from "./kinds.js";
import { fieldOf, record } from "./options.js";

/**
 * @param {unknown} value
 * @param {string} path
 * @param {number} least
 * @param {number} most
 * @returns {number}
 */
export function integer(value, path, least, most) {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < least || number > most) {
    return unset(path, value, `a whole number from ${least} to ${most}`, `${least} 到 ${most} 的整数`);
  }
  return number;
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {string}
 */
export function text(value, path) {
  return typeof value === "string" && !isUnset(value) ? value : unset(path, value, "a text", "字符串");
}

/**
 * The same where an empty one says something.
 * @param {unknown} value
 * @param {string} path
 * @param {import("../generated/messages.js").ErrorCode} [code]
 * @returns {string}
 */
export const anyText = (value, path, code) =>
  typeof value === "string" ? value : unexpected(path, value, "a text", "字符串", code);

/**
 * The number of an order.
 * @param {unknown} orderId
 * @param {string} [path]
 * @returns {string}
 */
export function identified(orderId, path = "orderId") {
  if (typeof orderId === "string" && orderId !== "") return orderId;
  if (typeof orderId === "number" || typeof orderId === "bigint") return asDigits(orderId, path);
  return unexpected(path, orderId, "the order's number, as a text", "订单号（字符串）");
}

/**
 * A moment as epoch milliseconds.
 * @param {unknown} value
 * @param {string} [path]
 * @returns {number}
 */
export function moment(value, path = "now") {
  const milliseconds = timeOf(value);
  return milliseconds !== undefined && Number.isFinite(milliseconds)
    ? milliseconds
    : unexpected(path, value, "epoch milliseconds or a Date", "毫秒时间戳或 Date");
}

/**
 * The time of options that may have one.
 * @param {unknown} options
 * @returns {number | undefined}
 */
export function nowOf(options) {
  if (options === undefined || options === null) return undefined;
  const now = fieldOf(record(options, "options"), "now", "now");
  return typeof now === "number" && Number.isFinite(now) ? now : now === undefined ? undefined : moment(now);
}

/**
 * How many tickets an order has; -1 where that is not said.
 * @param {unknown} order
 * @returns {number}
 */
export function quantityOf(order) {
  if (order === undefined || order === null) return -1;
  return ticketsOf(fieldOf(record(order, "order"), "quantity", "order.quantity"), "order.quantity");
}

/**
 * @param {unknown} quantity
 * @param {string} path
 */
export const ticketsOf = (quantity, path = "quantity") =>
  quantity === undefined || isCount(quantity)
    ? (quantity ?? -1)
    : unexpected(path, quantity, "a whole number", "整数", "WRONG_TYPE");

/** @param {unknown} value @returns {value is number} */
const isCount = (value) => typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31;

/**
 * A setting in milliseconds that a timer is set to.
 * @param {unknown} value
 * @param {string} path
 * @returns {number}
 */
export const duration = (value, path) =>
  typeof value === "number" && value > 0 && value <= LONGEST_TIMER
    ? value
    : unexpected(path, value, `a number of milliseconds, up to ${LONGEST_TIMER}`, `毫秒数，最大 ${LONGEST_TIMER}`);

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {boolean}
 */
export const flag = (value, path) =>
  typeof value === "boolean" ? value : unexpected(path, value, "true or false", "true 或 false");

/**
 * @template {string} Word
 * @param {unknown} value
 * @param {string} path
 * @param {readonly Word[]} words
 * @returns {Word}
 */
export const oneOf = (value, path, words) =>
  words.includes(/** @type {any} */ (value))
    ? /** @type {Word} */ (value)
    : unexpected(path, value, `one of: ${words.join(", ")}`, `以下之一：${words.join("、")}`);
