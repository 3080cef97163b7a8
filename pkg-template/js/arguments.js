// The checks of what users hand over: settings and arguments. What is wrong is said with its place, what was expected, and what was
// found. Functions that run in every call look at the type themselves, and come here when it is not the one that they expect.

import { MeituanError } from "./errors.js";
import { LONGEST_TIMER } from "./time.js";
import { bytesOf, insteadOf, isOfAnyRealm, isPlain, isRecord, isUnset, kindOf, spaced, timeOf } from "./values.js";

/** @typedef {import("./texts.js").Text} Text */

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
 * @param {import("./messages.js").ErrorCode} [code]
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
 * A field of an object, or of its class. What every object inherits is none of it.
 * @param {any} object
 * @param {string} name
 * @param {string} path
 * @returns {any}
 */
export function fieldOf(object, name, path) {
  try {
    return isOwn(object, name) ? object[name] : undefined;
  } catch (cause) {
    throw MeituanError.is(cause) ? cause : unreadable(path, cause);
  }
}

/** @param {object} object @param {string} name */
const isOwn = (object, name) => Object.hasOwn(object, name) || (!isPlain(object) && isOfClass(object, name));

/** @param {object} object @param {string} name */
function isOfClass(object, name) {
  for (let at = Object.getPrototypeOf(object); at !== null; at = Object.getPrototypeOf(at)) {
    // A field that is added there is a field of every object.
    if (isOfAnyRealm(at)) return false;
    if (Object.hasOwn(at, name)) return true;
  }
  return false;
}

/**
 * All of its own fields, in an object that inherits nothing: what is left out is undefined there, whatever was added to every object.
 * @param {unknown} object
 * @param {string} path
 * @returns {Record<string, any>}
 */
export const ownOf = (object, path) => reading(path, () => Object.assign(Object.create(null), record(object, path)));

/**
 * The same of options with few fields, read one by one: for functions that run often.
 * @param {unknown} options
 * @param {string} path
 * @returns {Record<string, any> | undefined}
 */
export const givenOptions = (options, path) => (options === undefined || options === null ? undefined : record(options, path));

/**
 * @param {Record<string, any> | undefined} options
 * @param {string} name
 */
export const optionOf = (options, name) => (options === undefined ? undefined : fieldOf(options, name, name));

/** An object that inherits nothing: engines take long to make one without a prototype. @type {new () => Record<string, any>} */
const Fields = /* @__PURE__ */ (() => {
  function Fields() {}
  Fields.prototype = Object.create(null);
  return /** @type {any} */ (Fields);
})();
const fields = () => new Fields();

/** @type {Record<string, any>} */
const NONE = /* @__PURE__ */ Object.freeze(Object.create(null));

/**
 * Those of a literal: mostly there are one or two.
 * @param {Record<string, any>} options
 * @param {readonly string[]} names
 * @param {string} before
 * @param {Record<string, any>} found
 */
function taken(options, names, before, found) {
  let at = "";
  try {
    for (const name of Object.keys(options)) {
      if (!names.includes(name)) continue;
      at = name;
      const value = options[name];
      if (value !== undefined) found[name] = value;
    }
  } catch (cause) {
    throw unreadable(before + at, cause);
  }
  return found;
}

/**
 * The fields of an object of options, by their names; all of them undefined where there is none.
 * @param {unknown} options
 * @param {string} path
 * @param {readonly string[]} names
 * @param {string} [before] what the path of a field begins with
 * @returns {Record<string, any>}
 */
