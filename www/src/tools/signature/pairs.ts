// Names and values in any notation: JSON, objects of a program as its log prints them, code, lines of headers.

import { unescaped } from "./words.ts";

export interface Pair {
  readonly name: string;
  readonly value: string;
  /** The brackets around it, outermost first. */
  readonly path: readonly number[];
  /** It has a line for itself. */
  readonly isLine: boolean;
}

export interface Pairs {
  readonly pairs: readonly Pair[];
  /** Addresses that have no name. */
  readonly urls: readonly string[];
  /** `POST /path`, wherever it is. */
  readonly lines: ReadonlyArray<{ readonly method: string; readonly url: string }>;
}

const NAME = /(\\*["'`]?)((?:re(?:quest|sponse)[ _-])?[A-Za-z:][\w-]*)\1\]?\s*(?:=>|[=:,])\s*(?:string\(\d+\)\s*)?/iy;
const URL_HERE = /https?:\/\/[^\s"'<>\\^`|]+/y;
const LINE_HERE = /(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)\s+(\/[^\s"'\\]*|https?:\/\/[^\s"'\\]+)/y;
const LINE_END = /\s*(\n|$)/y;
const QUOTE = /(\\*["'`])/y;

/** The values to look for, by their usual names. `http_date` is nginx's and PHP's name of a header. */
const known = (name: string): string | undefined => {
  const plain = name.toLowerCase().replace(/[-_ :]/g, "");
  const header = plain.replace(/^(http|header)(?=.)/, "");
  if (/^(date|authorization|host|partnerid|authority|name|key|value)$/.test(header)) return header;
  if (/^(request|http)?(method|verb)$/.test(plain)) return "method";
  if (/^(request|req|http|full)?(ur[il]|path)$|^endpoint$|^raw$/.test(plain)) return plain.replace(/^(req(?!uest)|http)/, "");
  if (/^(query|querystring|args|httpquery)$/.test(plain)) return "query";
  if (/^(hostname|remotehost)$/.test(plain)) return "host";
  if (/^(req|request|raw|post)?(body|payload|data|content|entity)$/.test(plain)) return "body";
  return /^resp/.test(plain) ? "answer" : undefined;
};

const CLOSERS: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

export function pairsOf(text: string): Pairs {
  const [pairs, urls, lines]: [Pair[], string[], { method: string; url: string }[]] = [[], [], []];
  let groups = 0;
  const scan = (source: string, outer: readonly number[]): void => {
    const stack = [...outer, ++groups];
    const close = () => stack.length > outer.length + 1 && stack.pop();
    /** Of each bracket, what a `name` or `key` in it says. */
    const naming = new Map<number, string>();
    const at = (pattern: RegExp, index: number): RegExpExecArray | null => {
      pattern.lastIndex = index;
      return pattern.exec(source);
    };
    for (let index = 0; index < source.length; ) {
      const isWord = index > 0 && /[\w-]/.test(source[index - 1] ?? "");
      const url = isWord ? null : at(URL_HERE, index);
      const line = isWord || url ? null : at(LINE_HERE, index);
      const name = isWord || url || line ? null : at(NAME, index);
      if (url) urls.push(withoutEnd(url[0]));
      if (line) lines.push({ method: line[1] ?? "", url: withoutEnd(line[2] ?? "") });
      if (name === null) {
        const sign = source[index] ?? "";
        if (sign in CLOSERS) stack.push(++groups);
        else if (/[}\]]/.test(sign)) close();
        index += (url ?? line)?.[0].length ?? 1;
        continue;
      }
      // PHP has names in brackets.
      if (name[0].includes("]")) close();
      const group = stack.at(-1) ?? 0;
      const [start, begin] = [index, index + name[0].length];
      index = begin;
      const isList = name[0].trimEnd().endsWith(",");
      if (isList && !(name[1] && at(QUOTE, begin))) continue;
      const what = known(name[2] ?? "");
      const value = valueAt(source, begin, what);
      if (value === undefined) continue;
      const next = value.isQuoted ? null : at(NAME, begin);
      if (what === undefined || (next && known(next[2] ?? ""))) {
        // An address with another name is not the request's. A string may hold all of the request once more.
        if (value.isQuoted && /authorization|\bdate\b|^[A-Z]{3,7} \S/i.test(value.text)) scan(value.text, stack);
        index = value.isQuoted ? value.end : begin + (at(URL_HERE, begin)?.[0].length ?? 0);
      } else if (what === "body" && /authorization/i.test(value.text)) {
        // A field of this name holds the request itself.
        if (value.isQuoted) scan(value.text, stack);
        if (value.isQuoted) index = value.end;
      } else if (what === "body" || what === "answer" || !value.isGroup || !/[:=]\s*["'[{]/.test(value.text)) {
        index = value.end;
        const header = what === "value" ? known(naming.get(group) ?? "") : what;
        const isLine = /(^|\n)[^\S\n]*$/.test(source.slice(Math.max(0, start - 40), start)) && at(LINE_END, index) !== null;
        if (what === "name" || what === "key") naming.set(group, value.text);
        else if (header)
          pairs.push({ name: header, value: value.text, path: stack.slice(0, what === "value" ? -1 : undefined), isLine });
      }
    }
  };
  scan(text, []);
  return { pairs, urls, lines };
}

interface Value {
  readonly text: string;
  readonly end: number;
  readonly isQuoted: boolean;
  readonly isGroup: boolean;
}

function valueAt(source: string, begin: number, what: string | undefined): Value | undefined {
  QUOTE.lastIndex = begin;
  const quote = QUOTE.exec(source)?.[0];
  if (quote !== undefined) {
    const end = endOfQuote(source, begin + quote.length, quote);
    if (end === undefined) return undefined;
    return { text: cooked(source.slice(begin + quote.length, end), what), end: end + quote.length, isQuoted: true, isGroup: false };
  }
  const opener = source[begin] ?? "";
  if (opener in CLOSERS) {
    if (what === undefined) return undefined;
    const end = endOfGroup(source, begin);
    const inner = source.slice(begin + 1, end - 1);
    // A list of one value, as of headers that may be there twice.
    const [, first] = /^\s*["']([^"']*)["']\s*$/.exec(inner) ?? [];
    // HAR and Postman have the body's string inside of it.
    const [, within] = /"(?:raw|text)"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(inner) ?? [];
    const text = what !== "body" ? (first ?? inner) : within === undefined ? source.slice(begin, end) : unescaped(within);
    return { text: what === "body" ? text : cooked(text, what), end, isQuoted: false, isGroup: true };
  }
  const [bare = ""] = source.slice(begin, begin + 4000).match(BARE[what ?? ""] ?? BARE.other ?? /^/) ?? [];
  return bare === "" ? undefined : { text: cooked(bare.trim(), what), end: begin + bare.length, isQuoted: false, isGroup: false };
}

/** A value without quotes: it ends where the notation goes on, which commas and colons of dates do not show. */
const BARE: Readonly<Record<string, RegExp>> = {
  date: /^(?:[^\s,\d]{2,4},? +\d{1,2}[ -][^\s,]{3,4}[ -]\d{2,4} [\d:]{8}(?: [A-Z+-][\w:+-]*)?|[^\n"'|}\])]*?(?=\s*(?:[,;] *["']?[A-Za-z][\w-]*["']?\s*[=:]|\s[A-Za-z][\w-]*=|[\n"'|}\])]|$)))/,
  authorization: /^(?:mws +[^\s:]+:[A-Za-z0-9+/ ]{27}=|(?:[A-Za-z][\w-]*[ :]+(?=[^\s"',;]*:))?[^\s"'`,;|}\])]+)/i,
  url: /^[^\s"'<>|]+/,
  other: /^[^\s"'`,;|}\])]+/,
  body: /^(?!)/,
};

const withoutEnd = (url: string): string => url.replace(/[,;.)\]}]+$/, "");

/** Headers and addresses have no backslashes of their own: whatever notations put them there, they are removed. */
function cooked(text: string, what: string | undefined): string {
  if (what === undefined || what === "body") return unescaped(text);
  let cooked = text;
  for (let depth = 0; depth < 4 && cooked.includes("\\"); depth++) cooked = unescaped(cooked);
  return /ur[il]$|path$/.test(what) ? withoutEnd(cooked) : cooked;
}

function endOfQuote(source: string, begin: number, quote: string): number | undefined {
  for (let end = source.indexOf(quote, begin); end >= 0; end = source.indexOf(quote, end + 1)) {
    const before = /\\*$/.exec(source.slice(Math.max(begin, end - 20), end))?.[0].length ?? 0;
    // One that is escaped is a character of the string. Where the quotes themselves are, one more backslash escapes.
    if (quote.startsWith("\\") ? before === 0 : before % 2 === 0) return end;
  }
  return undefined;
}

/** After the bracket that closes this one. */
function endOfGroup(source: string, begin: number): number {
  const open: string[] = [];
  for (let index = begin; index < source.length; index++) {
    const sign = source[index] ?? "";
    if (sign === '"') index = endOfQuote(source, index + 1, sign) ?? index;
    else if (sign in CLOSERS) open.push(CLOSERS[sign] ?? "");
    else if (sign === open.at(-1)) open.pop();
    if (open.length === 0) return index + 1;
  }
  return source.length;
}
