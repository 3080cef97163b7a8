// Signed requests: the notices to Meituan and, for tests, Meituan's own calls.

import { rejected } from "../boundary/failures.js";
import { readReply, seal, signPost, writeRequest } from "../boundary/ticket-calls.js";
import { MeituanError } from "../errors/error.js";
import { calls } from "../generated/ticket-messages.js";
import { cut, rawBody, readBody } from "../http/bodies.js";
import { fetchable, isResponse } from "../http/fetch.js";
import { ENCRYPTED, JSON_TYPE } from "../http/reply.js";
import { uriOf } from "../http/urls.js";
import { anyText, flag, integer, moment, quantityOf } from "../values/arguments.js";
import { isWellFormed } from "../values/content.js";
import { invalid, unexpected, unreadable } from "../values/faults.js";
import { isMessage } from "../values/kinds.js";
import { optionsOf, record } from "../values/options.js";
import { configure } from "./configuration.js";

/** @typedef {import("./configuration.js").Configuration} Configuration */

/** @typedef {{ now?: number | Date, url?: string | URL, uri?: string, signedUri?: string, encrypted?: boolean }} RequestOptions */
const OPTIONS = ["now", "url", "uri", "signedUri", "encrypted"];

/** @param {unknown} message @param {number} partnerId */
function withPartner(message, partnerId) {
  if (!isMessage(record(message, "message"))) {
    unexpected("message", message, "an object with the fields of the message", "带有报文字段的对象", "WRONG_TYPE");
  }
  try {
    return { .../** @type {object} */ (message), partnerId };
  } catch (cause) {
    throw unreadable("message", cause);
  }
}

/** One method for each call, by its name. */
export class Requests {
  #configuration;

  static {
    const configurationOf = (/** @type {any} */ requests) =>
      typeof requests === "object" && requests !== null && #configuration in requests
        ? requests.#configuration
        : invalid("this", "call it as a method: requests.name(message)", "请作为方法调用：requests.name(message)");
    calls.forEach(({ name }, index) => {
      /** @this {Requests} @param {any} message @param {RequestOptions} [options] */
      const request = function (message, options) {
        return build(configurationOf(this), index, message, options);
      };
      Object.defineProperty(Requests.prototype, name, { value: request });
    });
  }

  /** @param {Configuration} configuration */
  constructor(configuration) {
    this.#configuration = configuration;
  }
}

/** Those of a program that takes no calls: it needs nothing of what answers them. */
export class TicketRequests extends Requests {
  /** @param {unknown} options of a supplier */
  constructor(options) {
    super(configure(options));
  }
}

/**
 * @param {Configuration} configuration
 * @param {number} index
 * @param {any} message
 * @param {RequestOptions} [given]
 */
function build(configuration, index, message, given) {
  const { partnerId, handle } = configuration;
  const { name, path, requestBody, extras } = calls[index];
  const options = optionsOf(given, "options", OPTIONS, "");
  const uri = options.uri ?? (options.url === undefined ? path : uriOf(options.url));
  if (uri === undefined) {
    return invalid("uri", `${name} goes to the supplier: say where, by uri or url`, `${name} 发往商家：请用 uri 或 url 指明地址`);
  }
  anyText(uri, "uri");
  if (options.url !== undefined) refuseOtherUrl(options.url, options.signedUri === undefined ? uri : undefined);
  if (options.encrypted !== undefined) flag(options.encrypted, "encrypted");
  const now = options.now === undefined ? configuration.clock() : moment(options.now);
  let written = configuration.bareRequests[index];
  if (written === undefined) {
    const hasBody = requestBody !== "none";
    if (!hasBody) written = writeRequest(handle, index, { partnerId });
    else if (extras.length === 0) written = writeRequest(handle, index, { partnerId, body: message });
    else written = writeRequest(handle, index, withPartner(message, partnerId));
    if (!hasBody) configuration.bareRequests[index] = written;
  }
  let body = written.text;
  let { encrypted } = written;
  if (options.encrypted && !encrypted) {
    const sealed = seal(handle, body);
    if (sealed === undefined) throw new MeituanError("ENCRYPTION_NOT_CONFIGURED", { path: "bodyEncryption" });
    body = sealed;
    encrypted = true;
  }

  const signedUri = options.signedUri === undefined ? undefined : anyText(options.signedUri, "signedUri");
  const { authorization, date, stringToSign, url } = signPost(handle, uri, signedUri, now);
  if (options.uri !== undefined && !PLAIN_URI.test(uri) && parsedUri(`http://host${uri}`) !== uri) {
    unexpected("uri", uri, "a path as URL parsers write it", "与 URL 解析器写法一致的路径");
  }
  /** @type {Record<string, string>} */
  const headers = {
    PartnerId: String(partnerId),
    Date: date,
    Authorization: authorization,
    "Content-Type": JSON_TYPE,
  };
  if (configuration.appKey !== undefined) headers.AppKey = configuration.appKey;
  if (encrypted) headers["X-Encryption-Status"] = ENCRYPTED;
  return new SignedRequest(configuration, index, {
    url: options.url === undefined ? url : String(options.url),
    uri: options.signedUri ?? uri,
    headers,
    body,
    stringToSign,
    warnings: written.warnings,
  });
}

