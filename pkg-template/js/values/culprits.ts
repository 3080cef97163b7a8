// The cause of an error in a value that was handed over: where it cannot be read or written as JSON, and what was found at the
// place that an error names. Looked for only when something is wrong already.

import { MeituanError } from "../errors/error.js";
import { unreadable } from "./faults.js";
import { isList, isMessage, kindOf, timeOf } from "./kinds.js";

/** Deeper ones are no messages. */
const DEEPEST = 100;

const below = (path: string, name: string) => (path === "" ? name : `${path}.${name}`);

/** Finds a value that JSON does not have, or one that throws when it is read. */
export function culpritIn(
  value: any,
  path: string,
  above: readonly unknown[] = [],
): { path: string; value?: unknown; isCircle?: boolean; isUnreadable?: boolean } | undefined {
  if (typeof value === "bigint") return { path, value };
  if (typeof value !== "object" || value === null) return undefined;
  if (above.includes(value)) return { path, isCircle: true };
  if (above.length >= DEEPEST) return undefined;
  let at = path;
  try {
    // An object with `toJSON` counts as its result.
    if (typeof value.toJSON === "function") {
      at = below(path, "toJSON");
      value.toJSON();
      return undefined;
    }
    const isItems = isList(value);
    for (const name of Object.keys(value)) {
      at = isItems ? `${path}[${name}]` : below(path, name);
      const found = culpritIn(value[name], at, [...above, value]);
      if (found) return found;
    }
  } catch {
    return { path: at, isUnreadable: true };
  }
  return undefined;
}

/** Finds a value that JSON writes as nothing: an object that is none of fields as `{}`, a number that is none as `null`. */
export function lostIn(value: any, path: string, depth = 0): { path: string; value: unknown; isNumber: boolean } | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : { path, value, isNumber: true };
  if (typeof value !== "object" || value === null || depth > DEEPEST) return undefined;
  try {
    if (Number.isNaN(timeOf(value))) return { path, value, isNumber: true };
    // An object with `toJSON` counts as its result.
    if (typeof value.toJSON === "function") return undefined;
    const isItems = isList(value);
    const names = Object.keys(value);
    if (names.length === 0 && !isItems && !isMessage(value)) return { path, value, isNumber: false };
    for (const name of names) {
      const found = lostIn(value[name], isItems ? `${path}[${name}]` : below(path, name), depth + 1);
      if (found) return found;
    }
  } catch {
    // It was read before, when it was written.
  }
  return undefined;
}

/**
 * Turns an error that was thrown while arguments were read into one about the argument that threw.
 * @param given by name
 */
export function blamed(error: unknown, given: Record<string, unknown>): MeituanError {
  if (MeituanError.is(error)) return error;
  const names = Object.entries(given);
  for (const [name, value] of names) {
    const found = culpritIn(value, name);
    if (found?.isUnreadable) return unreadable(found.path, error);
  }
  return unreadable(names[0][0], error);
}

/**
 * The error of a value that the module has refused, with what was found there. A string is shown where a rule is broken: no rule is
 * about what names a visitor.
 * @param value as it was handed over
 * @param about how many tickets the order has, -1 where that is not known; the path of the value
 */
export function withFound<Thrown>(
  error: Thrown,
  value: unknown,
  { quantity = -1, whole = "" }: { quantity?: number; whole?: string } = {},
): Thrown | MeituanError {
  if (!MeituanError.is(error) || error.detail.includes("found")) return error;
  const found = error.path === "" ? value : at(value, error.path);
  const isRule = error.rule !== undefined;
  if (found === undefined && !isRule && error.code !== "WRONG_TYPE") return error;
  const kind = isRule && typeof found === "string" ? quoted(found) : kindOf(found);
  const isLost = typeof found === "number" && Number.isInteger(found) && !Number.isSafeInteger(found);
  const known = isRule && quantity >= 0;
  const words = {
    en: [
      ...[error.detail, `found ${kind.en}`, known && `order.quantity is ${quantity}`],
      isLost && "beyond 2^53 a number has lost digits already: pass the string that it was read from",
    ],
    zh: [
      ...[error.detailZh, `实为${kind.zh}`, known && `order.quantity 为 ${quantity}`],
      isLost && "超过 2^53 的数字已丢失精度，请使用解析前的原文",
    ],
  };
  const detail = { en: words.en.filter(Boolean).join(", "), zh: words.zh.filter(Boolean).join("，") };
  return new MeituanError(error.code, { ...error, path: error.path || whole, detail });
}

function quoted(text: string) {
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  return { en: shown, zh: ` ${shown}` };
}

function at(value: any, path: string) {
  try {
    return path
      .split(/[.[\]]+/)
      .filter((name) => name !== "")
      .reduce((inner, name) => inner?.[name], value);
  } catch {
    return undefined;
  }
}
