// Ride orders in a user's store, as users have them.

import type { MeituanError } from "../errors/error.js";
import type {
  CapacityOffered,
  RideInterfaces,
  RideOrder,
  RideOrderEvent,
  RideStanding,
  RideTransition,
} from "../generated/messages.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import type { RideRequestName } from "./interfaces.js";
import type { Answered } from "./requests.js";

/** A payment to make: the ride, or a cancel fee. */
export interface RidePayment {
  readonly orderId: string;
  /** Fen: exactly what Meituan is then notified of. */
  readonly price: number;
  /** The same on every run for the same order and amount. A payment that is keyed on it is made once. */
  readonly key: string;
  readonly order: RideOrder;
}

/** A choice among the drivers that are offered. */
export interface RideChoice {
  readonly orderId: string;
  readonly driverIds: readonly string[];
  /** The offers of these drivers. */
  readonly offers: readonly CapacityOffered[];
  readonly order: RideOrder;
}

/** The user's functions for ride orders in a store. */
export interface RideOrdersOptions<Context extends unknown[] = unknown[]> {
  /** Makes a call to Meituan, as in `(request) => fetch(request)`. Each is waited for 10 s. */
  send?: ((request: Request, ...context: Context) => Promise<Response>) | undefined;
  /**
   * Pays what is owed: `true` where it is paid, `false` where it is not, to be called again later. Then, and only then, Meituan is
   * notified. If it throws, or dies, it may have paid: it runs again with the same key, and no other amount is proposed.
   * Without this function nothing is paid.
   */
  pay?: ((payment: RidePayment, ...context: Context) => MaybePromise<boolean>) | undefined;
  /**
   * Chooses one of the drivers that are offered; nothing to wait for others. It may run in several processes at once: one
   * driver is confirmed. Without this function none is.
   */
  chooseDriver?: ((choice: RideChoice, ...context: Context) => MaybePromise<string | undefined>) | undefined;
  limits?:
    | {
        /**
         * How many processes share the account. Each then counts its own calls, in memory, and has an equal part of Meituan's
         * limits. By default one record in the store counts the calls of all processes.
         */
        processes?: number | undefined;
        /** How many orders are open: the more, the more rarely a silent one is queried. */
        openOrders?: number | undefined;
      }
    | undefined;
  /** Within how many milliseconds a push is answered, whatever the store does: 5000 by default. */
  deadlineMs?: number | undefined;
  /** Keeps the platform alive for replies that come late. By default the context's own `waitUntil`, where one has it. */
  waitUntil?: ((working: Promise<unknown>, ...context: Context) => void) | undefined;
}

/** The record of a push. */
export interface RideRecorded {
  /** `duplicate` and `stale`: it was known, or is older than what decides. `illegal`: see `reason`. */
  readonly kind: RideTransition["kind"];
  readonly reason?: RideTransition["reason"] | undefined;
  /** The key of the order: Meituan's number, once that is known. */
  readonly orderId: string;
  readonly order: RideOrder;
  readonly standing: RideStanding;
}

/** Those of these interfaces that are about one order. */
export type AboutOrder<Names extends keyof RideInterfaces> = {
  [Name in Names]: RideInterfaces[Name]["order"] extends true ? Name : never;
}[Names];

/** The calls that are about one order. */
export type RideOrderCallName = AboutOrder<RideRequestName>;

/** The result of a call. */
export type RideCallResult<Name extends RideOrderCallName> =
  | ({ readonly outcome: "answered"; readonly reply: Answered<RideInterfaces[Name]["reply"]> } & Omit<RideRecorded, "kind">)
  /** Meituan refused it. */
  | ({ readonly outcome: "refused"; readonly error: MeituanError } & Omit<RideRecorded, "kind">)
  /** There is no reply that says whether it took effect. `settle` finds out. */
  | ({ readonly outcome: "unknown"; readonly error: unknown } & Omit<RideRecorded, "kind">)
  /** The order does not allow it, and it was not made: see `reason`. */
  | ({ readonly outcome: "illegal" } & Omit<RideRecorded, "kind">)
  /** Meituan's limits have no place for it before `at`, and it was not made. */
  | { readonly outcome: "limited"; readonly orderId: string; readonly at: number };

/** The ride orders in a store. An order may be named by Meituan's number, or by ours where it was submitted here. */
export interface RideOrders {
  load(orderId: string): Promise<RideOrder | undefined>;
  /** The standing that follows from the order. */
  standing(orderId: string, options?: { now?: number | Date | undefined }): Promise<RideStanding>;
  /** The orders in which something is due, where the store has `due`; throws INVALID_CONFIG otherwise. */
  due(now?: number | Date): Promise<readonly string[]>;
  /** The orders with conflicts, where the store has `conflicts`; throws INVALID_CONFIG otherwise. */
  conflicts(): Promise<readonly { readonly orderId: string; readonly conflicts: RideStanding["conflictKinds"] }[]>;
  /** Records an event, by compare-and-swap. */
  apply(orderId: string, event: RideOrderEvent): Promise<RideRecorded>;
  /** Makes a call: recorded before, within Meituan's limits, and its reply afterwards. A submit repeated with our number is one ride. */
  call<Name extends RideOrderCallName>(name: Name, message: RideInterfaces[Name]["request"]): Promise<RideCallResult<Name>>;
  /** See {@link RideOrderHandler.settle}. */
  settle(orderId: string): Promise<number | undefined>;
}
