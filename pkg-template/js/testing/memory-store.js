// A store that keeps orders in memory.

import { identified, integer, moment } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { stringify } from "../values/json.js";
import { optionsOf, record } from "../values/options.js";

/** Nothing is kept beyond the process: for tests, and for trying things out. */
export class MemoryStore {
  /** @type {Map<string, { text: string, revision: number, due: number | undefined, conflicts: number, claimedUntil?: number }>} */
  #orders = new Map();

  /** @param {string} orderId */
  load(orderId) {
    const found = this.#orders.get(identified(orderId));
    return found === undefined ? null : { snapshot: JSON.parse(found.text), revision: found.revision };
  }

  /**
   * @param {string} orderId
   * @param {object} snapshot
   * @param {number | null} expectedRevision
   * @param {{ due?: number | undefined, conflicts?: number | undefined }} about
   */
  save(orderId, snapshot, expectedRevision, about) {
    const { due, conflicts = 0 } = optionsOf(about, "about", ["due", "conflicts"], "");
    if (due !== undefined) moment(due, "due");
    integer(conflicts, "conflicts", 0, 2 ** 31 - 1);
    const revision = this.#orders.get(identified(orderId))?.revision ?? null;
    const text = stringify(record(snapshot, "snapshot"), "snapshot");
    if (revision !== expectedRevision) {
      const isRevision = expectedRevision === null || typeof expectedRevision === "number";
      return isRevision ? false : unexpected("expectedRevision", expectedRevision, "a revision, or null", "版本号或 null");
    }
    this.#orders.set(orderId, { text, revision: (revision ?? 0) + 1, due, conflicts });
    return true;
  }

  /** @param {number} now */
  due(now) {
    if (typeof now !== "number" || Number.isNaN(now)) return unexpected("now", now, "epoch milliseconds", "毫秒时间戳");
    return [...this.#orders].filter(([, { due }]) => due !== undefined && due <= now).map(([orderId]) => orderId);
  }

  /** @param {number} now @param {number} limit @param {number} leaseMs */
  claimDue(now, limit, leaseMs) {
    integer(limit, "limit", 0, 2 ** 31 - 1);
    integer(leaseMs, "leaseMs", 0, 2 ** 53 - 1);
    const claimed = this.due(now).filter((orderId) => (this.#orders.get(orderId)?.claimedUntil ?? 0) <= now);
    for (const orderId of claimed.slice(0, limit)) {
      const order = this.#orders.get(orderId);
      if (order) order.claimedUntil = now + leaseMs;
    }
    return claimed.slice(0, limit);
  }

  conflicts() {
    return [...this.#orders].filter(([, { conflicts }]) => conflicts > 0).map(([orderId]) => orderId);
  }
}
