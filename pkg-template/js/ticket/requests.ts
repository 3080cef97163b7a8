// Signed requests: the notices to Meituan and, for tests, Meituan's own calls.

import { rejected } from "../boundary/failures.js";
import { readReply, seal, signPost, type WrittenRequest, writeRequest } from "../boundary/ticket-calls.js";
import { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import type { Delivery as DeliveryCode, TicketCalls } from "../generated/messages.js";
import { Delivery } from "../generated/ticket-codes.js";
import { calls } from "../generated/ticket-messages.js";
import { cut, type RawBody, readBody, receivedBody } from "../http/bodies.js";
import { fetchable, isResponse } from "../http/fetch.js";
import { ENCRYPTED, JSON_TYPE } from "../http/reply.js";
import { uriOf } from "../http/urls.js";
import { anyString, flag, integer, quantityOf, timestamp } from "../values/arguments.js";
import { isWellFormed } from "../values/content.js";
import { invalid, unexpected, unreadable } from "../values/faults.js";
import { isMessage } from "../values/kinds.js";
import { givenOptions, optionOf, optionsOf, record } from "../values/options.js";
import type { NoticeName, SupplierCallName } from "./calls.js";
import { type Configuration, configure, type TicketSupplierOptions } from "./configuration.js";

/** How a request is signed, and where it goes. */
export interface RequestOptions {
  /** The time of the Date header, as epoch milliseconds or a Date. */
  now?: number | Date | undefined;
  /** The URL of the request, if it is not `host` and the call's own path. */
  url?: string | URL | undefined;
  /** Path and query on `host`, where they are not the call's own path. It begins with `/` and is visible ASCII. */
  uri?: string | undefined;
  /** The host that is signed, if it differs from the one that the request goes to (test environments); likewise. */
  signedUri?: string | undefined;
  /** Encrypts the whole body although this call need not be. */
  encrypted?: boolean | undefined;
}

/** The calls to a supplier have no path of their own: say where they go. */
export type AddressedRequestOptions = RequestOptions & ({ url: string | URL } | { uri: string });

/** The reply to a request. */
export interface ParsedReply<Body> {
  /** The outcome: 200, or one of the codes that put the answer off. Anything else was thrown as `REMOTE_REJECTED`. */
  readonly code: number;
  readonly describe: string;
  readonly partnerId: number;
  readonly body: Body;
  readonly warnings: readonly Finding[];
  /** Of a notice: what the event `noticeEnded` records of it. */
  readonly delivery: DeliveryCode;
  /** Of a notice: `accepted` where Meituan replied 200; `later`: it may have it, and it is to be sent again. */
  readonly outcome: "accepted" | "later";
}

/** A request that is ready to go: plain values, which may be logged, queued and sent by anything. */
export interface SignedRequest<Name extends keyof TicketCalls = keyof TicketCalls> {
  readonly type: Name;
  readonly method: "POST";
  readonly url: string;
  /** The URI that was signed. */
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The string that was signed; no secret is in it. */
  readonly stringToSign: string;
  /** Findings in the message that do not refuse it. */
  readonly warnings: readonly Finding[];
  toRequest(): Request;
  /** Reads the reply's body. Throws `REMOTE_REJECTED` when the code is no success. */
  parse(
    body: RawBody,
    options?: { order?: { readonly quantity?: number }; status?: number },
  ): ParsedReply<TicketCalls[Name]["reply"] | undefined>;
  /** Reads the reply. Throws `REMOTE_REJECTED` when the code or the HTTP status is no success. */
  parseResponse(
    response: Response | RawBody,
    options?: { order?: { readonly quantity?: number } },
  ): Promise<ParsedReply<TicketCalls[Name]["reply"] | undefined>>;
}

/** One method for each call: the notices, and (for tests of a supplier) the calls that Meituan makes. */
export type TicketRequests = {
  readonly [Name in NoticeName]: (message: TicketCalls[Name]["request"], options?: RequestOptions) => SignedRequest<Name>;
} & {
  readonly [Name in SupplierCallName]: (
    message: TicketCalls[Name]["request"],
    options: AddressedRequestOptions,
  ) => SignedRequest<Name>;
};

function withPartner(message: unknown, partnerId: number): object {
  if (!isMessage(record(message, "message"))) {
    unexpected("message", message, "an object with the fields of the message", "带有报文字段的对象", "WRONG_TYPE");
  }
  try {
    return { ...(message as object), partnerId };
  } catch (cause) {
    throw unreadable("message", cause);
  }
}

/** One method for each call, by its name. */
class Requests {
  #configuration: Configuration;

  static {
    const configurationOf = (requests: unknown): Configuration =>
      typeof requests === "object" && requests !== null && #configuration in requests
        ? requests.#configuration
        : invalid("this", "call it as a method: requests.name(message)", "请作为方法调用：requests.name(message)");
    calls.forEach(({ name }, index) => {
      const request = function (this: Requests, message: unknown, options?: RequestOptions) {
        return build(configurationOf(this), index, message, options);
      };
      Object.defineProperty(Requests.prototype, name, { value: request });
    });
  }

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }
}

