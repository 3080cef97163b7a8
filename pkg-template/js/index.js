// Entry of meituan-protocol: everything.

import { moment } from "./configuration.js";
import {
  acceptsMessage as accepts,
  acceptsRide,
  checkRide,
  interfaceIndex,
  isWellFormed,
  messageIndex,
  readMessage,
} from "./core.js";
import { MeituanError } from "./errors.js";
import { limited, rawBody } from "./http.js";
import { messages } from "./messages.js";

export * as codes from "./codes.js";
export { explain } from "./explain.js";
export { newOrderId, openEnvelope, RideClient, RideRequests, sealEnvelope, signSorted, tables } from "./ride.js";
export * from "./ticket.js";

/** The names that {@link checkMessage} knows. */
export const MESSAGES = messages;

/**
 * Reads a message in the wire's notation and tells what was found. Messages of the ride API are read as their reader does:
 * replies in all their forms, pushes with their fields in `data`.
 * @param {string} name
 * @param {string | Uint8Array | ArrayBuffer} text
 * @param {{ quantity?: number, now?: number | Date, maxBytes?: number }} [facts]
 */
export function checkMessage(name, text, { quantity, now = Date.now(), maxBytes } = {}) {
  const { index, ride, body, isReply } = messageOf(name, text, maxBytes);
  const how = { quantity, now: moment(now) };
  const { value, issues } = ride === undefined ? readMessage(index, body, how) : checkRide(ride, isReply, body);
  return { ok: !issues.some((issue) => issue.refuses), issues, value };
}

/**
 * The verdict alone: nothing is built of the message.
 * @param {string} name
 * @param {string | Uint8Array | ArrayBuffer} text
 * @param {{ quantity?: number, maxBytes?: number }} [facts]
 */
export function acceptsMessage(name, text, facts) {
  const { index, ride, body, isReply } = messageOf(name, text, facts?.maxBytes);
  return ride === undefined ? accepts(index, body, facts?.quantity ?? -1) : acceptsRide(ride, isReply, body);
}

/**
 * @param {string} name
 * @param {string | Uint8Array | ArrayBuffer} text
 * @param {number} [maxBytes]
 */
function messageOf(name, text, maxBytes) {
  const index = messageIndex(name);
  if (index === undefined) throw new MeituanError("UNKNOWN_VALUE", { path: "name", detail: `there is no message ${name}` });
  const body = limited(rawBody(text), "text", maxBytes);
  if (!name.startsWith("ride.")) return { index, ride: undefined, body, isReply: false };
  const [, of, side] = name.split(".");
  return { index, ride: isWellFormed(body) ? interfaceIndex(of) : undefined, body, isReply: side === "response" };
}
