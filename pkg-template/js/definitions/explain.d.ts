import type { Finding } from "../errors/error.js";
import type { AcceptancePointId, BreachId, ReasonId, ReportId } from "../generated/messages.js";
import type { Text } from "../generated/texts.js";

/** What a finding means, in words. */
export interface Explanation {
  /** What is wrong. */
  readonly meaning: Text;
  /** What to look at first. */
  readonly hint: Text;
  /** What was found or expected, where the finding says so. */
  readonly detail?: Text;
  /** The rule that was broken or could not be checked: what it demands, and whether Meituan documents it. */
  readonly rule?: { readonly demand: Text; readonly basis: "documented" | "inferred" };
  /** The acceptance points that the rule is a check of, each with its section of the acceptance manual (验收手册). */
  readonly points: ReadonlyArray<{ readonly id: AcceptancePointId; readonly section: string; readonly demand: Text }>;
}

/**
 * Explains a conflict of a ticket order (`order.conflicts`), why an event of its was illegal (a transition's `reason`), or what it
 * reports (`onWarning`). An id that this version does not know is its own sentence.
 */
export declare function explain(
  of:
    | { readonly breach: BreachId | (string & {}) }
    | { readonly reason: ReasonId | (string & {}) }
    | { readonly report: ReportId | (string & {}) },
): { readonly meaning: Text };
/** Explains a finding, or an error. */
export declare function explain(
  finding: Pick<Finding, "code"> & { readonly rule?: Finding["rule"] | undefined; readonly detail?: string | undefined },
): Explanation;
