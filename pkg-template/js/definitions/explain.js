// What a finding means, in words: from the tables that are made from the definitions.

import { bothOf } from "../errors/details.js";
import { isCode, textsOf } from "../errors/sentences.js";
import { acceptance, rules } from "../generated/texts.js";
import { anyText } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { optionsOf, record } from "../values/options.js";
import { orderSentence } from "./order-sentences.js";

const KNOWN = ["code", "rule", "breach", "reason", "report", "detail"];

/** @param {any} found a finding, a conflict of an order, a transition with a reason, or a report */
export function explain(found) {
  const known = optionsOf(record(found, "found"), "found", KNOWN, "");
  const { code, rule, breach, reason, report, detail } = known;
  for (const [name, value] of Object.entries({ breach, reason, report })) if (value !== undefined) anyText(value, name);
  if (breach !== undefined) return { meaning: orderSentence("conflicts", breach) };
  if (reason !== undefined) return { meaning: orderSentence("reasons", reason) };
  if (report !== undefined) return { meaning: orderSentence("reports", report) };
  if (!isCode(code)) unexpected("code", code, "a code of the table", "错误码表中的代码");
  if (rule !== undefined && !Object.hasOwn(rules, anyText(rule, "rule")))
    unexpected("rule", rule, "a rule of the table", "规则表中的规则");
  return { ...explained(code, rule), ...(typeof detail === "string" && detail !== "" && { detail: bothOf(detail) }) };
}

/**
 * @param {import("../generated/messages.js").ErrorCode} code
 * @param {import("../generated/messages.js").RuleId | undefined} rule
 */
function explained(code, rule) {
  const { meaning, hint } = textsOf(code, rule);
  if (rule === undefined) return { meaning, hint, points: [] };
  const points = Object.entries(acceptance)
    .filter(([, point]) => point.rules.includes(rule))
    .map(([id, { section, en, zh }]) => ({ id, section, demand: { en, zh } }));
  const { basis, zh, en } = rules[rule];
  return { meaning, hint, rule: { demand: { en, zh }, basis }, points };
}
