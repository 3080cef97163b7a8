// The ticket API in the module of messages: suppliers, calls, replies, requests.

import { calls, read as readTicket } from "../generated/ticket-messages.js";
import * as glue from "../loaders/glue.js";
import { withFound } from "../values/culprits.js";
import { stringify } from "../values/json.js";
import { ANSWER, CALL, ENCRYPTED, MARKS, mostBytes, NONE, NOTHING } from "./boundary.js";
import { boundary, indexOf, NOWHERE, opened, saidOf, take, written } from "./messages-module.js";

/**
 * @typedef {import("../errors/error.js").Finding} Finding
 * @typedef {import("../entries/ticket.js").HostCipher} HostCipher
 * @typedef {import("../errors/error.js").MeituanError} MeituanError
 */

export const callIndex = /* @__PURE__ */ indexOf(() => calls.map(({ name }) => name));

/** @param {number} call */
export const replyIndex = (call) => calls.length + call;

const ofSupplier = (/** @type {number} */ handle) => 2 * handle + 1;

/**
 * @param {object} settings as src/wasm/ticket.rs names them
 * @param {HostCipher} [cipher]
 * @returns {number} the supplier's handle
 */
export const openSupplier = (settings, cipher) => opened("supplier", glue.ticket_supplier, settings, cipher, ofSupplier);

/**
 * The hot path: one call of the module for one request.
 * @param {number} supplier
 * @param {string} head seven lines
 * @param {string | Uint8Array} body
 * @param {number} now
 * @returns {{ index: number | undefined, envelope: any, warnings: readonly Finding[], encrypted: boolean, error: MeituanError | undefined }}
 */
export const receiveCall = (supplier, head, body, now) =>
  boundary.call(() => {
    boundary.reserve(3 * head.length + mostBytes(body));
    const headLength = boundary.put(head, 0);
    const bodyLength = boundary.put(body, headLength);
    const refused = glue.ticket_receive(supplier, headLength, bodyLength, now) !== 0;
    boundary.refresh();
    const { row } = boundary;
    const index = row[CALL] === NONE ? undefined : row[CALL];
    const encrypted = (row[MARKS] & ENCRYPTED) !== 0;
    if (refused || index === undefined) {
      return { index, envelope: undefined, warnings: NOTHING, encrypted, error: boundary.refused() };
    }
    const envelope = take(readTicket[index], body);
    return { index, envelope, warnings: boundary.findings(), encrypted, error: undefined };
  });

/**
 * Judges what comes before a body.
 * @param {number} supplier
 * @param {string} head as above
 * @param {number} now
 * @returns {MeituanError | undefined} why the call is refused whatever its body is
 */
export const judgeHead = (supplier, head, now) =>
  boundary.call(() => (glue.ticket_receive(supplier, boundary.putAlone(head), NONE, now) === 0 ? undefined : boundary.refused()));

/**
 * The answer to a call that is refused for what was found before the module saw it.
 * @param {number} supplier
 * @param {string} head as above, as far as it is known
 * @param {MeituanError} error
 */
export const answerRefused = (supplier, head, error) =>
  boundary.call(() => {
    const [headLength, length] = boundary.putAll([head, saidOf(error)]);
    glue.ticket_refuse(supplier, headLength, length);
    boundary.refresh();
    return boundary.answer();
  });

/**
 * The answer to a call whose reply cannot be sent.
 * @param {number} supplier
 * @param {number} call
 * @param {MeituanError} error
 * @param {boolean} encrypted
 */
export const answerFault = (supplier, call, error, encrypted) =>
  boundary.call(() => {
    glue.ticket_fault(supplier, call, boundary.putAlone(saidOf(error)), encrypted);
    boundary.refresh();
    return boundary.answer();
  });

/** Which code a failure has: that of the call's family, a listed one, or another. */
export const OF_FAMILY = 0;
export const LISTED = 1;
export const UNLISTED = 2;

/**
 * Writes a failure.
 * @param {number} supplier
 * @param {number | undefined} call
 * @param {number} how
 * @param {number} code
 * @param {string} describe
 * @param {boolean} encrypted
 */
export const writeFailure = (supplier, call, how, code, describe, encrypted) =>
  boundary.call(() => {
    if (glue.ticket_fail(supplier, call ?? NONE, how, code, boundary.putAlone(describe), encrypted) !== 0) throw boundary.failed();
    boundary.refresh();
    return { ...boundary.answer(), warnings: boundary.findings() };
  });

