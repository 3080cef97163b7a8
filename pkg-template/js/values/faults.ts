// Errors about what users hand over: with its place, what was expected, and what was found.

import { MeituanError } from "../errors/error.js";
import type { ErrorCode } from "../generated/messages.js";
import { insteadOf, isUnset, kindOf, spaced } from "./kinds.js";

export function invalid(path: string, en: string, zh: string): never {
  throw new MeituanError("INVALID_CONFIG", { path, detail: { en, zh } });
}

/**
 * Something else was found than what was expected.
 * @param en what was expected
 */
export function unexpected(path: string, value: unknown, en: string, zh: string, code: ErrorCode = "INVALID_CONFIG"): never {
  throw new MeituanError(code, { path, detail: insteadOf(value, en, zh) });
}

/** An argument that threw when it was read: a getter, or a proxy. */
export const unreadable = (path: string, cause: unknown): MeituanError =>
  new MeituanError("INVALID_CONFIG", {
    path,
    detail: { en: "expected a value, found one that throws when it is read", zh: "应为可读取的值，实为读取时会抛出异常的值" },
    cause,
  });

/** Reads what users handed over. An error that is thrown meanwhile is about that. */
export function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw MeituanError.is(cause) ? cause : unreadable(path, cause);
  }
}

/** Settings that often come from the environment. */
export function unset(path: string, value: unknown, en: string, zh: string): never {
  if (!isUnset(value)) return unexpected(path, value, en, zh);
  const found = kindOf(value);
  return invalid(
    path,
    `expected ${en}, found ${found.en}: is the variable that it comes from set?`,
    `应为${spaced(zh)}，实为${found.zh}：请确认其来源（如环境变量）已设置`,
  );
}

/** An id is a string. A number that is larger than 2^53 is another number already. */
export function asDigits(id: number | bigint, path: string): never {
  const isLost = typeof id === "number" && Number.isInteger(id) && !Number.isSafeInteger(id);
  return invalid(
    path,
    `expected the id as a string, found ${kindOf(id).en}${isLost ? ": beyond 2^53 a number has lost digits already, so pass the string that it was read from" : ""}`,
    `id 应为字符串，实为${kindOf(id).zh}${isLost ? "：超过 2^53 的数字已丢失精度，请使用解析前的原文" : ""}`,
  );
}

/** The result of a function of the settings. Its error is a wrong setting as well. */
export function ofSetting<T>(path: string, ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    const detail = MeituanError.is(cause)
      ? { en: cause.detail, zh: cause.detailZh }
      : { en: "the function threw", zh: "函数抛出异常" };
    throw new MeituanError("INVALID_CONFIG", { path, detail, cause });
  }
}
