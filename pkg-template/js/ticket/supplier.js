// The supplier: takes Meituan's calls, signs the notices to Meituan.

import { serve } from "../handler/endpoint.js";
import { Reports } from "../handler/reports.js";
import { heard, listOf } from "../handler/store-answers.js";
import { Orders } from "../orders/orders.js";
import { invalid } from "../values/faults.js";
import { hasFunction } from "../values/functions.js";
import { TICKET } from "./api.js";
import { observe } from "./observer.js";
import { TicketReceiver } from "./receiver.js";

/**
 * @typedef {import("./receiver.js").Head} Head
 * @typedef {import("./receiver.js").ReceiveOptions} ReceiveOptions
 */

export class TicketSupplier {
  #receiver;

  /** @param {unknown} options */
  constructor(options) {
    this.#receiver = new TicketReceiver(options);
    this.requests = this.#receiver.requests;
  }

  get partnerId() {
    return this.#receiver.configuration.partnerId;
  }

  /**
   * The call that a URL is registered for.
   * @param {string} url
   * @returns {string | undefined}
   */
  callFor(url) {
    return this.#receiver.callFor(url);
  }

  /**
   * @param {Head & { body: unknown }} request
   * @param {ReceiveOptions} [options]
   */
  receiveSync(request, options) {
    return this.#receiver.receiveSync(request, options);
  }

  /**
   * @param {Request} request
   * @param {ReceiveOptions} [options]
   */
  receive(request, options) {
    return this.#receiver.receive(request, options);
  }

  /**
   * The reply of last resort to whatever came to a URL.
   * @param {string} url
   * @param {string} describe
   */
  failFor(url, describe) {
    return this.#receiver.failFor(url, describe);
  }

  /**
   * The orders in a store.
   * @param {unknown} store
   * @param {object} [settings] of the order rules
   * @param {import("../handler/reports.js").Hooks | Reports} [hooks]
   */
  orders(store, settings, hooks) {
    const reports = Reports.from(hooks);
    return new Orders(this.requests, store, { settings, clock: this.#receiver.configuration.clock, reports });
  }

  /**
   * @param {any} store
   * @param {string} [orderId]
   */
  async pendingNotices(store, orderId) {
    const orders = this.orders(store);
    if (orderId !== undefined) return orders.pendingNotices(orderId);
    if (!hasFunction(store, "due"))
      invalid("store", "say which order, or give the store a function due(now)", "请指明订单，或为 store 提供函数 due(now)");
    const due = listOf(await heard(store.due(this.#receiver.configuration.clock()), "due"), "due");
    const notices = await Promise.all(due.map((/** @type {string} */ id) => orders.pendingNotices(id)));
    return notices.flat();
  }

  /**
   * @param {Parameters<typeof observe>[1]} existing
   * @param {Parameters<typeof observe>[2]} options
   */
  observe(existing, options) {
    return observe(this.#receiver, existing, options);
  }

  /** @param {Record<string, unknown>} options */
  handler(options) {
    return serve(() => this.#receiver, TICKET, options);
  }
}
