// A command, split as its shell would do it.

type Shell = "posix" | "cmd" | "powershell";

const PATTERNS: Readonly<Record<Shell, RegExp>> = {
  posix:
    /\\\r?\n|(?<space>\s+)|'(?<single>[^']*)'|\$'(?<escaped>(?:[^'\\]|\\[\s\S])*)'|"(?<double>(?:[^"\\]|\\[\s\S])*)"|\\?(?<plain>[\s\S])/g,
  cmd: /(?<space>\s+)|"(?<double>(?:[^"\\]|\\[\s\S]|"")*)"|\\?(?<plain>"|[\s\S])/g,
  powershell: /`\r?\n|(?<space>\s+)|'(?<single>(?:[^']|'')*)'|"(?<double>(?:[^"`]|`[\s\S]|"")*)"|`?(?<plain>[\s\S])/g,
};

/** The meaning of an escaped character inside of double quotes. */
const DOUBLE: Readonly<Record<Shell, RegExp>> = {
  posix: /\\([$`"\\])|\\\r?\n/g,
  cmd: /\\(["\\])|"(?=")/g,
  powershell: /[\\`](["`$\\])|"(?=")/g,
};

export function wordsOf(text: string): string[] {
  const shell = /\^["%]|\^\s*(\n|$)/.test(text) ? "cmd" : /`(\s*\n|["$])/.test(text) ? "powershell" : "posix";
  const words: string[] = [];
  let word: string | undefined;
  for (const { groups } of (shell === "cmd" ? withoutCarets(text) : text).matchAll(PATTERNS[shell])) {
    const { space, single, escaped, double, plain } = groups ?? {};
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const piece = single?.replaceAll("''", "'") ?? (escaped && unescaped(escaped)) ?? double?.replace(DOUBLE[shell], "$1") ?? plain;
    // Where a line goes on there is none.
    if (piece !== undefined) word = (word ?? "") + piece;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Outside of quotes a caret makes the next character a plain one; at a line's end it joins two lines. */
function withoutCarets(text: string): string {
  let isQuoted = false;
  return text.replace(/\^(\r?\n(\r?\n)?|[^\n])|"/g, (whole, sign?: string, second?: string) => {
    const wasQuoted = isQuoted;
    if (whole === '"' || (wasQuoted && sign === '"')) isQuoted = !isQuoted;
    if (sign === undefined || wasQuoted) return whole;
    return sign.endsWith("\n") ? (second ? "\n" : "") : sign;
  });
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** Characters after a backslash: in JSON, in JavaScript, in `$'…'`. */
export const unescaped = (text: string): string =>
  text.replace(/\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|([\s\S]))/g, (_, four?: string, two?: string, sign = "") => {
    const code = four ?? two;
    return code === undefined ? (ESCAPES[sign] ?? sign) : String.fromCharCode(Number.parseInt(code, 16));
  });
