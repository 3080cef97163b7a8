// The boundary to the WebAssembly module of orders (src/wasm/orders.rs and service.rs are its other side).

import { MeituanError } from "./errors.js";
import { stringify } from "./json.js";
import * as glue from "./orders-glue.js";
import { instantiated } from "./orders-instance.js";
import { open, root } from "./slots.js";
import { read } from "./ticket-messages.js";
import { MemoryView } from "./view.js";

/** What the numbers of the row mean; src/wasm/mod.rs has the whole table. */
const CALL = 0;
const SLOTS = 1;
const TEXT = 2;
const MARKS = 4;
const FINDINGS = 5;
const OUTPUT = 6;
const JOB = 8;

const ASCII = 1;
const ENCRYPTED = 2;
const NONE = 0xffffffff;

/** @type {MemoryView} */
let view;
/** @type {ArrayBuffer | SharedArrayBuffer | undefined} */
let viewed;
let row = new Uint32Array(0);
let rowAt = 0;
let inputAt = 0;
// Less than any length, so that the first use makes room.
let inputRoom = -1;

/** Growing the memory detaches every view of it. @param {WebAssembly.Memory} memory */
function refresh(memory) {
  if (viewed === memory.buffer && row.length !== 0) return;
  viewed = memory.buffer;
  rowAt ||= glue.result();
  view = new MemoryView(memory, inputAt);
  row = new Uint32Array(memory.buffer, rowAt, 9);
}

/** @param {number} length */
function reserve(length) {
  const memory = instantiated();
  if (length > inputRoom) {
    inputRoom = Math.max(length, 4096);
    // Making room may move the memory.
    inputAt = glue.input(inputRoom);
    viewed = undefined;
  }
  refresh(memory);
}

/**
 * Hands the parts over, one after the other.
 * @template T
 * @param {(string | Uint8Array)[]} parts
 * @param {(...lengths: number[]) => T} work what to call then
 */
function asked(parts, work) {
  reserve(parts.reduce((sum, part) => sum + (typeof part === "string" ? 3 : 1) * part.length, 0));
  let at = 0;
  const lengths = parts.map((part) => {
    const before = at;
    if (typeof part === "string") at += view.write(part, at);
    else {
      view.input.set(part, at);
      at += part.length;
    }
    return at - before;
  });
  return work(...lengths);
}

/** The string at a place that the row names. @param {number} index */
function stringAt(index) {
  refresh(instantiated());
  return view.utf8(row[index], row[index] + row[index + 1]);
}

const output = () => stringAt(OUTPUT);

/** @returns {readonly import("./errors.js").Finding[]} */
function findings() {
  if (row[FINDINGS] === 0) return [];
  glue.write_findings();
  return JSON.parse(output());
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
const terminated = (...texts) => texts.flatMap((text) => [text, END]);

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
  JSON.parse(told(terminated(clientId, secret, method, uri, date), (...lengths) => glue.ba_sign(together(...lengths))));

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
  const texts = terminated(clientId, secret, method, uri, date, authorization);
  return asked(texts, (...lengths) => glue.ba_verify(together(...lengths))) === 0 ? undefined : failure();
}

/** @param {string} text */
export const parseHttpDate = (text) => asked([text], glue.parse_http_date);

/**
 * @param {object} questioned as src/wasm/diagnosis.rs names it
 * @returns {any}
 */
export const diagnoseSignature = (questioned) => JSON.parse(told([stringify(questioned)], (length) => glue.ba_diagnose(length)));

/**
 * A job that has begun, by its number, with its first step (src/ticket/service/boundary.rs).
 * @typedef {{ job: number, step: any }} Begun
 * @typedef {{ step: any, reply: string | undefined, warnings: readonly import("./errors.js").Finding[] }} Advanced
 */

/** Inputs of a job, by the numbers of src/wasm/service.rs. */
export const LOADED = 1;
export const CONFLICT = 2;
export const STORE_FAILED = 3;
export const STORE_LATE = 4;
export const RESUMED = 5;
export const LATE = 6;
export const SENT = 7;

/**
 * @param {object} settings as src/wasm/ticket.rs names them
 * @returns {number} the supplier's number in this module
 */
export const openOrderSupplier = (settings) => opened([stringify(settings)], glue.ticket_supplier);

/**
 * @param {object} settings of the order rules
 * @param {number | undefined} deadlineMs
 * @returns {number} the service's number
 */
export const openService = (settings, deadlineMs = Number.NaN) =>
  opened([stringify(settings)], (length) => glue.order_service(length, deadlineMs));

/** @param {string[]} parts @param {(...lengths: number[]) => number} work */
function opened(parts, work) {
  const number = asked(parts, work);
  if (number === NONE) throw thrown(failure());
  return number;
}

/** @param {any} failed */
const thrown = (failed) => new MeituanError(failed.code, failed);

