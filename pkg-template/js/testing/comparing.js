// What happened, compared with what was due.

import { reading } from "../values/faults.js";
import { CHECKS, verdictOf } from "./issues.js";

/**
 * @typedef {import("../entries/testing.js").Issue} Issue
 * @typedef {import("../generated/texts.js").Text} Text
 */

/**
 * Compares what happened with what was due; for steps that are no call and no notice.
 * @param {unknown} expect
 * @param {unknown} found
 */
export function compare(expect, found) {
  const issues = reading("expect", () => differences(expect, found)).map(asIssue);
  return { issues, verdict: verdictOf(issues) };
}

/**
 * @param {{ path: string, detail: string, detailZh: string }} difference
 * @returns {Issue}
 */
export const asIssue = (difference) => ({ id: "expected", ...difference, refuses: true, text: CHECKS.expected });

/**
 * Where `found` lacks something of what is expected; what is not expected may be anything. Lists hold the same items in
 * any order: nothing says in which order codes stand.
 * @param {unknown} expected
 * @param {any} found
 * @param {string} path
 * @returns {{ path: string, detail: string, detailZh: string }[]}
 */
export function differences(expected, found, path = "") {
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

/** @param {string} path @param {Text} expected @param {Text} found */
const different = (path, expected, found) => ({
  path,
  detail: `expected ${expected.en}, found ${found.en}`,
  detailZh: `应为${expected.zh}，实为${found.zh}`,
});

/** @param {any} item */
const keyOf = (item) => String(item?.voucher ?? item);
/** @param {any} left @param {any} right */
const byKey = (left, right) => (keyOf(left) < keyOf(right) ? -1 : 1);
/** @param {unknown} value @returns {Text} */
function show(value) {
  if (value === undefined) return { en: "nothing", zh: "无" };
  const shown = JSON.stringify(value);
  return { en: shown, zh: ` ${shown}` };
}
