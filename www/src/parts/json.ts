// JSON whose numbers stay as they were written: ids are larger than a number can hold, and 580.00 is not 580.

export type Json = null | boolean | string | Raw | Json[] | { [name: string]: Json };

/** A number as it was written. */
export class Raw {
  constructor(readonly text: string) {}
}

export const isObject = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Raw);

/** Undefined where the string is no JSON. */
export function parseJson(text: string): Json | undefined {
  // Numbers are outside of strings; there they become strings with a mark that JSON does not allow inside of one.
  const marked = text.replace(/"(?:[^"\\]|\\[\s\S])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') ? token : `"${MARK}${token}"`,
  );
  try {
    return JSON.parse(marked, (_, value) =>
      typeof value === "string" && value.startsWith(MARK) ? new Raw(value.slice(1)) : value,
    );
  } catch {
    return undefined;
  }
}

export const printJson = (value: Json): string =>
  JSON.stringify(value, (_, inner) => (inner instanceof Raw ? MARK + inner.text : inner), 2).replaceAll(
    new RegExp(`"${MARK}([^"]*)"`, "g"),
    "$1",
  );

/** A character of no language's, for private use. */
const MARK = "\uf8ff";
