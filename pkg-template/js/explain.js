// What a finding means, in words: from the tables that are made from the definitions.

import { textsOf } from "./errors.js";
import { orderSentence } from "./order-sentences.js";
import { acceptance, rules } from "./texts.js";

/** @param {any} what a finding, a conflict of an order, a transition with a reason, or a report */
export function explain({ code, rule, breach, reason, report }) {
  if (breach !== undefined) return { meaning: orderSentence("conflicts", breach) };
  if (reason !== undefined) return { meaning: orderSentence("reasons", reason) };
  if (report !== undefined) return { meaning: orderSentence("reports", report) };
  return explained(code, rule);
}

/**
 * @param {import("./messages.js").ErrorCode} code
 * @param {import("./messages.js").RuleId | undefined} rule
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
