// A request as people paste it: a curl command, the raw HTTP text, or a log that names the headers.

export interface PastedRequest {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  readonly date: string;
  readonly authorization: string;
  readonly partnerId: string;
  readonly body: string;
}

const NOTHING: PastedRequest = { method: "", url: "", host: "", date: "", authorization: "", partnerId: "", body: "" };

export function readRequest(text: string): PastedRequest {
  const trimmed = text.trim();
  if (/^(\$\s*)?curl\s/.test(trimmed)) return readCurl(trimmed);
  if (/^[A-Za-z]+ \S+ HTTP\/[\d.]+\s*$/m.test(trimmed)) return readHttp(trimmed);
  return readLog(trimmed);
}

function withHeaders(headers: ReadonlyMap<string, string>, rest: Partial<PastedRequest>): PastedRequest {
  const named = (name: string) => headers.get(name) ?? "";
  return {
    ...NOTHING,
    host: named("host"),
    date: named("date"),
    authorization: named("authorization"),
    partnerId: named("partnerid"),
    ...rest,
  };
}

/** Names and values of lines such as `Date: …`. */
function headersOf(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    // curl -v and browsers put a sign before each line.
    const [, name, value] = /^[<>*\s]*([\w-]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) headers.set(name.toLowerCase(), value ?? "");
  }
  return headers;
}

function readHttp(text: string): PastedRequest {
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => /^[<>\s]*[A-Za-z]+ \S+ HTTP\//.test(line));
  const [method = "", url = ""] = (lines[first] ?? "").replace(/^[<>\s]+/, "").split(/\s+/);
  const blank = lines.findIndex((line, index) => index > first && /^[<>\s]*$/.test(line));
  const end = blank < 0 ? lines.length : blank;
  return withHeaders(headersOf(lines.slice(first + 1, end)), { method, url, body: lines.slice(end + 1).join("\n") });
}

/** Options of curl that take a value which does not matter here. */
const IGNORED =
  /^(-[oAebxmcEwurFTCQtyYzKDP]|--(output|user-agent|referer|cookie|proxy|max-time|connect-timeout|cookie-jar|cert|key|cacert|write-out|user|resolve|retry|interface|form))$/;

function readCurl(text: string): PastedRequest {
  const words = shellWords(text.replace(/^\$\s*/, "")).slice(1);
  const lines: string[] = [];
  const data: string[] = [];
  let method = "";
  let url = "";
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const [option = "", attached] = /^--[\w-]+=/.test(word)
      ? splitOnce(word, "=")
      : /^-[XHd]./.test(word)
        ? [word.slice(0, 2), word.slice(2)]
        : [word];
    const value = () => attached ?? words[++index] ?? "";
    if (option === "-X" || option === "--request") method = value();
    else if (option === "-H" || option === "--header") lines.push(value());
    else if (option === "-d" || /^--(data(-raw|-binary|-ascii)?|json)$/.test(option)) data.push(value());
    else if (option === "--url") url = value();
    else if (IGNORED.test(option)) value();
    else if (!option.startsWith("-")) url ||= word;
  }
  const body = data.join("&");
  return withHeaders(headersOf(lines), { method: method || (body ? "POST" : "GET"), url, body });
}

const splitOnce = (text: string, at: string): [string, string] => {
  const index = text.indexOf(at);
  return [text.slice(0, index), text.slice(index + 1)];
};

/** Words as a POSIX shell takes them apart; `$'…'` with the usual escapes too. */
function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const pattern = /\\\r?\n|\s+|'([^']*)'|\$'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([\s\S])/g;
  for (const [whole, single, escaped, double, quoted, plain] of text.matchAll(pattern)) {
    if (/^\\\r?\n$/.test(whole)) continue;
    const piece =
      single ?? (escaped === undefined ? undefined : unescaped(escaped)) ?? double?.replace(/\\([$`"\\])/g, "$1") ?? quoted;
    if (piece === undefined && plain === undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + (piece ?? plain);
  }
  if (word !== undefined) words.push(word);
  return words;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
const unescaped = (text: string): string =>
  text.replace(/\\u([\da-fA-F]{4})|\\([\s\S])/g, (_, code?: string, sign = "") =>
    code === undefined ? (ESCAPES[sign] ?? sign) : String.fromCharCode(Number.parseInt(code, 16)),
  );

/** Whatever names the headers: JSON, a framework's log, a table. */
function readLog(text: string): PastedRequest {
  const named = (name: string, value: string) =>
    new RegExp(`["']?\\b${name}["']?\\s*[:=]\\s*\\[?\\s*["']?(${value})`, "i").exec(text)?.[1]?.trim() ?? "";
  const url = /https?:\/\/[^\s"'<>]+/.exec(text)?.[0] ?? named("(?:uri|url|path)", "/[^\\s\"',]*");
  return {
    ...NOTHING,
    method: named("method", "[A-Za-z]+") || /\b(POST|GET|PUT)\b/.exec(text)?.[1] || "",
    url,
    host: named("host", "[\\w.:-]+"),
    date: named("date", "[^\"'\\n\\]]+"),
    authorization: named("authorization", "[^\"'\\n\\],]+"),
    partnerId: named("partnerid", "\\d+"),
  };
}
