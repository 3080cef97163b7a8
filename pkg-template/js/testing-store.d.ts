import type { OrderStore, TicketOrder } from "./order.js";

/** A store that keeps orders in memory: for tests, and for trying things out. */
export declare class MemoryStore implements OrderStore<number> {
  load(orderId: string): { snapshot: TicketOrder; revision: number } | null;
  save(orderId: string, snapshot: TicketOrder, expectedRevision: number | null, about?: { due?: number | undefined }): boolean;
  /** The orders in which something is due. */
  due(now: number): string[];
}

/**
 * Puts a store through everything that the order handler relies on. Throws with what it breaks; returns the checks it passed.
 * It writes orders of invented numbers from `firstOrderId` on, so give it an empty store, or numbers that are free.
 */
export declare function storeContract(
  store: OrderStore,
  options?: { firstOrderId?: string | undefined },
): Promise<{ name: string; passed: boolean; why?: string }[]>;
