// The enterprise's side: seals requests to Meituan, takes Meituan's pushes.

import { serve } from "../handler/endpoint.js";
import { Reports } from "../handler/reports.js";
import { ownOf } from "../values/options.js";
import { RIDE } from "./api.js";
import { RideReceiver } from "./receiver.js";

/** @typedef {import("./receiver.js").ReceiveOptions} ReceiveOptions */

export class RideClient {
  #receiver;

  /** @param {unknown} options */
  constructor(options) {
    this.#receiver = new RideReceiver(options);
    this.requests = this.#receiver.requests;
  }

  get entId() {
    return this.#receiver.entId;
  }

  /**
   * The push that a URL is registered for.
   * @param {string} url
   * @returns {string | undefined}
   */
  callFor(url) {
    return this.#receiver.callFor(url);
  }

  /**
   * @param {{ url: string, body: unknown }} request
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

  /** @param {Record<string, unknown>} options */
  handler(options) {
    return serve(() => this.#receiver, RIDE, options);
  }

  /** @param {unknown} store @param {any} [asked] */
  orders(store, asked) {
    const { onConflict, onWarning, onError, language, ...options } = ownOf(asked ?? {}, "options");
    return this.#receiver.ordersOf(store, { ...options, reports: new Reports({ onConflict, onWarning, onError, language }) });
  }
}
