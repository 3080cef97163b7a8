// Whether a message is as its definition says.

import { acceptsMessage as accepts, acceptsRide, checkRide, messageIndex, readMessage } from "../boundary/messages.js";
import { interfaceIndex } from "../boundary/ride-calls.js";
import { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import type { MessageName } from "../generated/messages.js";
import { messages } from "../generated/readers.js";
import type { RawBody } from "../http/bodies.js";
import { anyString, ticketsOf, timestamp } from "../values/arguments.js";
import { content, isWellFormed, limited } from "../values/content.js";
import { givenOptions, optionOf } from "../values/options.js";

/** The names that {@link checkMessage} knows, such as `ticket.orderPay.response`. */
export const MESSAGES: readonly MessageName[] = messages;

const FACTS = ["quantity", "now", "maxBytes"];

/**
 * Reads a message in the wire's notation. `ok` when nothing refuses it; `value` is there only then.
 *
 * @example
 * const { ok, issues } = checkMessage("ticket.orderPay.response", body, { quantity: 2 });
 * if (!ok) console.error(issues.map((issue) => explain(issue).meaning.zh));
 */
export function checkMessage(
  name: MessageName,
  text: RawBody,
  facts?: {
    /** How many tickets the order has; without it, rules that count are reported as unchecked. */
    quantity?: number | undefined;
    /** The time at which the message is looked at, as epoch milliseconds or a Date; now by default. Says which days have passed. */
    now?: number | Date | undefined;
    /** How large the input may be, in bytes; by default 16 MiB. Larger ones throw `BODY_TOO_LARGE`. */
    maxBytes?: number | undefined;
  },
): { ok: boolean; issues: readonly Finding[]; value: Record<string, unknown> | undefined } {
  const given = givenOptions(facts, "facts", FACTS);
  const [quantity, now, maxBytes] = [optionOf(given, "quantity"), optionOf(given, "now"), optionOf(given, "maxBytes")];
  const { index, ride, body, isReply } = messageOf(name, text, maxBytes);
  const how = { quantity: ticketsOf(quantity), now: now === undefined ? Date.now() : timestamp(now) };
  const { value, issues } = ride === undefined ? readMessage(index, body, how) : checkRide(ride, isReply, body);
  return { ok: !issues.some((issue) => issue.refuses), issues, value };
}

/** A message to check. */
interface Asked {
  index: number;
  /** The interface, where it is one of the ride API's. */
  ride: number | undefined;
  body: string | Uint8Array;
  isReply: boolean;
}

/** Whether nothing refuses a message: the verdict of {@link checkMessage} without its `value`, in about half of the time. */
export function acceptsMessage(
  name: MessageName,
  text: RawBody,
  facts?: {
    /** How many tickets the order has; without it, rules that count refuse nothing. */
    quantity?: number | undefined;
    /** How large the input may be, in bytes; by default 16 MiB. Larger ones throw `BODY_TOO_LARGE`. */
    maxBytes?: number | undefined;
  },
): boolean {
  const given = givenOptions(facts, "facts", FACTS);
  const { index, ride, body, isReply } = messageOf(name, text, optionOf(given, "maxBytes"));
  const tickets = ticketsOf(optionOf(given, "quantity"));
  return ride === undefined ? accepts(index, body, tickets) : acceptsRide(ride, isReply, body);
}

function messageOf(name: string, text: RawBody, maxBytes?: number): Asked {
  const index = messageIndex(anyString(name, "name"));
  if (index === undefined) {
    const detail = { en: `found ${name}, and there is no such message`, zh: `实为 ${name}，没有这个报文` };
    throw new MeituanError("UNKNOWN_VALUE", { path: "name", detail });
  }
  const body = limited(content(text, "text"), "text", maxBytes);
  if (!name.startsWith("ride.")) return { index, ride: undefined, body, isReply: false };
  const [, of, side] = name.split(".");
  return { index, ride: isWellFormed(body) ? interfaceIndex(of) : undefined, body, isReply: side === "response" };
}
