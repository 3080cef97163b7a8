// A store that keeps orders in memory.

/** @typedef {import("./order.js").OrderStore} OrderStore */

/** Nothing is kept beyond the process: for tests, and for trying things out. */
export class MemoryStore {
  /** @type {Map<string, { text: string, revision: number, due: number | undefined, conflicts: number, claimedUntil?: number }>} */
  #orders = new Map();

  /** @param {string} orderId */
  load(orderId) {
    const found = this.#orders.get(orderId);
    return found === undefined ? null : { snapshot: JSON.parse(found.text), revision: found.revision };
  }

  /**
   * @param {string} orderId
   * @param {object} snapshot
   * @param {number | null} expectedRevision
   * @param {{ due?: number | undefined, conflicts?: number | undefined }} about
   */
  save(orderId, snapshot, expectedRevision, { due, conflicts = 0 } = {}) {
    const revision = this.#orders.get(orderId)?.revision ?? null;
    if (revision !== expectedRevision) return false;
    this.#orders.set(orderId, { text: JSON.stringify(snapshot), revision: (revision ?? 0) + 1, due, conflicts });
    return true;
  }

  /** @param {number} now */
  due(now) {
    return [...this.#orders].filter(([, { due }]) => due !== undefined && due <= now).map(([orderId]) => orderId);
  }

  /** @param {number} now @param {number} limit @param {number} leaseMs */
  claimDue(now, limit, leaseMs) {
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
