// The arguments of hooks about ride orders.

import type { Finding } from "../errors/finding.js";
import type { Language } from "../errors/sentences.js";
import type { RideStanding, RideTransition } from "../generated/messages.js";
import type { ErrorAbout, ReportAbout, WarningAbout } from "../handler/hooks.js";

/** Deviations in the records of an order: `tables.warnings` has the sentence. */
export interface RideOrderReport {
  readonly report: RideTransition["warnings"][number];
  readonly code?: undefined;
  readonly rule?: undefined;
  readonly path?: undefined;
}

/** Reports about ride orders in a store. Without a hook, the console gets one line. */
export interface RideOrderHooks {
  /**
   * Receives what contradicts what, once it is saved: somebody has to look. `tables.conflicts` has the sentences. It ends when a
   * query or a payment settles it.
   */
  onConflict?:
    | ((conflicts: RideStanding["conflictKinds"], about: ReportAbout & { readonly orderId: string }) => unknown)
    | undefined;
  /** Receives what was accepted although it deviates: in a message, or in what is recorded of an order. */
  onWarning?:
    | ((warnings: readonly ((Finding & { readonly report?: undefined }) | RideOrderReport)[], about: WarningAbout) => unknown)
    | undefined;
  /** Receives why a push was refused, why a call had no success, or what a function threw. */
  onError?: ((error: unknown, about: ErrorAbout) => unknown) | undefined;
  /** The language of the console's lines; English by default. */
  language?: Language | undefined;
}
