// Entry of meituan-protocol/ticket: the attraction-ticket supplier API.

import { anyText, integer, moment, nowOf, oneOf, optionsOf, record } from "./arguments.js";
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
export const stringToSign = (method, uri, date) =>
  `${anyText(method, "method").toUpperCase()} ${anyText(uri, "uri")}\n${anyText(date, "date")}`;

/** @param {any} options */
export const handler = (options) => endpoint((settings) => new TicketSupplier(settings), TICKET, options);

/**
 * @param {import("./order.js").TicketOrder | undefined | null} order
 * @param {import("./order.js").OrderEvent} event
 * @param {{ now: number | Date, settings?: object }} options
 * @returns {import("./order.js").OrderTransition}
 */
export function transition(order, event, options) {
  const { now, settings = {} } = optionsOf(record(options, "options"), "options", ["now", "settings"], "");
  const stored = order === undefined || order === null ? undefined : record(order, "order");
  return applyToOrder(stored, record(event, "event"), record(settings, "settings"), moment(now));
}

const ANNOUNCED = ["pmsName", "partnerId", "kind", "upgradeAt", "scope", "restoredAt", "salesContact", "calendar"];

/** @param {any} announced @param {{ now?: number | Date }} [options] */
export function changeOfEndpointMail(announced, options) {
  const { kind, upgradeAt, restoredAt, ...announcement } = optionsOf(record(announced, "change"), "change", ANNOUNCED, "");
  const changesAddress = oneOf(kind, "kind", ["address", "upgrade"]) === "address";
  for (const name of ["pmsName", "scope", "salesContact"]) anyText(announcement[name], name);
  const partnerId = integer(announcement.partnerId, "partnerId", 1, 0x7fffffff);
  const moments = { upgradeAt: moment(upgradeAt, "upgradeAt"), restoredAt: moment(restoredAt, "restoredAt") };
  return writeChangeMail({ ...announcement, partnerId, ...moments, changesAddress }, nowOf(options) ?? Date.now());
}
