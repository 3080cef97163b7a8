// The boundary to the WebAssembly module of orders (src/wasm/orders.rs and service.rs are its other side).

import { duration, invalid, optionsOf, record } from "./arguments.js";
import { ASCII, Border, CALL, ENCRYPTED, JOB, MARKS, NONE, NOTHING, SLOTS, TEXT } from "./border.js";
import { MeituanError } from "./errors.js";
import { withFound } from "./found.js";
import { stringify } from "./json.js";
import * as glue from "./orders-glue.js";
import { instantiate } from "./orders-instance.js";
import { open, root } from "./slots.js";
import { read } from "./ticket-messages.js";
import { steady } from "./time.js";

// Each by its name: as a whole, the glue would bring all of its exports into every bundle.
const border = /* @__PURE__ */ new Border(
  { input: glue.input, result: glue.result, write_error: glue.write_error, write_findings: glue.write_findings },
  instantiate,
);

/**
 * What is asked of the module, within one call of it.
 * @template T
 * @param {readonly (string | Uint8Array)[]} parts handed over, one after the other
 * @param {(...lengths: number[]) => T} work
 * @returns {T}
 */
const asked = (parts, work) => border.call(() => work(...border.putAll(parts)));

/**
 * What is refused is said with what was found there.
 * @template T
 * @param {() => T} work
 * @param {unknown} value that was handed over
 * @param {string} [whole] its path
 * @returns {T}
 */
function about(work, value, whole) {
  try {
    return work();
  } catch (error) {
    throw withFound(error, value, { whole });
  }
}

/** @param {number | void} refused 0 or nothing where it could be done @returns {string} the output */
function told(refused) {
  if (refused) throw border.failed();
  return border.output();
}

/**
 * The output of what was asked.
 * @param {readonly (string | Uint8Array)[]} parts
 * @param {(...lengths: number[]) => number | void} work
 */
const answered = (parts, work) => asked(parts, (...lengths) => told(work(...lengths)));

/** @param {object | undefined} value */
const given = (value, path = "event") => (value === undefined ? "" : stringify(value, path));

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
    about(
      () =>
        answered([given(order, "order"), given(event), given(settings, "settings")], (order, event, settings) =>
          glue.ticket_order_apply(order, event, settings, now),
        ),
      Object.create(event, { order: { value: order }, settings: { value: settings } }),
      "event",
    ),
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
  JSON.parse(
    about(
      () =>
        answered([given(order, "order"), given(event), given(calls, "calls")], (order, event, calls) =>
          glue.ride_order_apply(order, event, calls, now),
        ),
      { order, event, calls },
    ),
  );

/**
 * The recent calls with one more.
 * @param {object | undefined} calls
 * @param {string} call
 * @param {number} now
 * @returns {any}
 */
export const recordRideCall = (calls, call, now) =>
  JSON.parse(
    about(() => answered([given(calls, "calls"), call], (calls, call) => glue.ride_call_record(calls, call, now)), { calls, call }),
  );

/**
 * A body without personal data, and without what its definition does not name, as JSON.
 * @param {number} message
 * @param {string | Uint8Array} body
 * @returns {string}
 */
export const redact = (message, body) => answered([body], (length) => glue.ticket_redact(message, length));

/**
 * @param {string | Uint8Array} trace
 * @param {boolean} strict
 * @returns {any}
 */
export const judgeTrace = (trace, strict) => JSON.parse(answered([trace], (length) => glue.ticket_accept(strict, length)));

/**
 * @param {object} announcement as src/wasm/orders.rs names it
 * @param {number} now
 */
export function writeChangeMail(announcement, now) {
  const write = () => answered([stringify(announcement, "change")], (length) => glue.ticket_change_mail(length, now));
  const mail = about(write, announcement, "change");
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
  answered([secret, stringify({ parameters })], (secret, length) => glue.sorted_sign(secret, prefix, length));

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
  JSON.parse(answered(terminated(clientId, secret, method, uri, date), (...lengths) => glue.ba_sign(together(...lengths))));

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
  return asked(texts, (...lengths) => (glue.ba_verify(together(...lengths)) === 0 ? undefined : border.failure()));
}

/** @param {string} text */
export const parseHttpDate = (text) => asked([text], glue.parse_http_date);

/**
 * @param {object} questioned as src/wasm/diagnosis.rs names it
 * @returns {any}
 */
export const diagnoseSignature = (questioned) =>
  JSON.parse(answered([stringify(questioned)], (length) => glue.ba_diagnose(length)));

/** A job of the module: its number there, and how it became what it is, for another instance. */
class Job {
  #begin;
  #drop;
  #number;
  #generation;
  /** @type {((number: number) => unknown)[]} */
  #inputs = [];

  /**
   * @param {() => number} begin makes it, within a call, and says its number
   * @param {(number: number) => void} drop
   */
  constructor(begin, drop) {
    this.#begin = begin;
    this.#drop = drop;
    this.#number = begin();
    this.#generation = border.generation;
  }

