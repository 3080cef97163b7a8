// Compares results with expectations.

import type { Text } from "../generated/texts.js";
import { reading } from "../values/faults.js";
import { CHECKS, type Issue, type Verdict, verdictOf } from "./issues.js";

/** Compares what happened with what was due, for steps that are neither call nor notice. */
export function compare(expect: unknown, found: unknown): { issues: readonly Issue[]; verdict: Verdict } {
  const issues = reading("expect", () => differences(expect, found)).map(asIssue);
  return { issues, verdict: verdictOf(issues) };
}

export const asIssue = (difference: { path: string; detail: string; detailZh: string }): Issue => ({
  id: "expected",
  ...difference,
  refuses: true,
  text: CHECKS.expected,
});

/**
 * Finds where `found` lacks something that is expected; other fields may be anything. Lists hold the same items in
 * any order: the order of codes is not defined.
 */
export function differences(expected: unknown, found: any, path = ""): { path: string; detail: string; detailZh: string }[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(found)) return [different(path, { en: "a list", zh: "数组" }, show(found))];
    if (found.length !== expected.length) {
      const [due, came] = [expected.length, found.length].map((count) => `${count}`);
      return [different(path, { en: `${due} items`, zh: ` ${due} 项` }, { en: came, zh: ` ${came} 项` })];
    }
    const inOrder = [...found].sort(byKey);
    return [...expected].sort(byKey).flatMap((item, index) => differences(item, inOrder[index], `${path}[${index}]`));
  }
  if (typeof expected === "object" && expected !== null) {
    return Object.entries(expected).flatMap(([name, value]) => differences(value, found?.[name], path ? `${path}.${name}` : name));
  }
  return Object.is(expected, found) ? [] : [different(path, show(expected), show(found))];
}

const different = (path: string, expected: Text, found: Text) => ({
  path,
  detail: `expected ${expected.en}, found ${found.en}`,
  detailZh: `应为${expected.zh}，实为${found.zh}`,
});

const keyOf = (item: any) => String(item?.voucher ?? item);
const byKey = (left: any, right: any) => (keyOf(left) < keyOf(right) ? -1 : 1);
function show(value: unknown): Text {
  if (value === undefined) return { en: "nothing", zh: "无" };
  const shown = JSON.stringify(value);
  return { en: shown, zh: ` ${shown}` };
}
