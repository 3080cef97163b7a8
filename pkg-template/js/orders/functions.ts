// The functions that do the work about an order, where the library keeps it.

import type { Counts, TicketCalls } from "../generated/messages.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import type { CallOf } from "../ticket/call.js";
import type { OrderCallName } from "../ticket/calls.js";
import type { TicketOrder } from "./store.js";

/** The calls for which there is such work to do. */
type CallsWith<Work> = { [Name in OrderCallName]: TicketCalls[Name]["work"] extends Work ? Name : never }[OrderCallName];

declare const ended: unique symbol;

/** How a function's work ended; made by `call.ok`, `call.fail`, `call.pending` and `call.issuing`. */
export interface Ended {
  readonly [ended]: true;
}

/** A call, for the function that does its work. Its replies are recorded, not sent: what Meituan is sent follows from them. */
export type OrderCallOf<Name extends OrderCallName> = CallOf<Name, Ended> & {
  /**
   * An idempotency key: the same on every run of the same work, in any process that runs it again after a crash. Use it as a
   * booking number or as a row's unique key, and the work is done once.
   */
  readonly attemptKey: string;
  /** The order as it is stored when the function starts. */
  readonly order: TicketOrder;
  /** How many of its tickets are used, refunded, reserved by a pending refund, and free, when the function starts. */
  readonly counts: Counts;
};

type WorkResult<Name extends OrderCallName> = MaybePromise<
  // biome-ignore lint/suspicious/noConfusingVoidType: it is what a function returns that has nothing to say
  Ended | (Parameters<OrderCallOf<Name>["ok"]> extends [(infer Body)?, ...unknown[]] ? Body : never) | void
>;

/**
 * The supplier's functions for orders: each function runs at most once to an end. Its result is recorded before Meituan gets the
 * reply; if it throws, it may have acted, so Meituan is sent 598 or 602, and it runs again with the same key.
 */
export type OrderFunctions<Context extends unknown[] = unknown[]> = {
  [Name in CallsWith<"needed">]: (call: OrderCallOf<Name>, ...context: Context) => WorkResult<Name>;
} & {
  [Name in CallsWith<"message" | "served">]?: (call: OrderCallOf<Name>, ...context: Context) => WorkResult<Name>;
};
