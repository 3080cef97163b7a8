// Meituan Enterprise's side of the ride API, as values in and values out: it opens, checks and seals like the real one, and
// keeps orders. It opens no connection, reads no clock and draws nothing at random.

import { openContent, sealContent } from "../boundary/envelope.js";
import { messageIndex, readMessage, writeMessage } from "../boundary/messages.js";
import { ResultCode } from "../generated/codes.js";
import { interfaces } from "../generated/ride-messages.js";
import { rawBody } from "../http/bodies.js";
import { headerOf } from "../http/headers.js";
import { JSON_TYPE } from "../http/reply.js";
import { pathOf, uriOf } from "../http/urls.js";
import { anyText, flag, integer, moment, oneOf, text } from "../values/arguments.js";
import { invalid, reading, unexpected } from "../values/faults.js";
import { parseExactly } from "../values/json.js";
import { bytesOf, isList, isRecord } from "../values/kinds.js";
import { optionsOf, record } from "../values/options.js";
import { advance, CANCEL_FEES, emptyState, INTERFACES, Refusal, refund, TARIFFS, withdraw } from "./ride-orders.js";

const FORM_TYPE = "application/x-www-form-urlencoded";
const VERSION = "1.0";

const OPTIONS = [
  ...["entId", "accessKey", "secretKey", "version", "replyForm", "toleranceSeconds"],
  ...["tariffs", "cancelFees", "state"],
];
const HEAD = ["method", "url", "headers", "body"];

/** Meituan Enterprise, as one enterprise meets it. */
export class MeituanRide {
  #entId;
  #accessKey;
  #secretKey;
  #version;
  #replyForm;
  #tolerance;
  #tariffs;
  #cancelFees;

  /** @param {any} options */
  constructor(options) {
    const given = optionsOf(record(options, "options"), "options", OPTIONS, "");
    const { accessKey, secretKey, version = 1, replyForm = "direct", toleranceSeconds = 600 } = given;
    const entId = typeof given.entId === "number" ? String(given.entId) : given.entId;
    if (typeof entId !== "string" || !/^[1-9]\d*$/.test(entId))
      unexpected("entId", given.entId, "a positive whole number", "正整数");
    this.#entId = entId;
    this.#accessKey = text(accessKey, "accessKey");
    if (version !== 1 && version !== 2) unexpected("version", version, "1 or 2", "1 或 2");
    oneOf(replyForm, "replyForm", ["direct", "nested"]);
    integer(toleranceSeconds, "toleranceSeconds", 0, 0x7fffffff);
    for (const name of ["tariffs", "cancelFees", "state"]) {
      const isRight = given[name] === undefined || (name === "tariffs" ? isList(given[name]) : isRecord(given[name]));
      if (!isRight)
        unexpected(name, given[name], name === "tariffs" ? "a list" : "an object", name === "tariffs" ? "数组" : "对象");
    }
    this.#secretKey = secretKey;
    this.#version = version;
    this.#replyForm = replyForm;
    this.#tolerance = 1000 * toleranceSeconds;
    this.#tariffs = given.tariffs ?? TARIFFS;
    this.#cancelFees = given.cancelFees ?? CANCEL_FEES;
    this.state = given.state ?? emptyState();
    // A key that is none is found now, and not at the first request.
    this.#seal("");
  }

