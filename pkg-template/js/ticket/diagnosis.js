// Why a signature does not match. The knowledge is src/ba/mistakes.rs.

import { diagnoseSignature } from "../boundary/signatures.js";
import { mistakes } from "../generated/mistakes.js";
import { rawBody } from "../http/bodies.js";
import { lookedAtHeaders } from "../http/headers.js";
import { uriOf } from "../http/urls.js";
import { anyText, integer } from "../values/arguments.js";
import { reading } from "../values/faults.js";
import { isList } from "../values/kinds.js";
import { optionsOf, record } from "../values/options.js";

const ASKED = ["method", "url", "headers", "body", "clientId", "partnerId", "secrets"];

/** @param {unknown} secrets */
function secretsOf(secrets) {
  if (!isList(secrets)) return [anyText(secrets, "secrets")];
  return reading("secrets", () => [...secrets]).map((secret, index) => anyText(secret, `secrets[${index}]`));
}

/** @param {any} request */
export function diagnose(request) {
  const asked = optionsOf(record(request, "request"), "request", ASKED, "");
  const { method, url, headers, body, clientId, partnerId, secrets } = asked;
  anyText(method, "method");
  uriOf(url);
  if (clientId !== undefined) anyText(clientId, "clientId");
  // As a setting, or as the header has it: what is wrong with it may be what is looked for.
  if (typeof partnerId === "number") integer(partnerId, "partnerId", 0, Number.MAX_SAFE_INTEGER);
  else if (partnerId !== undefined) anyText(partnerId, "partnerId");
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

/** @param {import("../generated/mistakes.js").MistakeId} id */
const explained = (id) => ({ id, ...mistakes[id] });

/** @param {string | Uint8Array} body */
const textOf = (body) => (typeof body === "string" ? body : new TextDecoder().decode(body));
