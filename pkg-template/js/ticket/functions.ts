// The functions that answer calls, and what a handler of calls reports.

import type { Language } from "../errors/sentences.js";
import type { ErrorAbout, Warning, WarningAbout } from "../handler/hooks.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import type { SeenCall } from "../handler/replays.js";
import type { TicketResponse } from "../http/reply.js";
import type { CallOf, ReplyBody, ReplyOf } from "./call.js";
import type { SupplierCallName } from "./calls.js";

/** The result of a handler's function: a call's own reply, or an argument of `ok`. */
export type HandlerResult<Name extends SupplierCallName> = MaybePromise<
  // A function that returns nothing has said all that a call without a reply body needs.
  // biome-ignore lint/suspicious/noConfusingVoidType: it is what such a function returns
  Response | (ReplyOf<Name> extends undefined ? undefined | void : ReplyBody<Name>)
>;

export type HandlerFunctions<Context extends unknown[] = unknown[]> = {
  /** The function for the call. A call without a function is answered 接口未实现. */
  [Name in SupplierCallName]?: (call: CallOf<Name, TicketResponse>, ...context: Context) => HandlerResult<Name>;
};

export interface HandlerEvents<Context extends unknown[] = unknown[]> {
  /** Answers requests whose path no call is registered for; without it they get the failure envelope of code 300. */
  fallback?: (request: Request, ...context: Context) => MaybePromise<Response>;
  /**
   * Receives why a call was refused, what a function, the store or `send` threw, and why Meituan got no reply (HTTP 503).
   * Meituan never learns what was thrown. Default: one line of the console, with ids and no content.
   */
  onError?: (error: unknown, about: ErrorAbout) => unknown;
  /**
   * Says whether a call came before, and keeps that it has come, in one step (`INSERT … ON CONFLICT DO NOTHING`). Called when a
   * call is authenticated and read, before any function runs; off by default. A call that came before runs nothing and saves
   * nothing. With a store it is answered by what its order's state says, as a repeat of Meituan's is; where that says nothing, and
   * without a store, it gets HTTP 503 without a body and never a failure, because a gateway's own retry is the same to the byte. So
   * does every call where the hook throws, is not done within the call's time, or returns neither true nor false; `onError`
   * receives it.
   *
   * All four values together are one call: BA does not sign the body, and two calls of one second can have the same signature.
   */
  seen?: (call: SeenCall, ...context: Context) => MaybePromise<boolean>;
  /**
   * Receives each exchange as JSON, without secrets, personal data and values that no definition names: collected by `traceOf` of
   * `meituan-protocol/testing`, they can be judged by `checkTrace`. An error that it throws, or a run longer than 30 s, is
   * reported, and changes nothing else.
   */
  record?: (exchange: string, ...context: Context) => unknown;
  /**
   * Receives what was accepted, or sent, although it deviates. Default: one line of the console, once for each finding in each
   * process.
   */
  onWarning?: (warnings: readonly Warning[], about: WarningAbout) => unknown;
  /** The language of the console's lines; English by default. */
  language?: Language | undefined;
}
