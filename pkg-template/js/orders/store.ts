// The store of ticket orders.

import type { Order } from "../generated/messages.js";
import type { MaybePromise } from "../handler/maybe-promise.js";

/** An order as it is stored: plain JSON. */
export type TicketOrder = Order;

/**
 * The store of orders: a database of the user's. `revision` is whatever the store makes of it; it changes with every save.
 * `storeContract` of `meituan-protocol/testing` proves one.
 *
 * Reads must be linearizable: once a save has returned true, every `load`, by whichever process and connection, returns that
 * snapshot or a later one. A replica that lags, a cache or an eventually consistent read does not do that.
 */
// Whatever the store makes of it
export interface OrderStore<Revision = any> {
  /** Returns the last saved snapshot; `null` where there is none. Anything else counts as a failure, and is reported. */
  load(orderId: string): MaybePromise<{ snapshot: TicketOrder; revision: Revision } | null>;
  /**
   * Saves, if `expectedRevision` still is the revision of what is stored (`null`: nothing is stored); otherwise `false`, and
   * nothing changes. Anything else, such as a row count, counts as a failure, and is reported. `due` says when `settle` should be called for this order: an alarm, or a column to look for. `conflicts` is
   * the number of open conflicts, for `conflicts()` to look for.
   */
  save(
    orderId: string,
    snapshot: TicketOrder,
    expectedRevision: Revision | null,
    about: { due: number | undefined; conflicts?: number | undefined },
  ): MaybePromise<boolean>;
  /** The orders in which something is due at that time, by the `due` that they were saved with. Only where one asks for all. */
  due?(now: number): MaybePromise<readonly string[]>;
  /**
   * The same for a process that will settle them: at most `limit` of them, each of which no other process is given within
   * `leaseMs` milliseconds. Only to spare work: correctness rests on what is saved of each order. A save ends the lease.
   */
  claimDue?(now: number, limit: number, leaseMs: number): MaybePromise<readonly string[]>;
  /** The orders that were saved last with open conflicts. Only where one asks for them. */
  conflicts?(): MaybePromise<readonly string[]>;
}
