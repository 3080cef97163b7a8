// Entry of meituan-protocol: everything.

import { interfaceIndex, isWellFormed, messageIndex, readMessage } from "./core.js";
import { MeituanError } from "./errors.js";
import { rawBody } from "./http.js";
import { messages } from "./messages.js";
import { checkRide } from "./orders-core.js";

export * as codes from "./codes.js";
export { newOrderId, openEnvelope, RideClient, sealEnvelope, signSorted, tables } from "./ride.js";
export * from "./ticket.js";

/** The names that {@link checkMessage} knows. */
export const MESSAGES = messages;

/**
 * Reads a message in the wire's notation and tells what was found. Messages of the ride API are read as their reader does:
 * replies in all their forms, pushes with their fields in `data`.
 * @param {string} name
 * @param {string | Uint8Array | ArrayBuffer} text
 * @param {{ quantity?: number }} [facts]
 */
export function checkMessage(name, text, { quantity } = {}) {
  const index = messageIndex(name);
  if (index === undefined) throw new MeituanError("UNKNOWN_VALUE", { path: "name", detail: `there is no message ${name}` });
  const body = rawBody(text);
  const [api, of, side] = name.split(".");
  const ride = api === "ride" && isWellFormed(body) ? interfaceIndex(of) : undefined;
  const { value, issues } =
    ride === undefined ? readMessage(index, body, { quantity }) : checkRide(ride, side === "response", index, body);
  return { ok: !issues.some((issue) => issue.refuses), issues, value };
}
