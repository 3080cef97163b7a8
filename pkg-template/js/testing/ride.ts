// Meituan Enterprise's side of the ride API, as values in and values out: it opens, checks and seals like the real one, and
// keeps orders. It opens no connection, reads no clock and draws nothing at random.

import { openContent, sealContent } from "../boundary/envelope.js";
import { messageIndex, readMessage, writeMessage } from "../boundary/messages.js";
import type { Finding } from "../errors/finding.js";
import { ResultCode } from "../generated/codes.js";
import { interfaces } from "../generated/ride-messages.js";
import { type RawBody, rawBody } from "../http/bodies.js";
import { type HeadersInput, headerOf, namesOf } from "../http/headers.js";
import { JSON_TYPE } from "../http/reply.js";
import { pathOf, uriOf } from "../http/urls.js";
import type { RidePushName, RideRequestName } from "../ride/interfaces.js";
import { anyString, flag, integer, oneOf, string, timestamp } from "../values/arguments.js";
import { invalid, reading, unexpected } from "../values/faults.js";
import { parseExactly } from "../values/json.js";
import { bytesOf, isList, isRecord } from "../values/kinds.js";
import { optionsOf, record } from "../values/options.js";
import { advance, CANCEL_FEES, emptyState, INTERFACES, Refusal, refund, TARIFFS, withdraw } from "./ride-orders.js";
import type { RidePush, RideState, RideTariff } from "./ride-state.js";

/** Which enterprise Meituan meets, and how it behaves. */
export interface MeituanRideOptions {
  /** The enterprise's number at Meituan. */
  entId: number | string;
  /** The shared secrets: the token, and the Base64 of the 16 bytes of the key. */
  accessKey: string;
  secretKey: string;
  /** The generation of the protocol: 1 (default) with `token`, seconds and plain replies; 2 with `accessKey`, milliseconds and encrypted ones. */
  version?: 1 | 2 | undefined;
  /** How replies of generation 1 come: `{code, message, data}`, as the examples have it, or `{status, msg, data}` around that. */
  replyForm?: "direct" | "nested" | undefined;
  /** How far the `ts` of a request may be from now; 600 by default. */
  toleranceSeconds?: number | undefined;
  /** The car types; two invented ones if not given. */
  tariffs?: readonly RideTariff[] | undefined;
  /** The fee for cancelling in each state, in fen: `{ 3: 500, 4: 1000 }` if not given (invented), nothing in other states. */
  cancelFees?: Readonly<Record<number, number>> | undefined;
  /** The state of another instance; it is changed in place. */
  state?: RideState | undefined;
}

/** The result of a push. */
export interface RidePushReply {
  /** Code 0 over HTTP 200. Anything else has to be pushed again. */
  readonly accepted: boolean;
  readonly code: number | undefined;
  readonly message: string | undefined;
  readonly issues: readonly Finding[];
}

const CONTENT_TYPE = /* @__PURE__ */ namesOf(["content-type"]);
const FORM_TYPE = "application/x-www-form-urlencoded";
const VERSION = "1.0";

const OPTIONS = [
  ...["entId", "accessKey", "secretKey", "version", "replyForm", "toleranceSeconds"],
  ...["tariffs", "cancelFees", "state"],
];
const HEAD = ["method", "url", "headers", "body"];

/**
 * Meituan's side of the ride API, as one enterprise meets it: opens, checks and seals like the real one, and keeps orders.
 * Values go in and values come out: no connection, no clock, no randomness.
 *
 * The ride spec lists the codes, and seldom says what each is for: where it does not, the choice is ours (a token, a
 * content, an entId or a ts that is not right is 1010; a method that is not the path's is 9; an unknown or old estimate 1000).
 *
 * @example
 * const meituan = new MeituanRide({ entId, accessKey, secretKey });
 * const reply = meituan.receive({ method, url, headers, body }, { now: Date.now() });
 * for (const { name, body } of meituan.takePushes()) await send(meituan.push(name, body, { now: Date.now() }));
 */
export class MeituanRide {
  /** All that is kept: plain JSON. */
  declare readonly state: RideState;
  #entId: string;
  #accessKey: string;
  #secretKey: string;
  #version: 1 | 2;
  #replyForm: "direct" | "nested";
  #tolerance: number;
  #tariffs: readonly RideTariff[];
  #cancelFees: Readonly<Record<number, number>>;

