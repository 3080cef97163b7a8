// The meaning of a finding, in words: from the tables that are made from the definitions.

import { bothOf } from "../errors/details.js";
import type { Finding } from "../errors/finding.js";
import { isCode, textsOf } from "../errors/sentences.js";
import type { AcceptancePointId, BreachId, ErrorCode, ReasonId, ReportId, RuleId } from "../generated/messages.js";
import * as texts from "../generated/order-texts.js";
import { acceptance, rules, type Text } from "../generated/texts.js";
import { anyString } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { optionsOf, record } from "../values/options.js";
import { orderSentence } from "./order-sentences.js";

/** The meaning of a finding, in words. */
export interface Explanation {
  /** The meaning of the code. */
  readonly meaning: Text;
  /** The hint: where to look first. */
  readonly hint: Text;
  /** The value that was found or expected, where the finding says so. */
  readonly detail?: Text;
  /** The rule that was broken or could not be checked: what it demands, and whether Meituan documents it. */
  readonly rule?: { readonly demand: Text; readonly basis: "documented" | "inferred" };
  /** The acceptance points that the rule is a check of, each with its section of the acceptance manual (验收手册). */
  readonly points: ReadonlyArray<{ readonly id: AcceptancePointId; readonly section: string; readonly demand: Text }>;
}

const KNOWN = ["code", "rule", "breach", "reason", "report", "detail"];

/**
 * Explains a conflict of a ticket order (`order.conflicts`), why an event of its was illegal (a transition's `reason`), or what it
 * reports (`onWarning`). An id that this version does not know is its own sentence.
 */
export function explain(
  of:
    | { readonly breach: BreachId | (string & {}) }
    | { readonly reason: ReasonId | (string & {}) }
    | { readonly report: ReportId | (string & {}) },
): { readonly meaning: Text };
/**
 * Explains a finding, or an error.
 *
 * @example
 * const { meaning, hint } = explain(error);
 * console.error(meaning.zh, hint.zh);
 */
export function explain(
  finding: Pick<Finding, "code"> & { readonly rule?: Finding["rule"] | undefined; readonly detail?: string | undefined },
): Explanation;
export function explain(found: object): { readonly meaning: Text } {
  const known = optionsOf(record(found, "found"), "found", KNOWN, "");
  const { code, rule, breach, reason, report, detail } = known;
  for (const [name, value] of Object.entries({ breach, reason, report })) if (value !== undefined) anyString(value, name);
  if (breach !== undefined) return { meaning: orderSentence(texts.conflicts, breach) };
  if (reason !== undefined) return { meaning: orderSentence(texts.reasons, reason) };
  if (report !== undefined) return { meaning: orderSentence(texts.reports, report) };
  if (!isCode(code)) unexpected("code", code, "a code of the table", "错误码表中的代码");
  if (rule !== undefined && !Object.hasOwn(rules, anyString(rule, "rule")))
    unexpected("rule", rule, "a rule of the table", "规则表中的规则");
  return { ...explained(code, rule), ...(typeof detail === "string" && detail !== "" && { detail: bothOf(detail) }) };
}

function explained(code: ErrorCode, rule: RuleId | undefined): Explanation {
  const { meaning, hint } = textsOf(code, rule);
  if (rule === undefined) return { meaning, hint, points: [] };
  const points = Object.entries(acceptance)
    .filter(([, point]) => point.rules.includes(rule))
    .map(([id, { section, en, zh }]) => ({ id: id as AcceptancePointId, section, demand: { en, zh } }));
  const { basis, zh, en } = rules[rule];
  return { meaning, hint, rule: { demand: { en, zh }, basis }, points };
}
