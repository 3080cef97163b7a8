// One call of Meituan's, and the replies that may be given to it.

import { ALREADY, answerFault, DONE, LISTED, PENDING, UNLISTED, writeFailure, writeReply } from "../boundary/ticket-calls.js";
import { answerWith } from "../errors/answers.js";
import { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import type { TicketCalls } from "../generated/messages.js";
import { OrderPayCode, OrderRefundCode } from "../generated/ticket-codes.js";
import { calls } from "../generated/ticket-messages.js";
import { notReturned, replyWith } from "../handler/returned.js";
import { EnvelopeReply, type Reply, replyOf, type Written } from "../http/reply.js";
import { flag, quantityOf } from "../values/arguments.js";
import { isWellFormed } from "../values/content.js";
import { blamed } from "../values/culprits.js";
import { stringify } from "../values/json.js";
import { isList, isMessage, isRecord, kindOf } from "../values/kinds.js";
import { fieldOf } from "../values/options.js";
import type { Configuration } from "./configuration.js";

/** The content of a reply. */
export interface Said {
  code: number;
  describe?: string;
  body?: any;
}

/** The content of an outcome, before it is completed. */
export interface Replied {
  outcome: number;
  /** The request's values of fields that the reply repeats. */
  repeated?: object | undefined;
  /** Fields beside the body. */
  beside?: object | undefined;
  body?: any;
}

/** The message of a call, and what was found in it. */
interface Content {
  readonly envelope: any;
  readonly warnings: readonly Finding[];
  readonly encrypted: boolean;
}

/** How a call came. A call that is kept keeps this, and nothing else of its head. */
export interface Arrival {
  readonly receivedAt: number;
  readonly clock: () => number;
  readonly date?: string;
  readonly authorization?: string;
}

/** The arguments of a reply beside its body. */
type Options = { order?: { readonly quantity?: number }; already?: boolean; [field: string]: unknown };

/** 20 bytes in Base64. */
const SIGNATURE_LENGTH = 28;

/** Strings that JSON writes without an escape. */
const PLAIN = /^[\w.:-]{1,64}$/;
const BEYOND_ASCII = /[^\0-\x7f]/g;

const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

export class ReceivedCall<Answer> {
  declare readonly type: keyof TicketCalls;
  declare readonly partnerId: number;
  declare readonly body: any;
  declare readonly warnings: readonly Finding[];
  declare readonly encrypted: boolean;
  #configuration: Configuration;
  #index: number;
  #arrival: Arrival;
  #finish: (reply: Reply, said: Said) => Answer;
  #record: ((said: Replied) => Answer) | undefined;
  #hasReply = false;

  /**
   * @param finish makes an answer of its reply
   * @param record gets what would be written, unchecked, in its place
   */
  constructor(
    configuration: Configuration,
    index: number,
    { envelope, warnings, encrypted }: Content,
    arrival: Arrival,
    finish: (reply: Reply, said: Said) => Answer,
    record?: (said: Replied) => Answer,
  ) {
    this.type = calls[index].name;
    this.partnerId = envelope.partnerId;
    this.body = envelope.body;
    this.warnings = warnings;
    this.encrypted = encrypted;
    this.#configuration = configuration;
    this.#index = index;
    this.#arrival = arrival;
    this.#finish = finish;
    this.#record = record;
  }

  // Not among the fields, which are logged: while its Date is accepted, a signature is as good as a password.
  get date(): string | undefined {
    return this.#arrival.date;
  }

  get signature(): string | undefined {
    return this.#arrival.authorization?.slice(-SIGNATURE_LENGTH);
  }

  ok(reply?: any, options?: Options): Answer {
    try {
      return this.#ok(reply, options);
    } catch (error) {
      if (MeituanError.is(error)) throw error;
      throw this.#refuse(blamed(error, { reply, options }));
    }
  }

  #ok(reply: any, options: Options | null | undefined): Answer {
    if (options !== undefined && !isRecord(options)) {
      if (options === null) return this.#ok(reply, undefined);
      throw this.#wrong("options", options, "an object", "对象");
    }
    const outcome = isAlready(options) ? ALREADY : DONE;
    const body = this.#message(reply);
    const order = options === undefined ? undefined : fieldOf(options, "order", "options.order");
    return this.#write(outcome, body, order, besides(options));
  }

  pending(fields?: object): Answer {
    if (calls[this.#index].pending === undefined) return this.#illegal(undefined, true);
    try {
      return this.#write(PENDING, this.#message(fields), undefined, undefined);
    } catch (error) {
      if (MeituanError.is(error)) throw error;
      throw this.#refuse(blamed(error, { fields }));
    }
  }

  issuing(fields?: object): Answer {
    if (this.type !== "orderPay") this.#illegal(OrderPayCode.ISSUING);
    return this.pending(fields);
  }

  fail(code: number, describe: string): Answer {
    return this.#fail(LISTED, code, describe);
  }

  failUnlisted(code: number, describe: string): Answer {
    return this.#fail(UNLISTED, code, describe);
  }

  #fail(how: number, code: number, describe: string): Answer {
    if (!Number.isInteger(code) || Math.abs(code) >= 2 ** 31) this.#illegal(code);
    if (typeof describe !== "string") throw this.#wrong("describe", describe, "a string", "字符串");
    if (!isWellFormed(describe)) throw this.#refuse(new MeituanError("LONE_SURROGATE", { path: "describe" }));
    let written: Written;
    try {
      written = writeFailure(this.#configuration.handle, this.#index, how, code, describe, this.encrypted);
    } catch (error) {
      if (!MeituanError.is(error)) throw error;
      throw error.code === "ILLEGAL_REPLY_CODE" ? this.#illegal(code) : this.#refuse(error);
    }
    const { body, ...rest } = written;
    this.#hasReply = true;
    return this.#finish(new EnvelopeReply(code, body, rest), { code, describe });
  }

  /** The reply of what a function has returned. Nothing returned agrees to a refund, unless a reply was made before. */
  [replyWith](returned: any): Answer {
    if (this.#hasReply) throw this.#refuse(notReturned(returned));
    return this.ok(returned);
  }

  /** A copy of it, or JSON, would hold nothing of what is no message: and a refund with nothing else said is agreed. */
  #message(reply: any) {
    if (typeof reply !== "object" || reply === null || isMessage(reply) || isList(reply)) return reply;
    throw this.#wrong("body", reply, "an object with the fields of the message", "带有报文字段的对象");
  }

  /** The request's values of fields that the reply repeats. */
  #repeated() {
    const { echoes } = calls[this.#index];
    if (echoes.length === 0) return undefined;
    const repeated: Record<string, unknown> = {};
    for (const name of echoes) {
      // An order number can arrive empty, and is then as good as absent.
      if (this.body[name] !== "") repeated[name] = this.body[name];
    }
    return repeated;
  }

  /** The same as JSON, in ASCII. Engines write an object slowly that has a slice of a longer string in it, as these are of the request. */
  #repeatedJson(): string {
    let json = "";
    for (const name of calls[this.#index].echoes) {
      const value = this.body[name];
      if (value === undefined || value === "") continue;
      const text = typeof value === "string" && PLAIN.test(value) ? `"${value}"` : stringify(value).replace(BEYOND_ASCII, escaped);
      json += `${json === "" ? "{" : ","}"${name}":${text}`;
    }
    return json === "" ? "" : `${json}}`;
  }

  #write(outcome: number, body: unknown, order: { quantity?: number } | undefined, fields: object | undefined) {
    if (this.#record) {
      const recorded = this.#record({ outcome, repeated: this.#repeated(), beside: fields, body });
      this.#hasReply = true;
      return recorded;
    }
    const { handle, bareReplies } = this.#configuration;
    const index = this.#index;
    // Such a reply is the same each time, so it is written and checked once.
    const isBare =
      outcome === DONE &&
      calls[index].echoes.length === 0 &&
      body === undefined &&
      order === undefined &&
      fields === undefined &&
      !this.encrypted;
    try {
      let written = isBare ? bareReplies[index] : undefined;
      if (written === undefined) {
        const quantity = quantityOf(order);
        const said = { repeated: this.#repeatedJson(), fields, body };
        const { receivedAt, clock } = this.#arrival;
        written = writeReply(handle, index, outcome, said, quantity, receivedAt, clock(), this.encrypted);
        if (isBare) bareReplies[index] = written;
      }
      const { code, text, warnings } = written;
      this.#hasReply = true;
      return this.#finish(new EnvelopeReply(code, text, { encrypted: this.encrypted, warnings }), { code, body });
    } catch (error) {
      if (!MeituanError.is(error)) throw error;
      if (error.code === "ILLEGAL_REPLY_CODE") this.#illegal(OrderRefundCode.REFUNDED);
      // Fields that `ok` got beside the reply are no part of it when people look for the mistake.
      if (error.code === "UNKNOWN_FIELD" && fields && error.path in fields) {
        const detail = { en: error.detail, zh: error.detailZh };
        throw this.#refuse(new MeituanError("UNKNOWN_FIELD", { ...error, detail, path: `options.${error.path}` }));
      }
      throw this.#refuse(error);
    }
  }

  #wrong(path: string, value: unknown, en: string, zh: string) {
    const found = kindOf(value);
    const detail = { en: `expected ${en}, found ${found.en}`, zh: `应为${zh}，实为${found.zh}` };
    return this.#refuse(new MeituanError("WRONG_TYPE", { path, detail }));
  }

  #refuse(error: MeituanError) {
    answerWith(error, () => replyOf(answerFault(this.#configuration.handle, this.#index, error, this.encrypted)));
    return error;
  }

  #illegal(code: number | undefined, isPutOff = false): never {
    const { codes } = calls[this.#index];
    const found = kindOf(code);
    const detail = {
      en: `found ${isPutOff ? "an answer put off" : found.en} for ${this.type}: listed are ${codes.join(", ")}`,
      zh: `${this.type} 的返回码实为${isPutOff ? "推后应答" : found.zh}：可用的有 ${codes.join("、")}`,
    };
    throw this.#refuse(new MeituanError("ILLEGAL_REPLY_CODE", { path: "code", detail }));
  }
}

function isAlready(options: Record<string, unknown> | undefined) {
  if (options === undefined) return false;
  const already = fieldOf(options, "already", "options.already");
  return already === undefined ? false : flag(already, "options.already");
}

/** The fields that a reply has beside its body. Hardly any has some, and taking them by a rest pattern is slow. */
function besides(options: Record<string, unknown> | undefined) {
  for (const name in options) {
    if (name === "order" || name === "already" || !Object.hasOwn(options, name)) continue;
    const { order: _order, already: _already, ...fields } = options;
    return fields;
  }
  return undefined;
}
