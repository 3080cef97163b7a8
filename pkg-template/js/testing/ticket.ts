// Meituan's side of the ticket API, as values in and values out. It
// opens no connection, reads no clock and draws nothing at random, so the caller decides when and over what.

import { errorOf } from "../boundary/failures.js";
import { readTicketMessage } from "../boundary/messages.js";
import { parseHttpDate, verifyByHand } from "../boundary/signatures.js";
import { callIndex, replyIndex, unseal } from "../boundary/ticket-calls.js";
import { MeituanError } from "../errors/error.js";
import type { TicketCalls } from "../generated/messages.js";
import { calls } from "../generated/ticket-messages.js";
import { type RawBody, rawBody } from "../http/bodies.js";
import { type HeadersInput, lookedAtHeaders } from "../http/headers.js";
import { EnvelopeReply, type Reply } from "../http/reply.js";
import { pathOf, uriOf } from "../http/urls.js";
import type { NoticeName, SupplierCallName } from "../ticket/calls.js";
import { type Configuration, configure } from "../ticket/configuration.js";
import { requestsOf, type SignedRequest, type TicketRequests } from "../ticket/requests.js";
import { anyString, integer, oneOf, ticketsOf, timestamp } from "../values/arguments.js";
import { isWellFormed } from "../values/content.js";
import { invalid, reading } from "../values/faults.js";
import { parseExactly } from "../values/json.js";
import { optionsOf, ownOf, record } from "../values/options.js";
import { asIssue, differences } from "./comparing.js";
import { CHECKS, type Issue, issueOf, issueOfError, type Verdict, verdictOf } from "./issues.js";

/** Which supplier Meituan meets. */
export interface MeituanTicketOptions {
  /** The supplier's number at Meituan. */
  partnerId: number | string;
  /** The pair that both sides sign with. */
  clientId: string;
  clientSecret: string | readonly string[];
  /** The supplier's paths, as registered: `{ "/mt/order/create": "orderCreate" }`. */
  routes: Readonly<Record<string, SupplierCallName>>;
  /** The supplier's address, such as `http://127.0.0.1:8787`. */
  host?: string | undefined;
  /** The whole-body encryption of the newer API. */
  bodyEncryption?: { key: string; appKey?: string | undefined } | undefined;
}

/** The false part of a call: its signature, or its date (an hour old, and signed). */
export type Forgery = "signature" | "date";

/** The findings in a reply. */
export interface JudgedReply<Name extends SupplierCallName = SupplierCallName> {
  readonly code: number | undefined;
  readonly describe: string | undefined;
  /** Absent where there is none, and where the definition refuses the reply. */
  readonly body: TicketCalls[Name]["reply"] | undefined;
  readonly issues: readonly Issue[];
  readonly verdict: Verdict;
}

/** The findings in a notice. */
export interface JudgedNotice {
  /** Undefined where no notice goes to that path. */
  readonly type: NoticeName | undefined;
  /** The notice with what it says beside its body (issueType, code, describe); undefined where the definition refuses it. */
  // Which of six notices it is, is known at run time only.
  readonly envelope: any;
  // As above.
  readonly body: any;
  readonly issues: readonly Issue[];
  readonly verdict: Verdict;
  /** Meituan's answer: the given one where the notice is as it must be, else a refusal with its reason. */
  readonly reply: Reply;
}

const TRUE_REASON = "reply.true-reason";
/** Words for a success, which are no reason of a failure. */
const SUCCESSES = new Set(["", "ok", "success", "成功"]);

const HEAD = ["method", "url", "headers", "body"];

/**
 * Meituan's side of the ticket API, as one supplier meets it. Values go in and values come out: no connection, no clock, no
 * randomness.
 *
 * @example
 * const meituan = new MeituanTicket({ partnerId, clientId, clientSecret, routes, host: "http://127.0.0.1:8787" });
 * const request = meituan.call("orderQuery", { orderId }, { now: Date.now() });
 * const { verdict, issues } = meituan.readReply("orderQuery", await (await fetch(request.toRequest())).text());
 */
export class MeituanTicket {
  #configuration: Configuration;
  #requests: TicketRequests;
  #paths: ReadonlyMap<string, string>;
  #clientId: string;
  #secrets: readonly string[];

  constructor(given: MeituanTicketOptions) {
    const options = ownOf(given, "options");
    const configuration = configure({
      // A caller that only judges need not say where the supplier is; requests to it then go nowhere.
      host: "http://supplier.invalid",
      ...options,
      now() {
        return invalid("now", "Meituan's side has no clock: say what time it is", "美团一侧没有时钟：请指明时间");
      },
    });
    this.#configuration = configuration;
    this.#requests = requestsOf(configuration);
    this.#paths = new Map([...configuration.routes].map(([path, name]) => [name, path]));
    this.#clientId = options.clientId;
    this.#secrets = [options.clientSecret].flat();
  }

