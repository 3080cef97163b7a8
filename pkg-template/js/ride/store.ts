// The store of ride orders.

import type { RideCalls, RideOrder } from "../generated/messages.js";
import type { MaybePromise } from "../handler/maybe-promise.js";

/**
 * The store of ride orders: a database of the user's. The key of an order is Meituan's number (`mtOrderId`); until that is
 * known, and then as the way to it, our own (`channelPartnerOrderId`). One more record, `calls:<entId>`, has the recent calls of
 * the account. Keys are strings. `revision` is whatever the store makes of it; it changes with every save.
 */
// Whatever the store makes of it
export interface RideOrderStore<Revision = any> {
  /** Returns the last saved snapshot; `null` where there is none. */
  load(key: string): MaybePromise<{ snapshot: RideOrder | RideCalls; revision: Revision } | null>;
  /**
   * Saves, if `expectedRevision` still is the revision of what is stored (`null`: nothing is stored); otherwise `false`, and
   * nothing changes. `due` says when `settle` should be called for this order; `conflicts` is the number of its conflicts.
   */
  save(
    key: string,
    snapshot: RideOrder | RideCalls,
    expectedRevision: Revision | null,
    about: { due: number | undefined; conflicts?: number | undefined },
  ): MaybePromise<boolean>;
  /** The orders in which something is due at that time, by the `due` that they were saved with. Only where one asks for all. */
  due?(now: number): MaybePromise<readonly string[]>;
  /** As {@link OrderStore.claimDue}. */
  claimDue?(now: number, limit: number, leaseMs: number): MaybePromise<readonly string[]>;
  /** The orders that were saved last with conflicts. Only where one asks for them. */
  conflicts?(): MaybePromise<readonly string[]>;
}
