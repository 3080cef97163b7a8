// Takes Meituan's pushes: opened, read, and with the answers that may be given to them.

import { receivePush } from "../boundary/ride-calls.js";
import { bodyOfCall, cut, emptied, readBody } from "../http/bodies.js";
import { limitedHead } from "../http/headers.js";
import { asReply, asResponse } from "../http/reply.js";
import { pathOf, uriOf } from "../http/urls.js";
import { steady } from "../runtime/time-limits.js";
import { nowOf } from "../values/arguments.js";
import { blamed } from "../values/culprits.js";
import { reading } from "../values/faults.js";
import { fieldOf, record } from "../values/options.js";
import { configure } from "./configuration.js";
import { RideOrders } from "./orders.js";
import { answerable, Push } from "./push.js";
import { Requests } from "./requests.js";

/** @typedef {import("../http/reply.js").Reply} Reply */

/** @typedef {{ now?: number | Date, until?: number }} ReceiveOptions `until` by the steady clock */
/** A client as the package's own files need it; users have it as a RideClient. */
export class RideReceiver {
  /** @param {unknown} options */
  constructor(options) {
    this.configuration = configure(options);
    this.requests = new Requests(this.configuration);
  }

  get entId() {
    return this.configuration.entId;
  }

  /**
   * The push that a URL is registered for.
   * @param {string} url
   * @returns {string | undefined}
   */
  callFor(url) {
    return this.configuration.routes.get(pathOf(uriOf(url)));
  }

  /**
   * @param {{ url: string, body: unknown }} request
   * @param {ReceiveOptions} [options]
   */
  receiveSync(request, options) {
    try {
      const { url, body } = request;
      return this.#receive(url, bodyOfCall(body), options, asReply);
    } catch (error) {
      throw answerable(blamed(error, { request, options }));
    }
  }

  /**
   * @param {Request} request
   * @param {ReceiveOptions} [options]
   */
  async receive(request, options) {
    try {
      const { maxBodyBytes, bodyTimeoutMs } = this.configuration;
      const given = options === undefined ? undefined : fieldOf(record(options, "options"), "until", "until");
      const until = Math.min(given ?? Number.POSITIVE_INFINITY, steady() + bodyTimeoutMs);
      const url = reading("url", () => request.url);
      // What comes to no push's path is refused for that.
      const body = this.callFor(url) === undefined ? "" : await readBody(request, maxBodyBytes, until);
      return this.#receive(url, body, options, asResponse);
    } catch (error) {
      throw answerable(error);
    }
  }

  /**
   * The orders in a store.
   * @param {unknown} store
   * @param {any} options
   */
  ordersOf(store, options) {
    return new RideOrders(this, store, { ...options, clock: this.configuration.clock });
  }

  /**
   * @template Answer
   * @param {string} url
   * @param {string | Uint8Array} body
   * @param {ReceiveOptions | undefined} options
   * @param {(reply: Reply) => Answer} finish
   */
  #receive(url, body, options, finish) {
    const { handle, maxBodyBytes, clock } = this.configuration;
    const now = (options === undefined ? undefined : nowOf(options)) ?? clock();
    const received = receivePush(handle, limitedHead(uriOf(url), "url"), cut(body, maxBodyBytes), now);
    if (received.error === undefined) return new Push(received, finish);
    throw body.length === 0 ? emptied(received.error) : received.error;
  }
}
