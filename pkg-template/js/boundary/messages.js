// Single messages of both APIs in the module of messages: read, checked, written.

import { MeituanError } from "../errors/error.js";
import { messages, read } from "../generated/messages.js";
import { interfaces, read as readRide } from "../generated/ride-messages.js";
import { read as readTicket } from "../generated/ticket-messages.js";
import * as glue from "../loaders/glue.js";
import { isWellFormed } from "../values/content.js";
import { withFound } from "../values/culprits.js";
import { parseExactly, stringify } from "../values/json.js";
import { boundary, indexOf, NOWHERE, take } from "./messages-module.js";

/** @typedef {import("../errors/error.js").Finding} Finding */

/** @typedef {{ program?: boolean, quantity?: number, now?: number }} How a message is read; `now` in epoch milliseconds */
export const messageIndex = /* @__PURE__ */ indexOf(() => messages);

/**
 * Reads any message.
 * @param {number} message
 * @param {string | Uint8Array} text
 * @param {How} [how]
 */
export const readMessage = (message, text, how) => readBy(read[message], message, text, how);

/**
 * Reads a message of the ticket API: callers that read no others bring no readers of others along.
 * @param {number} message
 * @param {string | Uint8Array} text
 * @param {How} [how]
 */
export const readTicketMessage = (message, text, how) => readBy(readTicket[message], message, text, how);

/**
 * @param {import("../generated/messages.js").Reader} read
 * @param {number} message
 * @param {string | Uint8Array} text
 * @param {How} [how]
 * @returns {{ value: any, issues: readonly Finding[], error: MeituanError | undefined }}
 */
function readBy(read, message, text, { program = false, quantity = -1, now = Number.NaN } = {}) {
  if (!isWellFormed(text)) {
    const error = new MeituanError("LONE_SURROGATE", {});
    return { value: undefined, issues: [{ code: error.code, refuses: true, path: "", detail: "", offset: 0 }], error };
  }
  return boundary.call(() => {
    const refused = glue.read_message(message, program, boundary.putAlone(text), quantity, now) !== 0;
    boundary.refresh();
    const issues = boundary.findings();
    return refused
      ? { value: undefined, issues, error: shownIn(boundary.failed(), text, quantity) }
      : { value: take(read, text), issues, error: undefined };
  });
}

/**
 * The error of a message that breaks a rule, with what stands there.
 * @param {MeituanError} error
 * @param {string | Uint8Array} text
 * @param {number} quantity
 */
function shownIn(error, text, quantity) {
  if (error.rule === undefined) return error;
  const value = parsed(text);
  return value === undefined ? error : withFound(error, value, { quantity });
}

/** @param {string | Uint8Array} text */
function parsed(text) {
  try {
    return parseExactly(typeof text === "string" ? text : new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
}

/**
 * Whether nothing refuses a message. Nothing is built of it.
 * @param {number} message
 * @param {string | Uint8Array} text
 * @param {number} quantity of the order; -1 where it is not known
 */
export const acceptsMessage = (message, text, quantity) =>
  isWellFormed(text) && boundary.call(() => glue.read_message(message, false, boundary.putAlone(text), quantity, Number.NaN) === 0);

/**
 * Checks a message of the ride API by itself, a request's text or a reply's.
 * @param {number} of the interface
 * @param {boolean} isReply
 * @param {string | Uint8Array} text
 * @returns {{ value: any, issues: readonly Finding[] }}
 */
export const checkRide = (of, isReply, text) =>
  boundary.call(() => {
    const refused = glue.ride_check(of, isReply, boundary.putAlone(text)) !== 0;
    boundary.refresh();
    const issues = boundary.findings();
    return { value: refused ? undefined : take(readRide[isReply ? interfaces.length + of : of], NOWHERE), issues };
  });

/**
 * Whether nothing refuses it. Nothing is built of it.
 * @param {number} of the interface
 * @param {boolean} isReply
 * @param {string | Uint8Array} text
 */
export const acceptsRide = (of, isReply, text) =>
  boundary.call(() => {
    // A failure of the gateway is no message, and a good reply all the same.
    glue.ride_check(of, isReply, boundary.putAlone(text));
    boundary.refresh();
    return !boundary.findings().some(({ refuses }) => refuses);
  });

/**
 * Writes a message of either API in the wire's notation.
 * @param {number} message
 * @param {object} program
 * @returns {string}
 */
export function writeMessage(message, program) {
  const written = stringify(program, "body");
  return boundary.call(() => {
    const length = boundary.putAlone(written);
    if (glue.read_message(message, true, length, -1, Number.NaN) !== 0)
      throw withFound(boundary.failed(), program, { whole: "body" });
    glue.write_message(message, length);
    return boundary.output();
  });
}
