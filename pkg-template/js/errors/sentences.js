// What errors say: from the table that is made from the definitions.

import { errors } from "../generated/texts.js";

/**
 * @typedef {import("../generated/messages.js").ErrorCode} ErrorCode
 * @typedef {import("../generated/texts.js").Text} Text
 * @typedef {import("../handler/hooks.js").Language} Language
 */

/** @typedef {{ meaning: Text, hint: Text }} Texts */
/** @type {ReadonlyMap<string, Texts> | undefined} */
let texts;

/**
 * What a code means, and what to look at first, which may be known better of the rule that was broken. The table is a text until
 * the first error: as an object it would take its time at every start.
 * @param {ErrorCode} code
 * @param {string} [rule]
 */
export function textsOf(code, rule) {
  const { meaning, hint } = /** @type {Texts} */ (tableOf().get(code));
  return { meaning, hint: (code === "RULE_BROKEN" && tableOf().get(rule ?? "")?.hint) || hint };
}

function tableOf() {
  texts ??= new Map(
    errors.split("\n\n").map((lines) => {
      const [code, meaning, meaningZh, hint, hintZh] = lines.split("\n");
      return [code, { meaning: { en: meaning, zh: meaningZh }, hint: { en: hint, zh: hintZh } }];
    }),
  );
  return texts;
}

/** @param {unknown} code @returns {code is ErrorCode} */
export const isCode = (code) => typeof code === "string" && code === code.toUpperCase() && tableOf().has(code);

/**
 * @param {ErrorCode} code
 * @param {string} path
 * @param {string} detail
 * @param {string | undefined} rule
 * @param {Language} language
 * @param {Text} [demand]
 */
export function sentence(code, path, detail, rule, language, demand) {
  const [colon, end] = language === "zh" ? ["：", "；"] : [": ", "; "];
  const place = path && (language === "zh" ? `（${path}）` : ` (at ${path})`);
  const said = [demand?.[language].replace(/\.$/, ""), detail].filter(Boolean).join(end);
  return `${code}: ${textsOf(code).meaning[language]}${place}${said && `${colon}${said}`}${rule ? ` [rule ${rule}]` : ""}`;
}

/** @param {string} path */
export const cutPath = (path) => (path.length > 100 ? `${path.slice(0, 100).replace(/[\ud800-\udbff]$/, "")}…` : path);
