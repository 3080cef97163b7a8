// Exchanges between Meituan and a supplier, recorded (docs/trace.md). Bodies are copied as strings: printed again by
// JSON, an order's number would be another number.

import { callIndex, replyIndex } from "../boundary/ticket-calls.js";
import { redact } from "../boundary/traces.js";
import type { TicketCalls, TraceSettings } from "../generated/messages.js";
import { anyString, flag, integer, oneOf, timestamp } from "../values/arguments.js";
import { content } from "../values/content.js";
import { reading, unexpected } from "../values/faults.js";
import { stringify } from "../values/json.js";
import { isList } from "../values/kinds.js";
import { optionsOf, record } from "../values/options.js";

/** False for a request whose signature, or whose signed headers, are not right. A stale Date is no wrong signature. */
export const UNAUTHENTICATED = [
  ...["MISSING_HEADER", "DUPLICATE_HEADER", "MALFORMED_HEADER", "MALFORMED_DATE"],
  ...["UNKNOWN_CLIENT", "BAD_SIGNATURE", "WRONG_PARTNER_ID"],
];

/** Of what no call is, nothing is known. */
const NO_MESSAGE = 2 ** 31;

const FACTS = ["at", "durationMs", "direction", "call", "authenticated", "stale", "httpStatus", "request", "response"];

/**
 * One exchange as a JSON string, without personal data: bodies are the wire's own JSON (or any string), opened where they were
 * encrypted as a whole.
 */
export function exchangeOf(exchanged: {
  /** When the request was received (toSupplier) or sent (toMeituan), in epoch milliseconds. */
  at: number;
  /** From then until the reply was there. */
  durationMs?: number | undefined;
  direction: "toSupplier" | "toMeituan";
  call: keyof TicketCalls;
  /** Whether the signature was right, as the receiver found. */
  authenticated?: boolean | undefined;
  /** Whether the Date was too far from the receiver's clock, which is no wrong signature. */
  stale?: boolean | undefined;
  request: string | Uint8Array;
  response?: string | Uint8Array | undefined;
  httpStatus?: number | undefined;
}): string {
  const { request: asked, response: answered, ...facts } = optionsOf(record(exchanged, "facts"), "facts", FACTS, "");
  timestamp(facts.at, "at");
  oneOf(facts.direction, "direction", ["toSupplier", "toMeituan"]);
  const call = callIndex(anyString(facts.call, "call")) ?? NO_MESSAGE;
  const [request, response] = [content(asked, "request"), answered === undefined ? undefined : content(answered, "response")];
  for (const name of ["durationMs", "httpStatus"]) if (facts[name] !== undefined) integer(facts[name], name, 0, 2 ** 53 - 1);
  for (const name of ["authenticated", "stale"]) if (facts[name] !== undefined) flag(facts[name], name);
  const head = JSON.stringify({ ...facts, at: timestamp(facts.at) }).slice(0, -1);
  const reply = response === undefined ? "" : `,"response":${redact(replyIndex(call), response)}`;
  return `${head},"request":${redact(call, request)}${reply}}`;
}

/**
 * Recorded exchanges as one trace, as a JSON string (docs/trace.md has the format, docs/trace.schema.json its schema).
 *
 * @example
 * await writeFile("trace.json", traceOf(exchanges, { partnerId }));
 */
export function traceOf(exchanges: readonly string[], settings?: TraceSettings): string {
  if (!isList(exchanges)) return unexpected("exchanges", exchanges, "a list of strings", "字符串的数组");
  const texts = reading("exchanges", () => [...exchanges]).map((exchange, index) => anyString(exchange, `exchanges[${index}]`));
  const shown = settings === undefined ? "" : `"settings":${stringify(record(settings, "settings"), "settings")},`;
  return `{"version":2,${shown}"exchanges":[\n${texts.join(",\n")}\n]}\n`;
}
