// The border to the WebAssembly module of orders (src/wasm/orders.rs is its other side). Nothing here is asked for each
// message, so each call looks anew where the memory is.

import { MeituanError } from "./errors.js";
import { stringify } from "./json.js";
import * as glue from "./orders-glue.js";
import { instantiated } from "./orders-instance.js";

/** The number of the row of src/wasm/mod.rs that tells where the output is; its length follows. */
const OUTPUT = 6;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Hands the parts over, one after the other.
 * @param {(string | Uint8Array)[]} parts
 * @param {(...lengths: number[]) => number | void} work what to call then; it fails unless it returns 0 or nothing
 * @returns {string} the output
 */
function asked(parts, work) {
  const memory = instantiated();
  const pieces = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part));
  const lengths = pieces.map(({ length }) => length);
  const length = lengths.reduce((sum, each) => sum + each, 0);
  // Asking for room may move the memory.
  let at = glue.input(length);
  for (const piece of pieces) {
    new Uint8Array(memory.buffer).set(piece, at);
    at += piece.length;
  }
  if (work(...lengths)) {
    const failure = glue.error();
    throw new MeituanError(failure.code, failure);
  }
  const row = new Uint32Array(memory.buffer, glue.result(), 8);
  return decoder.decode(new Uint8Array(memory.buffer, row[OUTPUT], row[OUTPUT + 1]));
}

/** @param {object | undefined} value */
const given = (value) => (value === undefined ? "" : stringify(value));

/**
 * What comes of an event (src/ticket/order/border.rs).
 * @param {object | undefined} order as stored
 * @param {object} event
 * @param {object} settings
 * @param {number} now
 * @returns {any}
 */
export const applyToOrder = (order, event, settings, now) =>
  JSON.parse(
    asked([order, event, settings].map(given), (order, event, settings) => glue.ticket_order_apply(order, event, settings, now)),
  );

/**
 * The same of an order of the ride API; without an event, what follows from the order.
 * @param {object | undefined} order as stored
 * @param {object | undefined} event
 * @param {object | undefined} calls the recent ones
 * @param {number} now
 * @returns {any}
 */
export const applyToRide = (order, event, calls, now) =>
  JSON.parse(asked([order, event, calls].map(given), (order, event, calls) => glue.ride_order_apply(order, event, calls, now)));

/**
 * A body without personal data, as JSON.
 * @param {string | Uint8Array} body
 * @returns {string}
 */
export const redact = (body) => asked([body], (length) => glue.ticket_redact(length));

/**
 * @param {string | Uint8Array} trace
 * @param {boolean} strict
 * @returns {any}
 */
export const judgeTrace = (trace, strict) => JSON.parse(asked([trace], (length) => glue.ticket_accept(strict, length)));

/**
 * @param {object} announcement as src/wasm/orders.rs names it
 * @param {number} now
 */
export function writeChangeMail(announcement, now) {
  const mail = asked([stringify(announcement)], (length) => glue.ticket_change_mail(length, now));
  const [to, subject, ...body] = mail.split("\n");
  return { to: to.split(","), subject, body: body.join("\n") };
}

/**
 * @param {object} questioned as src/wasm/diagnosis.rs names it
 * @returns {any}
 */
export const diagnoseSignature = (questioned) => JSON.parse(asked([stringify(questioned)], (length) => glue.ba_diagnose(length)));
