// The sentences of errors: from the table that is made from the definitions.

import type { ErrorCode } from "../generated/messages.js";
import { errors, type Text } from "../generated/texts.js";

/** The languages of sentences for people. */
export type Language = "en" | "zh";

interface Texts {
  meaning: Text;
  hint: Text;
}

let texts: ReadonlyMap<string, Texts> | undefined;

/**
 * The meaning of a code, and what to look at first, which may be known better of the rule that was broken. The table is one string
 * until the first error: as an object it would slow down every start.
 */
export function textsOf(code: ErrorCode, rule?: string): Texts {
  const { meaning, hint } = tableOf().get(code) as Texts;
  return { meaning, hint: (code === "RULE_BROKEN" && tableOf().get(rule ?? "")?.hint) || hint };
}

function tableOf(): ReadonlyMap<string, Texts> {
  texts ??= new Map(
    errors.split("\n\n").flatMap((lines) => {
      const [names, meaning, meaningZh, hint, hintZh] = lines.split("\n");
      const said = { meaning: { en: meaning, zh: meaningZh }, hint: { en: hint, zh: hintZh } };
      return names.split(" ").map((name) => [name, said] as const);
    }),
  );
  return texts;
}

export const isCode = (code: unknown): code is ErrorCode =>
  typeof code === "string" && code === code.toUpperCase() && tableOf().has(code);

export function sentence(
  code: ErrorCode,
  path: string,
  detail: string,
  rule: string | undefined,
  language: Language,
  demand?: Text,
): string {
  const [colon, end] = language === "zh" ? ["：", "；"] : [": ", "; "];
  const place = path && (language === "zh" ? `（${path}）` : ` (at ${path})`);
  const said = [demand?.[language].replace(/\.$/, ""), detail].filter(Boolean).join(end);
  return `${code}: ${textsOf(code).meaning[language]}${place}${said && `${colon}${said}`}${rule ? ` [rule ${rule}]` : ""}`;
}

export const cutPath = (path: string): string =>
  path.length > 100 ? `${path.slice(0, 100).replace(/[\ud800-\udbff]$/, "")}…` : path;
