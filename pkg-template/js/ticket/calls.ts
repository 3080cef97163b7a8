// Facts of every call.

import type { TicketCalls } from "../generated/messages.js";
import { calls } from "../generated/ticket-messages.js";
import { anyString } from "../values/arguments.js";

/** The calls that are about an order. */
export type OrderCallName = {
  [Name in SupplierCallName]: TicketCalls[Name]["order"] extends true ? Name : never;
}[SupplierCallName];

type Directed<Direction> = {
  [Name in keyof TicketCalls]: TicketCalls[Name]["direction"] extends Direction ? Name : never;
}[keyof TicketCalls];

/** The calls that Meituan makes. */
export type SupplierCallName = Directed<"toSupplier">;

/** The notices that the supplier sends. */
export type NoticeName = Directed<"toMeituan">;

/** The calls without which Meituan connects no supplier. */
export const MANDATORY = /* @__PURE__ */ Object.freeze(calls.filter((call) => call.mandatory).map((call) => call.name));

/**
 * The string that is signed: `METHOD URI`, one line feed, the date as in its header.
 *
 * @example
 * stringToSign("POST", "/mt/order/pay", "Fri, 17 Feb 2012 23:34:53 GMT"); // "POST /mt/order/pay\nFri, 17 Feb 2012 23:34:53 GMT"
 */
export const stringToSign = (method: string, uri: string, date: string): string =>
  `${anyString(method, "method").toUpperCase()} ${anyString(uri, "uri")}\n${anyString(date, "date")}`;
