// A request as people paste it: a command, raw HTTP, the code that sends it, or a log that names its headers.

import { type Pair, pairsOf } from "./pairs.ts";
import { wordsOf } from "./words.ts";

export interface PastedRequest {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  readonly date: string;
  readonly authorization: string;
  readonly partnerId: string;
  readonly body: string;
}

/** The values that could be read. All others are empty: nothing is guessed. */
export interface Reading extends PastedRequest {
  /** All that is sent is in it: a header that was not read is not there. A log may leave out or hide some. */
  readonly isWhole: boolean;
  /** How many requests with a signature of their own are in it. */
  readonly count: number;
}

export const NOTHING: Reading = {
  method: "",
  url: "",
  host: "",
  date: "",
  authorization: "",
  partnerId: "",
  body: "",
  isWhole: false,
  count: 0,
};

type Part = Partial<Reading>;

export function readRequest(text: string): Reading {
  const trimmed = text.trim();
  const signatures = trimmed.replaceAll("\\/", "/").match(/\bmws\s+[^\s:"'\\]+:[\w+/-]{27}/gi);
  const reading = { ...NOTHING, ...(readLines(trimmed) ?? readCommand(trimmed) ?? readNotation(trimmed)) };
  const hidden = Object.entries(reading).filter(([, value]) => isHidden(value));
  const without = Object.fromEntries(hidden.map(([name]) => [name, ""]));
  return { ...reading, ...without, isWhole: reading.isWhole && hidden.length === 0, count: new Set(signatures).size };
}

/** A log's mask, a variable that nobody has filled in, or a string that was cut. */
const isHidden = (value: unknown): boolean =>
  typeof value === "string" &&
  value.length < 1000 &&
  /\*\*|[█•]|\.\.\.$|…|[<[](redacted|filtered|masked|hidden)|\{\{|\$[({]|\$[A-Za-z_]\w+|^-$|^%\w+%$|:%\w+%$/i.test(value);

function withHeaders(headers: ReadonlyMap<string, string>, rest: Part): Part {
  const named = (name: string) => headers.get(name) ?? "";
  const [date, authorization, partnerId] = [named("date"), named("authorization"), named("partnerid")];
  return { host: named("host") || named(":authority"), date, authorization, partnerId, ...rest };
}

/** Names and values of lines such as `Date: …`. */
function headersOf(lines: readonly string[], pattern = /^(:?[\w-]+):\s*(.*?)\s*$/): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = pattern.exec(line) ?? [];
    if (name !== undefined) headers.set(name.toLowerCase(), value ?? "");
  }
  return headers;
}

/** The line that a request begins with: alone on its line, behind the sign of curl -v, or behind what a log puts before it. */
const FIRST =
  /^(.*?)\b((?<=--> )[A-Z]{1,20} \S+|[A-Za-z]{1,20} \S+ (?:HTTP\/|http\/|h)[\d.]+)(?:\[\\r\]\[\\n\]"|"|'| \([^()]*\))*\s*$/;
const IN_LOG = /\b(date|authorization|host|partnerid)\s*: ?(.*?)(?:\[\\r\]\[\\n\]"|\\r\\n'?)?\s*$/i;

function readLines(text: string): Part | undefined {
  const lines = (/HTTP\/[\d.]+\\r\\n/.test(text) ? text.replaceAll("\\r\\n", "\n") : text).split(/\r?\n/);
  const first = lines.findIndex((line) => FIRST.test(line) && !/^\s*<|^\s*curl\s/.test(line));
  const [, before = "", request] = FIRST.exec(lines[first] ?? "") ?? [];
  if (request === undefined) return undefined;
  const [method = "", url = ""] = request.split(" ");
  const rest = lines.slice(first + 1);
  if (/^[>\s]*$/.test(before)) {
    const blank = rest.findIndex((line) => /^[>\s]*$/.test(line));
    const end = blank < 0 ? rest.length : blank;
    // curl -v puts remarks between the headers, and what was answered after them.
    const head = rest.slice(0, end).filter((line) => !/^\s*[*<{]/.test(line));
    const body = before.includes(">") ? "" : rest.slice(end + 1).join("\n");
    const headers = headersOf(head.map((line) => line.replace(/^[>\s]+/, "")));
    return withHeaders(headers, { method, url, body, isWhole: headers.size > 0 });
  }
  const end = rest.findIndex((line) => FIRST.test(line) || /<-|<<|--> ?END|HTTP\/[\d.]+ \d{3}|\breply: /.test(line));
  const headers = headersOf(end < 0 ? rest : rest.slice(0, end), IN_LOG);
  return headers.size === 0 ? undefined : withHeaders(headers, { method, url });
}

const METHOD = /^(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)$/;
/** curl's short options that take a value. */
const WITH_VALUE = /[AbcCdDeEFhHKmoPQrtTuUwxXyYz]/;

function readCommand(text: string): Part | undefined {
  const [prompt, program] = /^(?:.{0,80}?[$#>%] ?)?(curl|wget|https?|xh)(?:\.exe)?\s/.exec(text) ?? [];
  if (prompt === undefined) return undefined;
  const words = wordsOf(text.slice(prompt.length));
  const [lines, data, places]: [string[], string[], string[]] = [[], [], []];
  let [method, url, isWhole, isQuery] = ["", "", true, false];
  const take = (option: string, value: () => string) => {
    if (/^(X|request|method)$/.test(option)) method = value();
    else if (/^(H|header)$/.test(option)) lines.push(value());
    else if (/^(d|(body|post)-data|data(-raw|-binary|-ascii|-urlencode)?|json)$/.test(option)) data.push(value());
    else if (option === "url") url = value();
    else if (/^(G|get)$/.test(option)) isQuery = true;
    else if (/^(I|head)$/.test(option)) method ||= "HEAD";
    else if (/^(T|upload-file)$/.test(option)) {
      method ||= "PUT";
      value();
    } else if (/^(K|config)$/.test(option)) {
      isWhole = false;
      value();
    } else if (/^(F|form)/.test(option)) {
      method ||= "POST";
      value();
    } else if (option.length === 1 && WITH_VALUE.test(option)) value();
  };
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const next = () => words[++index] ?? "";
    const [, name, attached] = /^--([\w-]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (name !== undefined) take(name, () => attached ?? next());
    else if (/^-\w/.test(word)) {
      // Several in one word: what follows one with a value is its value.
      for (let at = 1; at < word.length; at++) {
        const rest = word.slice(at + 1);
        take(word[at] ?? "", () => {
          at = word.length;
          return rest || next();
        });
      }
    } else if (program !== "curl" && METHOD.test(word)) method = word;
    else if (/^(https?|xh)$/.test(program ?? "") && /^[\w-]+:(?!\/\/|\d+(\/|$))/.test(word)) lines.push(word);
    else places.push(word);
  }
  url ||= places.find((place) => place.includes("://")) ?? places.find((place) => /^\/|^[\w.-]+(:\d+)?(\/|$)/.test(place)) ?? "";
  if (url && !/^\/|:\/\//.test(url)) url = `http://${url}`;
  // The content of a file is not known.
  const body = data.some((one) => one.startsWith("@")) ? "" : data.join("&");
  if (isQuery && body) url += (url.includes("?") ? "&" : "?") + body;
  const sent = isQuery ? "" : body;
  const given = { method: method || (data.length > 0 && !isQuery ? "POST" : "GET"), url, body: sent };
  return withHeaders(headersOf(lines), { ...given, isWhole: isWhole && !lines.some((line) => line.startsWith("@")) });
}

/** Where two names of a notation say the same, the one that is nearer to what was sent is first. */
const URLS = ["requesturl", "url", "fullurl", "requesturi", "uri", "path", "requestpath", "endpoint", "raw"];

const HTTP_DATE = /[A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d:\d\d(?: (?:GMT|UTC|[+-]\d{2}:?\d{2}))?/g;
const SIGNED = /\bMWS\s+[^\s:"',]+:[\w+/%-]+=*/gi;

/** Code, JSON, and whatever a log makes of maps and objects. */
function readNotation(text: string): Part {
  const isPowerShell = /(^|\s)(Invoke-(WebRequest|RestMethod)|iwr|irm)\s/i.test(text);
  const isFetch = /(^|\s|await )fetch\(/.test(text);
  const source = withoutAnswer(isPowerShell ? fromPowerShell(text) : text);
  const { pairs, urls, lines } = pairsOf(source);
  const signed = pairs.find(({ name, value }) => name === "authorization" && /[:=]|^\S{20}/.test(value));
  /** How many brackets a pair shares with the signature: the more, the surer it is of the same request. */
  const common = ({ path }: Pair) => path.filter((group) => signed?.path.includes(group)).length;
  const all = (name: string) => pairs.filter((pair) => pair.name === name).toSorted((a, b) => common(b) - common(a));
  const one = (name: string) => all(name)[0]?.value ?? "";
  const authorization = signed?.value ?? only(source, SIGNED);
  const isForm = (value: string) => value.match(HTTP_DATE)?.[0] === value;
  // A log has dates of its own, and so has what was answered: one that has another form counts only beside the signature.
  const beside = all("date").filter(({ path }) => path.at(-1) === signed?.path.at(-1));
  const isAlone = ({ path, isLine, value }: Pair) => (path.length > 1 || isLine) && /\d/.test(value);
  const dates = (signed ? beside : all("date")).map(({ value }) => value).filter(isForm);
  const date =
    (signed ? dates[0] : single(dates)) ||
    beside.find(isAlone)?.value ||
    (signed === undefined || signed.path.length === 1 ? only(source, HTTP_DATE) : "");
  const named = URLS.map(one).find((url) => /^(\/|https?:)/.test(url));
  let url = (isFetch ? urls[0] : undefined) ?? lines[0]?.url ?? named ?? single(urls);
  const query = one("query").replace(/^\?/, "");
  if (query.includes("=") && !url.includes("?")) url += `?${query}`;
  const method =
    lines[0]?.method ??
    all("method").find(({ value }) => METHOD.test(value.toUpperCase()))?.value ??
    /\.(get|post|put|delete|patch)\(/.exec(source)?.[1]?.toUpperCase() ??
    (isFetch || isPowerShell ? "GET" : "");
  const host = [one("host"), one("authority")].find((host) => /^[\w.:-]+$/.test(host)) ?? "";
  // Values that code computes are not read.
  const isKnown = (value: string, name: RegExp) => value !== "" || !name.test(source);
  const isWhole = (isFetch || isPowerShell) && isKnown(authorization, /authorization/i) && isKnown(date, /\bdate\b/i);
  return { method, url, host, date, authorization, partnerId: one("partnerid"), body: one("body"), isWhole };
}

/** The one of that form, wherever it is. */
const only = (text: string, form: RegExp): string => single(text.match(form) ?? []);

/** Nothing where there are several. */
const single = (list: readonly string[]): string => (new Set(list).size === 1 ? (list[0] ?? "") : "");

/** The response has headers too. */
const withoutAnswer = (text: string): string =>
  text
    .replace(/^\s*(?:<|[^\n]*<-{1,2} ?\d{3})[^\n]*$/gm, "")
    .replace(/^\s*(?:response headers|响应头|响应标头)\b[\s\S]*?(?=^\s*(?:request headers|请求头|请求标头)|(?![\s\S]))/gim, "");

/** As a notation whose options are names, and whose escapes are backslashes. */
const fromPowerShell = (text: string): string =>
  text
    .replace(/`\r?\n/g, " ")
    .replaceAll("\\", "\\\\")
    .replace(/`(["$`])/g, "\\$1")
    .replace(/\s-(Uri|Method|Headers|Body)\s+/gi, " $1=");
