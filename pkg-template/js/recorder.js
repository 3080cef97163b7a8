// What happened between Meituan and a supplier, written down (docs/trace.md). Bodies are copied as text: printed again by
// JSON, an order's number would be another number.

import { anyText, content, flag, integer, moment, oneOf, optionsOf, reading, record, unexpected } from "./arguments.js";
import { callIndex, readTicketMessage, replyIndex, unseal } from "./core.js";
import { MeituanError } from "./errors.js";
import { cut, ENCRYPTED, readBody } from "./http.js";
import { stringify } from "./json.js";
import { redact } from "./orders-core.js";
import { isList } from "./values.js";

/** What a request is not when its signature, or what is signed beside it, is not right. A stale Date is no wrong signature. */
export const UNAUTHENTICATED = [
  ...["MISSING_HEADER", "DUPLICATE_HEADER", "MALFORMED_HEADER", "MALFORMED_DATE"],
  ...["UNKNOWN_CLIENT", "BAD_SIGNATURE", "WRONG_PARTNER_ID"],
];

/** A trace is for reading: longer bodies are no messages of this API. */
const MAX_BYTES = 1 << 20;

/** Of what no call is, nothing is known. */
const NO_MESSAGE = 2 ** 31;

const FACTS = ["at", "durationMs", "direction", "call", "authenticated", "stale", "httpStatus", "request", "response"];

/**
 * One exchange as JSON, without secrets and personal data.
 * @param {{ at: number, durationMs?: number, direction: "toSupplier" | "toMeituan", call: string, authenticated?: boolean,
 *   stale?: boolean, request: string | Uint8Array, response?: string | Uint8Array, httpStatus?: number }} exchanged
 */
export function exchangeOf(exchanged) {
  const { request: asked, response: answered, ...facts } = optionsOf(record(exchanged, "facts"), "facts", FACTS, "");
  moment(facts.at, "at");
  oneOf(facts.direction, "direction", ["toSupplier", "toMeituan"]);
  const call = callIndex(anyText(facts.call, "call")) ?? NO_MESSAGE;
  const [request, response] = [content(asked, "request"), answered === undefined ? undefined : content(answered, "response")];
  for (const name of ["durationMs", "httpStatus"]) if (facts[name] !== undefined) integer(facts[name], name, 0, 2 ** 53 - 1);
  for (const name of ["authenticated", "stale"]) if (facts[name] !== undefined) flag(facts[name], name);
  const head = JSON.stringify({ ...facts, at: moment(facts.at) }).slice(0, -1);
  const reply = response === undefined ? "" : `,"response":${redact(replyIndex(call), response)}`;
  return `${head},"request":${redact(call, request)}${reply}}`;
}

/**
 * @param {readonly string[]} exchanges
 * @param {object} [settings]
 */
export function traceOf(exchanges, settings) {
  if (!isList(exchanges)) return unexpected("exchanges", exchanges, "a list of texts", "字符串的数组");
  const texts = reading("exchanges", () => [...exchanges]).map((exchange, index) => anyText(exchange, `exchanges[${index}]`));
  const shown = settings === undefined ? "" : `"settings":${stringify(record(settings, "settings"), "settings")},`;
  return `{"version":2,${shown}"exchanges":[\n${texts.join(",\n")}\n]}\n`;
}

/**
 * A body, opened where it was encrypted as a whole.
 * @param {import("./configuration.js").Configuration} configuration
 * @param {Request | Response} message that it came with
 * @param {string | Uint8Array} body
 */
function opened(configuration, message, body) {
  const isEncrypted = (message.headers.get("x-encryption-status") ?? "").toLowerCase() === ENCRYPTED;
  return (isEncrypted && configuration.canEncrypt && unseal(configuration.handle, body)) || body;
}

/**
 * Looks at a request. What came of it is to be had at once: the two halves of a body that was cloned are cancelled together, and whoever
 * refuses early would wait for this one.
 * @param {any} supplier
 * @param {Request} request a copy: it is read
 * @param {number} at when it came
 * @param {number} limit by the steady clock
 */
export async function askedOf(supplier, request, at, limit) {
  /** @type {string | Uint8Array | undefined} */
  let body;
  const heard = (/** @type {string | Uint8Array} */ came) => {
    body = came;
  };
  let call;
  let error;
  try {
    call = await supplier.receive(request, { now: at, until: limit, heard });
  } catch (thrown) {
    if (!MeituanError.is(thrown)) throw thrown;
    error = thrown;
  } finally {
    if (body === undefined) Promise.resolve(request.body?.cancel?.()).catch(() => {});
  }
  const name = call?.type ?? supplier.callFor(request.url);
  if (name === undefined) return undefined;
  // Its signature is not looked at then.
  const isStale = error?.code === "STALE_DATE";
  const isStranger = error !== undefined && UNAUTHENTICATED.includes(error.code);
  // Of a caller who is not authenticated nothing is read, nor kept for a reader.
  const isUnread = error !== undefined && (isStale || isStranger) && error.path.startsWith("headers");
  if (body === undefined && !isUnread) throw error;
  return { request, body: isUnread ? "" : cut(body ?? "", MAX_BYTES), call, name, error, isStale, isStranger };
}

/**
 * What there is to report of an exchange, with both of its sides written down.
 * @param {import("./configuration.js").Configuration} configuration
 * @param {Awaited<ReturnType<typeof askedOf>>} asked
 * @param {{ response: Response, at: number, until: number }} exchange a copy of the response: it is read
 * @param {number} limit by the steady clock
 */
export async function observed(configuration, asked, { response, at, until }, limit) {
  if (asked === undefined) return undefined;
  const { request, body, call, name, error, isStale, isStranger } = asked;
  const texts = {
    request: opened(configuration, request, body),
    response: opened(configuration, response, await readBody(response, MAX_BYTES, limit)),
  };
  const { issues } = readTicketMessage(replyIndex(/** @type {number} */ (callIndex(name))), texts.response);
  return {
    call: name,
    error,
    warnings: call?.warnings ?? [],
    replyIssues: issues,
    exchange: exchangeOf({
      at: moment(at),
      durationMs: until - at,
      direction: "toSupplier",
      call: name,
      ...(isStale ? { stale: true } : { authenticated: !isStranger }),
      httpStatus: response.status,
      ...texts,
    }),
  };
}
