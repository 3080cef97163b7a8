// One finding about a message, as errors and warnings have it.

import type { ErrorCode, RuleId } from "../generated/messages.js";

/** One finding about a message. */
export interface Finding {
  readonly code: ErrorCode;
  /** Whether the message is refused for it; one that does not refuse is a warning. */
  readonly refuses: boolean;
  /** The field, such as `body.visitors[0].name`; empty for the message itself. */
  readonly path: string;
  /** The rule, where a rule was broken or could not be checked. */
  readonly rule?: RuleId;
  /** The value that was found or expected, in English; `explain` has it in both languages. */
  readonly detail: string;
  /** Its place in the input, in bytes. */
  readonly offset: number;
}