/** URL parsers leave it as it is: no dot begins a part of its path. Parsing a URL costs more than signing it. */
const PLAIN_URI = /^(?:\/[\w-]+(?:\.[\w-]+)*)+(?:\?[\w.&=%-]*)?$/;

/**
 * The path and query that a client sends. It takes `/a/../b` for `/b`, and a backslash for a slash.
 * @param {string} url
 */
function parsedUri(url) {
  try {
    return uriOf(new URL(url, "http://host").href);
  } catch {
    return undefined;
  }
}

/**
 * @param {string | URL} given where it is sent
 * @param {string | undefined} signed what is signed, unless somebody has said so
 */
function refuseOtherUrl(given, signed) {
  uriOf(given);
  const url = String(given);
  const sent = /^(https?:\/\/|\/)/i.test(url) ? parsedUri(url) : undefined;
  const hasUser = sent !== undefined && new URL(url, "http://host").username !== "";
  if (sent === undefined || hasUser || (signed !== undefined && sent !== signed)) {
    unexpected("url", url, "an http(s) URL as URL parsers write it", "http(s) URL，且与 URL 解析器的写法一致");
  }
}

export class SignedRequest {
  #configuration;
  #index;

  /**
   * @param {Configuration} configuration
   * @param {number} index
   * @param {{ url: string, uri: string, headers: Record<string, string>, body: string, stringToSign: string, warnings: readonly import("../errors/error.js").Finding[] }} parts
   */
  constructor(configuration, index, { url, uri, headers, body, stringToSign, warnings }) {
    this.type = calls[index].name;
    this.method = /** @type {const} */ ("POST");
    this.url = url;
    this.uri = uri;
    this.headers = headers;
    this.body = body;
    this.stringToSign = stringToSign;
    this.warnings = warnings;
    this.#configuration = configuration;
    this.#index = index;
  }

  toRequest() {
    return fetchable(this);
  }

  /**
   * @param {string | Uint8Array | ArrayBuffer} body
   * @param {{ order?: { quantity?: number }, status?: number }} [options]
   */
  parse(body, options) {
    const { order, status = 200 } = optionsOf(options, "options", ["order", "status"], "");
    const quantity = quantityOf(order);
    integer(status, "status", 0, 999);
    const { handle, maxBodyBytes } = this.#configuration;
    const text = cut(rawBody(body), maxBodyBytes);
    if (!isWellFormed(text)) throw new MeituanError("LONE_SURROGATE");
    const { reply, warnings, failure } = readReply(handle, this.#index, status, text, quantity);
    if (failure !== undefined) throw rejected(this.type, failure);
    reply.warnings = warnings;
    // 200 alone says that Meituan has it. Whatever else is listed is sent again later.
    reply.outcome = reply.code === 200 ? "accepted" : "later";
    return reply;
  }

  /**
   * @param {Response | string | Uint8Array | ArrayBuffer} response
   * @param {{ order?: { quantity?: number }, status?: number }} [options]
   */
  async parseResponse(response, options) {
    if (!isResponse(response)) return this.parse(response, options);
    const { order } = optionsOf(options, "options", ["order", "status"], "");
    const body = await readBody(response, this.#configuration.maxBodyBytes);
    return this.parse(body, { order, status: response.status });
  }
}
