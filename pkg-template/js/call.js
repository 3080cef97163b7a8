// One call of Meituan's, and the replies that may be given to it.

import { fieldOf, flag, quantityOf } from "./arguments.js";
import { isWellFormed, readTicketMessage, replyIndex, seal, writeReply } from "./core.js";
import { answerWith, describeInChinese, MeituanError } from "./errors.js";
import { blamed } from "./found.js";
import { failureBody, Reply } from "./http.js";
import { notReturned } from "./returned.js";
import { calls, noFailure } from "./ticket-messages.js";
import { isList, isMessage, isRecord, kindOf } from "./values.js";

/**
 * @typedef {import("./configuration.js").Configuration} Configuration
 * @typedef {import("./errors.js").Finding} Finding
 */

const SUCCESS = "success";

/** 20 bytes in Base64. */
const SIGNATURE_LENGTH = 28;

/** What the outcomes are called where a reply must say something. */
const DESCRIBE = new Map([
  [200, SUCCESS],
  [598, "出票中"],
  [601, "已退款"],
  [602, "退款审批中"],
  [999, "异步受理"],
]);

/**
 * A failure envelope, which needs nothing but a code and a reason. Encrypted where the call was.
 * @param {Configuration} configuration
 * @param {number} code
 * @param {string} describe
 * @param {boolean} encrypted
 * @param {(body: string) => readonly Finding[]} [warningsOf]
 */
export function failure(configuration, code, describe, encrypted, warningsOf) {
  const body = failureBody(code, describe, configuration.partnerId);
  const sealed = encrypted ? seal(configuration.handle, body) : undefined;
  return new Reply(code, sealed ?? body, { encrypted: sealed !== undefined, warnings: warningsOf?.(body) });
}

/**
 * The reply to a call that was not taken: the code of its family, and the true reason.
 * @param {MeituanError} error
 * @param {Configuration} configuration
 * @param {number | undefined} index of the call, as far as it is known
 * @param {boolean} encrypted
 * @param {(error: MeituanError, encrypted: boolean) => string} [describe]
 */
export function refused(error, configuration, index, encrypted, describe = describeInChinese) {
  const code = index === undefined ? 300 : calls[index].failure;
  answerWith(error, () => failure(configuration, code, describe(error, encrypted), encrypted));
  return error;
}

/**
 * What a reply says, before it is text.
 * @typedef {{ code: number, describe: string, body?: any }} Said
 */

/**
 * The reply of what a function has returned. Nothing returned agrees to a refund, unless a reply was made before.
 * @type {<Answer>(call: Call<Answer>, returned: any) => Answer}
 */
