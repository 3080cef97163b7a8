// All that the command line prints. Its input (arguments, files, recordings, HTTP) can hold characters that a
// terminal obeys: they move the cursor, retitle the window, begin a line of their own, or turn a line's direction.

/** C0 with ESC and line feed, C1, the separators of lines, and what changes the direction. */
const OBEYED = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A string without them: each is written as JSON would, so that JSON keeps its meaning. */
export const shown = (text: unknown) =>
  String(text).replace(OBEYED, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

const joined = (lines: readonly unknown[]) => lines.map((line) => `${shown(line)}\n`).join("");

export const print = (...lines: unknown[]) => void process.stdout.write(joined(lines));

export const complain = (...lines: unknown[]) => void process.stderr.write(joined(lines));

/** The result is written as it is to a program or a file, and shown to a person. */
export const output = (text: string) =>
  void process.stdout.write(process.stdout.isTTY ? text.split("\n").map(shown).join("\n") : text);

/** Version of what `--json` prints. */
const OUTPUT_VERSION = 1;

/** Prints an object with the version of the format, or a list as it is. */
export const printJson = (value: object) => {
  const plain = JSON.parse(JSON.stringify(value));
  const versioned = Array.isArray(plain) ? plain : { version: OUTPUT_VERSION, ...plain };
  print(...JSON.stringify(versioned, null, 2).split("\n"));
};
