// Options of a handler of the ticket API, with a store and without.

import type { MaybePromise } from "../handler/maybe-promise.js";
import type { OrderFunctions } from "../orders/functions.js";
import type { OrderHandlerOptions } from "../orders/order-service.js";
import type { OrderStore } from "../orders/store.js";
import type { OrderCallName } from "./calls.js";
import type { HandlerEvents, HandlerFunctions } from "./functions.js";

/** A handler that keeps no orders: each call is answered by its function. */
export type StorelessHandlerOptions<Context extends unknown[]> = HandlerFunctions<Context> &
  HandlerEvents<Context> & {
    // So that options with a store do not fit here: functions are typed by the first overload that may fit.
    readonly store?: undefined;
    /**
     * The answer to Meituan where a function of order create, pay, refund, reschedule, close or refunded message threw: it may have
     * acted, so the outcome is not known. `no-reply`: HTTP 503 without a body, which counts as a time-out for Meituan (inferred).
     * `pending`: pay is answered 598 and refund 602, the others 503; you find out what has happened, and send the notice. By
     * default `no-reply`.
     */
    unknownOutcome?: "no-reply" | "pending" | undefined;
  };

/** A handler that keeps orders, with functions for the calls that are about none. */
export type StoredHandlerOptions<Context extends unknown[]> = OrderHandlerOptions<Context> &
  OrderFunctions<Context> &
  Omit<HandlerFunctions<Context>, OrderCallName> &
  HandlerEvents<Context>;

/** The same for several partners: the store may depend on which. */
export type SeveralStored<Context extends unknown[]> = Omit<OrderHandlerOptions<Context>, "store"> & {
  /** The store of orders, or a function of the partner's number and the platform's context. */
  store: OrderStore | ((partnerId: number, ...context: Context) => MaybePromise<OrderStore>);
} & OrderFunctions<Context> &
  Omit<HandlerFunctions<Context>, OrderCallName> &
  HandlerEvents<Context>;
