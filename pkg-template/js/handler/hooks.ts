// The arguments of hooks, and the subject of each report.

import type { Finding } from "../errors/finding.js";
import type { Language } from "../errors/sentences.js";
import type { Conflict, Notice, ReportId } from "../generated/messages.js";

/** The subject of a report: ids alone, so it may be logged as it is. Ids that are not known are absent. */
export interface ReportAbout {
  readonly orderId?: string;
  /** Whose order it is, where a handler serves several partners. */
  readonly partnerId?: number;
  /** The name of the call, push or notice. */
  readonly call?: string;
  /** The idempotency key of a function, the id of a notice, or the deduplication key of a push. */
  readonly key?: string;
}

/** The subject of an error. */
export interface ErrorAbout extends ReportAbout {
  /**
   * The request that was being answered, if any; its body was read. It carries the signature, so it is not enumerable: it is
   * absent where `about` is printed or serialised.
   */
  readonly request?: Request;
}

/** The subject of a warning. */
export interface WarningAbout extends ReportAbout {
  /** The place of a message's deviation; absent for what an order reports. */
  readonly part?: "request" | "reply";
}

/** A report of an order that contradicts nothing: `explain(it)` has the sentence. */
export interface OrderReport {
  readonly report: ReportId;
  readonly code?: undefined;
  readonly rule?: undefined;
  readonly path?: undefined;
}

/** Deviations that were accepted or sent, or a report of an order. */
export type Warning = (Finding & { readonly report?: undefined }) | OrderReport;

/** Reports about orders in a store. Without a hook, the console gets one line, with ids and no content. */
export interface OrderHooks {
  /**
   * Receives facts that contradict each other, as soon as they are recorded: somebody has to look, and ends each by
   * `orders.resolveConflict`. `explain` has the sentence of each.
   */
  onConflict?: ((conflicts: readonly Conflict[], about: ReportAbout & { readonly orderId: string }) => unknown) | undefined;
  /**
   * Receives a notice that Meituan has not accepted for too long: it is kept, and sent no more until `orders.retryNotice`. The
   * order has an open conflict for it, `notice-given-up`, which `onConflict` does not receive as well.
   */
  onNoticeGivenUp?:
    | ((
        notice: Pick<Notice, "id" | "name" | "since" | "tries">,
        about: ReportAbout & { readonly orderId: string; readonly key: string },
      ) => unknown)
    | undefined;
  /** Receives what an order reports, though it contradicts nothing. */
  onWarning?: ((warnings: readonly Warning[], about: WarningAbout) => unknown) | undefined;
  /** The language of the console's lines; English by default. */
  language?: Language | undefined;
}
