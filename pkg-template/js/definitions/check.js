// Whether a message is as its definition says.

import { acceptsMessage as accepts, acceptsRide, checkRide, messageIndex, readMessage } from "../boundary/messages.js";
import { interfaceIndex } from "../boundary/ride-calls.js";
import { MeituanError } from "../errors/error.js";
import { messages } from "../generated/messages.js";
import { anyText, moment, ticketsOf } from "../values/arguments.js";
import { content, isWellFormed, limited } from "../values/content.js";
import { givenOptions, optionOf } from "../values/options.js";

/** The names that {@link checkMessage} knows. */
export const MESSAGES = messages;

/**
 * Reads a message in the wire's notation and tells what was found. Messages of the ride API are read as their reader does:
 * replies in all their forms, pushes with their fields in `data`.
 * @param {string} name
 * @param {string | Uint8Array | ArrayBuffer} text
 * @param {{ quantity?: number, now?: number | Date, maxBytes?: number }} [facts]
 */
export function checkMessage(name, text, facts) {
  const given = givenOptions(facts, "facts");
  const [quantity, now, maxBytes] = [optionOf(given, "quantity"), optionOf(given, "now"), optionOf(given, "maxBytes")];
  const { index, ride, body, isReply } = messageOf(name, text, maxBytes);
  const how = { quantity: ticketsOf(quantity), now: now === undefined ? Date.now() : moment(now) };
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
  const given = givenOptions(facts, "facts");
  const { index, ride, body, isReply } = messageOf(name, text, optionOf(given, "maxBytes"));
  const tickets = ticketsOf(optionOf(given, "quantity"));
  return ride === undefined ? accepts(index, body, tickets) : acceptsRide(ride, isReply, body);
}

/**
 * @param {string} name
 * @param {string | Uint8Array | ArrayBuffer} text
 * @param {number} [maxBytes]
 */
function messageOf(name, text, maxBytes) {
  const index = messageIndex(anyText(name, "name"));
  if (index === undefined) {
    const detail = { en: `found ${name}, and there is no such message`, zh: `实为 ${name}，没有这个报文` };
    throw new MeituanError("UNKNOWN_VALUE", { path: "name", detail });
  }
  const body = limited(content(text, "text"), "text", maxBytes);
  if (!name.startsWith("ride.")) return { index, ride: undefined, body, isReply: false };
  const [, of, side] = name.split(".");
  return { index, ride: isWellFormed(body) ? interfaceIndex(of) : undefined, body, isReply: side === "response" };
}
