// The rules of ride orders as pure functions.

import { applyToRide, recordRideCall } from "../boundary/ride-orders.js";
import { anyText, moment } from "../values/arguments.js";
import { reading } from "../values/faults.js";
import { timeOf } from "../values/kinds.js";
import { optionsOf, record } from "../values/options.js";

/**
 * @typedef {{ calls?: object, openOrders?: number, processes?: number }} Limits
 * @typedef {{ now: number | Date } & Limits} When
 */
/**
 * What the module counts the limits of calls by.
 * @param {Limits} limits
 */
function limitsOf({ calls, openOrders, processes }) {
  if (calls !== undefined && calls !== null) record(calls, "calls");
  if (openOrders === undefined && processes === undefined) return calls;
  return reading("calls", () => ({
    calls: [],
    ...calls,
    ...(openOrders === undefined ? {} : { openOrders }),
    ...(processes === undefined ? {} : { processes }),
  }));
}

/** @param {unknown} options @returns {Record<string, any>} */
const whenOf = (options) => optionsOf(record(options, "options"), "options", ["now", "calls", "openOrders", "processes"], "");

/** @param {object | undefined | null} order */
const storedOf = (order) => (order === undefined || order === null ? undefined : record(order, "order"));

/**
 * @param {object | undefined | null} order
 * @param {object} event
 * @param {When} options
 */
export function transition(order, event, options) {
  const { now, ...limits } = whenOf(options);
  return applyToRide(storedOf(order), record(event, "event"), limitsOf(limits), moment(now));
}

/**
 * @param {object | undefined | null} order
 * @param {When} options
 */
export function standing(order, options) {
  const { now, ...limits } = whenOf(options);
  return applyToRide(storedOf(order), undefined, limitsOf(limits), moment(now));
}

/**
 * @param {object | undefined | null} order
 * @param {number | Date | When} when
 * @param {Limits} [limits]
 */
export const nextAction = (order, when, limits) =>
  standing(
    order,
    timeOf(when) === undefined ? /** @type {When} */ (when) : { ...whenLimits(limits), now: /** @type {any} */ (when) },
  ).next;

/** @param {unknown} limits */
const whenLimits = (limits) => optionsOf(limits, "limits", ["calls", "openOrders", "processes"], "");

/**
 * @param {object | undefined | null} calls
 * @param {string} call
 * @param {{ now: number | Date, processes?: number }} options
 */
export function recordCall(calls, call, options) {
  const { now, processes } = whenOf(options);
  return recordRideCall(limitsOf({ calls: calls ?? { calls: [] }, processes }), anyText(call, "call"), moment(now));
}
