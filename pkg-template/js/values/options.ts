// The fields of objects that users hand over: what every object inherits is none of them.

import { MeituanError } from "../errors/error.js";
import { invalid, reading, unexpected, unreadable } from "./faults.js";
import { isOfAnyRealm, isPlain, isRecord, timeOf } from "./kinds.js";

/** A field of an object, or of its class. Properties that every object inherits do not count. */
export function fieldOf(object: any, name: string, path: string): any {
  try {
    return isOwn(object, name) ? object[name] : undefined;
  } catch (cause) {
    throw MeituanError.is(cause) ? cause : unreadable(path, cause);
  }
}

const isOwn = (object: object, name: string) => Object.hasOwn(object, name) || (!isPlain(object) && isOfClass(object, name));

function isOfClass(object: object, name: string) {
  for (let at = Object.getPrototypeOf(object); at !== null; at = Object.getPrototypeOf(at)) {
    // A field that is added there is a field of every object.
    if (isOfAnyRealm(at)) return false;
    if (Object.hasOwn(at, name)) return true;
  }
  return false;
}

/** All of its own fields, in an object that inherits nothing: what is left out is undefined there, whatever was added to every object. */
export const ownOf = (object: unknown, path: string): Record<string, any> =>
  reading(path, () => Object.assign(Object.create(null), record(object, path)));

/** Options with few fields, read one by one: for functions that run often. Those of a class become plain ones, by these names. */
export function givenOptions(options: unknown, path: string, names: readonly string[]): Record<string, any> | undefined {
  if (options === undefined || options === null) return undefined;
  return isPlain(options) ? options : optionsOf(options, path, names, "");
}

/** An own one: a property that every object inherits is none. */
export function optionOf(options: Record<string, any> | undefined, name: string) {
  if (options === undefined) return undefined;
  try {
    return Object.hasOwn(options, name) ? options[name] : undefined;
  } catch (cause) {
    throw MeituanError.is(cause) ? cause : unreadable(name, cause);
  }
}

/** An object that inherits nothing: engines take long to make one without a prototype. */
const Fields: new () => Record<string, any> = /* @__PURE__ */ (() => {
  function Fields() {}
  Fields.prototype = Object.create(null);
  return Fields as any;
})();
const fields = () => new Fields();

const NONE: Record<string, any> = /* @__PURE__ */ Object.freeze(fields());

/** Those of a literal: mostly there are one or two. */
function taken(options: Record<string, any>, names: readonly string[], before: string, found: Record<string, any>) {
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
 * @param before what the path of a field begins with
 */
export function optionsOf(
  options: unknown,
  path: string,
  names: readonly string[],
  before: string = `${path}.`,
): Record<string, any> {
  if (options === undefined || options === null) return NONE;
  record(options, path);
  const found = fields();
  if (isPlain(options)) return taken(options as Record<string, any>, names, before, found);
  for (const name of names) {
    const value = fieldOf(options, name, before + name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** The same where there must be some, and others are refused. */
export function settingsOf(
  options: unknown,
  path: string,
  names: readonly string[],
  before: string = `${path}.`,
): Record<string, any> {
  record(options, path);
  for (const name of reading(path, () => Object.keys(options as object))) {
    if (!names.includes(name)) noSetting(name, names, before + name);
  }
  return optionsOf(options, path, names, before);
}

function noSetting(name: string, names: readonly string[], path: string): never {
  const near = nearest(name, names);
  return invalid(
    path,
    `there is no such setting${near === undefined ? "" : `: did you mean ${near}?`}`,
    `没有这个配置项${near === undefined ? "" : `，是否想写 ${near}？`}`,
  );
}

/** The name that was meant: the same but for case and signs, or but for one or two letters. */
function nearest(name: string, names: readonly string[]) {
  const [near] = names
    .map((known) => ({ known, distance: distanceOf(known.toLowerCase(), name.toLowerCase().slice(0, 40)) }))
    .sort((one, other) => one.distance - other.distance);
  return near !== undefined && near.distance <= Math.min(2, near.known.length / 3) ? near.known : undefined;
}

/** How many letters differ (Levenshtein). */
function distanceOf(one: string, other: string) {
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

export const record = (value: unknown, path: string): Record<string, any> =>
  isRecord(value) && (isPlain(value) || isOtherRecord(value)) ? value : unexpected(path, value, "an object", "对象");

const isOtherRecord = (value: object) => timeOf(value) === undefined && !ArrayBuffer.isView(value);
