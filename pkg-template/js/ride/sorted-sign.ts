// The signature of Meituan's sibling platforms.

import { sortedSign } from "../boundary/signatures.js";
import { oneOf, string } from "../values/arguments.js";
import { invalid, reading, unexpected } from "../values/faults.js";
import { optionsOf } from "../values/options.js";

/**
 * The signature of Meituan's sibling platforms, which sign sorted parameters with SHA-1 (the ride API itself does not sign).
 * `sign_key`: dache.meituan.com, where the secret is one more parameter and blank values are left out; `prefix`: carrieropen
 * and peisong, where the secret is first and empty values are left out. Nested objects are signed as the JSON string that is sent.
 *
 * @example
 * const sign = signSorted(secret, { appkey, timestamp, v: 1 }, { scheme: "prefix" });
 */
export function signSorted(
  secret: string,
  parameters:
    | Readonly<Record<string, string | number | boolean | null | undefined>>
    | Iterable<readonly [string, string | number | boolean | null | undefined]>,
  options?: { scheme?: "sign_key" | "prefix" | undefined },
): string {
  const { scheme = "sign_key" } = optionsOf(options, "options", ["scheme"], "");
  string(secret, "secret");
  oneOf(scheme, "scheme", ["sign_key", "prefix"]);
  const given = pairsOf(parameters).filter(([, value]) => value !== undefined && value !== null);
  const names = new Set();
  const named = given.map(([name, value]) => {
    if (names.has(name)) invalid(`parameters.${name}`, "it is there more than once", "出现了多次");
    names.add(name);
    // The sender chooses how an object is written as JSON, and the signature covers that string.
    if (typeof value === "object" || typeof value === "function" || typeof value === "symbol")
      return unexpected(
        `parameters.${name}`,
        value,
        "a string, a number or a flag (sign nested JSON as the string that is sent)",
        "字符串、数字或布尔值（嵌套的 JSON 请按实际发送的字符串签名）",
      );
    if (typeof value === "number" && !Number.isFinite(value)) unexpected(`parameters.${name}`, value, "a number", "数字");
    return { name, value: String(value) };
  });
  return sortedSign(secret, scheme === "prefix", named);
}

/** The pairs of a record, of a Map, of URLSearchParams, or of any list of pairs. */
function pairsOf(parameters: any): (readonly [string, unknown])[] {
  const wrong = () => unexpected("parameters", parameters, "an object, or pairs of name and value", "对象，或名称与值的键值对");
  if (typeof parameters !== "object" || parameters === null) return wrong();
  return reading("parameters", () => {
    if (typeof parameters[Symbol.iterator] !== "function") return Object.entries(parameters);
    const pairs = [...parameters];
    for (const pair of pairs) if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") wrong();
    return pairs;
  });
}
