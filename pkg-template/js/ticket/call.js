// One call of Meituan's, and the replies that may be given to it.

import { ALREADY, answerFault, DONE, LISTED, PENDING, UNLISTED, writeFailure, writeReply } from "../boundary/ticket-calls.js";
import { answerWith } from "../errors/answers.js";
import { MeituanError } from "../errors/error.js";
import { calls } from "../generated/ticket-messages.js";
import { notReturned, replyWith } from "../handler/returned.js";
import { Reply, replyOf } from "../http/reply.js";
import { flag, quantityOf } from "../values/arguments.js";
import { isWellFormed } from "../values/content.js";
import { blamed } from "../values/culprits.js";
import { stringify } from "../values/json.js";
import { isList, isMessage, isRecord, kindOf } from "../values/kinds.js";
import { fieldOf } from "../values/options.js";

/**
 * @typedef {import("./configuration.js").Configuration} Configuration
 * @typedef {import("../errors/error.js").Finding} Finding
 */

/**
 * What a reply says.
 * @typedef {{ code: number, describe?: string, body?: any }} Said
 *
 * What an outcome says, before it is completed: `asked` is what the request said of what the reply repeats, `beside` what is beside the body.
 * @typedef {{ outcome: number, asked?: object, beside?: object, body?: any }} Replied
 */
/** 20 bytes in Base64. */
const SIGNATURE_LENGTH = 28;

/** @template Answer */
export class Call {
  #configuration;
  #index;
  #receivedAt;
  #clock;
  #finish;
  #record;
  #date;
  #authorization;
  #hasReply = false;

  /**
   * @param {Configuration} configuration
   * @param {number} index
   * @param {any} envelope
   * @param {{ warnings: readonly Finding[], encrypted: boolean, receivedAt: number, clock: () => number, finish: (reply: Reply, said: Said) => Answer,
   *   record: ((said: Replied) => Answer) | undefined, date?: string, authorization?: string }} facts `record` gets what would be written, unchecked, in its place
   */
  constructor(configuration, index, envelope, { warnings, encrypted, receivedAt, clock, finish, record, date, authorization }) {
    this.type = calls[index].name;
    this.partnerId = envelope.partnerId;
    this.body = envelope.body;
    this.warnings = warnings;
    this.encrypted = encrypted;
    this.#configuration = configuration;
    this.#index = index;
    this.#receivedAt = receivedAt;
    this.#clock = clock;
    this.#finish = finish;
    this.#record = record;
    this.#date = date;
    this.#authorization = authorization;
  }

  // Not among the fields, which are logged: while its Date is accepted, a signature is as good as a password.
  get date() {
    return this.#date;
  }

  get signature() {
    return this.#authorization?.slice(-SIGNATURE_LENGTH);
  }

  /**
   * @param {any} [reply]
   * @param {{ order?: { quantity?: number }, already?: boolean, [field: string]: unknown }} [options]
   */
  ok(reply, options) {
    try {
      return this.#ok(reply, options);
    } catch (error) {
      if (MeituanError.is(error)) throw error;
      throw this.#refuse(blamed(error, { reply, options }));
    }
  }

