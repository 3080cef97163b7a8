// What a finding means, in words: from the tables that are made from the definitions.

import { textsOf } from "./errors.js";
import { acceptance, rules } from "./texts.js";

/** @param {{ code: import("./messages.js").ErrorCode, rule?: import("./messages.js").RuleId | undefined }} finding */
export function explain({ code, rule }) {
  const { meaning, hint } = textsOf(code, rule);
  if (rule === undefined) return { meaning, hint, points: [] };
  const points = Object.entries(acceptance)
    .filter(([, point]) => point.rules.includes(rule))
    .map(([id, { section, en, zh }]) => ({ id, section, demand: { en, zh } }));
  const { basis, zh, en } = rules[rule];
  return { meaning, hint, rule: { demand: { en, zh }, basis }, points };
}
