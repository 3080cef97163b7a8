// Looks at the exchanges of an existing handler, and reports what this library finds in them. The handler's answer is never
// changed.

import { readTicketMessage } from "../boundary/messages.js";
import { callIndex, replyIndex, unseal } from "../boundary/ticket-calls.js";
import { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import type { Language } from "../errors/sentences.js";
import type { ErrorAbout } from "../handler/hooks.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import { Reports } from "../handler/reports.js";
import { cut, readBody } from "../http/bodies.js";
import { ENCRYPTED, type TicketResponse } from "../http/reply.js";
import { keepAlive, platformWaitUntil } from "../runtime/keep-alive.js";
import { endsInTime, steady } from "../runtime/time-limits.js";
import { timestamp } from "../values/arguments.js";
import { func } from "../values/functions.js";
import { optionsOf, record } from "../values/options.js";
import type { Call } from "./call.js";
import type { SupplierCallName } from "./calls.js";
import type { Configuration } from "./configuration.js";
import { exchangeOf, UNAUTHENTICATED } from "./exchange.js";
import type { TicketReceiver } from "./receiver.js";

/** The findings in an observed exchange. */
export interface ObservedExchange {
  readonly call: SupplierCallName;
  /** Why this library would not have taken the call. */
  readonly error: MeituanError | undefined;
  /** Deviations that it would have accepted. */
  readonly warnings: readonly Finding[];
  /** The findings in the reply; the library would not have sent one with a finding that refuses. */
  readonly replyIssues: readonly Finding[];
  /** The exchange as JSON, without secrets and personal data, for `traceOf`. A string: parsed, ids would lose digits. */
  readonly exchange: string;
}

/** The result of looking at a request. */
interface Asked {
  request: Request;
  body: string | Uint8Array;
  call: Call<TicketResponse> | undefined;
  name: SupplierCallName;
  error: MeituanError | undefined;
  isStale: boolean;
  isStranger: boolean;
}

interface Outcome<T> {
  value?: T;
  error?: unknown;
}

/** Time limit for an exchange to be judged and reported. */
const RECORD_LIMIT = 30_000;

/** A trace is for reading: longer bodies are no messages of this API. */
const MAX_BYTES = 1 << 20;

/** The options of an observer. */
export interface ObserveOptions<Context extends unknown[]> {
  report: (found: ObservedExchange, ...context: Context) => unknown;
  /** Keeps the platform alive until `report` is done; by default the context's own `waitUntil`, where one has it. */
  waitUntil?: ((working: Promise<unknown>, ...context: Context) => void) | undefined;
  /** Receives why an exchange could not be looked at, and what `report` throws. Default: one line of the console. */
  onError?: ((error: unknown, about: ErrorAbout) => unknown) | undefined;
  /** The language of the console's line; English by default. */
  language?: Language | undefined;
  /**
   * Those of a handler, which has them already.
   * @internal
   */
  reports?: Reports;
}

export function observe<Context extends unknown[]>(
  receiver: TicketReceiver,
  existing: (request: Request, ...context: Context) => MaybePromise<Response>,
  options: ObserveOptions<Context>,
): (request: Request, ...context: Context) => Promise<Response> {
  func(existing, "existing");
  record(options, "options");
  const names = ["report", "waitUntil", "onError", "language", "reports"];
  const { report, waitUntil = platformWaitUntil, onError, language, ...given } = optionsOf(options, "options", names, "");
  func(report, "report");
  func(waitUntil, "waitUntil");
  const { reports = new Reports({ onError, language }) } = given;
  const { configuration } = receiver;
  return async (request: Request, ...context: Context) => {
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
    const failed = (error: unknown) => reports.error(error, call === undefined ? {} : { call });
    const until = steady() + RECORD_LIMIT;
    const looking = async () => {
      resultOf(before);
      const found = await observed(receiver, await asking, { at, ...resultOf(after) }, until);
      if (found) await report(found, ...context);
    };
    const inTime = endsInTime(looking(), until, "record").catch(failed);
    keepAlive(waitUntil, inTime, context, failed);
    return response;
  };
}

/**
 * A body, opened where it was encrypted as a whole.
 * @param message that it came with
 */
function opened(
  configuration: Configuration,
  message: Request | Response,
  body: string | Uint8Array,
  name = "x-encryption-status",
): string | Uint8Array {
  const isEncrypted = (message.headers.get(name) ?? "").toLowerCase() === ENCRYPTED;
  return (isEncrypted && configuration.canEncrypt && unseal(configuration.handle, body)) || body;
}

/**
 * Looks at a request. The result is there at once: the two halves of a body that was cloned are cancelled together, and a handler
 * that refuses early would wait for this one.
 * @param request a copy: it is read
 * @param at when it came
 * @param limit by the steady clock
 */
async function askedOf(receiver: TicketReceiver, request: Request, at: number, limit: number): Promise<Asked | undefined> {
  let body: string | Uint8Array | undefined;
  const heard = (came: string | Uint8Array) => {
    body = came;
  };
  let call: Call<TicketResponse> | undefined;
  let error: MeituanError | undefined;
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
 * The report of an exchange, with both of its sides recorded.
 * @param exchange a copy of the response: it is read
 * @param limit by the steady clock
 */
async function observed(
  { configuration, headerNames }: TicketReceiver,
  asked: Asked | undefined,
  { response, at, until }: { response: Response; at: number; until: number },
  limit: number,
): Promise<ObservedExchange | undefined> {
  if (asked === undefined) return undefined;
  const { request, body, call, name, error, isStale, isStranger } = asked;
  const texts = {
    request: opened(configuration, request, body, headerNames.names[3]),
    response: opened(configuration, response, await readBody(response, MAX_BYTES, limit)),
  };
  const { issues } = readTicketMessage(replyIndex(callIndex(name) as number), texts.response);
  return {
    call: name,
    error,
    warnings: call?.warnings ?? [],
    replyIssues: issues,
    exchange: exchangeOf({
      at: timestamp(at),
      durationMs: until - at,
      direction: "toSupplier",
      call: name,
      ...(isStale ? { stale: true } : { authenticated: !isStranger }),
      httpStatus: response.status,
      ...texts,
    }),
  };
}

/** The result of work, to be looked at later. */
function outcomeOf<T>(work: () => T): Outcome<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

function resultOf<T>({ value, error }: Outcome<T>): T {
  if (value === undefined) throw error;
  return value;
}