  /**
   * Answers a request of the enterprise's.
   * @param {{ method: string, url: string, headers: any, body: string | Uint8Array | ArrayBuffer }} request
   * @param {{ now: number | Date, random?: Uint8Array, fail?: number }} about `fail` answers with that code, and does nothing
   */
  receive(request, about) {
    const { now, random: given, fail } = optionsOf(record(about, "about"), "about", ["now", "random", "fail"], "");
    const at = moment(now);
    const random = given === undefined ? undefined : (bytesOf(given) ?? unexpected("random", given, "bytes", "字节"));
    if (fail !== undefined) integer(fail, "fail", -(2 ** 31), 2 ** 31 - 1);
    const asked = /** @type {any} */ (optionsOf(record(request, "request"), "request", HEAD, ""));
    uriOf(asked.url);
    anyText(asked.method, "method");
    asked.body = rawBody(asked.body);
    this.state.serial += 1;
    const traceId = `${at}-${this.state.serial}`;
    let isOpened = false;
    let reply;
    try {
      const { name, text, seen } = this.#open(asked, at);
      isOpened = true;
      const message = this.#read(name, text, seen);
      if (fail !== undefined) throw new Refusal(fail, nameOf(fail));
      const books = { state: this.state, tariffs: this.#tariffs, cancelFees: this.#cancelFees };
      reply = { code: ResultCode.SUCCESS, message: "成功", data: INTERFACES[name](books, message, { now: at, random }) };
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      reply = { code: refusal.code, message: refusal.message };
    }
    const headers = { "content-type": JSON_TYPE, "m-traceid": traceId };
    return { status: /** @type {const} */ (200), headers, body: this.#written(reply, isOpened, traceId) };
  }

  /**
   * A sealed push.
   * @param {string} name
   * @param {any} body as a program has it; a text is sealed as it is
   * @param {{ now: number | Date, version?: 1 | 2, format?: "form" | "json", common?: boolean }} options
   *   without `common`, entId and ts are left out, as in the ride spec's examples
   */
  push(name, body, options) {
    const names = ["now", "version", "format", "common"];
    const given = optionsOf(record(options, "options"), "options", names, "");
    const { now, version = this.#version, format = "form", common = true } = given;
    const index = messageIndex(`ride.${anyText(name, "name")}.request`);
    if (index === undefined || !isPush(name)) return invalid("name", `found ${name}, which is no push`, `实为 ${name}，不是推送`);
    if (version !== 1 && version !== 2) unexpected("version", version, "1 or 2", "1 或 2");
    oneOf(format, "format", ["form", "json"]);
    flag(common, "common");
    if (typeof body !== "string") record(body, "body");
    const ts = version === 1 ? Math.floor(moment(now) / 1000) : moment(now);
    const ours = common ? { entId: this.#entId, ts } : {};
    const text =
      typeof body === "string"
        ? body
        : writeMessage(
            index,
            reading("body", () => ({ ...ours, ...body })),
          );
    /** @type {Record<string, string>} */
    const parameters = version === 1 ? { token: this.#accessKey, version: VERSION } : { accessKey: this.#accessKey };
    parameters.content = this.#seal(text);
    const isForm = format === "form";
    return {
      method: /** @type {const} */ ("POST"),
      headers: { "content-type": isForm ? FORM_TYPE : JSON_TYPE, accept: "application/json" },
      body: isForm ? new URLSearchParams(parameters).toString() : JSON.stringify(parameters),
    };
  }

  /**
   * What the enterprise's answer to a push means: it is accepted, or has to be pushed again.
   * @param {string | Uint8Array | ArrayBuffer} text
   * @param {{ status?: number }} [about]
   */
  readPushReply(text, about) {
    const { status = 200 } = optionsOf(about, "about", ["status"], "");
    integer(status, "status", 0, 999);
    const { value, issues } = readMessage(/** @type {number} */ (messageIndex("ride.refunded.response")), rawBody(text));
    const isAccepted = status === 200 && value?.code === ResultCode.SUCCESS;
    return { accepted: isAccepted, code: value?.code, message: value?.message, issues };
  }

  /** What has to be pushed since the last call of this, in the order in which it happened. */
  takePushes() {
    return this.state.pushes.splice(0);
  }

  /**
   * Lets happen what happens next without the enterprise.
   * @param {string} mtOrderId
   * @param {{ now: number | Date }} when
   */
  advance(mtOrderId, when) {
    return advance(this.state, mtOrderId, timeIn(when));
  }

  /**
   * @param {string} mtOrderId
   * @param {number} orderStatus
   * @param {{ now: number | Date }} when
   */
  withdraw(mtOrderId, orderStatus, when) {
    withdraw(this.state, mtOrderId, orderStatus, timeIn(when));
  }

  /**
   * @param {string} mtOrderId
   * @param {{ now: number | Date, amount?: number }} what
   */
  refund(mtOrderId, what) {
    const { amount } = optionsOf(record(what, "what"), "what", ["amount"], "");
    return refund(this.state, mtOrderId, amount, timeIn(what));
  }

  /**
   * From the outer parameters to the JSON inside. Which code each refusal has is not published: 1010 stands for what is not
   * authenticated, 9 for what came to the wrong place, 1 for what lacks something.
   * @param {{ method: string, url: string, headers: any, body: string | Uint8Array | ArrayBuffer }} request
   * @param {number} now
   */
  #open({ method, url, headers, body }, now) {
    const path = pathOf(uriOf(url));
    const found = interfaces.find((one) => one.path !== undefined && path.endsWith(one.path));
    if (found === undefined) throw new Refusal(ResultCode.ILLEGAL_API_ACCESS, `无效访问：没有接口 ${path}`);
    if (method !== "POST") throw new Refusal(ResultCode.ILLEGAL_API_ACCESS, `无效访问：应为 POST，收到 ${method}`);
    const parameters = this.#parameters(headers, rawBody(body));
    const name = this.#version === 1 ? "token" : "accessKey";
    if (parameters[name] !== this.#accessKey) throw new Refusal(ResultCode.AUTH_ERROR, `鉴权失败：${name}`);
    if (this.#version === 1 && parameters.version !== VERSION)
      throw new Refusal(ResultCode.PARAM_ERROR, "参数错误：version 应为 1.0");
    if (typeof parameters.content !== "string") throw new Refusal(ResultCode.PARAM_ERROR, "参数错误：缺少 content");
    const text = this.#opened(parameters.content);
    const seen = glance(text);
    if (seen === undefined) throw new Refusal(ResultCode.PARAM_ERROR, "参数错误：content 解密后不是 JSON 对象");
    if (String(seen.entId) !== this.#entId) throw new Refusal(ResultCode.AUTH_ERROR, "鉴权失败：entId");
    // Seconds in the one generation, milliseconds in the other. Taken for the other's, a time is decades away.
    const sent = Number(seen.ts) * (this.#version === 1 ? 1000 : 1);
    if (!(Math.abs(sent - now) <= this.#tolerance)) throw new Refusal(ResultCode.AUTH_ERROR, "鉴权失败：ts 与当前时间相差过大");
    if (seen.method !== found.method) throw new Refusal(ResultCode.ILLEGAL_API_ACCESS, `无效访问：method 应为 ${found.method}`);
    return { name: found.name, text, seen };
  }

  /**
   * @param {any} headers
   * @param {string | Uint8Array} body
   * @returns {Record<string, unknown>}
   */
  #parameters(headers, body) {
    const text = typeof body === "string" ? body : new TextDecoder().decode(body);
    const type = headerOf(headers, "content-type");
    // JSON around the content was only ever seen in the newer generation.
    if (this.#version === 2 && type.startsWith("application/json")) return glance(text) ?? {};
    if (!type.startsWith(FORM_TYPE)) throw new Refusal(ResultCode.PARAM_ERROR, `参数错误：Content-Type 应为 ${FORM_TYPE}`);
    return Object.fromEntries(new URLSearchParams(text));
  }

  /**
   * @param {string} content
   * @returns {string}
   */
  #opened(content) {
    try {
      return openContent(this.#secretKey, content);
    } catch {
      throw new Refusal(ResultCode.AUTH_ERROR, "鉴权失败：content 无法解密");
    }
  }

  /** @param {string} text */
  #seal(text) {
    return sealContent(this.#secretKey, text);
  }

  /**
   * By its definition. Rules that nobody documents do not refuse.
   * @param {string} name
   * @param {string} text
   * @param {any} seen
   */
  #read(name, text, seen) {
    const { value, issues } = readMessage(/** @type {number} */ (messageIndex(`ride.${name}.request`)), text);
    const refusal = issues.find(({ refuses }) => refuses);
    if (refusal === undefined) return value;
    if (refusal.rule === "submit.reserve-time")
      throw new Refusal(ResultCode.RESERVE_TIME_ERROR, "预约单预约时间校验错误：缺少 reserveTime");
    const what = `${refusal.path || "content"} ${refusal.rule ?? refusal.code}`;
    throw new Refusal(ResultCode.PARAM_ERROR, `参数错误：${what}${seen.supplyCode === undefined ? "（缺少 supplyCode）" : ""}`);
  }

  /**
   * The newer generation encrypts what it says to whom it knows. To others it has nothing to hide.
   * @param {{ code: number, message: string, data?: unknown }} reply
   * @param {boolean} isOpened
   * @param {string} traceId
   */
  #written(reply, isOpened, traceId) {
    if (this.#version === 1 && this.#replyForm === "direct") return JSON.stringify(reply);
    if (!isOpened) return JSON.stringify({ status: reply.code, msg: reply.message, traceId });
    const data = this.#version === 1 ? reply : this.#seal(JSON.stringify(reply));
    return JSON.stringify({ status: 0, msg: "成功", traceId, data });
  }
}

/** @param {unknown} when */
const timeIn = (when) => moment(optionsOf(record(when, "when"), "when", ["now"], "").now);

/** @param {string} name */
const isPush = (name) => interfaces.some((one) => one.name === name && one.path === undefined);

/** @param {number} code */
const nameOf = (code) => Object.entries(ResultCode).find(([, value]) => value === code)?.[0] ?? String(code);

/**
 * The object that a text is, ids exact; undefined for anything else.
 * @param {string} text
 * @returns {any}
 */
function glance(text) {
  try {
    const value = parseExactly(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
