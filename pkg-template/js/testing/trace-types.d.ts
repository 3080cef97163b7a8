import type { RawBody } from "../entries/ticket.js";
import type { AcceptancePointId, ErrorCode, RuleId, TicketCalls, TraceSettings } from "../generated/messages.js";
import type { Text } from "../generated/texts.js";

/** What was found about an acceptance point. */
export interface PointFinding {
  /** `fails`: the point fails. `warns`: what we only infer is broken. `unchecked`: it could not be judged. */
  readonly effect: "fails" | "warns" | "unchecked";
  readonly basis: "documented" | "inferred";
  /** The field of what the supplier wrote, or of the exchange, or of the settings. */
  readonly path?: string;
  /** The message rule that was broken. */
  readonly rule?: RuleId;
  /** What is wrong with the message. */
  readonly code?: ErrorCode;
  /** What was found or expected, in English. */
  readonly detail?: string;
  /** The same in Chinese. */
  readonly detailZh?: string;
  /** Which exchange, from 0. */
  readonly exchange?: number;
}

/** The verdict on a trace by one acceptance point. */
export interface PointReport {
  readonly id: AcceptancePointId;
  /** The acceptance manual's section (Chinese), such as 订单出票 3. */
  readonly section: string;
  readonly basis: "documented" | "inferred";
  /** What the point demands. */
  readonly text: Text;
  readonly verdict: "passed" | "failed" | "notExercised" | "unchecked";
  /** How many exchanges show it kept. */
  readonly shown: number;
  readonly findings: readonly PointFinding[];
}

/**
 * One exchange as JSON text, without personal data: bodies are the wire's own JSON (or any text), opened where they were
 * encrypted as a whole.
 */
export declare function exchangeOf(facts: {
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
}): string;

/** Recorded exchanges as one trace, as JSON text (docs/trace.md has the format, docs/trace.schema.json its schema). */
export declare function traceOf(exchanges: readonly string[], settings?: TraceSettings): string;

/**
 * Judges a trace by every point of the acceptance manual. `strict`: what is only inferred fails a point, too. A string that is
 * no trace throws a `MeituanError`. Give the text, not parsed JSON: numbers in it are longer than JavaScript can hold.
 */
export declare function checkTrace(
  trace: RawBody,
  options?: {
    strict?: boolean | undefined;
    /** How large the trace may be, in bytes; by default 16 MiB. A larger one throws `BODY_TOO_LARGE`. */
    maxBytes?: number | undefined;
  },
): {
  /** Version of the report's format. */
  readonly version: 1;
  readonly ok: boolean;
  readonly points: readonly PointReport[];
};
