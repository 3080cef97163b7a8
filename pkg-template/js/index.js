// Entry of meituan-protocol: everything.

import { messageIndex, readMessage } from "./core.js";
import { MeituanError } from "./errors.js";
import { rawBody } from "./http.js";
import { messages } from "./messages.js";

export * as codes from "./codes.js";
export { newOrderId, openEnvelope, RideClient, sealEnvelope, signSorted, tables } from "./ride.js";
export * from "./ticket.js";

/** The names that {@link checkMessage} knows. */
export const MESSAGES = messages;

/**
 * Reads a message in the wire's notation and tells what was found.
 * @param {string} name
 * @param {string | Uint8Array | ArrayBuffer} text
 * @param {{ quantity?: number }} [facts]
 */
export function checkMessage(name, text, { quantity } = {}) {
  const index = messageIndex(name);
  if (index === undefined) throw new MeituanError("UNKNOWN_VALUE", { path: "name", detail: `there is no message ${name}` });
  const { value, issues } = readMessage(index, rawBody(text), { quantity });
  return { ok: !issues.some((issue) => issue.refuses), issues, value };
}
