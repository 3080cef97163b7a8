// Entry of meituan-protocol/ride: the ride API of Meituan Enterprise.

import { anyText, fieldOf, invalid, moment, oneOf, optionsOf, reading, record, text, unexpected } from "./arguments.js";
import { checkedCipher } from "./cipher.js";
import * as core from "./core.js";
import { endpoint } from "./handler.js";
import { applyToRide, recordRideCall, sortedSign } from "./orders-core.js";
import { RIDE, RideClient } from "./ride-client.js";
import { carTypeRequestSources } from "./ride-tables.js";
import { bytesOf, timeOf } from "./values.js";

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
export function sealEnvelope(secretKey, text, options) {
  const { cipher, maxBytes } = envelopeOptions(options);
  return core.sealEnvelope(secretKey, text, checkedCipher(cipher, "cipher"), maxBytes);
}

/** @param {unknown} options */
const envelopeOptions = (options) => optionsOf(options, "options", ["cipher", "maxBytes"], "");

/**
 * @param {string} secretKey
 * @param {string | Uint8Array} content
 * @param {{ cipher?: unknown, maxBytes?: number }} [options]
 */
export function openEnvelope(secretKey, content, options) {
  const { cipher, maxBytes } = envelopeOptions(options);
  return core.openEnvelope(secretKey, content, checkedCipher(cipher, "cipher"), maxBytes);
}

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

/**
 * @param {any} estimate
 */
export function carTypeRequestOf(estimate) {
  record(estimate, "estimate");
  /** @type {any} */
  const request = {};
  for (const { field, from, needed } of carTypeRequestSources) {
    const value = from
      .map((name) => fieldOf(estimate, name, `estimate.${name}`))
      .find((value) => value !== undefined && value !== null);
    if (value !== undefined) request[field] = value;
    else if (needed) return undefined;
  }
  return request;
}

/** The bytes of a UUID before which there is a dash. */
const DASHES = new Set([4, 6, 8, 10]);

/** @param {Uint8Array} [random] */
export function newOrderId(random = crypto.getRandomValues(new Uint8Array(16))) {
  const bytes = bytesOf(random);
  if (bytes?.length !== 16) return unexpected("random", random, "a Uint8Array of 16 bytes", "16 字节的 Uint8Array");
  const id = bytes.slice();
  id[6] = (id[6] & 0x0f) | 0x40;
  id[8] = (id[8] & 0x3f) | 0x80;
  return Array.from(id, (byte, at) => (DASHES.has(at) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} secret
 * @param {Iterable<readonly [string, unknown]> | Record<string, unknown>} parameters
 * @param {{ scheme?: "sign_key" | "prefix" }} [options]
 */
export function signSorted(secret, parameters, options) {
  const { scheme = "sign_key" } = optionsOf(options, "options", ["scheme"], "");
  text(secret, "secret");
  oneOf(scheme, "scheme", ["sign_key", "prefix"]);
  const given = pairsOf(parameters).filter(([, value]) => value !== undefined && value !== null);
  const names = new Set();
  const named = given.map(([name, value]) => {
    if (names.has(name)) invalid(`parameters.${name}`, "it is there more than once", "出现了多次");
    names.add(name);
    // What an object looks like as text is the sender's choice, and the signature covers that text.
    if (typeof value === "object" || typeof value === "function" || typeof value === "symbol")
      return unexpected(
        `parameters.${name}`,
        value,
        "a text, a number or a flag (sign nested JSON as the text that is sent)",
        "字符串、数字或布尔值（嵌套的 JSON 请按实际发送的文本签名）",
      );
    if (typeof value === "number" && !Number.isFinite(value)) unexpected(`parameters.${name}`, value, "a number", "数字");
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
  const wrong = () => unexpected("parameters", parameters, "an object, or pairs of name and value", "对象，或名称与值的键值对");
  if (typeof parameters !== "object" || parameters === null) return wrong();
  return reading("parameters", () => {
    if (typeof parameters[Symbol.iterator] !== "function") return Object.entries(parameters);
    const pairs = [...parameters];
    for (const pair of pairs) if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") wrong();
    return pairs;
  });
}
