// What the commands make of their arguments. No argument that could be a secret is ever printed.

import { readFile } from "node:fs/promises";
import { parseHttpDate } from "../boundary/signatures.js";
import { MeituanError } from "../errors/error.js";

/** @typedef {import("node:util").ParseArgsConfig["options"]} Options */

/** @typedef {{ arguments: string[], options: Record<string, any> }} Input */
export class UsageError extends Error {}

/**
 * @param {Record<string, any>} options
 * @param {string} name
 * @param {string} [environment]
 * @returns {string}
 */
export function needed(options, name, environment) {
  const value = options[name] ?? (environment && process.env[environment]);
  if (!value) throw new UsageError(`--${name} is missing${environment ? ` (or ${environment} in the environment)` : ""}`);
  return value;
}

/** @param {Input} input */
export function noArguments(input) {
  // What is there may be a secret that lost its option, so it is not repeated.
  if (input.arguments.length > 0) throw new UsageError("there is an argument that belongs to no option");
}

/** @param {string} name of the option @param {string} text @param {number} min @param {number} max */
export function wholeNumber(name, text, min, max) {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max) {
    throw new UsageError(`--${name} is not a whole number from ${min} to ${max}`);
  }
  return number;
}

/**
 * As an HTTP date, an ISO date or milliseconds.
 * @param {string} name of the option
 * @param {string} text
 */
export function time(name, text) {
  const at = [parseHttpDate(text), /^\d+$/.test(text) ? Number(text) : Number.NaN, Date.parse(text)].find(
    (found) => !Number.isNaN(found),
  );
  if (at === undefined) throw new UsageError(`--${name} is neither an HTTP date, nor an ISO date, nor milliseconds`);
  return at;
}

/** @param {string} text @param {string} what */
export function httpUrl(text, what) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new UsageError(`${what} is not an http or https URL`);
  return url;
}

/**
 * Paths and what is registered for them, as in the option `routes` of the library.
 * @param {string | undefined} file
 * @param {Record<string, string>} examples what the examples use, where no file is given
 * @returns {Promise<Record<string, string>>}
 */
export async function routesFrom(file, examples) {
  if (file === undefined) return examples;
  try {
    const routes = JSON.parse(await readFile(file, "utf8"));
    if (Object.values(routes).every((name) => typeof name === "string")) return routes;
  } catch (error) {
    throw new UsageError(`--routes: ${error instanceof Error ? error.message : error}`);
  }
  throw new UsageError('--routes is not a file such as { "/mt/order/create": "orderCreate" }');
}

/** Who the supplier is. @type {Options} */
export const SUPPLIER = {
  "partner-id": { type: "string" },
  "client-id": { type: "string" },
  "client-secret": { type: "string" },
};

/** @param {Record<string, any>} options */
export const supplierFrom = (options) => ({
  partnerId: needed(options, "partner-id", "MEITUAN_PARTNER_ID"),
  clientId: needed(options, "client-id", "MEITUAN_CLIENT_ID"),
  clientSecret: needed(options, "client-secret", "MEITUAN_CLIENT_SECRET"),
});

/**
 * What the library does not take was an argument.
 * @template Made
 * @param {() => Made} make
 */
export function made(make) {
  try {
    return make();
  } catch (error) {
    if (MeituanError.is(error)) throw new UsageError(error.message);
    throw error;
  }
}
