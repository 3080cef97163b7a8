// What is wrong with what users hand over: with its place, what was expected, and what was found.

import { MeituanError } from "../errors/error.js";
import { insteadOf, isUnset, kindOf, spaced } from "./kinds.js";

/**
 * @param {string} path
 * @param {string} en
 * @param {string} zh
 * @returns {never}
 */
export function invalid(path, en, zh) {
  throw new MeituanError("INVALID_CONFIG", { path, detail: { en, zh } });
}

/**
 * Something else was found than what was expected.
 * @param {string} path
 * @param {unknown} value
 * @param {string} en what was expected
 * @param {string} zh
 * @param {import("../generated/messages.js").ErrorCode} [code]
 * @returns {never}
 */
export function unexpected(path, value, en, zh, code = "INVALID_CONFIG") {
  throw new MeituanError(code, { path, detail: insteadOf(value, en, zh) });
}

/**
 * An argument that threw when it was read: a getter, or a proxy.
 * @param {string} path
 * @param {unknown} cause
 * @returns {MeituanError}
 */
export const unreadable = (path, cause) =>
  new MeituanError("INVALID_CONFIG", {
    path,
    detail: { en: "expected a value, found one that throws when it is read", zh: "应为可读取的值，实为读取时会抛出异常的值" },
    cause,
  });

/**
 * Reads what users handed over. What is thrown meanwhile is about that.
 * @template T
 * @param {string} path
 * @param {() => T} read
 * @returns {T}
 */
export function reading(path, read) {
  try {
    return read();
  } catch (cause) {
    throw MeituanError.is(cause) ? cause : unreadable(path, cause);
  }
}

/**
 * What often comes from the environment.
 * @param {string} path
 * @param {unknown} value
 * @param {string} en
 * @param {string} zh
 * @returns {never}
 */
export function unset(path, value, en, zh) {
  if (!isUnset(value)) return unexpected(path, value, en, zh);
  const found = kindOf(value);
  return invalid(
    path,
    `expected ${en}, found ${found.en}: is the variable that it comes from set?`,
    `应为${spaced(zh)}，实为${found.zh}：请确认其来源（如环境变量）已设置`,
  );
}

/**
 * An id is a text. A number that is larger than 2^53 is another number already.
 * @param {number | bigint} id
 * @param {string} path
 * @returns {never}
 */
export function asDigits(id, path) {
  const isLost = typeof id === "number" && Number.isInteger(id) && !Number.isSafeInteger(id);
  return invalid(
    path,
    `expected the id as a text, found ${kindOf(id).en}${isLost ? ": beyond 2^53 a number has lost digits already, so take the text that it was read from" : ""}`,
    `id 应为字符串，实为${kindOf(id).zh}${isLost ? "：超过 2^53 的数字已丢失精度，请使用解析前的原文" : ""}`,
  );
}

/**
 * What a function of the settings says. What it throws is a wrong setting as well.
 * @template T
 * @param {string} path
 * @param {() => T} ask
 * @returns {T}
 */
export function ofSetting(path, ask) {
  try {
    return ask();
  } catch (cause) {
    const detail = MeituanError.is(cause)
      ? { en: cause.detail, zh: cause.detailZh }
      : { en: "the function threw", zh: "函数抛出异常" };
    throw new MeituanError("INVALID_CONFIG", { path, detail, cause });
  }
}
