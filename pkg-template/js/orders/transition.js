// The order rules as a pure function.

import { applyToOrder } from "../boundary/ticket-orders.js";
import { moment } from "../values/arguments.js";
import { optionsOf, record } from "../values/options.js";

/**
 * @param {import("./types.js").TicketOrder | undefined | null} order
 * @param {import("./types.js").OrderEvent} event
 * @param {{ now: number | Date, settings?: object }} options
 * @returns {import("./types.js").OrderTransition}
 */
export function transition(order, event, options) {
  const { now, settings = {} } = optionsOf(record(options, "options"), "options", ["now", "settings"], "");
  const stored = order === undefined || order === null ? undefined : record(order, "order");
  return applyToOrder(stored, record(event, "event"), record(settings, "settings"), moment(now));
}
