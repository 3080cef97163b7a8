import type { Answered, RideHandlerEvents, RideHandlerFunctions, RidePushName, RideRequestName } from "../entries/ride.js";
import type { Given } from "../entries/ticket.js";
import type { Finding, MeituanError } from "../errors/error.js";
import type {
  CapacityOffered,
  RideCalls,
  RideInterfaces,
  RideOrder,
  RideOrderEvent,
  RideStanding,
  RideTransition,
} from "../generated/messages.js";
import type { ErrorAbout, Language, ReportAbout, WarningAbout } from "../handler/hooks.js";
import type { OrderStore } from "../orders/types.js";

export { type Settler, type SettlerOptions, settler } from "../orders/types.js";

/**
 * Where ride orders are kept: a database of the user's. The key of an order is Meituan's number (`mtOrderId`); until that is
 * known, and then as the way to it, our own (`channelPartnerOrderId`). One more record, `calls:<entId>`, has the recent calls of
 * the account. Keys are strings. `revision` is whatever the store makes of it; it changes with every save.
 */
// biome-ignore lint/suspicious/noExplicitAny: whatever the store makes of it
export interface RideOrderStore<Revision = any> {
  /** What was saved last; `null` where nothing was. */
  load(key: string): Given<{ snapshot: RideOrder | RideCalls; revision: Revision } | null>;
  /**
   * Saves, if `expectedRevision` still is the revision of what is stored (`null`: nothing is stored); otherwise `false`, and
   * nothing changes. `due` says when `settle` should be called for this order; `conflicts` is the number of its conflicts.
   */
  save(
    key: string,
    snapshot: RideOrder | RideCalls,
    expectedRevision: Revision | null,
    about: { due: number | undefined; conflicts?: number | undefined },
  ): Given<boolean>;
  /** The orders in which something is due at that time, by the `due` that they were saved with. Only where one asks for all. */
  due?(now: number): Given<readonly string[]>;
  /** As {@link OrderStore.claimDue}. */
  claimDue?(now: number, limit: number, leaseMs: number): Given<readonly string[]>;
  /** The orders that were saved last with conflicts. Only where one asks for them. */
  conflicts?(): Given<readonly string[]>;
}

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

/** What deviates in what is recorded of an order: `tables.warnings` has the sentence. */
export interface RideOrderReport {
  readonly report: RideTransition["warnings"][number];
  readonly code?: undefined;
  readonly rule?: undefined;
  readonly path?: undefined;
}

/** What is reported to somebody about ride orders in a store. Without a hook, the console gets one line. */
export interface RideOrderHooks {
  /**
   * Receives what contradicts what, once it is saved: somebody has to look. `tables.conflicts` has the sentences. It ends when a
   * query or a payment settles it.
   */
  onConflict?:
    | ((conflicts: RideStanding["conflictKinds"], about: ReportAbout & { readonly orderId: string }) => unknown)
    | undefined;
  /** Receives what was accepted although it deviates: in a message, or in what is recorded of an order. */
  onWarning?:
    | ((warnings: readonly ((Finding & { readonly report?: undefined }) | RideOrderReport)[], about: WarningAbout) => unknown)
    | undefined;
  /** Receives why a push was refused, why a call had no success, or what a function threw. */
  onError?: ((error: unknown, about: ErrorAbout) => unknown) | undefined;
  /** The language of the console's lines; English by default. */
  language?: Language | undefined;
}

export interface RideOrdersOptions<Context extends unknown[] = unknown[]> {
  /** Makes a call to Meituan, as in `(request) => fetch(request)`. Each is waited for 10 s. */
  send?: ((request: Request, ...context: Context) => Promise<Response>) | undefined;
  /**
   * Pays what is owed: `true` where it is paid, `false` where it is not, to be asked again later. Then, and only then, Meituan is
   * notified. Where it throws, or dies, it may have paid: it runs again with the same key, and no other amount is proposed.
   * Without this function nothing is paid.
   */
  pay?: ((payment: RidePayment, ...context: Context) => Given<boolean>) | undefined;
  /**
   * Chooses one of the drivers that are offered; nothing to wait for others. It may run in several processes at once: one
   * driver is confirmed. Without this function none is.
   */
  chooseDriver?: ((choice: RideChoice, ...context: Context) => Given<string | undefined>) | undefined;
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

/** What a push is recorded as. */
export interface RideRecorded {
  /** `duplicate` and `stale`: it was known, or is older than what decides. `illegal`: see `reason`. */
  readonly kind: RideTransition["kind"];
  readonly reason?: RideTransition["reason"] | undefined;
  /** The key of the order: Meituan's number, once that is known. */
  readonly orderId: string;
  readonly order: RideOrder;
  readonly standing: RideStanding;
}

export interface RideStoreOptions<Context extends unknown[] = unknown[]> extends RideOrdersOptions<Context> {
  /** Where orders are kept, or a function of the platform's context. */
  store: RideOrderStore | ((...context: Context) => Given<RideOrderStore>);
}

/** Those of these interfaces that are about one order. */
type AboutOrder<Names extends keyof RideInterfaces> = {
  [Name in Names]: RideInterfaces[Name]["order"] extends true ? Name : never;
}[Names];

/**
 * A handler with a store. Pushes are recorded before they are answered, and one that cannot be is answered as a failure, so that
 * Meituan pushes it again. The functions of pushes run after that, with what became of the push, and need not be there.
 */
export type RideOrderHandlerOptions<Context extends unknown[] = unknown[]> = RideStoreOptions<Context> & {
  [Name in AboutOrder<RidePushName>]?: (
    push: Parameters<NonNullable<RideHandlerFunctions<Context>[Name]>>[0] &
      // An event may name no order.
      (Name extends "orderChanged" ? Partial<RideRecorded> : RideRecorded),
    ...context: Context
    // biome-ignore lint/suspicious/noConfusingVoidType: it is what a function returns that has nothing to say
  ) => Given<Response | undefined | void>;
} & Pick<RideHandlerFunctions<Context>, "otherPush"> &
  Pick<RideHandlerEvents<Context>, "fallback"> &
  RideOrderHooks;

export interface RideOrderHandler<Context extends unknown[] = unknown[]> {
  (request: Request, ...context: Context): Promise<Response>;
  /**
   * Does what is next about an order, if it is due: queries it, confirms the driver that is chosen, has what is owed paid and
   * Meituan notified, repeats a cancellation without an answer; each within Meituan's limits, and claimed in the store first, so
   * that of several processes one does it. Returns when it is due again. Call it when the store's `due` says so, and after
   * pushes.
   */
  settle(orderId: string, ...context: Context): Promise<number | undefined>;
}

/** The calls that are about one order. */
export type RideOrderCallName = AboutOrder<RideRequestName>;

/** What became of a call. */
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
  /** What follows from the order. */
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
