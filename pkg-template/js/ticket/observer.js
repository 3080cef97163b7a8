// Looks at the exchanges of an existing handler, and reports what this library finds in them. What the handler answers is never changed.

import { readTicketMessage } from "../boundary/messages.js";
import { callIndex, replyIndex, unseal } from "../boundary/ticket-calls.js";
import { MeituanError } from "../errors/error.js";
import { Reports } from "../handler/reports.js";
import { cut, readBody } from "../http/bodies.js";
import { ENCRYPTED } from "../http/reply.js";
import { keepAlive, platformWaitUntil } from "../runtime/keep-alive.js";
import { endsInTime, steady } from "../runtime/time-limits.js";
import { moment } from "../values/arguments.js";
import { func } from "../values/functions.js";
import { optionsOf, record } from "../values/options.js";
import { exchangeOf, UNAUTHENTICATED } from "./exchange.js";

/** @typedef {import("./receiver.js").TicketReceiver} TicketReceiver */

/**
 * @template T
 * @typedef {{ value?: T, error?: unknown }} Outcome
 */
/** So long may it take to look at an exchange, and to report it. */
const RECORD_LIMIT = 30_000;

/** A trace is for reading: longer bodies are no messages of this API. */
const MAX_BYTES = 1 << 20;

/**
 * @param {TicketReceiver} receiver
 * @param {(request: Request, ...context: any[]) => Response | Promise<Response>} existing
 * @param {{ report: (found: any, ...context: any[]) => unknown, waitUntil?: (working: Promise<unknown>, ...context: any[]) => void,
 *   reports?: Reports, onError?: (error: unknown, about: any) => unknown, language?: "en" | "zh" }} options
 */
export function observe(receiver, existing, options) {
  func(existing, "existing");
  record(options, "options");
  const names = ["report", "waitUntil", "onError", "language", "reports"];
  const { report, waitUntil = platformWaitUntil, onError, language, ...given } = optionsOf(options, "options", names, "");
  func(report, "report");
  func(waitUntil, "waitUntil");
  const { reports = new Reports({ onError, language }) } = given;
  const { configuration } = receiver;
  return async (/** @type {Request} */ request, /** @type {any[]} */ ...context) => {
    // Whatever goes wrong here is nothing that Meituan, or the existing handler, may notice.
    const before = outcomeOf(() => {
      const call = receiver.callFor(request.url);
      return call === undefined ? { call } : { call, at: configuration.clock(), request: request.clone() };
    });
    const { call, at = Number.NaN, request: copy } = before.value ?? {};
    if (before.value && copy === undefined) return existing(request, ...context);
    const asking = copy && askedOf(receiver, copy, at, steady() + RECORD_LIMIT);
    asking?.catch(() => {});
    const response = await existing(request, ...context);
    const after = outcomeOf(() => ({ response: response.clone(), until: configuration.clock() }));
    const failed = (/** @type {unknown} */ error) => reports.error(error, call === undefined ? {} : { call });
    const until = steady() + RECORD_LIMIT;
    const looking = async () => {
      resultOf(before);
      const found = await observed(configuration, await asking, { at, ...resultOf(after) }, until);
      if (found) await report(found, ...context);
    };
    const inTime = endsInTime(looking(), until, "record").catch(failed);
    keepAlive(waitUntil, inTime, context, failed);
    return response;
  };
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
 * @param {TicketReceiver} receiver
 * @param {Request} request a copy: it is read
 * @param {number} at when it came
 * @param {number} limit by the steady clock
 */
async function askedOf(receiver, request, at, limit) {
  /** @type {string | Uint8Array | undefined} */
  let body;
  const heard = (/** @type {string | Uint8Array} */ came) => {
    body = came;
  };
  let call;
  let error;
  try {
    call = await receiver.receive(request, { now: at, until: limit, heard });
  } catch (thrown) {
    if (!MeituanError.is(thrown)) throw thrown;
    error = thrown;
  } finally {
    if (body === undefined) Promise.resolve(request.body?.cancel?.()).catch(() => {});
  }
  const name = call?.type ?? receiver.callFor(request.url);
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
async function observed(configuration, asked, { response, at, until }, limit) {
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

/**
 * What work comes to, to be looked at later.
 * @template T
 * @param {() => T} work
 * @returns {Outcome<T>}
 */
function outcomeOf(work) {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

/**
 * @template T
 * @param {Outcome<T>} outcome
 * @returns {T}
 */
function resultOf({ value, error }) {
  if (value === undefined) throw error;
  return value;
}
