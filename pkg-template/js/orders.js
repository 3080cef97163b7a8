// Orders in the user's own store: what happens to an order is decided by the state machine (src/ticket/order), and saved
// by compare-and-swap before anything is done about it.

import { invalid, isRecord, moment } from "./configuration.js";
import { MeituanError } from "./errors.js";
import { explainOrder } from "./order-explanation.js";
import { aboutEvent, openConflicts, reportSaved } from "./order-reports.js";
import { applyToOrder } from "./orders-core.js";
import { Delivery } from "./ticket-codes.js";

/**
 * @typedef {import("./order.js").OrderStore} OrderStore
 * @typedef {import("./order.js").OrderEvent} OrderEvent
 * @typedef {import("./order.js").OrderTransition} OrderTransition
 * @typedef {import("./order.js").TicketOrder} TicketOrder
 * @typedef {import("./supplier.js").TicketSupplier} TicketSupplier
 * @typedef {import("./reports.js").Reports} Reports
 * @typedef {(error: unknown, about?: { call?: string, key?: string }) => void} Tell
 */

/** Somebody else can be first so often before it is the store that is wrong. */
const MAX_TRIES = 200;
/** How long a notice's sending may take, unless the settings say otherwise; as in the rules, which claim it for longer. */
const SEND_LIMIT = 30_000;

/** To a pay notice: accepted, or still being processed. */
const PROCESSING = 300;

/** @param {number} milliseconds */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Settles as the work does, but no later than at that time.
 * @template T
 * @param {T | Promise<T>} working
 * @param {number | undefined} deadline by Date.now()
 * @param {string} path of what did not end in time
 * @returns {Promise<T>}
 */
async function inTime(working, deadline, path) {
  if (deadline === undefined) return working;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new MeituanError("TIMED_OUT", { path })), Math.max(deadline - Date.now(), 0));
  });
  try {
    return await Promise.race([working, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}

export class Orders {
  #supplier;
  #store;
  #settings;
  #clock;
  #reports;

  /**
   * @param {TicketSupplier} supplier
   * @param {unknown} store
   * @param {{ settings?: object, clock: () => number, reports: Reports }} how
   */
  constructor(supplier, store, { settings = {}, clock, reports }) {
    if (!isRecord(store) || typeof store.load !== "function" || typeof store.save !== "function") {
      invalid("store", "expected an object with load and save");
    }
    this.#supplier = supplier;
    this.#store = /** @type {OrderStore} */ (/** @type {unknown} */ (store));
    this.#settings = settings;
    this.#clock = clock;
    this.#reports = reports;
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
   * @param {{ now?: number | Date, deadline?: number }} [options] `deadline`, by Date.now(), is the time at which the store is given up
   * @returns {Promise<OrderTransition & { order: TicketOrder | undefined }>}
   */
  async apply(orderId, event, { now, deadline } = {}) {
    for (let tries = 1; ; tries++) {
      const stored = await inTime(this.#store.load(orderId), deadline, "store.load");
      const at = now === undefined ? this.#clock() : moment(now);
      const transition = applyToOrder(stored?.snapshot, event, this.#settings, at);
      const { next, due } = transition;
      if (next === undefined) return { ...transition, order: stored?.snapshot };
      const about = { due, conflicts: openConflicts(next).length };
      if (await inTime(this.#store.save(orderId, next, stored?.revision ?? null, about), deadline, "store.save")) {
        reportSaved(this.#reports, stored?.snapshot, transition, aboutEvent(orderId, event));
        return { ...transition, order: next };
      }
      // Those who lost together do not come back together.
      const wait = Math.random() * Math.min(2 ** tries, 100);
      if (tries === MAX_TRIES || (deadline !== undefined && Date.now() + wait > deadline)) {
        throw new MeituanError("STORE_CONTENDED", { path: "store" });
      }
      await pause(wait);
    }
  }

  /**
   * What is known of an order, what is due, and what somebody has to look into. Saves nothing.
   * @param {string} orderId
   * @param {{ now?: number | Date }} [options]
   */
  async explain(orderId, { now } = {}) {
    const at = now === undefined ? this.#clock() : moment(now);
    const order = await this.load(orderId);
    const transition = order && applyToOrder(order, { timePassed: {} }, this.#settings, at);
    return explainOrder(orderId, transition?.next ?? order, transition, at);
  }

  /**
   * @param {string} orderId
   * @param {string} id
   * @param {string} [note]
   */
  resolveConflict(orderId, id, note) {
    return this.apply(orderId, { conflictResolved: { id, ...(note !== undefined && { note }) } });
  }

  /**
   * @param {string} orderId
   * @param {string} id
   */
  retryNotice(orderId, id) {
    return this.apply(orderId, { retryNotice: { id } });
  }

  /** The orders with open conflicts, and these. */
  async conflicts() {
    if (typeof this.#store.conflicts !== "function") invalid("store", "give the store a function conflicts()");
    const orderIds = await this.#store.conflicts();
    const orders = await Promise.all(
      orderIds.map(async (orderId) => ({ orderId, conflicts: openConflicts(await this.load(orderId)) })),
    );
    return orders.filter(({ conflicts }) => conflicts.length > 0);
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
   * Sends the notices of an order that may be sent now. Each is claimed in the store first, so that of several processes one
   * sends it; what Meituan does not accept is sent again later.
   * @param {string} orderId
   * @param {(request: Request, name: string) => Promise<Response>} send
   * @param {Tell} tell
   */
  async deliver(orderId, send, tell) {
    for (;;) {
      const { send: claimed = [] } = await this.apply(orderId, { claimNotices: {} });
      if (claimed.length === 0) return;
      await Promise.all(claimed.map((notice) => this.#deliverOne(orderId, notice, send, tell)));
    }
  }

  /**
   * @param {string} orderId
   * @param {import("./messages.js").Notice} notice
   * @param {(request: Request, name: string) => Promise<Response>} send
   * @param {Tell} tell
   */
  async #deliverOne(orderId, { id, name, body, tries = 0 }, send, tell) {
    const { sendLimit = SEND_LIMIT } = /** @type {{ sendLimit?: number }} */ (this.#settings);
    const deadline = Date.now() + sendLimit;
    /** @type {import("./messages.js").Delivery} */
    let delivery = Delivery.LATER;
    try {
      const request = /** @type {any} */ (this.#supplier.requests)[name](body, { now: this.#clock() });
      const response = await inTime(send(request.toRequest(), name), deadline, "send");
      const { code, describe, outcome } = await inTime(request.parseResponse(response), deadline, "send");
      if (outcome === "accepted") delivery = Delivery.ACCEPTED;
      else {
        throw new MeituanError("REMOTE_REJECTED", { remoteCode: code, describe, retryable: true });
      }
    } catch (error) {
      tell(error, { call: name, key: id });
      const isProcessing = name === "payNotice" && MeituanError.is(error) && error.remoteCode === PROCESSING;
      if (isProcessing) delivery = Delivery.PROCESSING;
    }
    try {
      await this.apply(orderId, { noticeEnded: { id, tries, delivery } });
    } catch (error) {
      // Its claim runs out.
      tell(error, { call: name, key: id });
    }
  }
}