  constructor(options: MeituanRideOptions) {
    const given = optionsOf(record(options, "options"), "options", OPTIONS, "");
    const { accessKey, secretKey, version = 1, replyForm = "direct", toleranceSeconds = 600 } = given;
    const entId = typeof given.entId === "number" ? String(given.entId) : given.entId;
    if (typeof entId !== "string" || !/^[1-9]\d*$/.test(entId))
      unexpected("entId", given.entId, "a positive whole number", "正整数");
    this.#entId = entId;
    this.#accessKey = string(accessKey, "accessKey");
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

  /** Answers a request. The path may have anything before `/dache`. The HTTP status is always 200; the code decides. */
  receive(
    request: { method: string; url: string; headers: HeadersInput; body: RawBody },
    about: {
      now: number | Date;
      /** Eight bytes, for order numbers that nobody can guess; without them, they follow from the time and a counter. */
      random?: Uint8Array | undefined;
      /** Answers a good request with this code, and does nothing: for how the enterprise takes 2, 4, 5 … */
      fail?: number | undefined;
    },
  ): { readonly status: 200; readonly headers: Record<string, string>; readonly body: string } {
    const { now, random: given, fail } = optionsOf(record(about, "about"), "about", ["now", "random", "fail"], "");
    const at = timestamp(now);
    const random = given === undefined ? undefined : (bytesOf(given) ?? unexpected("random", given, "bytes", "字节"));
    if (fail !== undefined) integer(fail, "fail", -(2 ** 31), 2 ** 31 - 1);
    const asked = optionsOf(record(request, "request"), "request", HEAD, "") as any;
    uriOf(asked.url);
    anyString(asked.method, "method");
    asked.body = rawBody(asked.body);
    this.state.serial += 1;
    const traceId = `${at}-${this.state.serial}`;
    let isOpened = false;
    let reply: { code: number; message: string; data?: unknown };
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
    return { status: 200 as const, headers, body: this.#written(reply, isOpened, traceId) };
  }

  /**
   * A sealed push, checked by its definition: ids are strings, timestamps are epoch milliseconds, amounts are fen. A string is
   * sealed as it is, for content that no definition allows.
   */
  push(
    name: RidePushName,
    body: object | string,
    options: {
      now: number | Date;
      /** The generation, where it is not this instance's. */
      version?: 1 | 2 | undefined;
      format?: "form" | "json" | undefined;
      /** `false` leaves entId and ts out, as the ride spec's examples do. */
      common?: boolean | undefined;
    },
  ): { readonly method: "POST"; readonly headers: Record<string, string>; readonly body: string } {
    const names = ["now", "version", "format", "common"];
    const given = optionsOf(record(options, "options"), "options", names, "");
    const { now, version = this.#version, format = "form", common = true } = given;
    const index = messageIndex(`ride.${anyString(name, "name")}.request`);
    if (index === undefined || !isPush(name)) return invalid("name", `found ${name}, which is no push`, `实为 ${name}，不是推送`);
    if (version !== 1 && version !== 2) unexpected("version", version, "1 or 2", "1 或 2");
    oneOf(format, "format", ["form", "json"]);
    flag(common, "common");
    if (typeof body !== "string") record(body, "body");
    const ts = version === 1 ? Math.floor(timestamp(now) / 1000) : timestamp(now);
    const ours = common ? { entId: this.#entId, ts } : {};
    const text =
      typeof body === "string"
        ? body
        : writeMessage(
            index,
            reading("body", () => ({ ...ours, ...body })),
          );
    const parameters: Record<string, string> =
      version === 1 ? { token: this.#accessKey, version: VERSION } : { accessKey: this.#accessKey };
    parameters.content = this.#seal(text);
    const isForm = format === "form";
    return {
      method: "POST" as const,
      headers: { "content-type": isForm ? FORM_TYPE : JSON_TYPE, accept: "application/json" },
      body: isForm ? new URLSearchParams(parameters).toString() : JSON.stringify(parameters),
    };
  }

  /** The meaning of the enterprise's answer to a push. */
  readPushReply(text: RawBody, about?: { status?: number | undefined }): RidePushReply {
    const { status = 200 } = optionsOf(about, "about", ["status"], "");
    integer(status, "status", 0, 999);
    const { value, issues } = readMessage(messageIndex("ride.refunded.response") as number, rawBody(text));
    const isAccepted = status === 200 && value?.code === ResultCode.SUCCESS;
    return { accepted: isAccepted, code: value?.code, message: value?.message, issues };
  }

  /** Pushes that became due since the last call of this, in the order in which they happened. */
  takePushes(): RidePush[] {
    return this.state.pushes.splice(0);
  }

  /**
   * The next thing that happens without the enterprise: cars are offered (state 2); once one is confirmed, the driver starts,
   * arrives (4), drives (5), delivers (6), and the bill is made (7). Returns the event's code, or `undefined` when it is the
   * enterprise's turn or all is over.
   */
  advance(mtOrderId: string, when: { now: number | Date }): number | undefined {
    return advance(this.state, mtOrderId, timeIn(when));
  }

  /** The driver (210), the dispatch (220) or the system (230) cancels; free of charge. */
  withdraw(mtOrderId: string, orderStatus: 210 | 220 | 230, when: { now: number | Date }): void {
    withdraw(this.state, mtOrderId, orderStatus, timeIn(when));
  }

  /** Pays back `amount` fen of a paid order, or all that is left. Returns the refund's number. */
  refund(mtOrderId: string, what: { now: number | Date; amount?: number | undefined }): string {
    const { amount } = optionsOf(record(what, "what"), "what", ["amount"], "");
    return refund(this.state, mtOrderId, amount, timeIn(what));
  }

  /**
   * From the outer parameters to the JSON inside. Which code each refusal has is not published: here 1010 means that it is not
   * authenticated, 9 that it came to the wrong place, 1 that something is missing.
   */
  #open(
    { method, url, headers, body }: { method: string; url: string; headers: any; body: string | Uint8Array | ArrayBuffer },
    now: number,
  ) {
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
    return { name: found.name as RideRequestName, text, seen };
  }

  #parameters(headers: any, body: string | Uint8Array): Record<string, unknown> {
    const text = typeof body === "string" ? body : new TextDecoder().decode(body);
    const type = headerOf(headers, CONTENT_TYPE);
    // JSON around the content was only ever seen in the newer generation.
    if (this.#version === 2 && type.startsWith("application/json")) return glance(text) ?? {};
    if (!type.startsWith(FORM_TYPE)) throw new Refusal(ResultCode.PARAM_ERROR, `参数错误：Content-Type 应为 ${FORM_TYPE}`);
    return Object.fromEntries(new URLSearchParams(text));
  }

  #opened(content: string): string {
    try {
      return openContent(this.#secretKey, content);
    } catch {
      throw new Refusal(ResultCode.AUTH_ERROR, "鉴权失败：content 无法解密");
    }
  }

  #seal(text: string) {
    return sealContent(this.#secretKey, text);
  }

  /** By its definition. Rules that nobody documents do not refuse. */
  #read(name: string, text: string, seen: any) {
    const { value, issues } = readMessage(messageIndex(`ride.${name}.request`) as number, text);
    const refusal = issues.find(({ refuses }) => refuses);
    if (refusal === undefined) return value;
    if (refusal.rule === "submit.reserve-time")
      throw new Refusal(ResultCode.RESERVE_TIME_ERROR, "预约单预约时间校验错误：缺少 reserveTime");
    const what = `${refusal.path || "content"} ${refusal.rule ?? refusal.code}`;
    throw new Refusal(ResultCode.PARAM_ERROR, `参数错误：${what}${seen.supplyCode === undefined ? "（缺少 supplyCode）" : ""}`);
  }

  /** The newer generation encrypts what it says to whom it knows. To others it has nothing to hide. */
  #written(reply: { code: number; message: string; data?: unknown }, isOpened: boolean, traceId: string) {
    if (this.#version === 1 && this.#replyForm === "direct") return JSON.stringify(reply);
    if (!isOpened) return JSON.stringify({ status: reply.code, msg: reply.message, traceId });
    const data = this.#version === 1 ? reply : this.#seal(JSON.stringify(reply));
    return JSON.stringify({ status: 0, msg: "成功", traceId, data });
  }
}

const timeIn = (when: unknown) => timestamp(optionsOf(record(when, "when"), "when", ["now"], "").now);

const isPush = (name: string) => interfaces.some((one) => one.name === name && one.path === undefined);

const nameOf = (code: number) => Object.entries(ResultCode).find(([, value]) => value === code)?.[0] ?? String(code);

/** The object in a JSON string, ids exact; undefined for anything else. */
function glance(text: string): any {
  try {
    const value = parseExactly(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