/** Its methods are made of the table of calls, which the compiler does not see. */
export const requestsOf = (configuration: Configuration): TicketRequests =>
  new Requests(configuration) as unknown as TicketRequests;

/**
 * The requests alone, for programs that answer no calls: a bundle of them leaves out what does, the wasm of orders too. The
 * options are a supplier's.
 *
 * @example
 * const request = new TicketRequests({ partnerId, clientId, clientSecret }).consumeNotice(notice);
 * await request.parseResponse(await fetch(request.toRequest()));
 */
export const TicketRequests = class TicketRequests extends Requests {
  constructor(options: TicketSupplierOptions) {
    super(configure(options));
  }
} as unknown as new (
  options: TicketSupplierOptions,
) => TicketRequests;

const NAMES: readonly (keyof RequestOptions)[] = ["url", "uri", "signedUri", "encrypted", "now"];

const own = <T>(options: object, name: string, value: T) =>
  value === undefined || Object.hasOwn(options, name) ? value : undefined;

/** Each is read by its name, which costs next to nothing. Only one that is there is looked at more closely: is it the object's own? */
function requestOptions(given: unknown): RequestOptions {
  const options = givenOptions(given, "options", NAMES);
  if (options === undefined) return {};
  try {
    const { url, uri, signedUri, encrypted, now } = options;
    return {
      url: own(options, "url", url),
      // Nothing at all is said by null, too.
      uri: own(options, "uri", uri) ?? undefined,
      signedUri: own(options, "signedUri", signedUri),
      encrypted: own(options, "encrypted", encrypted),
      now: own(options, "now", now),
    };
  } catch (cause) {
    for (const name of NAMES) optionOf(options, name);
    throw unreadable("options", cause);
  }
}

function build(configuration: Configuration, index: number, message: unknown, given?: RequestOptions): PreparedRequest {
  const { partnerId, handle } = configuration;
  const { name, path, requestBody, extras } = calls[index];
  const { url, uri, signedUri, encrypted: wantsEncryption, now: at } = requestOptions(given);
  const sentUri = uri ?? (url === undefined ? path : uriOf(url));
  if (sentUri === undefined) {
    return invalid("uri", `${name} goes to the supplier: say where, by uri or url`, `${name} 发往商家：请用 uri 或 url 指明地址`);
  }
  anyString(sentUri, "uri");
  if (url !== undefined) refuseOtherUrl(url, signedUri === undefined ? sentUri : undefined);
  if (wantsEncryption !== undefined) flag(wantsEncryption, "encrypted");
  const now = at === undefined ? configuration.clock() : timestamp(at);
  let written: WrittenRequest | undefined = configuration.bareRequests[index];
  if (written === undefined) {
    const hasBody = requestBody !== "none";
    if (!hasBody) written = writeRequest(handle, index, { partnerId });
    else if (extras.length === 0) written = writeRequest(handle, index, { partnerId, body: message });
    else written = writeRequest(handle, index, withPartner(message, partnerId));
    if (!hasBody) configuration.bareRequests[index] = written;
  }
  let body = written.text;
  let { encrypted } = written;
  if (wantsEncryption && !encrypted) {
    const sealed = seal(handle, body);
    if (sealed === undefined) throw new MeituanError("ENCRYPTION_NOT_CONFIGURED", { path: "bodyEncryption" });
    body = sealed;
    encrypted = true;
  }

  if (signedUri !== undefined) anyString(signedUri, "signedUri");
  const { authorization, date, stringToSign, isPlain } = signPost(handle, sentUri, signedUri, now);
  if (uri !== undefined && !isPlain && parsedUri(`http://host${uri}`) !== uri) {
    unexpected("uri", uri, "a path as URL parsers write it", "与 URL 解析器写法一致的路径");
  }
  const headers: Record<string, string> = {
    PartnerId: String(partnerId),
    Date: date,
    Authorization: authorization,
    "Content-Type": JSON_TYPE,
  };
  if (configuration.appKey !== undefined) headers.AppKey = configuration.appKey;
  if (encrypted) headers["X-Encryption-Status"] = ENCRYPTED;
  return new PreparedRequest(configuration, index, {
    url: url === undefined ? configuration.host() + sentUri : String(url),
    uri: signedUri ?? sentUri,
    headers,
    body,
    stringToSign,
    warnings: written.warnings,
  });
}

