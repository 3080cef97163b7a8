// The settings of a ride client, checked by name before anything is done with them.

import { checkedCipher, type HostCipher } from "../boundary/host-cipher.js";
import { cipherOfNode } from "../boundary/node-crypto.js";
import { openClient } from "../boundary/ride-calls.js";
import { common } from "../handler/settings.js";
import { flag, integer, string } from "../values/arguments.js";
import { asDigits, unset } from "../values/faults.js";
import { settingsOf } from "../values/options.js";
import type { RidePushName } from "./interfaces.js";

export interface RideClientOptions {
  /** Our number at Meituan. A string where it is longer than a number can hold. */
  entId: number | string;
  /** The accessKey, from Meituan; it travels as `token`. */
  accessKey: string;
  /** The secretKey, from Meituan: Base64 of the 16 bytes of the AES key. It never travels. */
  secretKey: string;
  /** The server that requests go to: `test` (the default; orders cannot be paid there), `production`, or an address before `/dache`. */
  environment?: "test" | "production" | (string & {}) | undefined;
  /** The generation that is sent, 1 by default; both are received. 2: `accessKey`, milliseconds, encrypted replies. */
  version?: 1 | 2 | undefined;
  /** How far the `ts` of a push may be from now, in seconds; 600 by default. `null` accepts any. */
  toleranceSeconds?: number | null | undefined;
  /**
   * Refuses requests that break a rule which nobody documents but we inferred, or have a number that the ride spec's lists do
   * not have; otherwise they are reported in `warnings`.
   */
  strictInferred?: boolean | undefined;
  /** Refuses pushes without a token (`WRONG_TOKEN`). By default they are accepted, and reported in `warnings`. */
  requireToken?: boolean | undefined;
  /** Larger bodies are refused; 1 MiB by default. */
  maxBodyBytes?: number | undefined;
  /** So long, in milliseconds, may the body of a Fetch request take to arrive, within the time of a handler; 10,000 by default. */
  bodyTimeoutMs?: number | undefined;
  /** Which path means which push, as agreed with Meituan: `{ "/meituan/event": "orderChanged" }`. */
  routes?: Readonly<Record<string, RidePushName>> | undefined;
  /** Returns the time, as epoch milliseconds or a Date; `Date.now` by default, called at each call. */
  now?: (() => number | Date) | undefined;
  /** Computes AES for long messages, such as `nodeCipher(crypto)`. A speed-up only; INVALID_CONFIG where it computes something else. */
  cipher?: HostCipher | undefined;
}

export type Configuration = ReturnType<typeof configure>;
const SETTINGS = [
  "entId",
  "accessKey",
  "secretKey",
  "environment",
  "version",
  "toleranceSeconds",
  "strictInferred",
  "requireToken",
  "maxBodyBytes",
  "bodyTimeoutMs",
  "routes",
  "now",
  "cipher",
];

export function configure(given: unknown) {
  const options = settingsOf(given, "options", SETTINGS, "");
  const { clock, bodyTimeoutMs, ...shared } = common(options);
  const { environment = "test", requireToken = false, cipher } = options;
  const settings = {
    entId: entId(options.entId),
    accessKey: string(options.accessKey, "accessKey"),
    secretKey: string(options.secretKey, "secretKey"),
    environment: string(environment, "environment"),
    version: integer(options.version ?? 1, "version", 1, 2),
    requireToken: flag(requireToken, "requireToken"),
    ...shared,
  };
  const opened = openClient(settings, cipher === undefined ? cipherOfNode : checkedCipher(cipher, "cipher"));
  return {
    /** Itself, in the module of messages. */
    handle: opened,
    entId: settings.entId,
    maxBodyBytes: shared.maxBodyBytes,
    bodyTimeoutMs,
    routes: new Map(shared.routes.map(({ path, call }) => [path, call])),
    clock,
  };
}

/** As digits: it may be longer than a number can hold. */
function entId(value: unknown) {
  const digits = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof digits === "string" && /^\d{1,19}$/.test(digits)) return digits;
  return Number.isInteger(value)
    ? asDigits(value as number, "entId")
    : unset("entId", value, "a whole number, or its digits", "整数或其数字字符串");
}
