// Entry of meituan-protocol/diagnosis: why a signature does not match. The knowledge is src/ba/mistakes.rs.

import { lookedAtHeaders, rawBody } from "./http.js";
import { mistakes } from "./mistakes.js";
import { diagnoseSignature } from "./orders-core.js";

export { mistakes };

/** @param {any} request */
export function diagnose({ method, url, headers, body, clientId, partnerId, secrets }) {
  const [partner, date, authorization] = lookedAtHeaders(headers);
  const found = diagnoseSignature({
    method,
    url: String(url),
    date,
    authorization,
    body: body === undefined ? undefined : textOf(rawBody(body)),
    clientId,
    partnerId: partnerId === undefined ? partner : String(partnerId),
    secrets: typeof secrets === "string" ? [secrets] : secrets,
  });
  const { isExplained, mistakes: ids, ...strings } = found;
  const outcome = !isExplained ? "unexplained" : ids.length === 0 ? "right" : "explained";
  return { outcome, ...strings, mistakes: ids.map(explained) };
}

/** @param {import("./mistakes.js").MistakeId} id */
const explained = (id) => ({ id, ...mistakes[id] });

/** @param {string | Uint8Array} body */
const textOf = (body) => (typeof body === "string" ? body : new TextDecoder().decode(body));
