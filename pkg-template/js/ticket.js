// Entry of meituan-protocol/ticket: the attraction-ticket supplier API.

import { invalid, moment } from "./configuration.js";
import { endpoint } from "./handler.js";
import { applyToOrder, writeChangeMail } from "./orders-core.js";
import { TICKET, TicketSupplier } from "./supplier.js";
import { calls } from "./ticket-messages.js";

export { nodeCipher } from "./cipher.js";
export { MeituanError } from "./errors.js";
export { fen, formatYuan, yuan } from "./money.js";
export { seenInMemory } from "./replays.js";
export { TicketRequests } from "./requests.js";
export { settler } from "./settler.js";
export * as codes from "./ticket-codes.js";
export { TicketSupplier };

/** The calls without which Meituan connects no supplier. */
export const MANDATORY = /* @__PURE__ */ Object.freeze(calls.filter((call) => call.mandatory).map((call) => call.name));

/**
 * The vectors of the tests hold this to what the modules sign.
 * @param {string} method
 * @param {string} uri
 * @param {string} date
 * @returns {string}
 */
export const stringToSign = (method, uri, date) => `${method.toUpperCase()} ${uri}\n${date}`;

/** @param {any} options */
export const handler = (options) => endpoint((settings) => new TicketSupplier(settings), TICKET, options);

/**
 * @param {import("./order.js").TicketOrder | undefined | null} order
 * @param {import("./order.js").OrderEvent} event
 * @param {{ now: number | Date, settings?: object }} options
 * @returns {import("./order.js").OrderTransition}
 */
export const transition = (order, event, { now, settings = {} }) => applyToOrder(order ?? undefined, event, settings, moment(now));

/** @param {any} announcement @param {{ now?: number | Date }} [options] */
export function changeOfEndpointMail({ kind, upgradeAt, restoredAt, ...announcement }, { now = Date.now() } = {}) {
  if (kind !== "address" && kind !== "upgrade") invalid("kind", "expected address or upgrade");
  const moments = { upgradeAt: moment(upgradeAt), restoredAt: moment(restoredAt) };
  return writeChangeMail({ ...announcement, ...moments, changesAddress: kind === "address" }, moment(now));
}
