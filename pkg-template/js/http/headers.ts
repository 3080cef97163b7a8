// Headers as frameworks have them: Headers, records and pairs.

import { MeituanError } from "../errors/error.js";
import { reading, unexpected } from "../values/faults.js";

/** Headers as any framework has them; names in any case. */
export type HeadersInput =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** The headers that are looked at, in the order in which the module wants them. */
const LOOKED_AT = ["partnerid", "date", "authorization", "x-encryption-status"];
const PLACE_BY_LENGTH: (number | undefined)[] = Array.from({ length: 20 });
for (const [index, { length }] of LOOKED_AT.entries()) PLACE_BY_LENGTH[length] = index;

/**
 * The looked-at headers, "" for absent ones. Repeated ones are joined as HTTP says; the module refuses them.
 * @param headers Headers, record or pairs
 */
export function lookedAtHeaders(headers: any): string[] {
  if (typeof headers !== "object" || headers === null) {
    return unexpected("headers", headers, "Headers, a record or pairs", "Headers、对象或键值对", "MALFORMED_HEADER");
  }
  // By their tag: to name the class would make Node load all of its fetch, which is slower than the rest of a cold start.
  if (headers[Symbol.toStringTag] === "Headers") return LOOKED_AT.map((name) => headers.get(name) ?? "");
  const found: (string | undefined)[] = [undefined, undefined, undefined, undefined];
  if (typeof headers[Symbol.iterator] === "function") {
    for (const pair of headers) {
      // Node's rawHeaders is one flat list; its strings must not be read as pairs of letters.
      if (!Array.isArray(pair) || typeof pair[0] !== "string")
        return unexpected("headers", pair, "pairs of name and value", "名称与值的键值对", "MALFORMED_HEADER");
      note(found, pair[0], pair[1]);
    }
  } else {
    // Its own: what was added to every object is no header.
    for (const name of Object.keys(headers)) {
      // Most headers differ in length already, and each costs what is done to it in every call.
      if (PLACE_BY_LENGTH[name.length] !== undefined) note(found, name, headers[name]);
    }
  }
  return [found[0] ?? "", found[1] ?? "", found[2] ?? "", found[3] ?? ""];
}

/**
 * One header, "" where it is absent.
 * @param headers Headers, record or pairs
 * @param name in small letters
 */
export function headerOf(headers: any, name: string): string {
  if (typeof headers !== "object" || headers === null) {
    return unexpected("headers", headers, "Headers, a record or pairs", "Headers、对象或键值对", "MALFORMED_HEADER");
  }
  return reading("headers", () => {
    if (headers[Symbol.toStringTag] === "Headers") return headers.get(name) ?? "";
    const pairs = typeof headers[Symbol.iterator] === "function" ? [...headers] : Object.entries(headers);
    return pairs
      .filter(([key]) => String(key).toLowerCase() === name)
      .map(([, value]) => value)
      .join(", ");
  });
}

function note(found: (string | undefined)[], name: string, value: unknown) {
  const index = PLACE_BY_LENGTH[name.length];
  if (index === undefined || value === undefined || value === null) return;
  if (name !== LOOKED_AT[index] && name.toLowerCase() !== LOOKED_AT[index]) return;
  const text = typeof value === "string" ? value : textOf(LOOKED_AT[index], value);
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
