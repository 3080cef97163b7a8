// Orders in the user's own store: what happens to an order is decided by the state machine (src/ticket/order), and saved
// by compare-and-swap before anything is done about it.

import { invalid, isRecord, moment } from "./configuration.js";
import { MeituanError } from "./errors.js";
import { applyToOrder } from "./orders-core.js";

/**
 * @typedef {import("./order.js").OrderStore} OrderStore
 * @typedef {import("./order.js").OrderEvent} OrderEvent
 * @typedef {import("./order.js").OrderTransition} OrderTransition
 * @typedef {import("./order.js").TicketOrder} TicketOrder
 * @typedef {import("./supplier.js").TicketSupplier} TicketSupplier
 * @typedef {(conflicts: readonly import("./messages.js").Conflict[], about: { orderId: string }) => unknown} ConflictListener
 */

/** Somebody else can be first so often before it is the store that is wrong. */
const MOST_TRIES = 200;

/** How long a notice that Meituan did not accept waits: as long as it has waited already, within these bounds. */
const SHORTEST_WAIT = 1000;
const LONGEST_WAIT = 600_000;

/** @param {number} milliseconds */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Orders {
  #supplier;
  #store;
  #settings;
  #clock;
  #report;

  /**
   * @param {TicketSupplier} supplier
   * @param {unknown} store
   * @param {{ settings?: object, clock: () => number, report?: ConflictListener }} how
   */
  constructor(supplier, store, { settings = {}, clock, report }) {
    if (!isRecord(store) || typeof store.load !== "function" || typeof store.save !== "function") {
      invalid("store", "expected an object with load and save");
    }
    this.#supplier = supplier;
    this.#store = /** @type {OrderStore} */ (/** @type {unknown} */ (store));
    this.#settings = settings;
    this.#clock = clock;
    this.#report = report;
  }

  /**
   * @param {string} orderId
   * @returns {Promise<TicketOrder | undefined>}
   */
  async load(orderId) {
    return (await this.#store.load(orderId))?.snapshot;
  }

  /**
   * @param {string} orderId
   * @param {OrderEvent} event
   * @param {{ now?: number | Date }} [options]
   * @returns {Promise<OrderTransition & { order: TicketOrder | undefined }>}
   */
  async apply(orderId, event, { now } = {}) {
    for (let tries = 1; ; tries++) {
      const stored = await this.#store.load(orderId);
      const at = now === undefined ? this.#clock() : moment(now);
      const transition = applyToOrder(stored?.snapshot, event, this.#settings, at);
      const { next, due } = transition;
      if (next === undefined) return { ...transition, order: stored?.snapshot };
      if (await this.#store.save(orderId, next, stored?.revision ?? null, { due })) {
        const found = newConflicts(stored?.snapshot, next);
        if (found.length > 0) this.#report?.(found, { orderId });
        return { ...transition, order: next };
      }
      if (tries === MOST_TRIES) throw new MeituanError("STORE_CONTENDED", { path: "store" });
      // Those who lost together do not come back together.
      await pause(Math.random() * Math.min(2 ** tries, 100));
    }
  }

  /**
   * The notices of an order that Meituan has not accepted yet, the next one first.
   * @param {string} orderId
   */
  async pendingNotices(orderId) {
    const order = await this.load(orderId);
    const notices = order?.notices ?? [];
    return notices.map(({ id, name, body, since }) => ({
      orderId,
      id,
      name,
      since,
      request: (/** @type {any} */ options) => /** @type {any} */ (this.#supplier.requests)[name](body, options),
      accepted: () => this.apply(orderId, { noticeAccepted: { id } }).then(() => {}),
    }));
  }

  /**
   * Sends the notices of an order, each only after Meituan has accepted the one before it.
   * @param {string} orderId
   * @param {(request: Request, name: string) => Promise<Response>} send
   * @param {(error: unknown) => void} tell
   * @returns {Promise<number | undefined>} when to try again; undefined when all are accepted
   */
  async deliver(orderId, send, tell) {
    for (;;) {
      const [notice] = await this.pendingNotices(orderId);
      if (notice === undefined) return undefined;
      try {
        const request = notice.request({ now: this.#clock() });
        const { code, describe } = await request.parseResponse(await send(request.toRequest(), notice.name));
        if (code !== 200) throw new MeituanError("REMOTE_REJECTED", { remoteCode: code, describe, retryable: true });
      } catch (error) {
        tell(error);
        const now = this.#clock();
        return now + Math.min(Math.max(now - notice.since, SHORTEST_WAIT), LONGEST_WAIT);
      }
      await notice.accepted();
    }
  }
}

/**
 * The conflicts that are open now, and were not before.
 * @param {TicketOrder | undefined} before
 * @param {TicketOrder} next
 */
function newConflicts(before, next) {
  const open = (/** @type {TicketOrder | undefined} */ order) =>
    (order?.conflicts ?? []).filter(({ resolvedAt }) => resolvedAt === undefined);
  // Format 1 had the breach alone.
  const known = new Set(open(before).map(({ id, breach }) => id ?? breach));
  return open(next).filter(({ id }) => !known.has(id));
}
