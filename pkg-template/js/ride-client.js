// The enterprise's side: seals requests to Meituan, takes Meituan's pushes.

import { fieldOf, nowOf, ownOf, reading, record } from "./arguments.js";
import { answerPush, answerRefusedPush, isWellFormed, receivePush } from "./core.js";
import { answerWith, MeituanError } from "./errors.js";
import { blamed } from "./found.js";
import { serve } from "./handler.js";
import { asReply, asResponse, bodyOfCall, cut, emptied, limitedHead, pathOf, Reply, readBody, replyOf, uriOf } from "./http.js";
import { Reports } from "./reports.js";
import { notReturned, refuseFailure } from "./returned.js";
import { ResultCode } from "./ride-codes.js";
import { configure } from "./ride-configuration.js";
import { rideDesk } from "./ride-desk.js";
import { interfaces } from "./ride-messages.js";
import { RideOrders } from "./ride-orders.js";
import { Requests } from "./ride-requests.js";
import { notServed, systemFailure } from "./texts.js";
import { steady } from "./time.js";
import { kindOf } from "./values.js";

/** @typedef {{ now?: number | Date, until?: number }} ReceiveOptions `until` by the steady clock */

export class RideClient {
  #configuration;

  /** @param {unknown} options */
  constructor(options) {
    this.#configuration = configure(options);
    this.requests = new Requests(this.#configuration);
  }

  get entId() {
    return this.#configuration.entId;
  }

  /**
   * The push that a URL is registered for.
   * @param {string} url
   * @returns {string | undefined}
   */
  callFor(url) {
    return this.#configuration.routes.get(pathOf(uriOf(url)));
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
      const { maxBodyBytes, bodyTimeoutMs } = this.#configuration;
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

  /** @param {Record<string, unknown>} options */
  handler(options) {
    return serve(() => this, RIDE, options);
  }

  /** @param {unknown} store @param {any} [asked] */
  orders(store, asked) {
    const { onConflict, onWarning, onError, language, ...options } = ownOf(asked ?? {}, "options");
    return this.ordersOf(store, { ...options, reports: new Reports({ onConflict, onWarning, onError, language }) });
  }

  /**
   * For the handler, which knows who hears of what.
   * @param {unknown} store
   * @param {any} options
   */
  ordersOf(store, options) {
    return new RideOrders(this, store, { ...options, clock: this.#configuration.clock });
  }

  /**
   * @template Answer
   * @param {string} url
   * @param {string | Uint8Array} body
   * @param {ReceiveOptions | undefined} options
   * @param {(reply: Reply) => Answer} finish
   */
  #receive(url, body, options, finish) {
    const { handle, maxBodyBytes, clock } = this.#configuration;
    const now = (options === undefined ? undefined : nowOf(options)) ?? clock();
    const received = receivePush(handle, limitedHead(uriOf(url), "url"), cut(body, maxBodyBytes), now);
    if (received.error === undefined) return new Push(received, finish);
    throw body.length === 0 ? emptied(received.error) : received.error;
  }
}

/** A push about another business than rides. Meituan sends those to the same address. */
const OTHER_PUSH = "otherPush";

/** The reply of what a function has returned. @type {<Answer>(push: Push<Answer>, returned: unknown) => Answer} */
let replyTo;

/** @template Answer */
export class Push {
  #finish;
  #hasReply = false;

  static {
    replyTo = (push, returned) => {
      if (push.#hasReply) throw answerable(notReturned(returned));
      refuseFailure(returned);
      return push.ok();
    };
  }

  /**
   * @param {{ of: number, isOther: boolean, message: any, key: string, warnings: readonly import("./errors.js").Finding[] }} received
   * @param {(reply: Reply) => Answer} finish
   */
  constructor({ of, isOther, message, key, warnings }, finish) {
    this.type = isOther ? OTHER_PUSH : interfaces[of].name;
    this.body = message;
    this.deduplicationKey = key;
    this.warnings = warnings;
    this.#finish = finish;
  }

  ok() {
    const answer = new Reply(ResultCode.SUCCESS, answerPush(ResultCode.SUCCESS, ""));
    this.#hasReply = true;
    return this.#finish(answer);
  }

  /**
   * @param {number} code
   * @param {string} message
   */
  fail(code, message) {
    if (!Number.isInteger(code) || Math.abs(code) >= 2 ** 31 || code === ResultCode.SUCCESS) {
      const { en, zh } = kindOf(code);
      const detail = { en: `expected the code of a failure, found ${en}`, zh: `应为表示失败的返回码，实为${zh}` };
      throw answerable(new MeituanError("ILLEGAL_REPLY_CODE", { path: "code", detail }));
    }
    if (typeof message !== "string") {
      const { en, zh } = kindOf(message);
      throw answerable(
        new MeituanError("WRONG_TYPE", {
          path: "message",
          detail: { en: `expected a text, found ${en}`, zh: `应为字符串，实为${zh}` },
        }),
      );
    }
    if (!isWellFormed(message)) throw answerable(new MeituanError("LONE_SURROGATE", { path: "message" }));
    let answer;
    try {
      answer = failure(code, message);
    } catch (error) {
      throw answerable(error);
    }
    this.#hasReply = true;
    return this.#finish(answer);
  }
}

/** @param {number} code @param {string} message */
const failure = (code, message) => new Reply(code, answerPush(code, message));

/**
 * Whatever went wrong on our side: Meituan pushes again.
 * @param {unknown} error
 */
function answerable(error) {
  if (!MeituanError.is(error)) return error;
  answerWith(error, () => replyOf(answerRefusedPush(error)));
  return error;
}

/** There are some twenty. */
const MAX_BUSINESSES = 100;

/**
 * How this API answers where the user's functions do not.
 * @type {import("./handler.js").Api}
 */
export const RIDE = {
  limitMs: 5_000,
  isSigned: false,
  unknownOutcomes: [],
  about: ({ type, body, deduplicationKey }) => ({
    ...(body.mtOrderId !== undefined && { orderId: body.mtOrderId }),
    ...{ call: type, key: deduplicationKey },
  }),
  names: [...interfaces.filter(({ direction }) => direction === "toEnterprise").map(({ name }) => name), OTHER_PUSH],
  unavailable: () => failure(ResultCode.SYSTEM_ERROR, systemFailure).toResponse(),
  unread: () => failure(ResultCode.SYSTEM_ERROR, systemFailure).toResponse(),
  // A failure would make Meituan push every order of every business again.
  unserved: (push) => (push.type === OTHER_PUSH ? push.ok() : push.fail(ResultCode.ILLEGAL_API_ACCESS, notServed)),
  reports: () => {
    /** The other businesses that were reported. @type {Set<unknown>} */
    const known = new Set();
    return ({ type, body }) => type !== OTHER_PUSH || (known.size < MAX_BUSINESSES && known.size < known.add(body.sqtType).size);
  },
  reply: replyTo,
  broken: (push) => push.fail(ResultCode.SYSTEM_ERROR, systemFailure),
  desk: (options) => rideDesk(options, replyTo),
};
