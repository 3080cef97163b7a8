// Entry of meituan-protocol/ride: the ride API of Meituan Enterprise.

import { checkedCipher } from "./cipher.js";
import { invalid, moment } from "./configuration.js";
import * as core from "./core.js";
import { endpoint } from "./handler.js";
import { applyToRide, recordRideCall, sortedSign } from "./orders-core.js";
import { RIDE, RideClient } from "./ride-client.js";
import { carTypeRequestSources } from "./ride-tables.js";

export { nodeCipher } from "./cipher.js";
export { MeituanError } from "./errors.js";
export { fen, formatYuan, yuan } from "./money.js";
export * as codes from "./ride-codes.js";
export { RideRequests } from "./ride-requests.js";
export * as tables from "./ride-tables.js";
export { settler } from "./settler.js";
export { RideClient };

/**
 * @param {string} secretKey
 * @param {string} text
 * @param {{ cipher?: unknown, maxBytes?: number }} [options]
 */
export const sealEnvelope = (secretKey, text, { cipher, maxBytes } = {}) =>
  core.sealEnvelope(secretKey, text, checkedCipher(cipher, "cipher"), maxBytes);

/**
 * @param {string} secretKey
 * @param {string | Uint8Array} content
 * @param {{ cipher?: unknown, maxBytes?: number }} [options]
 */
export const openEnvelope = (secretKey, content, { cipher, maxBytes } = {}) =>
  core.openEnvelope(secretKey, content, checkedCipher(cipher, "cipher"), maxBytes);

/** @param {any} options */
export const handler = (options) => endpoint((settings) => new RideClient(settings), RIDE, options);

/**
 * @typedef {{ calls?: object, openOrders?: number, processes?: number }} Limits
 * @typedef {{ now: number | Date } & Limits} When
 */

/**
 * What the module counts the limits of calls by.
 * @param {Limits} limits
 */
function limitsOf({ calls, openOrders, processes }) {
  if (openOrders === undefined && processes === undefined) return calls;
  return {
    calls: [],
    ...calls,
    ...(openOrders === undefined ? {} : { openOrders }),
    ...(processes === undefined ? {} : { processes }),
  };
}

/**
 * @param {object | undefined | null} order
 * @param {object} event
 * @param {When} options
 */
export const transition = (order, event, { now, ...limits }) =>
  applyToRide(order ?? undefined, event, limitsOf(limits), moment(now));

/**
 * @param {object | undefined | null} order
 * @param {When} options
 */
export const standing = (order, { now, ...limits }) => applyToRide(order ?? undefined, undefined, limitsOf(limits), moment(now));

/**
 * @param {object | undefined | null} order
 * @param {number | Date | When} when
 * @param {Limits} [limits]
 */
export const nextAction = (order, when, limits) =>
  standing(order, typeof when === "number" || when instanceof Date ? { ...limits, now: when } : when).next;

/**
 * @param {object | undefined | null} calls
 * @param {string} call
 * @param {{ now: number | Date, processes?: number }} options
 */
export const recordCall = (calls, call, { now, processes }) =>
  recordRideCall(limitsOf({ calls: calls ?? { calls: [] }, processes }), call, moment(now));

/**
 * @param {any} estimate
 */
export function carTypeRequestOf(estimate) {
  /** @type {any} */
  const request = {};
  for (const { field, from, needed } of carTypeRequestSources) {
    const source = from.find((name) => estimate[name] !== undefined && estimate[name] !== null);
    if (source !== undefined) request[field] = estimate[source];
    else if (needed) return undefined;
  }
  return request;
}

/** @param {Uint8Array} [random] */
export function newOrderId(random = crypto.getRandomValues(new Uint8Array(16))) {
  const id = random instanceof Uint8Array ? core.orderId(random) : undefined;
  return id ?? invalid("random", "expected a Uint8Array of 16 bytes");
}

/**
 * @param {string} secret
 * @param {Iterable<readonly [string, unknown]> | Record<string, unknown>} parameters
 * @param {{ scheme?: "sign_key" | "prefix" }} [options]
 */
export function signSorted(secret, parameters, options) {
  const { scheme = "sign_key" } = options ?? {};
  if (typeof secret !== "string" || secret === "") invalid("secret", "expected a text that is not empty");
  if (scheme !== "sign_key" && scheme !== "prefix") invalid("scheme", "expected sign_key or prefix");
  const given = pairsOf(parameters).filter(([, value]) => value !== undefined && value !== null);
  const names = new Set();
  const named = given.map(([name, value]) => {
    if (names.has(name)) invalid(`parameters.${name}`, "it is there more than once");
    names.add(name);
    // What an object looks like as text is the sender's choice, and the signature covers that text.
    if (typeof value === "object" || typeof value === "function" || typeof value === "symbol")
      invalid(`parameters.${name}`, "expected a text, a number or a flag: sign nested JSON as the text that is sent");
    if (typeof value === "number" && !Number.isFinite(value)) invalid(`parameters.${name}`, `expected a number, found ${value}`);
    return { name, value: String(value) };
  });
  return sortedSign(secret, scheme === "prefix", named);
}

/**
 * The pairs of a record, of a Map, of URLSearchParams, or of any list of pairs.
 * @param {any} parameters
 * @returns {(readonly [string, unknown])[]}
 */
function pairsOf(parameters) {
  const wrong = () => invalid("parameters", "expected an object, or pairs of name and value");
  if (typeof parameters !== "object" || parameters === null) return wrong();
  if (typeof parameters[Symbol.iterator] !== "function") return Object.entries(parameters);
  const pairs = [...parameters];
  for (const pair of pairs) if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") wrong();
  return pairs;
}