export let replyTo;

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

  static {
    replyTo = (call, returned) => {
      if (call.#hasReply) throw call.#refuse(notReturned(returned));
      return call.ok(returned);
    };
  }

  /**
   * @param {Configuration} configuration
   * @param {number} index
   * @param {any} envelope
   * @param {{ warnings: readonly Finding[], encrypted: boolean, receivedAt: number, clock: () => number, finish: (reply: Reply, said: Said) => Answer,
   *   record: ((said: Said & { fields?: object }) => Answer) | undefined, date?: string, authorization?: string }} facts `record` gets what would be written, unchecked, in its place
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
    const already = isAlready(options);
    const code = already ? 601 : 200;
    if (already && !calls[this.#index].outcomes.includes(code)) this.#illegal(code);
    const body = this.#withEchoes(this.#message(reply));
    if (this.type === "orderRefund" && isRecord(body)) {
      body.requestTime ??= this.#receivedAt;
      body.responseTime ??= this.#clock();
    }
    return this.#write(
      code,
      body,
      options === undefined ? undefined : fieldOf(options, "order", "options.order"),
      besides(options),
    );
  }

  /** @param {object} [fields] */
  pending(fields) {
    const { pending, hasReplyBody, echoes } = calls[this.#index];
    if (pending === undefined) return this.#illegal(undefined, true);
    try {
      // Prices that follow by notice have nothing to repeat, so their body is left out.
      const message = this.#message(fields);
      const body = hasReplyBody && echoes.length > 0 ? this.#withEchoes(message) : message;
      return this.#write(pending, body, undefined, undefined);
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
    const { codes, outcomes } = calls[this.#index];
    if (!codes.includes(code) || outcomes.includes(code)) this.#illegal(code);
    return this.#fail(code, describe);
  }

  /**
   * @param {number} code
   * @param {string} describe
   */
  failUnlisted(code, describe) {
    const isInteger = Number.isInteger(code) && Math.abs(code) < 2 ** 31;
    if (!isInteger || noFailure.includes(code) || calls[this.#index].outcomes.includes(code)) this.#illegal(code);
    return this.#fail(code, describe);
  }

  /**
   * @param {number} code
   * @param {string} describe
   */
  #fail(code, describe) {
    if (typeof describe !== "string") throw this.#wrong("describe", describe, "a text", "字符串");
    if (describe.trim() === "") throw this.#refuse(new MeituanError("EMPTY_TEXT", { path: "describe" }));
    if (!isWellFormed(describe)) throw this.#refuse(new MeituanError("LONE_SURROGATE", { path: "describe" }));
    // A placeholder is sent, and reported: it fails the acceptance.
    const warningsOf = (/** @type {string} */ body) =>
      readTicketMessage(replyIndex(this.#index), body).issues.filter(({ path }) => path === "describe");
    const reply = failure(this.#configuration, code, describe, this.encrypted, warningsOf);
    this.#hasReply = true;
    return this.#finish(reply, { code, describe });
  }

  /**
   * A copy of it, or JSON, would hold nothing of what is no message: and a refund with nothing else said is agreed.
   * @param {any} reply
   */
  #message(reply) {
    if (typeof reply !== "object" || reply === null || isMessage(reply) || isList(reply)) return reply;
    throw this.#wrong("body", reply, "an object with the fields of the message", "带有报文字段的对象");
  }

  /** @param {any} reply */
  #withEchoes(reply) {
    const { echoes } = calls[this.#index];
    if (reply === undefined ? echoes.length === 0 : !isRecord(reply)) return reply;
    const body = { ...reply };
    for (const name of echoes) {
      // An order number can arrive empty, and is then as good as absent.
      if (body[name] === undefined && this.body[name] !== "") body[name] = this.body[name];
    }
    return body;
  }

  /**
   * @param {number} code
   * @param {unknown} body
   * @param {{ quantity?: number } | undefined} order
   * @param {object | undefined} fields
   */
  #write(code, body, order, fields) {
    const describe = DESCRIBE.get(code) ?? SUCCESS;
    if (this.#record) {
      const recorded = this.#record({ code, describe, body, fields });
      this.#hasReply = true;
      return recorded;
    }
    const { handle, partnerId, bareReplies } = this.#configuration;
    const index = this.#index;
    // Such a reply is the same each time, so it is written and checked once.
    const isBare =
      code === 200 && describe === SUCCESS && body === undefined && order === undefined && fields === undefined && !this.encrypted;
    try {
      let written = isBare ? bareReplies[index] : undefined;
      if (written === undefined) {
        const envelope = { code, describe, partnerId, body, fields };
        const leftOut = calls[index].echoes.includes("partnerOrderId") && !this.body.partnerOrderId;
        written = writeReply(handle, index, envelope, quantityOf(order), leftOut, this.encrypted);
        if (isBare) bareReplies[index] = written;
      }
      const { text, warnings } = written;
      this.#hasReply = true;
      return this.#finish(new Reply(code, text, { encrypted: this.encrypted, warnings }), { code, describe, body });
    } catch (error) {
      if (!MeituanError.is(error)) throw error;
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
    return refused(error, this.#configuration, this.#index, this.encrypted);
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
