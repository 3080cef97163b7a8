// Recorded exchanges, judged by the acceptance points of the acceptance manual (docs/trace.md).

import { judgeTrace } from "../boundary/traces.js";
import { bothOf } from "../errors/details.js";
import type { AcceptancePointId, ErrorCode, RuleId } from "../generated/messages.js";
import { acceptance, type Text } from "../generated/texts.js";
import { traceDetails } from "../generated/trace-details.js";
import type { RawBody } from "../http/bodies.js";
import { flag } from "../values/arguments.js";
import { content, limited } from "../values/content.js";
import { optionsOf } from "../values/options.js";

/** The result for an acceptance point. */
export interface PointFinding {
  /** `fails`: the point fails. `warns`: what we only infer is broken. `unchecked`: it could not be judged. */
  readonly effect: "fails" | "warns" | "unchecked";
  readonly basis: "documented" | "inferred";
  /** The field of what the supplier wrote, or of the exchange, or of the settings. */
  readonly path?: string;
  /** The message rule that was broken. */
  readonly rule?: RuleId;
  /** The stable name of the message's fault. */
  readonly code?: ErrorCode;
  /** The value that was found or expected, in English. */
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
  /** The demand of the point. */
  readonly text: Text;
  readonly verdict: "passed" | "failed" | "notExercised" | "unchecked";
  /** How many exchanges show it kept. */
  readonly shown: number;
  readonly findings: readonly PointFinding[];
}

/** The judge's details, in Chinese. */
let table: Map<string, string> | undefined;

function tableOf(): Map<string, string> {
  if (table === undefined) {
    const lines = traceDetails.split("\n");
    table = new Map(lines.flatMap((en, index) => (index % 2 === 1 ? [] : [[en, lines[index + 1]]])));
  }
  return table;
}

/** The judge finds faults of exchanges, and those that are found in any message. */
function inBoth(finding: { detail?: string }) {
  const { detail } = finding;
  return detail === undefined ? finding : { ...finding, detailZh: tableOf().get(detail) ?? bothOf(detail).zh };
}

/**
 * Judges a trace by every point of the acceptance manual. `strict`: what is only inferred fails a point, too. A string that is
 * no trace throws a `MeituanError`. Pass the string, not parsed JSON: numbers in it are longer than JavaScript can hold.
 *
 * @example
 * const { ok, points } = checkTrace(traceOf(exchanges));
 */
export function checkTrace(
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
} {
  const { strict = false, maxBytes } = optionsOf(options, "options", ["strict", "maxBytes"], "");
  const text = limited(content(trace, "trace"), "trace", maxBytes);
  const { version, points } = judgeTrace(text, flag(strict, "strict"));
  const explained = points.map((point: { id: keyof typeof acceptance; findings: { detail?: string }[] }) => {
    const { en, zh, section, basis } = acceptance[point.id];
    return { ...point, findings: point.findings.map(inBoth), section, basis, text: { en, zh } };
  });
  return { version, ok: !points.some(({ verdict }: { verdict: string }) => verdict === "failed"), points: explained };
}
