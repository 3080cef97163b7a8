// What a finding means, in words: from the tables that are made from the definitions.

import { textsOf } from "./errors.js";
import { conflicts, reasons } from "./order-texts.js";
import { acceptance, rules } from "./texts.js";

/** @param {any} what a finding, a conflict of an order, or a transition with a reason */
export function explain({ code, rule, breach, reason }) {
  if (breach !== undefined) return { meaning: sentence(conflicts, breach) };
  if (reason !== undefined) return { meaning: sentence(reasons, reason) };
  return explained(code, rule);
}

/**
 * @param {Readonly<Record<string, import("./texts.js").Text>>} table
 * @param {string} id of a later version, perhaps
 */
const sentence = (table, id) => table[id] ?? { en: id, zh: id };

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
