// The boundary to the WebAssembly module of orders (src/wasm/orders.rs is its other side). Nothing here is asked for each
// message, so each call looks anew where the memory is.

import { MeituanError } from "./errors.js";
import { stringify } from "./json.js";
import * as glue from "./orders-glue.js";
import { instantiated } from "./orders-instance.js";
import { MemoryView } from "./view.js";

/** Where the row of numbers tells of the output; src/wasm/mod.rs has the whole table. */
const OUTPUT = 6;

const encoder = new TextEncoder();

/**
 * Hands the parts over, one after the other.
 * @template T
 * @param {(string | Uint8Array)[]} parts
 * @param {(...lengths: number[]) => T} work what to call then
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
  return work(...lengths);
}

function output() {
  const memory = instantiated();
  const row = new Uint32Array(memory.buffer, glue.result(), 8);
  return new MemoryView(memory).utf8(row[OUTPUT], row[OUTPUT] + row[OUTPUT + 1]);
}

/** @returns {import("./glue.js").Failure} why the last call failed */
function failure() {
  glue.write_error();
  return JSON.parse(output());
}

/**
 * The output of what was asked.
 * @param {(string | Uint8Array)[]} parts
 * @param {(...lengths: number[]) => number | void} work returns 0 or nothing where it could be done
 */
function told(parts, work) {
  if (asked(parts, work)) {
    const failed = failure();
    throw new MeituanError(failed.code, failed);
  }
  return output();
}

/** @param {object | undefined} value */
const given = (value) => (value === undefined ? "" : stringify(value));

/**
 * What comes of an event (src/ticket/order/boundary.rs).
 * @param {object | undefined} order as stored
 * @param {object} event
 * @param {object} settings
 * @param {number} now
 * @returns {any}
 */
export const applyToOrder = (order, event, settings, now) =>
  JSON.parse(
    told([order, event, settings].map(given), (order, event, settings) => glue.ticket_order_apply(order, event, settings, now)),
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
  JSON.parse(told([order, event, calls].map(given), (order, event, calls) => glue.ride_order_apply(order, event, calls, now)));

/**
 * The recent calls with one more.
 * @param {object | undefined} calls
 * @param {string} call
 * @param {number} now
 * @returns {any}
 */
export const recordRideCall = (calls, call, now) =>
  JSON.parse(told([given(calls), call], (calls, call) => glue.ride_call_record(calls, call, now)));

/**
 * A body without personal data, as JSON.
 * @param {string | Uint8Array} body
 * @returns {string}
 */
export const redact = (body) => told([body], (length) => glue.ticket_redact(length));

/**
 * @param {string | Uint8Array} trace
 * @param {boolean} strict
 * @returns {any}
 */
export const judgeTrace = (trace, strict) => JSON.parse(told([trace], (length) => glue.ticket_accept(strict, length)));

/**
 * @param {object} announcement as src/wasm/orders.rs names it
 * @param {number} now
 */
export function writeChangeMail(announcement, now) {
  const mail = told([stringify(announcement)], (length) => glue.ticket_change_mail(length, now));
  const [to, subject, ...body] = mail.split("\n");
  return { to: to.split(","), subject, body: body.join("\n") };
}

/**
 * @param {string} secret
 * @param {boolean} prefix
 * @param {{ name: string, value: string }[]} parameters
 * @returns {string}
 */
export const sortedSign = (secret, prefix, parameters) =>
  told([secret, stringify({ parameters })], (secret, length) => glue.sorted_sign(secret, prefix, length));

/** Ends a text: UTF-8 never has this byte. */
const END = Uint8Array.of(0xff);

/** @param {string[]} texts */
const ended = (...texts) => texts.flatMap((text) => [text, END]);

/** @param {number[]} lengths */
const together = (...lengths) => lengths.reduce((sum, length) => sum + length, 0);

/**
 * @param {string} clientId
 * @param {string} secret
 * @param {string} method
 * @param {string} uri
 * @param {string} date
 * @returns {{ authorization: string, signature: string, stringToSign: string }}
 */
export const signByHand = (clientId, secret, method, uri, date) =>
  JSON.parse(told(ended(clientId, secret, method, uri, date), (...lengths) => glue.ba_sign(together(...lengths))));

/**
 * @param {string} clientId
 * @param {string} secret
 * @param {string} method
 * @param {string} uri
 * @param {string} date
 * @param {string} authorization
 * @returns what is wrong with it, if anything is
 */
export function verifyByHand(clientId, secret, method, uri, date, authorization) {
  const texts = ended(clientId, secret, method, uri, date, authorization);
  return asked(texts, (...lengths) => glue.ba_verify(together(...lengths))) === 0 ? undefined : failure();
}

/** @param {string} text */
export const parseHttpDate = (text) => asked([text], glue.parse_http_date);

/**
 * @param {object} questioned as src/wasm/diagnosis.rs names it
 * @returns {any}
 */
export const diagnoseSignature = (questioned) => JSON.parse(told([stringify(questioned)], (length) => glue.ba_diagnose(length)));