/**
 * Reads a reply to a request, by the HTTP status that it came with.
 * @param {number} supplier
 * @param {number} call
 * @param {number} status
 * @param {string | Uint8Array} body
 * @param {number} quantity of the order; -1 where it is not known
 * @returns {{ reply: any, warnings: readonly Finding[], failure: any }}
 */
export const readReply = (supplier, call, status, body, quantity) =>
  boundary.call(() => {
    const refused = glue.ticket_read_reply(supplier, call, status, boundary.putAlone(body), quantity) !== 0;
    boundary.refresh();
    if (refused) return { reply: undefined, warnings: NOTHING, failure: boundary.failure() };
    // What was read is not always the body: it may have been opened.
    return { reply: take(readTicket[replyIndex(call)], NOWHERE), warnings: boundary.findings(), failure: undefined };
  });

/** Which outcome a reply says. */
export const DONE = 0;
export const ALREADY = 1;
export const PENDING = 2;

/**
 * Writes an outcome in the wire's notation.
 * @param {number} supplier
 * @param {number} call
 * @param {number} outcome
 * @param {{ asked?: string, fields?: object, body: unknown }} said what the request said of what the reply repeats, as JSON; fields beside the body
 * @param {number} quantity of the order; -1 where it is not known
 * @param {number} receivedAt
 * @param {number} now
 * @param {boolean} encrypted
 */
export function writeReply(supplier, call, outcome, { asked = "", fields, body }, quantity, receivedAt, now, encrypted) {
  const program = body === undefined ? "" : stringify(body);
  const beside = fields === undefined ? "" : stringify(fields, "");
  return boundary.call(() => {
    boundary.reserve(3 * (asked.length + beside.length + program.length));
    // Each write of nothing would cost as much as one of little.
    const askedLength = asked === "" ? 0 : boundary.put(asked, 0);
    const besideLength = beside === "" ? 0 : boundary.put(beside, askedLength);
    const bodyLength = program === "" ? 0 : boundary.put(program, askedLength + besideLength);
    const length = body === undefined ? NONE : bodyLength;
    if (glue.ticket_reply(supplier, call, outcome, askedLength, besideLength, length, quantity, receivedAt, now, encrypted) !== 0)
      throw withFound(boundary.failed(), { ...fields, body }, { quantity });
    const text = written();
    return { code: boundary.row[ANSWER], text, warnings: boundary.findings() };
  });
}

/**
 * Writes a request in the wire's notation, encrypted where it must be.
 * @param {number} supplier
 * @param {number} call
 * @param {object} envelope
 */
export function writeRequest(supplier, call, envelope) {
  const program = stringify(envelope, "");
  return boundary.call(() => {
    if (glue.ticket_request(supplier, call, boundary.putAlone(program)) !== 0)
      throw withFound(boundary.failed(), envelope, { whole: "message" });
    const text = written();
    return { text, warnings: boundary.findings(), encrypted: (boundary.row[MARKS] & ENCRYPTED) !== 0 };
  });
}

/**
 * @param {number} supplier
 * @param {string} uri
 * @param {string | undefined} signed what is signed in its place
 * @param {number} now
 */
export function signPost(supplier, uri, signed, now) {
  const text = boundary.call(() => {
    const [length, signedLength = NONE] = signed === undefined ? [boundary.putAlone(uri)] : boundary.putAll([uri, signed]);
    if (glue.ticket_sign(supplier, length, signedLength, now) !== 0) throw boundary.failed();
    // What is no ASCII is refused.
    return boundary.asciiOutput();
  });
  const urlAt = text.lastIndexOf("\n");
  const end = text.lastIndexOf("\n", urlAt - 1);
  const date = text.slice(text.lastIndexOf("\n", end - 1) + 1, end);
  return { authorization: text.slice(end + 1, urlAt), stringToSign: text.slice(0, end), date, url: text.slice(urlAt + 1) };
}

/**
 * Encrypts a whole body; undefined where no key is configured.
 * @param {number} supplier
 * @param {string} text
 * @returns {string | undefined}
 */
export const seal = (supplier, text) =>
  boundary.call(() => (glue.ticket_seal(supplier, boundary.putAlone(text)) === 0 ? boundary.asciiOutput() : undefined));

/**
 * Opens an encrypted body; undefined when it does not open.
 * @param {number} supplier
 * @param {string | Uint8Array} body
 * @returns {Uint8Array | undefined}
 */
export const unseal = (supplier, body) =>
  boundary.call(() => (glue.ticket_open(supplier, boundary.putAlone(body)) === 0 ? boundary.outputBytes().slice() : undefined));
