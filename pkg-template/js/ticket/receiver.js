// Takes Meituan's calls: authenticated, read, and with the replies that may be given to them.

import { answerRefused, callIndex, judgeHead, OF_FAMILY, receiveCall, writeFailure } from "../boundary/ticket-calls.js";
import { answerWith } from "../errors/answers.js";
import { MeituanError } from "../errors/error.js";
import { bodyOfCall, cut, emptied, isArriving, readBody } from "../http/bodies.js";
import { limitedHead, lookedAtHeaders } from "../http/headers.js";
import { asReply, asResponse, replyOf } from "../http/reply.js";
import { pathOf, uriOf } from "../http/urls.js";
import { steady } from "../runtime/time-limits.js";
import { anyText, nowOf } from "../values/arguments.js";
import { isWellFormed } from "../values/content.js";
import { blamed } from "../values/culprits.js";
import { unexpected } from "../values/faults.js";
import { fieldOf, record } from "../values/options.js";
import { Call } from "./call.js";
import { configure } from "./configuration.js";
import { Requests } from "./requests.js";

/**
 * @typedef {{ method: string, url: string, headers: unknown }} Head
 * @typedef {{ now?: number | Date, until?: number, heard?: (body: string | Uint8Array) => void }} ReceiveOptions `until` by the steady
 * clock; `heard` gets the body as it came
 * @typedef {{ text: string, receivedAt: number, clock: () => number, date: string, authorization: string }} CallHead `text` as the module wants it
 */

/**
 * Takes a call apart in a module.
 * @typedef {(head: string, body: string | Uint8Array, now: number) => ReturnType<typeof receiveCall>} Receive
 */
/** A supplier as the package's own files need it; users have it as a TicketSupplier. */
export class TicketReceiver {
  /** @param {unknown} options */
  constructor(options) {
    this.configuration = configure(options);
    this.requests = new Requests(this.configuration);
  }

  /**
   * The call that a URL is registered for.
   * @param {string} url
   * @returns {string | undefined}
   */
  callFor(url) {
    return this.configuration.routes.get(pathOf(uriOf(url)));
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
   * @param {Receive} [receive] where the module of messages does not do it
   */
  async receive(request, options, receive) {
    /** @type {CallHead | undefined} */
    let head;
    try {
      const { handle, maxBodyBytes, bodyTimeoutMs } = this.configuration;
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
    return replyOf(writeFailure(this.configuration.handle, call, OF_FAMILY, 0, describe, false));
  }

  /**
   * What comes before a body, as the module wants it, and when it came.
   * @param {Head} request
   * @param {ReceiveOptions | undefined} options
   * @returns {CallHead}
   */
  #headOf({ method, url, headers }, options) {
    const configuration = this.configuration;
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
   * @param {(reply: import("../http/reply.js").Reply) => Answer} finish
   * @param {Receive} [receive] where the module of messages does not do it
   */
  #take({ text, receivedAt, clock, date, authorization }, body, finish, receive) {
    const configuration = this.configuration;
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
    answerWith(error, () => replyOf(answerRefused(this.configuration.handle, head?.text ?? headWithout(request), error)));
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
