import type { Finding } from "../errors/error.js";
import type { MessageName } from "../generated/messages.js";
import type { RawBody } from "./ticket.js";

export { type Explanation, explain } from "../definitions/explain.js";
export * as codes from "../generated/codes.js";
export type * from "./ride.js";
export { newOrderId, openEnvelope, RideClient, RideRequests, sealEnvelope, signSorted, tables } from "./ride.js";
export * from "./ticket.js";
/** Of the two of each name, the ticket API's; the ride API's are in `meituan-protocol/ride`. */
export { handler, transition } from "./ticket.js";

/** The names that {@link checkMessage} knows, such as `ticket.orderPay.response`. */
export declare const MESSAGES: readonly MessageName[];

/** Reads a message in the wire's notation. `ok` when nothing refuses it; `value` is there only then. */
export declare function checkMessage(
  name: MessageName,
  text: RawBody,
  facts?: {
    /** How many tickets the order has; without it, rules that count are reported as unchecked. */
    quantity?: number | undefined;
    /** The time at which the message is looked at, as epoch milliseconds or a Date; now by default. Says which days have passed. */
    now?: number | Date | undefined;
    /** How large the text may be, in bytes; by default 16 MiB. Larger ones throw `BODY_TOO_LARGE`. */
    maxBytes?: number | undefined;
  },
): { ok: boolean; issues: readonly Finding[]; value: Record<string, unknown> | undefined };

/** Whether nothing refuses a message: the verdict of {@link checkMessage} without its `value`, in about half of the time. */
export declare function acceptsMessage(
  name: MessageName,
  text: RawBody,
  facts?: {
    /** How many tickets the order has; without it, rules that count refuse nothing. */
    quantity?: number | undefined;
    /** How large the text may be, in bytes; by default 16 MiB. Larger ones throw `BODY_TOO_LARGE`. */
    maxBytes?: number | undefined;
  },
): boolean;