  /** Its number in the instance that there is now, within a call. */
  here() {
    if (this.#generation !== border.generation) {
      this.#number = this.#begin();
      for (const input of this.#inputs) input(this.#number);
      this.#generation = border.generation;
    }
    return this.#number;
  }

  /**
   * Gives it an input, and says what is output then.
   * @template T
   * @param {readonly string[]} parts
   * @param {(number: number, ...lengths: number[]) => number} work
   * @param {(output: string) => T} take within the same call
   * @returns {T}
   */
  input(parts, work, take) {
    return border.call(() => {
      const input = (/** @type {number} */ number) => work(number, ...border.putAll(parts));
      const output = told(input(this.here()));
      this.#inputs.push(input);
      return take(output);
    });
  }

  /** What the module says of it. Where it is forgotten already, it is made for that alone. @template T @param {(number: number) => T} ask */
  lent(ask) {
    const isForgotten = this.#generation === 0;
    const said = ask(this.here());
    if (isForgotten) this.#forget();
    return said;
  }

  /** The module forgets it. */
  end() {
    if (this.#generation !== border.generation) return;
    try {
      border.call(() => this.#forget());
    } catch {
      // An instance that fails here is not used again.
    }
  }

  #forget() {
    if (this.#generation === border.generation) this.#drop(this.#number);
    this.#generation = 0;
  }
}

/**
 * A job that has begun, with its first step (src/ticket/service/boundary.rs).
 * @typedef {{ job: Job, step: any }} Begun
 * @typedef {{ step: any, reply: string | undefined, warnings: readonly import("./errors.js").Finding[] }} Advanced
 */

/**
 * A step as a job has written it. What every object inherits is none of it.
 * @param {string} output
 * @returns {any}
 */
function stepIn(output) {
  const step = Object.setPrototypeOf(JSON.parse(output), null);
  for (const part of [step.save, step.heard]) if (part) Object.setPrototypeOf(part, null);
  return step;
}

/**
 * @param {() => number} work 0 where the job is made
 * @returns {Begun}
 */
function begun(work) {
  return border.call(() => {
    let output = "";
    const make = () => {
      output = told(work());
      return border.row[JOB];
    };
    const job = new Job(make, glue.order_end);
    return { job, step: stepIn(output) };
  });
}

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
export function openOrderSupplier(settings) {
  const text = stringify(settings);
  const number = numberOf([text], glue.ticket_supplier);
  border.keep(`supplier${text}`, () => glue.ticket_supplier(border.putAlone(text)));
  return number;
}

/**
 * @param {object} settings of the order rules
 * @param {number | undefined} deadlineMs
 * @returns {number} the service's number
 */
export function openService(settings, deadlineMs = Number.NaN) {
  const text = stringify(settings, "orders", "INVALID_CONFIG");
  try {
    const number = about(() => numberOf([text], (length) => glue.order_service(length, deadlineMs)), { settings });
    border.keep(`service${deadlineMs}:${text}`, () => glue.order_service(border.putAlone(text), deadlineMs));
    return number;
  } catch (error) {
    const { code, path, detail, detailZh } = /** @type {MeituanError} */ (error);
    if (!path.startsWith("settings")) throw error;
    return invalid(path.replace("settings", "orders"), `${code} ${detail}`.trimEnd(), `${code} ${detailZh}`.trimEnd());
  }
}

/**
 * The same at once, so that what is wrong with the settings is said where they are given. Where there are none, nothing can be, and
 * the module is made when it is needed; so is one that the user brings later.
 * @param {unknown} settings
 * @param {number} [deadlineMs]
 * @returns {number | undefined}
 */
export function checkedService(settings, deadlineMs) {
  if (settings === undefined) return undefined;
  const given = record(settings, "orders");
  const { sendLimit } = optionsOf(given, "orders", ["sendLimit"]);
  if (sendLimit !== undefined) duration(sendLimit, "orders.sendLimit");
  try {
    return openService(given, deadlineMs);
  } catch (error) {
    if (/** @type {MeituanError} */ (error).path.startsWith("orders")) throw error;
    return undefined;
  }
}

/** @param {readonly string[]} parts @param {(...lengths: number[]) => number} work */
const numberOf = (parts, work) => asked(parts, (...lengths) => existing(work(...lengths)));

/** @param {number} number */
function existing(number) {
  if (number === NONE) throw border.failed();
  return number;
}

/**
 * Takes a call apart, as receiveCall of core.js does, and begins to answer it where it is about an order.
 * @param {{ supplier: number, service: number }} numbers
 * @param {string} head seven lines
 * @param {string | Uint8Array} body
 * @param {number} now
 * @param {number} began when the call came, by the steady clock: its time limit counts from then
 * @returns {{ index: number | undefined, envelope: any, warnings: readonly import("./errors.js").Finding[], encrypted: boolean, error: MeituanError | undefined, begun?: Begun }}
 */
export function receiveOrderCall({ supplier, service }, head, body, now, began) {
  // Bytes may be written over by whoever lent them; a job that is made again needs them as they were.
  const parts = [head, typeof body === "string" ? body : body.slice()];
  const received = () => {
    const [headLength, bodyLength] = border.putAll(parts);
    return glue.order_receive(supplier, service, headLength, bodyLength, now, began) !== 0;
  };
  return border.call(() => {
    const refused = received();
    border.refresh();
    const { row, view } = border;
    const index = row[CALL] === NONE ? undefined : row[CALL];
    const encrypted = (row[MARKS] & ENCRYPTED) !== 0;
    if (refused || index === undefined)
      return { index, envelope: undefined, warnings: NOTHING, encrypted, error: border.refused() };
    const isAscii = (row[MARKS] & ASCII) !== 0;
    const isAtHand = typeof body === "string" && row[MARKS] === ASCII;
    open(view, row[SLOTS], row[TEXT], row[TEXT + 1], isAscii, isAtHand ? body : undefined);
    const envelope = read[index](root());
    const number = row[JOB];
    const step = stepIn(border.output());
    const warnings = border.findings();
    let isMade = true;
    const make = () => {
      if (isMade) {
        isMade = false;
        return number;
      }
      received();
      border.refresh();
      return border.row[JOB];
    };
    return { index, envelope, warnings, encrypted, error: undefined, begun: { job: new Job(make, glue.order_end), step } };
  });
}

/**
 * Begins to record an event of an order; without one, to settle.
 * @param {number} service
 * @param {string} orderId
 * @param {object | undefined} event
 * @param {boolean} canSend
 * @param {number} now
 * @returns {Begun}
 */
export function begin(service, orderId, event, canSend, now) {
  const text = given(event);
  const at = steady();
  const make = () => {
    const [length, digits] = border.putAll([text, orderId]);
    return glue.order_begin(service, canSend, length, digits, now, at);
  };
  return about(() => begun(make), event, "event");
}

/**
 * @param {Job} job
 * @param {number} input
 * @param {object | undefined} snapshot what is stored, of LOADED
 * @param {number} now
 * @param {number} at by the steady clock
 * @returns {Advanced}
 */
export const advance = (job, input, snapshot, now, at) =>
  job.input([given(snapshot)], (number, length) => glue.order_advance(number, input, length, now, at), advanced);

/**
 * A job's function has ended. `stored` is what is stored, if that is loaded.
 * @param {Job} job
 * @param {number | undefined} supplier
 * @param {any} end
 * @param {{ snapshot: object } | null | undefined} stored
 * @param {number} now
 * @param {number} at by the steady clock
 * @returns {Advanced}
 */
export function ended(job, supplier, end, stored, now, at) {
  const parts = [endOf(end), given(stored?.snapshot)];
  const of = supplierOf(supplier, end);
  const isLoaded = stored !== undefined;
  const input = (/** @type {number[]} */ ...[number, end, snapshot]) =>
    glue.order_ended(number, of, end, snapshot, isLoaded, now, at);
  return job.input(parts, input, advanced);
}

/**
 * Begins to record how a job's function ended, after the job.
 * @param {Job} job
 * @param {number | undefined} supplier
 * @param {any} end
 * @param {number} now
 * @param {number} at by the steady clock
 * @returns {Begun}
 */
export function beginEnd(job, supplier, end, now, at) {
  const [text, of] = [endOf(end), supplierOf(supplier, end)];
  return begun(() => job.lent((number) => glue.order_begin_end(number, of, border.putAlone(text), now, at)));
}

/** @param {any} end */
const endOf = (end) => replyOf(end) ?? stringify(end);

/** @param {any} end */
const replyOf = (end) => (Object.hasOwn(end, "reply") ? end.reply : undefined);

/** @param {number | undefined} supplier @param {any} end */
const supplierOf = (supplier, end) => (replyOf(end) === undefined ? NONE : (supplier ?? NONE));

/** @param {string} output @returns {Advanced} */
function advanced(output) {
  const step = stepIn(output);
  if (step.then !== "reply") return { step, reply: undefined, warnings: NOTHING };
  const reply = border.text(TEXT);
  return { step, reply, warnings: border.findings() };
}

/** @param {Job} job */
export const endJob = (job) => job.end();

/**
 * Begins a job of the order service of rides (src/wasm/rides.rs).
 * @param {number} work
 * @param {object} settings
 * @param {string} key
 * @param {object | undefined} event
 * @param {number} now
 * @param {number} [began] from when its time limit counts
 * @returns {Begun}
 */
export function beginRideJob(work, settings, key, event, now, began = steady()) {
  const parts = [stringify(settings), key, given(event)];
  const make = () => {
    const [settings, key, event] = border.putAll(parts);
    return existing(glue.ride_job_begin(work, settings, key, event, now, began));
  };
  const begin = () =>
    border.call(() => {
      const job = new Job(make, glue.ride_job_drop);
      return { job, step: stepIn(border.output()) };
    });
  return about(begin, { event });
}

/**
 * The next step of a job.
 * @param {Job} job
 * @param {number} kind of what is reported
 * @param {string} value
 * @param {number} now
 * @returns {any}
 */
export function advanceRideJob(job, kind, value, now) {
  const at = steady();
  return job.input([value], (number, length) => glue.ride_job_advance(number, kind, length, now, at), stepIn);
}