  /**
   * @param {any} reply
   * @param {{ order?: { quantity?: number }, already?: boolean, [field: string]: unknown } | undefined} options
   * @returns {Answer}
   */
  #ok(reply, options) {
    if (options !== undefined && !isRecord(options)) {
      if (options === null) return this.#ok(reply, undefined);
      throw this.#wrong("options", options, "an object", "对象");
    }
    const outcome = isAlready(options) ? ALREADY : DONE;
    const body = this.#message(reply);
    const order = options === undefined ? undefined : fieldOf(options, "order", "options.order");
    return this.#write(outcome, body, order, besides(options));
  }

  /** @param {object} [fields] */
  pending(fields) {
    if (calls[this.#index].pending === undefined) return this.#illegal(undefined, true);
    try {
      return this.#write(PENDING, this.#message(fields), undefined, undefined);
    } catch (error) {
      if (MeituanError.is(error)) throw error;
      throw this.#refuse(blamed(error, { fields }));
    }
  }

  /** @param {object} [fields] */
  issuing(fields) {
    if (this.type !== "orderPay") this.#illegal(598);
    return this.pending(fields);
  }

  /**
   * @param {number} code
   * @param {string} describe
   */
  fail(code, describe) {
    return this.#fail(LISTED, code, describe);
  }

  /**
   * @param {number} code
   * @param {string} describe
   */
  failUnlisted(code, describe) {
    return this.#fail(UNLISTED, code, describe);
  }

  /**
   * @param {number} how
   * @param {number} code
   * @param {string} describe
   */
  #fail(how, code, describe) {
    if (!Number.isInteger(code) || Math.abs(code) >= 2 ** 31) this.#illegal(code);
    if (typeof describe !== "string") throw this.#wrong("describe", describe, "a text", "字符串");
    if (!isWellFormed(describe)) throw this.#refuse(new MeituanError("LONE_SURROGATE", { path: "describe" }));
    let written;
    try {
      written = writeFailure(this.#configuration.handle, this.#index, how, code, describe, this.encrypted);
    } catch (error) {
      if (!MeituanError.is(error)) throw error;
      throw error.code === "ILLEGAL_REPLY_CODE" ? this.#illegal(code) : this.#refuse(error);
    }
    const { body, ...rest } = written;
    this.#hasReply = true;
    return this.#finish(new Reply(code, body, rest), { code, describe });
  }

  /**
   * The reply of what a function has returned. Nothing returned agrees to a refund, unless a reply was made before.
   * @param {any} returned
   */
  [replyWith](returned) {
    if (this.#hasReply) throw this.#refuse(notReturned(returned));
    return this.ok(returned);
  }

  /**
   * A copy of it, or JSON, would hold nothing of what is no message: and a refund with nothing else said is agreed.
   * @param {any} reply
   */
  #message(reply) {
    if (typeof reply !== "object" || reply === null || isMessage(reply) || isList(reply)) return reply;
    throw this.#wrong("body", reply, "an object with the fields of the message", "带有报文字段的对象");
  }

  /** What the request said of the fields that the reply repeats. */
  #asked() {
    const { echoes } = calls[this.#index];
    if (echoes.length === 0) return undefined;
    /** @type {Record<string, unknown>} */
    const asked = {};
    for (const name of echoes) {
      // An order number can arrive empty, and is then as good as absent.
      if (this.body[name] !== "") asked[name] = this.body[name];
    }
    return asked;
  }

  /**
   * @param {number} outcome
   * @param {unknown} body
   * @param {{ quantity?: number } | undefined} order
   * @param {object | undefined} fields
   */
  #write(outcome, body, order, fields) {
    const asked = this.#asked();
    if (this.#record) {
      const recorded = this.#record({ outcome, asked, beside: fields, body });
      this.#hasReply = true;
      return recorded;
    }
    const { handle, bareReplies } = this.#configuration;
    const index = this.#index;
    // Such a reply is the same each time, so it is written and checked once.
    const isBare =
      outcome === DONE &&
      asked === undefined &&
      body === undefined &&
      order === undefined &&
      fields === undefined &&
      !this.encrypted;
    try {
      let written = isBare ? bareReplies[index] : undefined;
      if (written === undefined) {
        const quantity = quantityOf(order);
        const said = { asked: asked && stringify(asked), fields, body };
        written = writeReply(handle, index, outcome, said, quantity, this.#receivedAt, this.#clock(), this.encrypted);
        if (isBare) bareReplies[index] = written;
      }
      const { code, text, warnings } = written;
      this.#hasReply = true;
      return this.#finish(new Reply(code, text, { encrypted: this.encrypted, warnings }), { code, body });
    } catch (error) {
      if (!MeituanError.is(error)) throw error;
      if (error.code === "ILLEGAL_REPLY_CODE") this.#illegal(601);
      // What `ok` was given beside the reply is not part of it for whoever looks for the mistake.
      if (error.code === "UNKNOWN_FIELD" && fields && error.path in fields) {
        const detail = { en: error.detail, zh: error.detailZh };
        throw this.#refuse(new MeituanError("UNKNOWN_FIELD", { ...error, detail, path: `options.${error.path}` }));
      }
      throw this.#refuse(error);
    }
  }

  /** @param {string} path @param {unknown} value @param {string} en @param {string} zh */
  #wrong(path, value, en, zh) {
    const found = kindOf(value);
    const detail = { en: `expected ${en}, found ${found.en}`, zh: `应为${zh}，实为${found.zh}` };
    return this.#refuse(new MeituanError("WRONG_TYPE", { path, detail }));
  }

  /** @param {MeituanError} error */
  #refuse(error) {
    answerWith(error, () => replyOf(answerFault(this.#configuration.handle, this.#index, error, this.encrypted)));
    return error;
  }

  /**
   * @param {number | undefined} code
   * @param {boolean} [isPutOff]
   * @returns {never}
   */
  #illegal(code, isPutOff = false) {
    const { codes } = calls[this.#index];
    const found = kindOf(code);
    const detail = {
      en: `found ${isPutOff ? "an answer put off" : found.en} for ${this.type}: listed are ${codes.join(", ")}`,
      zh: `${this.type} 的返回码实为${isPutOff ? "推后应答" : found.zh}：可用的有 ${codes.join("、")}`,
    };
    throw this.#refuse(new MeituanError("ILLEGAL_REPLY_CODE", { path: "code", detail }));
  }
}

/** @param {Record<string, unknown> | undefined} options */
function isAlready(options) {
  if (options === undefined) return false;
  const already = fieldOf(options, "already", "options.already");
  return already === undefined ? false : flag(already, "options.already");
}

/**
 * The fields that a reply has beside its body. Hardly any has some, and taking them by a rest pattern is slow.
 * @param {Record<string, unknown> | undefined} options
 */
function besides(options) {
  for (const name in options) {
    if (name === "order" || name === "already" || !Object.hasOwn(options, name)) continue;
    const { order: _order, already: _already, ...fields } = options;
    return fields;
  }
  return undefined;
}