  /** A signed call to the supplier's path. */
  call<Name extends SupplierCallName>(
    name: Name,
    body: TicketCalls[Name]["request"],
    options: { now: number | Date; forge?: Forgery | undefined },
  ): SignedRequest<Name> {
    const { now, forge } = optionsOf(record(options, "options"), "options", ["now", "forge"], "");
    if (forge !== undefined) oneOf(forge, "forge", ["signature", "date"]);
    timestamp(now);
    const uri = this.#paths.get(anyString(name, "name"));
    if (uri === undefined) invalid("routes", `found no path for ${name}`, `没有为 ${name} 登记路径`);
    const request = (this.#requests as any)[name];
    return request.call(this.#requests, body, {
      uri,
      now: forge === "date" ? timestamp(now) - 3_600_000 : now,
      // Signed for another place: well formed, and wrong.
      signedUri: forge === "signature" ? `${uri}/forged` : uri,
    });
  }

  /** Judges the supplier's reply: by its definition, by the acceptance points about single replies, and by what is expected. */
  readReply<Name extends SupplierCallName>(
    name: Name,
    reply: RawBody,
    about?: {
      /** The HTTP status; 200 if not given. */
      status?: number | undefined;
      /** The call's body, whose ids the reply must repeat. */
      request?: Partial<TicketCalls[Name]["request"]> | undefined;
      /** How many tickets the order has: the rules that count need it. */
      quantity?: number | undefined;
      /** The values that code, describe and body must have at least; lists in any order. */
      expect?: object | undefined;
    },
  ): JudgedReply<Name> {
    const names = ["status", "request", "quantity", "expect"];
    const { status = 200, request = {}, quantity: given, expect = {} } = optionsOf(about, "about", names, "");
    integer(status, "status", 0, 999);
    record(request, "request");
    record(expect, "expect");
    const quantity = ticketsOf(given);
    const index = indexOf(name, "toSupplier");
    const { codes, outcomes, echoes } = calls[index];
    const { text, error } = this.#opened(rawBody(reply));
    const { value, issues: findings } = readTicketMessage(replyIndex(index), text, { quantity });
    // Of a reply that its definition refuses, only these are known.
    const { code, describe, partnerId } = value ?? glance(text);
    const body = value?.body;

    const issues = [...(error ? [issueOfError(error)] : []), ...findings.map(issueOf)];
    const note = (id: keyof typeof CHECKS, path: string, detail: string, detailZh: string = detail) =>
      issues.push({ id, path, detail, detailZh, refuses: true, text: CHECKS[id] });

    if (status !== 200) note("reply.http-200", "", `HTTP ${status}`);
    if (!codes.includes(code))
      note("reply.listed-code", "code", `${code}; listed are ${codes.join(", ")}`, `${code}；可用的有 ${codes.join("、")}`);
    if (partnerId !== this.#configuration.partnerId) note("reply.partner-id", "partnerId", `${partnerId}`);
    if (!outcomes.includes(code)) {
      const isNone = SUCCESSES.has(
        String(describe ?? "")
          .trim()
          .toLowerCase(),
      );
      const reported = issues.findIndex(({ id }) => id === TRUE_REASON);
      if (isNone && reported >= 0) issues.splice(reported, 1);
      if (isNone) note(TRUE_REASON, "describe", `"${describe}"`);
    } else if (value) {
      for (const field of echoes) {
        const wanted = request[field];
        const came = body?.[field];
        if (wanted && came !== wanted)
          note("reply.echo", `body.${field}`, `${came} for ${wanted}`, `请求为 ${wanted}，应答为 ${came}`);
      }
    }
    const codesCame = body?.vouchers?.length > 0 || body?.credentialList?.length > 0;
    if (code === 598 && codesCame) note("pay.issuing-bare", "body", "codes came with it", "应答中带有凭证");
    issues.push(...reading("expect", () => differences(expect, { code, describe, body })).map(asIssue));
    return { code, describe, body, issues, verdict: verdictOf(issues) };
  }

  /** Authenticates, reads and judges a notice of the supplier's, and answers it. */
  receiveNotice(
    request: { method: string; url: string; headers: HeadersInput; body: RawBody },
    about: {
      now: number | Date;
      quantity?: number | undefined;
      expect?: object | undefined;
      /** The answer to a notice that is as it must be; 200 if not given. */
      answer?: { code: number; describe: string } | undefined;
    },
  ): JudgedNotice {
    const { method, url, headers, body: raw } = optionsOf(record(request, "request"), "request", HEAD, "");
    const names = ["now", "quantity", "expect", "answer"];
    const given = optionsOf(record(about, "about"), "about", names, "");
    const { now, expect = {}, answer = { code: 200, describe: "success" } } = given;
    const quantity = ticketsOf(given.quantity);
    anyString(method, "method");
    record(expect, "expect");
    const answered = optionsOf(record(answer, "answer"), "answer", ["code", "describe"]);
    integer(answered.code, "answer.code", -(2 ** 31), 2 ** 31 - 1);
    anyString(answered.describe, "answer.describe");
    timestamp(now);
    const uri = uriOf(url);
    const index = calls.findIndex((call) => call.direction === "toMeituan" && call.path === pathOf(uri));
    const { text, error: sealed } = this.#opened(rawBody(raw));
    const error =
      index < 0
        ? new MeituanError("UNKNOWN_ROUTE", { path: "url", detail: pathOf(uri) })
        : this.#distrust(method, uri, headers, timestamp(now));
    const issues: Issue[] = [error, sealed].filter((found) => found !== undefined).map(issueOfError);
    let envelope: any;
    if (index >= 0) {
      const { value, issues: findings } = readTicketMessage(index, text, { quantity });
      envelope = value;
      issues.push(...findings.map(issueOf));
      if (value && value.partnerId !== this.#configuration.partnerId) {
        issues.push(issueOfError(new MeituanError("WRONG_PARTNER_ID", { path: "partnerId" })));
      }
      issues.push(...reading("expect", () => differences(expect, value)).map(asIssue));
    }
    const refused = issues.find(({ refuses }) => refuses);
    const { code, describe } = refused ? { code: 300, describe: `${refused.text.zh}（${refused.path}）` } : answered;
    const { partnerId } = this.#configuration;
    return {
      type: index < 0 ? undefined : (calls[index].name as NoticeName),
      envelope,
      body: envelope?.body,
      issues,
      verdict: verdictOf(issues),
      reply: new EnvelopeReply(code, JSON.stringify({ code, describe, partnerId })),
    };
  }

  /** Which notice this is and which order it is about, before it is judged. */
  addressOf(request: { url: string; body: RawBody }): { type: NoticeName | undefined; orderId: string | undefined } {
    const { url, body } = optionsOf(record(request, "request"), "request", ["url", "body"], "");
    const call = calls.find(({ direction, path }) => direction === "toMeituan" && path === pathOf(uriOf(url)));
    const { text } = this.#opened(rawBody(body));
    const orderId = glance(text).body?.orderId;
    return { type: call?.name as NoticeName | undefined, orderId: orderId === undefined ? undefined : String(orderId) };
  }

  /** The scheme is the same both ways, with the same pair of clientId and secret. */
  #distrust(method: string, uri: string, headers: any, now: number): MeituanError | undefined {
    const [partnerId, date, authorization] = reading("headers", () => lookedAtHeaders(headers));
    const named = { partnerid: partnerId, date, authorization };
    for (const [name, value] of Object.entries(named))
      if (!value) return new MeituanError("MISSING_HEADER", { path: `headers.${name}` });
    const ours = String(this.#configuration.partnerId);
    if (partnerId !== ours) return new MeituanError("WRONG_PARTNER_ID", { path: "headers.partnerid" });
    const sent = parseHttpDate(date);
    if (Number.isNaN(sent)) return new MeituanError("MALFORMED_DATE", { path: "headers.date", detail: date });
    if (Math.abs(now - sent) > 600_000) return new MeituanError("STALE_DATE", { path: "headers.date", detail: date });
    const failures = this.#secrets.map((secret) => {
      return verifyByHand(this.#clientId, secret, method.toUpperCase(), uri, date, authorization);
    });
    const [failure] = failures;
    return failure === undefined || failures.includes(undefined) ? undefined : errorOf(failure);
  }

  /** An encrypted body is opened: JSON begins like JSON, and Base64 never does. */
  #opened(body: string | Uint8Array): { text: string | Uint8Array; error?: MeituanError } {
    const start = typeof body === "string" ? body.slice(0, 64) : String.fromCharCode(...body.subarray(0, 64));
    if (!this.#configuration.canEncrypt || /^\s*(?:[{[]|$)/.test(start) || !isWellFormed(body)) return { text: body };
    const text = unseal(this.#configuration.handle, body);
    return text === undefined ? { text: body, error: new MeituanError("DECRYPTION_FAILED", { path: "body" }) } : { text };
  }
}

function indexOf(name: string, direction: string) {
  const index = callIndex(anyString(name, "name"));
  if (index === undefined || calls[index].direction !== direction)
    return invalid("name", `found ${name}, which is no call to the supplier`, `实为 ${name}，不是美团对商家的调用`);
  return index;
}

/** The known facts of a message that its definition refuses. */
function glance(text: string | Uint8Array): any {
  try {
    const value = parseExactly(typeof text === "string" ? text : new TextDecoder().decode(text));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
