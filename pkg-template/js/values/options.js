// The fields of objects that users hand over: what every object inherits is none of them.

import { MeituanError } from "../errors/error.js";
import { invalid, reading, unexpected, unreadable } from "./faults.js";
import { isOfAnyRealm, isPlain, isRecord, timeOf } from "./kinds.js";

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
