import type { OrderStore } from "../orders/types.js";
import type { RideOrderStore } from "../ride/order-types.js";

/** A store that keeps orders of either API in memory: for tests, and for trying things out. */
export declare class MemoryStore implements OrderStore<number>, RideOrderStore<number> {
  // biome-ignore lint/suspicious/noExplicitAny: as it was saved
  load(orderId: string): { snapshot: any; revision: number } | null;
  save(
    orderId: string,
    snapshot: object,
    expectedRevision: number | null,
    about?: { due?: number | undefined; conflicts?: number | undefined },
  ): boolean;
  /** The orders in which something is due. */
  due(now: number): string[];
  /** The orders with open conflicts. */
  conflicts(): string[];
}

/**
 * Puts a store through everything that the order handler relies on. Throws with what it breaks, and the first difference of each;
 * returns the checks it passed. `due`, `claimDue` and `conflicts` are checked where the store has them. What hangs, or says what no store
 * may say, ends it at once.
 *
 * Reads must be linearizable: a load after a save sees it, on every connection. A replica, a cache or a region that lags shows only
 * where it is asked, so give the check a second connection of the kind that another process would have, as `other`.
 *
 * It writes orders of invented numbers from `firstOrderId` on, so give it an empty store, or numbers that are free.
 */
export declare function storeContract(
  store: OrderStore | RideOrderStore,
  options?: {
    firstOrderId?: string | undefined;
    other?: OrderStore | RideOrderStore | undefined;
    /** What the store is for: tickets, whose keys are digits; or rides, whose snapshots are small. Both, where it is left out. */
    keeps?: "tickets" | "rides" | undefined;
    /** How long an answer of the store is waited for, in milliseconds; 10000 by default. */
    deadlineMs?: number | undefined;
  },
): Promise<{ name: string; passed: boolean; why?: string }[]>;