/** The path and query that a client sends. It reads `/a/../b` as `/b`, and a backslash as a slash. */
function parsedUri(url: string): string | undefined {
  try {
    return uriOf(new URL(url, "http://host").href);
  } catch {
    return undefined;
  }
}

/**
 * @param given where it is sent
 * @param signed what is signed, unless somebody has said so
 */
function refuseOtherUrl(given: string | URL, signed: string | undefined): void {
  uriOf(given);
  const url = String(given);
  const sent = /^(https?:\/\/|\/)/i.test(url) ? parsedUri(url) : undefined;
  const hasUser = sent !== undefined && new URL(url, "http://host").username !== "";
  if (sent === undefined || hasUser || (signed !== undefined && sent !== signed)) {
    unexpected("url", url, "an http(s) URL as URL parsers write it", "http(s) URL，且与 URL 解析器的写法一致");
  }
}

class PreparedRequest implements SignedRequest {
  declare readonly type: keyof TicketCalls;
  declare readonly method: "POST";
  declare readonly url: string;
  declare readonly uri: string;
  declare readonly headers: Readonly<Record<string, string>>;
  declare readonly body: string;
  declare readonly stringToSign: string;
  declare readonly warnings: readonly Finding[];
  #configuration: Configuration;
  #index: number;

  constructor(
    configuration: Configuration,
    index: number,
    parts: Pick<SignedRequest, "url" | "uri" | "headers" | "body" | "stringToSign" | "warnings">,
  ) {
    this.type = calls[index].name;
    this.method = "POST";
    this.url = parts.url;
    this.uri = parts.uri;
    this.headers = parts.headers;
    this.body = parts.body;
    this.stringToSign = parts.stringToSign;
    this.warnings = parts.warnings;
    this.#configuration = configuration;
    this.#index = index;
  }

  toRequest(): Request {
    return fetchable(this);
  }

  parse(body: RawBody, options?: { order?: { readonly quantity?: number }; status?: number }): ParsedReply<any> {
    const { order, status = 200 } = optionsOf(options, "options", ["order", "status"], "");
    const quantity = quantityOf(order);
    integer(status, "status", 0, 999);
    const { handle, maxBodyBytes } = this.#configuration;
    const text = cut(receivedBody(body), maxBodyBytes);
    if (!isWellFormed(text)) throw new MeituanError("LONE_SURROGATE");
    const { reply, delivery, warnings, failure } = readReply(handle, this.#index, status, text, quantity);
    if (failure !== undefined) throw rejected(this.type, failure);
    reply.warnings = warnings;
    reply.delivery = delivery;
    reply.outcome = delivery === Delivery.ACCEPTED ? "accepted" : "later";
    return reply;
  }

  async parseResponse(
    response: Response | RawBody,
    options?: { order?: { readonly quantity?: number }; status?: number },
  ): Promise<ParsedReply<any>> {
    if (!isResponse(response)) return this.parse(response, options);
    const { order } = optionsOf(options, "options", ["order", "status"], "");
    const body = await readBody(response, this.#configuration.maxBodyBytes);
    return this.parse(body, { order, status: response.status });
  }
}
