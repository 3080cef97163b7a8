// Orders in the user's own store: what happens to an order is decided by the state machine (src/ticket/order), and saved
// by compare-and-swap before anything is done about it.

import { applyToOrder, beginJob, checkedService, openService } from "../boundary/ticket-orders.js";
import { MeituanError } from "../errors/error.js";
import { foundOf, heard, listOf } from "../handler/store-answers.js";
import { anyText, identified, integer, moment, nowOf } from "../values/arguments.js";
import { invalid } from "../values/faults.js";
import { hasFunction, storeOf } from "../values/functions.js";
import { optionsOf, record } from "../values/options.js";
import { drive } from "./driver.js";
import { explainOrder } from "./explanation.js";
import { aboutEvent, openConflicts, reportSaved } from "./reports.js";

/**
 * @typedef {import("./types.js").OrderEvent} OrderEvent
 * @typedef {import("./types.js").OrderTransition} OrderTransition
 * @typedef {import("./types.js").TicketOrder} TicketOrder
 * @typedef {import("../ticket/requests.js").Requests} Requests
 * @typedef {import("../handler/reports.js").Reports} Reports
 */

/** What is asked at a gate. */
const ASKED = ["id", "codes", "credentials", "quantity", "at"];

export class Orders {
  #requests;
  #store;
  #settings;
  #clock;
  #reports;
  #service;

  /**
   * @param {Requests} requests
   * @param {unknown} store
   * @param {{ settings?: object, clock: () => number, reports: Reports }} how
   */
  constructor(requests, store, { settings, clock, reports }) {
    this.#requests = requests;
    this.#store = storeOf(store);
    this.#service = checkedService(settings);
    this.#settings = settings ?? {};
    this.#clock = clock;
    this.#reports = reports;
  }

  /**
   * @param {string} orderId
   * @returns {Promise<TicketOrder | undefined>}
   */
  async load(orderId) {
    return foundOf(await heard(this.#store.load(identified(orderId)), "load"))?.snapshot;
  }

  /**
   * @param {string} orderId
   * @param {OrderEvent} event
   * @param {{ now?: number | Date }} [options]
   * @returns {Promise<OrderTransition & { order: TicketOrder | undefined }>}
   */
  async apply(orderId, event, options) {
    identified(orderId);
    record(event, "event");
    const now = nowOf(options);
    const clock = now === undefined ? this.#clock : () => now;
    this.#service ??= openService(this.#settings);
    const begun = beginJob(this.#service, orderId, event, false, clock());
    const saved = (/** @type {any} */ save) => reportSaved(this.#reports, save, aboutEvent(orderId, event));
    const doer = { orderId, store: this.#store, clock, saved };
    const { step, order } = await inTurn(this.#store, orderId, () => drive(begun, doer));
    if (step.then === "failed") throw new MeituanError("STORE_CONTENDED", { path: "store" });
    const { until: _until, then: _then, heard: _heard, save, ...transition } = step;
    return { ...transition, ...(save && { next: save.order }), order };
  }

  /**
   * Lets guests in, once for each id.
   * @param {string} orderId
   * @param {import("./types.js").AdmissionRequest} asked
   * @returns {Promise<import("../generated/messages.js").Admittance>}
   */
  async admit(orderId, asked) {
    const { id, codes, credentials, quantity, at } = optionsOf(record(asked, "asked"), "asked", ASKED, "");
    if (quantity !== undefined) integer(quantity, "quantity", 0, 2 ** 31 - 1);
    const admit = { id, vouchers: codes, credentials, quantity, at: at === undefined ? undefined : moment(at, "at") };
    const { admittance, reason } = await this.apply(orderId, { admit });
    if (reason === "wrong-quantity")
      invalid("quantity", "expected as many guests as the codes and credentials name", "人数应与所列凭证码、证件的张数一致");
    return /** @type {import("../generated/messages.js").Admittance} */ (admittance);
  }

  /**
   * What is known of an order, what is due, and what somebody has to look into. Saves nothing.
   * @param {string} orderId
   * @param {{ now?: number | Date }} [options]
   */
  async explain(orderId, options) {
    const at = nowOf(options) ?? this.#clock();
    const order = await this.load(orderId);
    const transition = order && applyToOrder(order, { timePassed: {} }, this.#settings, at);
    return explainOrder(orderId, transition?.next ?? order, transition, at);
  }

  /**
   * @param {string} orderId
   * @param {string} id
   * @param {string} [note]
   */
  async resolveConflict(orderId, id, note) {
    anyText(id, "id");
    if (note !== undefined) anyText(note, "note");
    return this.apply(orderId, { conflictResolved: { id, ...(note !== undefined && { note }) } });
  }

  /**
   * @param {string} orderId
   * @param {string} id
   */
  async retryNotice(orderId, id) {
    anyText(id, "id");
    return this.apply(orderId, { retryNotice: { id } });
  }

  /** The orders with open conflicts, and these. */
  async conflicts() {
    if (!hasFunction(this.#store, "conflicts"))
      invalid("store", "give the store a function conflicts()", "请为 store 提供函数 conflicts()");
    const orderIds = listOf(await heard(/** @type {any} */ (this.#store).conflicts(), "conflicts"), "conflicts");
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
      request: (/** @type {any} */ options) => /** @type {any} */ (this.#requests)[name](body, options),
      accepted: () => this.apply(orderId, { noticeAccepted: { id } }).then(() => {}),
    }));
  }
}

/**
 * The last event of each order that this process records. Those that come at once would lose their compare-and-swap to each other.
 * @type {WeakMap<object, Map<string, Promise<unknown>>>}
 */
const lastOf = new WeakMap();

/**
 * Does the work when what came before it has ended, however that ended. Its time limit goes on meanwhile.
 * @template T
 * @param {object} store
 * @param {string} orderId
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function inTurn(store, orderId, work) {
  const orders = lastOf.get(store) ?? new Map();
  lastOf.set(store, orders);
  const working = orders.get(orderId)?.then(work) ?? work();
  const ended = working.then(
    () => {},
    () => {},
  );
  orders.set(orderId, ended);
  ended.then(() => orders.get(orderId) === ended && orders.delete(orderId));
  return working;
}
