// The border to the WebAssembly module of orders (src/wasm/orders.rs is its other side). Nothing here is asked for each
// message, so each call looks anew where the memory is.

import { MeituanError } from "./errors.js";
import { stringify } from "./json.js";
import * as glue from "./orders-glue.js";
import { instantiated } from "./orders-instance.js";
import { interfaces, read } from "./ride-messages.js";
import { open, root } from "./slots.js";
import { MemoryView } from "./view.js";

/** What numbers of the row mean; src/wasm/mod.rs has the whole table. */
const SLOTS = 1;
const TEXT = 2;
const OUTPUT = 6;

const encoder = new TextEncoder();

/**
 * Hands the parts over, one after the other.
 * @param {(string | Uint8Array)[]} parts
 * @param {(...lengths: number[]) => number | void} work what to call then
 * @returns {{ refused: boolean, view: MemoryView, row: Uint32Array }} whether it returned anything but 0 or nothing
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
  const refused = Boolean(work(...lengths));
  return { refused, view: new MemoryView(memory), row: new Uint32Array(memory.buffer, glue.result(), 8) };
}

/**
 * The output of what was asked.
 * @param {(string | Uint8Array)[]} parts
 * @param {(...lengths: number[]) => number | void} work
 */
function told(parts, work) {
  const { refused, view, row } = asked(parts, work);
  if (refused) {
    const failure = glue.error();
    throw new MeituanError(failure.code, failure);
  }
  return view.utf8(row[OUTPUT], row[OUTPUT] + row[OUTPUT + 1]);
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
 * Checks a message of the ride API by itself, as its reader would.
 * @param {number} of the interface
 * @param {boolean} isReply
 * @param {string | Uint8Array} text
 * @returns {{ value: any, issues: readonly import("./errors.js").Finding[] }}
 */
export function checkRide(of, isReply, text) {
  const { refused, view, row } = asked([text], (length) => glue.ride_check(of, isReply, length));
  const issues = glue.findings();
  if (refused) return { value: undefined, issues };
  open(view, row[SLOTS], row[TEXT], row[TEXT + 1], undefined);
  return { value: read[isReply ? interfaces.length + of : of](root()), issues };
}

/**
 * Whether nothing refuses it. Nothing is built of it.
 * @param {number} of the interface
 * @param {boolean} isReply
 * @param {string | Uint8Array} text
 */
export function acceptsRide(of, isReply, text) {
  // A failure of the gateway is no message, and a good reply all the same.
  asked([text], (length) => glue.ride_check(of, isReply, length));
  return !glue.findings().some((/** @type {{ refuses: boolean }} */ { refuses }) => refuses);
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

/**
 * Calls for what is told of texts.
 * @template T
 * @param {string[]} texts
 * @param {(length: number) => T} work
 * @returns {T}
 */
function ofTexts(texts, work) {
  /** @type {T | undefined} */
  let result;
  asked(
    texts.flatMap((text) => [text, END]),
    (...lengths) => {
      result = work(lengths.reduce((sum, length) => sum + length, 0));
    },
  );
  return /** @type {T} */ (result);
}

/**
 * @param {string} clientId
 * @param {string} secret
 * @param {string} method
 * @param {string} uri
 * @param {string} date
 */
export const signByHand = (clientId, secret, method, uri, date) => ofTexts([clientId, secret, method, uri, date], glue.ba_sign);

/**
 * @param {string} clientId
 * @param {string} secret
 * @param {string} method
 * @param {string} uri
 * @param {string} date
 * @param {string} authorization
 */
export const verifyByHand = (clientId, secret, method, uri, date, authorization) =>
  ofTexts([clientId, secret, method, uri, date, authorization], glue.ba_verify);

/** @param {string} text */
export function parseHttpDate(text) {
  let at = Number.NaN;
  asked([text], (length) => {
    at = glue.parse_http_date(length);
  });
  return at;
}

/**
 * @param {object} questioned as src/wasm/diagnosis.rs names it
 * @returns {any}
 */
export const diagnoseSignature = (questioned) => JSON.parse(told([stringify(questioned)], (length) => glue.ba_diagnose(length)));
