// Recordings: the JSON of a trace (docs/trace.md), split without touching its numbers.

import whole from "../../../../tests/vectors/trace/whole.json?raw";
import { MeituanError, testing } from "../../library.ts";
import { isObject, type Json, parseJson, printJson, Raw } from "../../parts/json.ts";

export interface Exchange {
  readonly call: string;
  readonly at: number;
  readonly toSupplier: boolean;
  readonly code: string;
  readonly request: string;
  readonly response: string;
}

export interface Recording {
  /** Of this page: each that was loaded has another. */
  readonly id: number;
  readonly exchanges: readonly Exchange[];
  /** The JSON of the recording's first exchanges alone. */
  readonly upTo: (count: number) => string;
}

/** A recording that comes with the page: one that keeps every point, and the same with mistakes. */
export const BUILT_IN = { good: whole, bad: spoiled(whole) };

let lastId = 0;

/** The fault of a string that is no recording; undefined for one that is. */
export function read(text: string): Recording | { readonly wrong: MeituanError } {
  try {
    // The library says what a trace is.
    testing.checkTrace(text);
  } catch (error) {
    if (MeituanError.is(error)) return { wrong: error };
    throw error;
  }
  const trace = parseJson(text);
  const { exchanges = [], ...rest } = isObject(trace) ? trace : {};
  const list = Array.isArray(exchanges) ? exchanges : [];
  return {
    id: ++lastId,
    exchanges: list.filter(isObject).map(exchangeOf),
    upTo: (count) => printJson({ ...rest, exchanges: list.slice(0, count) }),
  };
}

function exchangeOf({ call, at, direction, request, response }: { [name: string]: Json }): Exchange {
  const code = isObject(response) ? response.code : undefined;
  return {
    call: String(call),
    at: at instanceof Raw ? Number(at.text) : 0,
    toSupplier: direction === "toSupplier",
    code: code instanceof Raw ? code.text : "–",
    request: shown(request),
    response: shown(response),
  };
}

/** A body that was no JSON is a string. */
const shown = (body: Json | undefined): string =>
  body === undefined || body === null ? "" : typeof body === "string" ? body : printJson(body);

/** The same recording of a supplier that makes four mistakes that are seen in the field. */
function spoiled(text: string): string {
  const trace = parseJson(text);
  if (!isObject(trace) || !Array.isArray(trace.exchanges)) return text;
  const exchanges = trace.exchanges.filter(isObject);
  const first = (call: string, code: string) =>
    exchanges.find(
      (one) => one.call === call && isObject(one.response) && one.response.code instanceof Raw && one.response.code.text === code,
    );
  change(first("orderRefund", "606"), (response) => ({ ...response, describe: "系统异常" }));
  change(first("orderPay", "200"), (response) => ({ ...response, body: withVouchers(response.body, 1) }));
  const slow = first("orderCreate", "200");
  if (slow) slow.durationMs = new Raw("27000");
  const without = exchanges.filter((one) => one.call !== "refundNotice");
  return printJson({ ...trace, exchanges: without });
}

function change(exchange: { [name: string]: Json } | undefined, to: (response: { [name: string]: Json }) => Json): void {
  if (exchange && isObject(exchange.response)) exchange.response = to(exchange.response);
}

function withVouchers(body: Json | undefined, most: number): Json {
  return isObject(body) && Array.isArray(body.vouchers) ? { ...body, vouchers: body.vouchers.slice(0, most) } : (body ?? null);
}