/**
 * Takes a call apart, as receiveCall of core.js does, and begins to answer it where it is about an order.
 * @param {{ supplier: number, service: number }} numbers
 * @param {string} head seven lines
 * @param {string | Uint8Array} body
 * @param {number} now
 * @returns {{ index: number | undefined, envelope: any, warnings: readonly import("./errors.js").Finding[], encrypted: boolean, error: MeituanError | undefined, begun?: Begun }}
 */
export function receiveOrderCall({ supplier, service }, head, body, now) {
  const refused = asked([head, body], (head, body) => glue.order_receive(supplier, service, head, body, now, Date.now())) !== 0;
  refresh(instantiated());
  const index = row[CALL] === NONE ? undefined : row[CALL];
  const encrypted = (row[MARKS] & ENCRYPTED) !== 0;
  if (refused || index === undefined) {
    return { index, envelope: undefined, warnings: [], encrypted, error: thrown(failure()) };
  }
  const isAscii = (row[MARKS] & ASCII) !== 0;
  const isAtHand = typeof body === "string" && row[MARKS] === ASCII;
  open(view, row[SLOTS], row[TEXT], row[TEXT + 1], isAscii, isAtHand ? body : undefined);
  const envelope = read[index](root());
  const begun = { job: row[JOB], step: JSON.parse(output()) };
  return { index, envelope, warnings: findings(), encrypted, error: undefined, begun };
}

/**
 * Begins to record an event; without one, to settle.
 * @param {number} service
 * @param {object | undefined} event
 * @param {boolean} canSend
 * @param {number} now
 * @returns {Begun}
 */
export function begin(service, event, canSend, now) {
  const step = told([given(event)], (event) => glue.order_begin(service, canSend, event, now, Date.now()));
  return { job: row[JOB], step: JSON.parse(step) };
}

/**
 * @param {number} job
 * @param {number} input
 * @param {object | undefined} snapshot what is stored, of LOADED
 * @param {number} now
 * @param {number} steady
 * @returns {Advanced}
 */
export function advance(job, input, snapshot, now, steady) {
  return advanced(told([given(snapshot)], (length) => glue.order_advance(job, input, length, now, steady)));
}

/**
 * A job's function has ended. `stored` is what is stored, if that is loaded.
 * @param {number} job
 * @param {number | undefined} supplier
 * @param {any} end
 * @param {{ snapshot: object } | null | undefined} stored
 * @param {number} now
 * @param {number} steady
 * @returns {Advanced}
 */
export function ended(job, supplier, end, stored, now, steady) {
  const parts = [endOf(end), given(stored?.snapshot)];
  const of = supplierOf(supplier, end);
  const isLoaded = stored !== undefined;
  return advanced(told(parts, (end, snapshot) => glue.order_ended(job, of, end, snapshot, isLoaded, now, steady)));
}

/**
 * Begins to record how a job's function ended, after the job.
 * @param {number} job
 * @param {number | undefined} supplier
 * @param {any} end
 * @param {number} now
 * @param {number} steady
 * @returns {Begun}
 */
export function beginEnd(job, supplier, end, now, steady) {
  const step = told([endOf(end)], (length) => glue.order_begin_end(job, supplierOf(supplier, end), length, now, steady));
  return { job: row[JOB], step: JSON.parse(step) };
}

/** @param {any} end */
const endOf = ({ reply, ...end }) => reply ?? stringify(end);

/** @param {number | undefined} supplier @param {any} end */
const supplierOf = (supplier, { reply }) => (reply === undefined ? NONE : (supplier ?? NONE));

/** @param {string} output @returns {Advanced} */
function advanced(output) {
  const step = JSON.parse(output);
  if (step.then !== "reply") return { step, reply: undefined, warnings: [] };
  const reply = stringAt(TEXT);
  return { step, reply, warnings: findings() };
}

/** @param {number} job */
export const endJob = (job) => glue.order_end(job);

/**
 * Begins a job of the order service of rides (src/wasm/rides.rs).
 * @param {number} work
 * @param {object} settings
 * @param {string} key
 * @param {object | undefined} event
 * @param {number} now
 * @returns {Begun}
 */
export function beginRideJob(work, settings, key, event, now) {
  const begun = (/** @type {number[]} */ ...[settings, key, event]) =>
    glue.ride_job_begin(work, settings, key, event, now, Date.now());
  const job = opened([stringify(settings), key, given(event)], begun);
  return { job, step: JSON.parse(output()) };
}

/**
 * The next step of a job.
 * @param {number} job
 * @param {number} kind of what is reported
 * @param {string} value
 * @param {number} now
 * @returns {any}
 */
export const advanceRideJob = (job, kind, value, now) =>
  JSON.parse(told([value], (length) => glue.ride_job_advance(job, kind, length, now, Date.now())));

/** @param {number} job */
export const dropRideJob = (job) => glue.ride_job_drop(job);
