// A store that keeps orders in memory.

import type { OrderStore } from "../orders/store.js";
import type { RideOrderStore } from "../ride/store.js";
import { identified, integer, timestamp } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { stringify } from "../values/json.js";
import { optionsOf, record } from "../values/options.js";
import { AS_JSON, withJson } from "../values/snapshot.js";

interface About {
  due?: number | undefined;
  conflicts?: number | undefined;
}

/**
 * A store that keeps orders of either API in memory: for tests, and for trying things out.
 *
 * @example
 * const endpoint = handler({ config, store: new MemoryStore(), orderCreate, orderPay, orderRefund });
 */
export class MemoryStore implements OrderStore<number>, RideOrderStore<number> {
  #orders = new Map<
    string,
    { text: string; revision: number; due: number | undefined; conflicts: number; claimedUntil?: number }
  >();

  load(orderId: string): { snapshot: any; revision: number } | null {
    const found = this.#orders.get(identified(orderId));
    return found === undefined ? null : { snapshot: JSON.parse(found.text), revision: found.revision };
  }

  save(orderId: string, snapshot: object, expectedRevision: number | null, about?: About): boolean {
    return this.#save(orderId, stringify(record(snapshot, "snapshot"), "snapshot"), expectedRevision, about);
  }

  #save(orderId: string, text: string, expectedRevision: unknown, about: About | undefined): boolean {
    const { due, conflicts = 0 } = optionsOf(about, "about", ["due", "conflicts"], "");
    if (due !== undefined) timestamp(due, "due");
    integer(conflicts, "conflicts", 0, 2 ** 31 - 1);
    const revision = this.#orders.get(identified(orderId))?.revision ?? null;
    if (revision !== expectedRevision) {
      const isRevision = expectedRevision === null || typeof expectedRevision === "number";
      return isRevision ? false : unexpected("expectedRevision", expectedRevision, "a revision, or null", "版本号或 null");
    }
    this.#orders.set(orderId, { text, revision: (revision ?? 0) + 1, due, conflicts });
    return true;
  }

  /** The orders in which something is due. */
  due(now: number): string[] {
    if (typeof now !== "number" || Number.isNaN(now)) return unexpected("now", now, "epoch milliseconds", "毫秒时间戳");
    return [...this.#orders].filter(([, { due }]) => due !== undefined && due <= now).map(([orderId]) => orderId);
  }

  /** The orders in which something is due, each of which is given to nobody else within `leaseMs` milliseconds: at most `limit`. */
  claimDue(now: number, limit: number, leaseMs: number): string[] {
    integer(limit, "limit", 0, 2 ** 31 - 1);
    integer(leaseMs, "leaseMs", 0, 2 ** 53 - 1);
    const claimed = this.due(now).filter((orderId) => (this.#orders.get(orderId)?.claimedUntil ?? 0) <= now);
    for (const orderId of claimed.slice(0, limit)) {
      const order = this.#orders.get(orderId);
      if (order) order.claimedUntil = now + leaseMs;
    }
    return claimed.slice(0, limit);
  }

  /** The orders with open conflicts. */
  conflicts(): string[] {
    return [...this.#orders].filter(([, { conflicts }]) => conflicts > 0).map(([orderId]) => orderId);
  }

  // Handlers hand JSON over, and get it back as it is.
  static {
    const { prototype } = MemoryStore;
    withJson(prototype.load, function (this: MemoryStore, orderId) {
      const found = this.#orders.get(identified(orderId));
      return found === undefined ? null : { [AS_JSON]: found.text, revision: found.revision };
    });
    withJson(prototype.save, function (this: MemoryStore, orderId, json, expectedRevision, about) {
      return this.#save(orderId, json, expectedRevision, about);
    });
  }
}
