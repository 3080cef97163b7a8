// The settings of a ride client, checked by name before anything is done with them.

import { checkedCipher } from "./cipher.js";
import { common, integer, invalid, known, text } from "./configuration.js";
import { openClient } from "./core.js";

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

/** @param {any} options */
export function configure(options) {
  known(options, SETTINGS);
  const { clock, bodyTimeoutMs, ...shared } = common(options);
  const { environment = "test", requireToken = false, cipher } = options;
  if (typeof requireToken !== "boolean") invalid("requireToken", "expected true or false");
  const settings = {
    entId: entId(options.entId),
    accessKey: text(options.accessKey, "accessKey"),
    secretKey: text(options.secretKey, "secretKey"),
    environment: text(environment, "environment").replace(/\/+$/, ""),
    version: integer(options.version ?? 1, "version", 1, 2),
    requireToken,
    ...shared,
  };
  return {
    handle: openClient(settings, checkedCipher(cipher, "cipher")),
    entId: settings.entId,
    maxBodyBytes: shared.maxBodyBytes,
    bodyTimeoutMs,
    routes: new Map(shared.routes.map(({ path, call }) => [path, call])),
    clock,
  };
}

/**
 * As digits: it may be longer than a number can hold.
 * @param {unknown} value
 */
function entId(value) {
  const digits = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof digits !== "string" || !/^\d{1,19}$/.test(digits)) return invalid("entId", "expected a whole number, or its digits");
  return digits;
}

/** @typedef {ReturnType<typeof configure>} Configuration */
