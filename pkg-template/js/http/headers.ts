// Headers as frameworks have them: Headers, records and pairs.

import { MeituanError } from "../errors/error.js";
import { invalid, reading, unexpected } from "../values/faults.js";
import { settingsOf } from "../values/options.js";

/** Headers as any framework has them; names in any case. */
export type HeadersInput =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** The headers that are looked at, in the order in which the module wants them. */
const LOOKED_AT = ["partnerid", "date", "authorization", "x-encryption-status"];

/** The names of the headers that are looked at, where a gateway renames them. */
export interface HeaderNames {
  partnerId?: string | undefined;
  date?: string | undefined;
  authorization?: string | undefined;
  encryptionStatus?: string | undefined;
}

const OPTIONS = ["partnerId", "date", "authorization", "encryptionStatus"];

/** Names of headers in small letters, in the order in which they are wanted. */
export interface Names {
  readonly names: readonly string[];
  /** The names that errors have for them. */
  readonly shown: readonly string[];
  /**
   * Places in that order, by the length of a name. Most headers of a request have another length than these, and are passed over
   * without a comparison.
   */
  readonly places: readonly (readonly number[] | undefined)[];
}

export function namesOf(names: readonly string[], shown = names): Names {
  const places: number[][] = [];
  names.forEach(({ length }, index) => {
    places[length] = [...(places[length] ?? []), index];
  });
  return { names, shown, places };
}

const OWN_NAMES = /* @__PURE__ */ namesOf(LOOKED_AT);

/** The names that are set, and Meituan's own of the others. */
export function headerNames(given: unknown): Names {
  if (given === undefined) return OWN_NAMES;
  const set = settingsOf(given, "headerNames", OPTIONS);
  const names = OPTIONS.map((option, index) => {
    const name = set[option];
    if (name === undefined) return LOOKED_AT[index];
    if (typeof name === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(name)) return name.toLowerCase();
    return unexpected(`headerNames.${option}`, name, "the name of a header", "请求头的名称");
  });
  const twice = OPTIONS.find((_, index) => names.indexOf(names[index]) !== index);
  if (twice !== undefined) invalid(`headerNames.${twice}`, "another one has this name already", "该名称已用于另一个请求头");
  return namesOf(names, LOOKED_AT);
}

/**
 * The headers that are wanted, "" for absent ones. Repeated ones are joined as HTTP says; the module refuses them.
 * @param headers Headers, record or pairs
 */
export function lookedAtHeaders(headers: any, by: Names = OWN_NAMES): string[] {
  if (typeof headers !== "object" || headers === null) {
    return unexpected("headers", headers, "Headers, a record or pairs", "Headers、对象或键值对", "MALFORMED_HEADER");
  }
  // By their tag: to name the class would make Node load all of its fetch, which is slower than the rest of a cold start.
  if (headers[Symbol.toStringTag] === "Headers") return by.names.map((name) => headers.get(name) ?? "");
  const found: (string | undefined)[] = [undefined, undefined, undefined, undefined];
  if (typeof headers[Symbol.iterator] === "function") {
    for (const pair of headers) {
      // Node's rawHeaders is one flat list; its strings must not be read as pairs of letters.
      if (!Array.isArray(pair) || typeof pair[0] !== "string")
        return unexpected("headers", pair, "pairs of name and value", "名称与值的键值对", "MALFORMED_HEADER");
      note(by, found, pair[0], pair[1]);
    }
  } else {
    const areOwn = hasOwnNamesAlone(headers);
    for (const name in headers) {
      // Most headers have another length than these.
      if (by.places[name.length] !== undefined && (areOwn || Object.hasOwn(headers, name))) note(by, found, name, headers[name]);
    }
  }
  for (let at = 0; at < found.length; at++) found[at] ??= "";
  return found as string[];
}

const EMPTY = /* @__PURE__ */ Object.freeze({});

/** Whether a loop over the names of a record meets its own alone: what was added to every object is no header. It looks once for all names. */
function hasOwnNamesAlone(record: object) {
  const prototype = Object.getPrototypeOf(record);
  if (prototype === null) return true;
  if (prototype !== Object.prototype) return false;
  for (const _ in EMPTY) return false;
  return true;
}

/**
 * One header, "" where it is absent.
 * @param headers Headers, record or pairs
 * @param name the only one of these names
 */
export const headerOf = (headers: unknown, name: Names): string => reading("headers", () => lookedAtHeaders(headers, name)[0]);

/** The place of a name among those that are wanted, if it is one. */
function placeOf({ names, places }: Names, name: string): number | undefined {
  const possible = places[name.length];
  if (possible === undefined) return undefined;
  for (let at = 0; at < possible.length; at++) {
    const known = names[possible[at]];
    if (name === known || name.toLowerCase() === known) return possible[at];
  }
  return undefined;
}

function note(by: Names, found: (string | undefined)[], name: string, value: unknown) {
  if (value === undefined || value === null) return;
  const index = placeOf(by, name);
  if (index === undefined) return;
  const text = typeof value === "string" ? value : textOf(by.shown[index], value);
  found[index] = found[index] === undefined ? text : `${found[index]}, ${text}`;
}

function textOf(name: string, value: unknown) {
  const path = `headers.${name}`;
  const texts = Array.isArray(value) ? value : [value];
  for (const text of texts) {
    if (typeof text !== "string" && typeof text !== "number") unexpected(path, text, "a string", "字符串", "MALFORMED_HEADER");
  }
  return reading(path, () => texts.join(", "));
}

/** In UTF-16 units: what servers accept in all is a tenth of it. */
const MAX_HEAD = 1 << 17;

/** URL and headers that are no larger than what a server lets pass. */
export function limitedHead(head: string, path: string) {
  if (head.length <= MAX_HEAD) return head;
  const detail = {
    en: `found ${head.length} characters, and at most ${MAX_HEAD} are read`,
    zh: `实为 ${head.length} 个字符，最多读取 ${MAX_HEAD} 个`,
  };
  throw new MeituanError("MALFORMED_HEADER", { path, detail });
}
