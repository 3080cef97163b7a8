// The supplier: takes Meituan's calls, signs the notices to Meituan.

import { anyText, fieldOf, func, hasFunction, invalid, nowOf, optionsOf, record, unexpected } from "./arguments.js";
import { Call, replyTo } from "./call.js";
import { configure } from "./configuration.js";
import { answerRefused, callIndex, isWellFormed, judgeHead, OF_FAMILY, receiveCall, writeFailure } from "./core.js";
import { answerWith, MeituanError } from "./errors.js";
import { blamed } from "./found.js";
import { serve } from "./handler.js";
import {
  asReply,
  asResponse,
  bodyOfCall,
  cut,
  emptied,
  isArriving,
  limitedHead,
  lookedAtHeaders,
  noReply,
  pathOf,
  readBody,
  replyOf,
  uriOf,
} from "./http.js";
import { keepAlive, platformWaitUntil } from "./keeping.js";
import { orderDesk } from "./order-handler.js";
import { taskOf } from "./order-task.js";
import { Orders } from "./orders.js";
import { openOrderSupplier } from "./orders-core.js";
import { askedOf, observed } from "./recorder.js";
import { Reports } from "./reports.js";
import { Requests } from "./requests.js";
import { heard, listOf } from "./store-answers.js";
import { notServed, systemFailure } from "./texts.js";
import { calls } from "./ticket-messages.js";
import { endsInTime, steady } from "./time.js";

/**
 * @typedef {{ method: string, url: string, headers: unknown }} Head
 * @typedef {{ now?: number | Date, until?: number, heard?: (body: string | Uint8Array) => void }} ReceiveOptions `until` by the steady
 * clock; `heard` gets the body as it came
 * @typedef {{ text: string, receivedAt: number, clock: () => number, date: string, authorization: string }} CallHead `text` as the module wants it
 */

/**
 * What a supplier shows to the files of orders.
 * @typedef {object} Inside
 * @property {() => number} clock
 * @property {(name: string, body: any, facts: { attemptKey: string, order: any, counts: any }) => any} taskOf a call for a user's
 * function
 * @property {() => number} number of the supplier in the module of orders
 * @property {(request: Request, options: ReceiveOptions, receive: (head: string, body: string | Uint8Array, now: number) => any) => Promise<{ call: Call<Response>, received: any }>} receive
 * takes a call apart in that module
 */

/** So long may it take to look at an exchange, and to report it. */
const RECORD_LIMIT = 30_000;

/** @type {(supplier: TicketSupplier) => Inside} */
export let inside;

export class TicketSupplier {
  #configuration;

  static {
    inside = (supplier) => {
      const configuration = supplier.#configuration;
      return {
        clock: configuration.clock,
        number: () => configuration.orderNumber(openOrderSupplier),
        taskOf: (name, body, facts) => taskOf(configuration, name, body, facts),
        receive: async (request, options, receive) => {
          let received;
          const kept = (/** @type {[string, string | Uint8Array, number]} */ ...call) => {
            received = receive(...call);
            return received;
          };
          const call = await supplier.#receiveRequest(request, options, kept);
          return { call, received };
        },
      };
    };
  }

  /** @param {unknown} options */
  constructor(options) {
    this.#configuration = configure(options);
    this.requests = new Requests(this.#configuration);
  }

  get partnerId() {
    return this.#configuration.partnerId;
  }

  /**
   * The call that a URL is registered for.
   * @param {string} url
   * @returns {string | undefined}
   */
  callFor(url) {
    return this.#configuration.routes.get(pathOf(uriOf(url)));
  }

  /**
   * @param {Head & { body: unknown }} request
   * @param {ReceiveOptions} [options]
   */
  receiveSync(request, options) {
    /** @type {CallHead | undefined} */
    let head;
    try {
      head = this.#headOf(request, options);
      return this.#take(head, bodyOfCall(request.body), asReply);
    } catch (error) {
      throw this.#answerable(MeituanError.is(error) ? error : blamed(error, { request, options }), request, head);
    }
  }

  /**
   * @param {Request} request
   * @param {ReceiveOptions} [options]
   */
  receive(request, options) {
    return this.#receiveRequest(request, options);
  }

  /**
   * @param {Request} request
   * @param {ReceiveOptions} [options]
   * @param {typeof receiveCall extends (supplier: number, ...rest: infer Rest) => infer Received ? (...rest: Rest) => Received : never} [receive]
   * where the module of messages does not do it
   */
  async #receiveRequest(request, options, receive) {
    /** @type {CallHead | undefined} */
    let head;
    try {
      const { handle, maxBodyBytes, bodyTimeoutMs } = this.#configuration;
      const given = options === undefined ? undefined : fieldOf(record(options, "options"), "until", "until");
      const heard = options === undefined ? undefined : fieldOf(record(options, "options"), "heard", "heard");
      head = this.#reading(request, options, () => this.#headOf(request, options));
      // The signature does not cover the body: of a caller who is not authenticated nothing is read.
      const error = isArriving(request) ? judgeHead(handle, head.text, head.receivedAt) : undefined;
      if (error) throw error;
      const until = Math.min(given ?? Number.POSITIVE_INFINITY, steady() + bodyTimeoutMs);
      const body = await readBody(request, maxBodyBytes, until);
      heard?.(body);
      return this.#take(head, body, asResponse, receive);
    } catch (error) {
      throw this.#answerable(error, request, head);
    }
  }

