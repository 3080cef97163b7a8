// Entry of meituan-protocol/diagnosis: why a signature does not match. The knowledge is src/ba/mistakes.rs.

import { anyText, integer, optionsOf, reading, record } from "./arguments.js";
import { lookedAtHeaders, rawBody, uriOf } from "./http.js";
import { mistakes } from "./mistakes.js";
import { diagnoseSignature } from "./orders-core.js";
import { isList } from "./values.js";

export { mistakes };

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

/** @param {import("./mistakes.js").MistakeId} id */
const explained = (id) => ({ id, ...mistakes[id] });

/** @param {string | Uint8Array} body */
const textOf = (body) => (typeof body === "string" ? body : new TextDecoder().decode(body));
