// The functions that take pushes, and what a handler of pushes reports.

import type { Finding } from "../errors/finding.js";
import type { Language } from "../errors/sentences.js";
import type { ErrorAbout, WarningAbout } from "../handler/hooks.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import type { TicketResponse } from "../http/reply.js";
import type { RidePushName } from "./interfaces.js";
import type { RideOtherPush, RidePushOf } from "./push.js";

export type RideHandlerFunctions<Context extends unknown[] = unknown[]> = {
  /** The function for the push. One without a function is answered as a failure, so that it comes again. */
  [Name in RidePushName]?: (
    push: RidePushOf<Name, TicketResponse>,
    ...context: Context
    // biome-ignore lint/suspicious/noConfusingVoidType: it is what a function returns that has nothing to say
  ) => MaybePromise<Response | undefined | void>;
} & {
  /** The function for an order of another business than rides. Without this function it is answered 0, and that is all. */
  otherPush?: (
    push: RideOtherPush<TicketResponse>,
    ...context: Context
    // biome-ignore lint/suspicious/noConfusingVoidType: it is what a function returns that has nothing to say
  ) => MaybePromise<Response | undefined | void>;
};

export interface RideHandlerEvents<Context extends unknown[] = unknown[]> {
  /** Answers requests whose path no push is registered for; without it they get code 9. */
  fallback?: (request: Request, ...context: Context) => MaybePromise<Response>;
  /**
   * Receives why a push was refused, or what a function threw. Meituan never learns the latter. Default: one line of the console,
   * with ids and no content.
   */
  onError?: (error: unknown, about: ErrorAbout) => unknown;
  /**
   * Receives what was accepted although it deviates; for each business other than rides once. Default: one line of the console,
   * once for each finding in each process.
   */
  onWarning?: (warnings: readonly Finding[], about: WarningAbout) => unknown;
  /** The language of the console's lines; English by default. */
  language?: Language | undefined;
}
