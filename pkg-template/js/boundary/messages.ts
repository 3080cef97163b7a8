// Single messages of both APIs in the module of messages: read, checked, written.

import { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import type { Reader } from "../generated/messages.js";
import { messages, read } from "../generated/readers.js";
import { interfaces, read as readRide } from "../generated/ride-messages.js";
import { read as readTicket } from "../generated/ticket-messages.js";
import * as glue from "../loaders/glue.js";
import { isWellFormed } from "../values/content.js";
import { withFound } from "../values/culprits.js";
import { parseExactly, stringify } from "../values/json.js";
import { boundary, indexOf, NOWHERE, take } from "./messages-module.js";

/** How a message is read; `now` in epoch milliseconds. */
interface How {
  program?: boolean;
  quantity?: number;
  now?: number;
}

export const messageIndex = /* @__PURE__ */ indexOf(() => messages);

/** Reads any message. */
export const readMessage = (message: number, text: string | Uint8Array, how?: How) => readBy(read[message], message, text, how);

/** Reads a message of the ticket API: callers that read no others bring no readers of others along. */
export const readTicketMessage = (message: number, text: string | Uint8Array, how?: How) =>
  readBy(readTicket[message], message, text, how);

function readBy(
  read: Reader,
  message: number,
  text: string | Uint8Array,
  { program = false, quantity = -1, now = Number.NaN }: How = {},
): { value: any; issues: readonly Finding[]; error: MeituanError | undefined } {
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

/** The error of a message that breaks a rule, with the value that is there. */
function shownIn(error: MeituanError, text: string | Uint8Array, quantity: number) {
  if (error.rule === undefined) return error;
  const value = parsed(text);
  return value === undefined ? error : withFound(error, value, { quantity });
}

function parsed(text: string | Uint8Array) {
  try {
    return parseExactly(typeof text === "string" ? text : new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
}

/**
 * Whether nothing refuses a message. Nothing is built of it.
 * @param quantity of the order; -1 where it is not known
 */
export const acceptsMessage = (message: number, text: string | Uint8Array, quantity: number) =>
  isWellFormed(text) && boundary.call(() => glue.read_message(message, false, boundary.putAlone(text), quantity, Number.NaN) === 0);

/**
 * Checks a message of the ride API by itself, a request's JSON or a reply's.
 * @param of the interface
 */
export const checkRide = (
  of: number,
  isReply: boolean,
  text: string | Uint8Array,
): { value: unknown; issues: readonly Finding[] } =>
  boundary.call(() => {
    const refused = glue.ride_check(of, isReply, boundary.putAlone(text)) !== 0;
    boundary.refresh();
    const issues = boundary.findings();
    return { value: refused ? undefined : take(readRide[isReply ? interfaces.length + of : of], NOWHERE), issues };
  });

/**
 * Whether nothing refuses it. Nothing is built of it.
 * @param of the interface
 */
export const acceptsRide = (of: number, isReply: boolean, text: string | Uint8Array) =>
  boundary.call(() => {
    // A failure of the gateway is no message, and a good reply all the same.
    glue.ride_check(of, isReply, boundary.putAlone(text));
    boundary.refresh();
    return !boundary.findings().some(({ refuses }) => refuses);
  });

/** Writes a message of either API in the wire's notation. */
export function writeMessage(message: number, program: object): string {
  const written = stringify(program, "body");
  return boundary.call(() => {
    const length = boundary.putAlone(written);
    if (glue.read_message(message, true, length, -1, Number.NaN) !== 0)
      throw withFound(boundary.failed(), program, { whole: "body" });
    glue.write_message(message, length);
    return boundary.output();
  });
}