export function optionsOf(options, path, names, before = `${path}.`) {
  if (options === undefined || options === null) return NONE;
  record(options, path);
  const found = fields();
  if (isPlain(options)) return taken(/** @type {Record<string, any>} */ (options), names, before, found);
  for (const name of names) {
    const value = fieldOf(options, name, before + name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/**
 * The same where there must be some, and others are refused.
 * @param {unknown} options
 * @param {string} path
 * @param {readonly string[]} names
 * @param {string} [before]
 * @returns {Record<string, any>}
 */
export function settingsOf(options, path, names, before = `${path}.`) {
  record(options, path);
  for (const name of reading(path, () => Object.keys(/** @type {object} */ (options)))) {
    if (!names.includes(name)) noSetting(name, names, before + name);
  }
  return optionsOf(options, path, names, before);
}

/**
 * @param {string} name
 * @param {readonly string[]} names
 * @param {string} path
 * @returns {never}
 */
function noSetting(name, names, path) {
  const near = nearest(name, names);
  return invalid(
    path,
    `there is no such setting${near === undefined ? "" : `: did you mean ${near}?`}`,
    `没有这个配置项${near === undefined ? "" : `，是否想写 ${near}？`}`,
  );
}

/**
 * The name that was meant: the same but for case and signs, or but for one or two letters.
 * @param {string} name
 * @param {readonly string[]} names
 */
function nearest(name, names) {
  const [near] = names
    .map((known) => ({ known, distance: distanceOf(known.toLowerCase(), name.toLowerCase().slice(0, 40)) }))
    .sort((one, other) => one.distance - other.distance);
  return near !== undefined && near.distance <= Math.min(2, near.known.length / 3) ? near.known : undefined;
}

/** How many letters differ (Levenshtein). @param {string} one @param {string} other */
function distanceOf(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let index = 1; index <= other.length; index++) {
      const changed = row[index - 1] + (one[at - 1] === other[index - 1] ? 0 : 1);
      next.push(Math.min(changed, row[index] + 1, next[index - 1] + 1));
    }
    row = next;
  }
  return row[other.length];
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {Record<string, any>}
 */
export const record = (value, path) =>
  isRecord(value) && (isPlain(value) || isOtherRecord(value)) ? value : unexpected(path, value, "an object", "对象");

/** @param {object} value */
const isOtherRecord = (value) => timeOf(value) === undefined && !ArrayBuffer.isView(value);

/**
 * @param {unknown} value
 * @param {string} path
 * @param {number} least
 * @param {number} most
 * @returns {number}
 */
export function integer(value, path, least, most) {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < least || number > most) {
    return unset(path, value, `a whole number from ${least} to ${most}`, `${least} 到 ${most} 的整数`);
  }
  return number;
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {string}
 */
export function text(value, path) {
  return typeof value === "string" && !isUnset(value) ? value : unset(path, value, "a text", "字符串");
}

/**
 * The same where an empty one says something.
 * @param {unknown} value
 * @param {string} path
 * @param {import("./messages.js").ErrorCode} [code]
 * @returns {string}
 */
export const anyText = (value, path, code) =>
  typeof value === "string" ? value : unexpected(path, value, "a text", "字符串", code);

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
 * The number of an order.
 * @param {unknown} orderId
 * @param {string} [path]
 * @returns {string}
 */
export function identified(orderId, path = "orderId") {
  if (typeof orderId === "string" && orderId !== "") return orderId;
  if (typeof orderId === "number" || typeof orderId === "bigint") return asDigits(orderId, path);
  return unexpected(path, orderId, "the order's number, as a text", "订单号（字符串）");
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
 * A moment as epoch milliseconds.
 * @param {unknown} value
 * @param {string} [path]
 * @returns {number}
 */
export function moment(value, path = "now") {
  const milliseconds = timeOf(value);
  return milliseconds !== undefined && Number.isFinite(milliseconds)
    ? milliseconds
    : unexpected(path, value, "epoch milliseconds or a Date", "毫秒时间戳或 Date");
}

/**
 * The time of options that may have one.
 * @param {unknown} options
 * @returns {number | undefined}
 */
export function nowOf(options) {
  if (options === undefined || options === null) return undefined;
  const now = fieldOf(record(options, "options"), "now", "now");
  return typeof now === "number" && Number.isFinite(now) ? now : now === undefined ? undefined : moment(now);
}

/**
 * How many tickets an order has; -1 where that is not said.
 * @param {unknown} order
 * @returns {number}
 */
export function quantityOf(order) {
  if (order === undefined || order === null) return -1;
  return ticketsOf(fieldOf(record(order, "order"), "quantity", "order.quantity"), "order.quantity");
}

/**
 * @param {unknown} quantity
 * @param {string} path
 */
export const ticketsOf = (quantity, path = "quantity") =>
  quantity === undefined || isCount(quantity)
    ? (quantity ?? -1)
    : unexpected(path, quantity, "a whole number", "整数", "WRONG_TYPE");

/** @param {unknown} value @returns {value is number} */
const isCount = (value) => typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31;

/**
 * A setting in milliseconds that a timer is set to.
 * @param {unknown} value
 * @param {string} path
 * @returns {number}
 */
export const duration = (value, path) =>
  typeof value === "number" && value > 0 && value <= LONGEST_TIMER
    ? value
    : unexpected(path, value, `a number of milliseconds, up to ${LONGEST_TIMER}`, `毫秒数，最大 ${LONGEST_TIMER}`);

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {boolean}
 */
export const flag = (value, path) =>
  typeof value === "boolean" ? value : unexpected(path, value, "true or false", "true 或 false");

/**
 * @template {string} Word
 * @param {unknown} value
 * @param {string} path
 * @param {readonly Word[]} words
 * @returns {Word}
 */
export const oneOf = (value, path, words) =>
  words.includes(/** @type {any} */ (value))
    ? /** @type {Word} */ (value)
    : unexpected(path, value, `one of: ${words.join(", ")}`, `以下之一：${words.join("、")}`);

/**
 * @param {unknown} value
 * @param {string} path
 * @param {string} [en] what it does
 * @param {string} [zh]
 * @returns {(...args: any[]) => any}
 */
export const func = (value, path, en = "a function", zh = "函数") =>
  typeof value === "function" ? /** @type {any} */ (value) : unexpected(path, value, en, zh);

/**
 * Functions that may be left out.
 * @param {Record<string, unknown>} functions
 */
export function functions(functions) {
  for (const [name, value] of Object.entries(functions)) if (value !== undefined) func(value, name);
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

/**
 * How many bytes a text may have.
 * @param {unknown} value
 * @returns {number}
 */
export const mostBytes = (value) =>
  typeof value === "number" ? integer(value, "maxBytes", 1, 2 ** 29 - 1) : unexpected("maxBytes", value, "a whole number", "整数");

/**
 * A text or its bytes.
 * @param {unknown} value
 * @param {string} path
 * @returns {string | Uint8Array}
 */
export const content = (value, path) =>
  typeof value === "string"
    ? value
    : (bytesOf(value) ?? unexpected(path, value, "a text or its bytes", "文本或其字节", "WRONG_TYPE"));

/**
 * A store with the functions that are needed.
 * @param {unknown} store
 * @param {string} [path]
 * @returns {any}
 */
export function storeOf(store, path = "store") {
  const isStore = hasFunction(store, "load", path) && hasFunction(store, "save", path);
  return isStore ? store : unexpected(path, store, "an object with load and save", "带 load 和 save 的对象");
}

/**
 * Whether a store has a function. One that every object inherits is none of it; a proxy need not have it as its own.
 * @param {any} store
 * @param {string} name
 * @param {string} [path]
 */
export const hasFunction = (store, name, path = `store.${name}`) =>
  isRecord(store) &&
  reading(path, () => {
    const value = store[name];
    return typeof value === "function" && value !== /** @type {any} */ (Object.prototype)[name];
  });
