// Why a signature does not match. The knowledge is src/ba/mistakes.rs.

import { diagnoseSignature } from "../boundary/signatures.js";
import { type MistakeId, mistakes } from "../generated/mistakes.js";
import type { Text } from "../generated/texts.js";
import { type RawBody, rawBody } from "../http/bodies.js";
import { type HeadersInput, lookedAtHeaders } from "../http/headers.js";
import { uriOf } from "../http/urls.js";
import { anyString, integer } from "../values/arguments.js";
import { reading } from "../values/faults.js";
import { isList } from "../values/kinds.js";
import { optionsOf, record } from "../values/options.js";

/** A request of the ticket API whose signature is in question, as it was sent. */
export interface QuestionedRequest {
  method: string;
  /** The whole URL, or the path with its query: what was signed of the host can be found by the whole URL alone. */
  url: string | URL;
  /** `Authorization`, `Date` and `PartnerId` are looked at. */
  headers: HeadersInput;
  /** To find out that it was signed too. */
  body?: RawBody | undefined;
  /** The clientId that was agreed on. */
  clientId?: string | undefined;
  /** The partnerId that was agreed on, where it is not that of the header. */
  partnerId?: number | string | undefined;
  /** The secret that should have been used; of a rotation, the others after it. */
  secrets: string | readonly string[];
}

/** The result of a diagnosis. */
export interface Diagnosis {
  /**
   * `right`: the signature is what it must be. `explained`: the mistakes make the very signature that was received.
   * `unexplained`: no known mistake does, nor a pair of them; those that are listed can be seen in the headers.
   */
  readonly outcome: "right" | "explained" | "unexplained";
  /** The string that must be signed. */
  readonly stringToSign: string;
  /** The signature that must come out; empty where no secret was given, or an id in its place. */
  readonly expected: string;
  /** The signature as it is in the header; empty where there is none. */
  readonly received: string;
  /** The string that was signed instead, where it was found. */
  readonly signed?: string;
  /** The mistakes, and how to put them right. */
  readonly mistakes: ReadonlyArray<{ readonly id: MistakeId; readonly what: Text; readonly fix: Text }>;
}

const ASKED = ["method", "url", "headers", "body", "clientId", "partnerId", "secrets"];

function secretsOf(secrets: unknown) {
  if (!isList(secrets)) return [anyString(secrets, "secrets")];
  return reading("secrets", () => [...secrets]).map((secret, index) => anyString(secret, `secrets[${index}]`));
}

/**
 * Finds out what was signed instead: the known mistakes are made again, alone and in pairs. It needs some milliseconds for each
 * secret, so it is for people, and not for each request. Nothing of it is a guess, and no secret is in what it returns.
 *
 * @example
 * const { outcome, mistakes } = diagnose({ method, url, headers, clientId, secrets: clientSecret });
 * for (const { what, fix } of mistakes) console.log(what.zh, fix.zh);
 */
export function diagnose(request: QuestionedRequest): Diagnosis {
  const asked = optionsOf(record(request, "request"), "request", ASKED, "");
  const { method, url, headers, body, clientId, partnerId, secrets } = asked;
  anyString(method, "method");
  uriOf(url);
  if (clientId !== undefined) anyString(clientId, "clientId");
  // As a setting, or as the header has it: what is wrong with it may be what is looked for.
  if (typeof partnerId === "number") integer(partnerId, "partnerId", 0, Number.MAX_SAFE_INTEGER);
  else if (partnerId !== undefined) anyString(partnerId, "partnerId");
  const [partner, date, authorization] = reading("headers", () => lookedAtHeaders(headers));
  const found = diagnoseSignature({
    method,
    url: String(url),
    date,
    authorization,
    body: body === undefined ? undefined : textOf(rawBody(body)),
    clientId,
    partnerId: partnerId === undefined ? partner : String(partnerId),
    secrets: secretsOf(secrets),
  });
  const { isExplained, mistakes: ids, ...strings } = found;
  const outcome = !isExplained ? "unexplained" : ids.length === 0 ? "right" : "explained";
  return { outcome, ...strings, mistakes: ids.map(explained) };
}

const explained = (id: MistakeId) => ({ id, ...mistakes[id] });

const textOf = (body: string | Uint8Array) => (typeof body === "string" ? body : new TextDecoder().decode(body));
