// Guesses which message a JSON is, by its fields.

import { definitions, MESSAGES, type MessageName } from "../../library.ts";

/** The message most of whose fields the JSON has; undefined where it has none that is known. */
export function guess(text: string): MessageName | undefined {
  const names = namesIn(text);
  if (names.size === 0) return undefined;
  // Requests of the ride API say what they are.
  const method = /"method"\s*:\s*"([\w.]+)"/.exec(text)?.[1];
  const said = MESSAGES.find((name) => method !== undefined && definitions[name].method === method);
  if (said !== undefined) return said;
  let best: { readonly name: MessageName; readonly score: number; readonly isKnown: boolean } | undefined;
  for (const name of MESSAGES) {
    const known = fieldsOf(name);
    let score = 0;
    for (const field of names) score += known.has(field) ? 1 : -1;
    for (const [field, isNeeded] of known) if (isNeeded && !names.has(field)) score -= 0.5;
    const isKnown = [...names].some((field) => known.has(field));
    if (best === undefined || score > best.score) best = { name, score, isKnown };
  }
  return best?.isKnown ? best.name : undefined;
}

/** The names of all fields, those of nested objects with the path that leads to them. */
function namesIn(text: string): Set<string> {
  const names = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      for (const item of value.slice(0, 3)) walk(item, path);
    } else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        names.add(path + name);
        walk(inner, `${path}${name}.`);
      }
    }
  };
  try {
    walk(JSON.parse(text), "");
  } catch {
    // A string that is no JSON may still name its fields.
    for (const [, name = ""] of text.matchAll(/"(\w+)"\s*:/g)) names.add(name);
  }
  return names;
}

function fieldsOf(message: string): Map<string, boolean> {
  const fields = new Map<string, boolean>();
  const walk = (name: string, path: string, isNeeded: boolean): void => {
    for (const field of definitions[name]?.fields ?? []) {
      fields.set(path + field.name, isNeeded && field.needed === "always");
      if (field.type === "object" && field.of !== undefined && path.split(".").length < 4) {
        walk(field.of, `${path}${field.name}.`, isNeeded && field.needed === "always" && field.list !== true);
      }
    }
  };
  walk(message, "", true);
  return fields;
}
