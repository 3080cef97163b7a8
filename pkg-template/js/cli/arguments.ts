// The arguments of the commands. No argument that could be a secret is ever printed.

import { readFile } from "node:fs/promises";
import type { ParseArgsConfig } from "node:util";
import { parseHttpDate } from "../boundary/signatures.js";
import { MeituanError } from "../errors/error.js";

export type Options = ParseArgsConfig["options"];

export interface Input {
  arguments: string[];
  options: Record<string, any>;
}

export class UsageError extends Error {}

export function needed(options: Record<string, any>, name: string, environment?: string): string {
  const value = options[name] ?? (environment && process.env[environment]);
  if (!value) throw new UsageError(`--${name} is missing${environment ? ` (or ${environment} in the environment)` : ""}`);
  return value;
}

export function noArguments(input: Input) {
  // A word may be a secret that lost its option, so it is not repeated.
  if (input.arguments.length > 0) throw new UsageError("there is an argument that belongs to no option");
}

/** @param name of the option */
export function wholeNumber(name: string, text: string, min: number, max: number) {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max) {
    throw new UsageError(`--${name} is not a whole number from ${min} to ${max}`);
  }
  return number;
}

/**
 * As an HTTP date, an ISO date or milliseconds.
 * @param name of the option
 */
export function time(name: string, text: string) {
  const at = [parseHttpDate(text), /^\d+$/.test(text) ? Number(text) : Number.NaN, Date.parse(text)].find(
    (found) => !Number.isNaN(found),
  );
  if (at === undefined) throw new UsageError(`--${name} is neither an HTTP date, nor an ISO date, nor milliseconds`);
  return at;
}

export function httpUrl(text: string, what: string) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new UsageError(`${what} is not an http or https URL`);
  return url;
}

/**
 * Paths and what is registered for them, as in the option `routes` of the library.
 * @param examples what the examples use, where no file is given
 */
export async function routesFrom(file: string | undefined, examples: Record<string, string>): Promise<Record<string, string>> {
  if (file === undefined) return examples;
  try {
    const routes = JSON.parse(await readFile(file, "utf8"));
    if (Object.values(routes).every((name) => typeof name === "string")) return routes;
  } catch (error) {
    throw new UsageError(`--routes: ${error instanceof Error ? error.message : error}`);
  }
  throw new UsageError('--routes is not a file such as { "/mt/order/create": "orderCreate" }');
}

/** The supplier's account. */
export const SUPPLIER: Options = {
  "partner-id": { type: "string" },
  "client-id": { type: "string" },
  "client-secret": { type: "string" },
};

export const supplierFrom = (options: Record<string, any>) => ({
  partnerId: needed(options, "partner-id", "MEITUAN_PARTNER_ID"),
  clientId: needed(options, "client-id", "MEITUAN_CLIENT_ID"),
  clientSecret: needed(options, "client-secret", "MEITUAN_CLIENT_SECRET"),
});

/** A value that the library refuses was an argument. */
export function made<Made>(make: () => Made) {
  try {
    return make();
  } catch (error) {
    if (MeituanError.is(error)) throw new UsageError(error.message);
    throw error;
  }
}