  /**
   * What its parts throw when they are read is about them; what its stream throws is somebody else's.
   * @template T
   * @param {Request} request
   * @param {ReceiveOptions | undefined} options
   * @param {() => T} read
   */
  #reading(request, options, read) {
    try {
      return read();
    } catch (error) {
      throw MeituanError.is(error) ? error : blamed(error, { request, options });
    }
  }

  /**
   * The reply of last resort to whatever came to a URL.
   * @param {string} url
   * @param {string} describe
   */
  failFor(url, describe) {
    anyText(describe, "describe");
    const call = callIndex(this.callFor(url) ?? "");
    return replyOf(writeFailure(this.#configuration.handle, call, OF_FAMILY, 0, describe, false));
  }

  /**
   * The orders in a store.
   * @param {unknown} store
   * @param {object} [settings] of the order rules
   * @param {import("./reports.js").Hooks | Reports} [hooks]
   */
  orders(store, settings, hooks) {
    const reports = Reports.from(hooks);
    return new Orders(this, store, { settings, clock: this.#configuration.clock, reports });
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
    const due = listOf(await heard(store.due(this.#configuration.clock()), "due"), "due");
    const notices = await Promise.all(due.map((/** @type {string} */ id) => orders.pendingNotices(id)));
    return notices.flat();
  }

  /**
   * @param {(request: Request, ...context: any[]) => Response | Promise<Response>} existing
   * @param {{ report: (found: any, ...context: any[]) => unknown, waitUntil?: (working: Promise<unknown>, ...context: any[]) => void,
   *   reports?: Reports, onError?: (error: unknown, about: any) => unknown, language?: "en" | "zh" }} options
   */
  observe(existing, options) {
    func(existing, "existing");
    record(options, "options");
    const names = ["report", "waitUntil", "onError", "language", "reports"];
    const { report, waitUntil = platformWaitUntil, onError, language, ...given } = optionsOf(options, "options", names, "");
    func(report, "report");
    func(waitUntil, "waitUntil");
    const { reports = new Reports({ onError, language }) } = given;
    const configuration = this.#configuration;
    return async (/** @type {Request} */ request, /** @type {any[]} */ ...context) => {
      // Whatever goes wrong here is nothing that Meituan, or the existing handler, may notice.
      const before = outcomeOf(() => {
        const call = this.callFor(request.url);
        return call === undefined ? { call } : { call, at: configuration.clock(), request: request.clone() };
      });
      const { call, at = Number.NaN, request: copy } = before.value ?? {};
      if (before.value && copy === undefined) return existing(request, ...context);
      const asking = copy && askedOf(this, copy, at, steady() + RECORD_LIMIT);
      asking?.catch(() => {});
      const response = await existing(request, ...context);
      const after = outcomeOf(() => ({ response: response.clone(), until: configuration.clock() }));
      const failed = (/** @type {unknown} */ error) => reports.error(error, call === undefined ? {} : { call });
      const until = steady() + RECORD_LIMIT;
      const looking = async () => {
        resultOf(before);
        const found = await observed(configuration, await asking, { at, ...resultOf(after) }, until);
        if (found) await report(found, ...context);
      };
      const inTime = endsInTime(looking(), until, "record").catch(failed);
      keepAlive(waitUntil, inTime, context, failed);
      return response;
    };
  }

  /** @param {Record<string, unknown>} options */
  handler(options) {
    return serve(() => this, TICKET, options);
  }

  /**
   * What comes before a body, as the module wants it, and when it came.
   * @param {Head} request
   * @param {ReceiveOptions | undefined} options
   * @returns {CallHead}
   */
  #headOf({ method, url, headers }, options) {
    const configuration = this.#configuration;
    if (typeof method !== "string") unexpected("method", method, "a text, such as POST", "字符串，如 POST");
    // A time that the caller sets is that of the reply too.
    const fixed = options === undefined ? undefined : nowOf(options);
    const clock = fixed === undefined ? configuration.clock : () => fixed;
    const receivedAt = clock();
    const found = lookedAtHeaders(headers);
    const uris = `${uriOf(url)}\n${configuration.signedUri(url)}`;
    const text = limitedHead(`${method}\n${uris}\n${found[0]}\n${found[1]}\n${found[2]}\n${found[3]}`, "headers");
    return { text, receivedAt, clock, date: found[1], authorization: found[2] };
  }

  /**
   * @template Answer
   * @param {CallHead} head
   * @param {string | Uint8Array} body
   * @param {(reply: import("./http.js").Reply) => Answer} finish
   * @param {(head: string, body: string | Uint8Array, now: number) => ReturnType<typeof receiveCall>} [receive] where the module of
   * messages does not do it
   */
  #take({ text, receivedAt, clock, date, authorization }, body, finish, receive) {
    const configuration = this.#configuration;
    const content = cut(body, configuration.maxBodyBytes);
    const received =
      receive === undefined ? receiveCall(configuration.handle, text, content, receivedAt) : receive(text, content, receivedAt);
    const { index, envelope, warnings, encrypted } = received;
    const error = received.error ?? (isWellFormed(body) ? undefined : new MeituanError("LONE_SURROGATE", { path: "body" }));
    if (error && body.length === 0) throw emptied(error);
    if (error || index === undefined) throw error;
    return new Call(configuration, index, envelope, {
      warnings,
      encrypted,
      receivedAt,
      clock,
      finish,
      record: undefined,
      date,
      authorization,
    });
  }

  /**
   * A refusal knows its answer. What the module has refused knows it already.
   * @param {unknown} error
   * @param {Head} request
   * @param {CallHead | undefined} head
   */
  #answerable(error, request, head) {
    if (!MeituanError.is(error)) return error;
    answerWith(error, () => replyOf(answerRefused(this.#configuration.handle, head?.text ?? headWithout(request), error)));
    return error;
  }
}

/**
 * The head of what has none that can be read: perhaps its URL says which call it is.
 * @param {Head} request
 */
function headWithout(request) {
  let uri = "";
  try {
    uri = limitedHead(uriOf(request.url), "url");
  } catch {
    // It was refused for that.
  }
  return `\n${uri.replaceAll("\n", "")}\n\n\n\n\n`;
}

/**
 * @template T
 * @typedef {{ value?: T, error?: unknown }} Outcome
 */

/**
 * What work comes to, to be looked at later.
 * @template T
 * @param {() => T} work
 * @returns {Outcome<T>}
 */
function outcomeOf(work) {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

/**
 * @template T
 * @param {Outcome<T>} outcome
 * @returns {T}
 */
function resultOf({ value, error }) {
  if (value === undefined) throw error;
  return value;
}

/** @param {any} call @param {string} describe */
const failOtherwise = (call, describe) => call.failUnlisted(calls[callIndex(call.type) ?? 0].failure, describe);

/**
 * The calls by which something is done about an order. To these a failure is replied only where it is known that nothing was done:
 * Meituan refunds what it takes for not issued.
 * @param {string | undefined} name
 */
const acts = (name) => calls.some((call) => call.name === name && call.work !== "nothing");

/**
 * The reply to a call whose function may have acted before it threw.
 * @param {any} call
 * @param {UnknownOutcome} unknownOutcome
 */
function unknown(call, unknownOutcome) {
  const { pending } = calls[callIndex(call.type) ?? 0];
  if (unknownOutcome !== "pending" || pending === undefined) return noReply();
  try {
    return call.pending();
  } catch {
    return noReply();
  }
}

/** @typedef {import("./handler.js").UnknownOutcome} UnknownOutcome */

/**
 * How this API answers where the user's functions do not.
 * @type {import("./handler.js").Api}
 */
export const TICKET = {
  // Meituan waits 20 s for order create.
  limitMs: 15_000,
  isSigned: true,
  reports: undefined,
  names: calls.filter(({ direction }) => direction === "toSupplier").map(({ name }) => name),
  unknownOutcomes: ["no-reply", "pending"],
  about: ({ type, body }) => ({ ...(typeof body?.orderId === "string" && { orderId: body.orderId }), call: type }),
  // Which call it is, and what an earlier one has done, is not known.
  unavailable: noReply,
  unread: (supplier, url) =>
    acts(supplier.callFor(url)) ? noReply() : supplier.failFor(url, "未能读完请求体，连接可能已中断").toResponse(),
  unserved: (call) => failOtherwise(call, notServed),
  reply: replyTo,
  broken: (call, unknownOutcome) => (acts(call.type) ? unknown(call, unknownOutcome) : failOtherwise(call, systemFailure)),
  desk: (options) => orderDesk(options, inside),
};
