// The settings of a ride client, checked by name before anything is done with them.

import { checkedCipher } from "../boundary/host-cipher.js";
import { openClient } from "../boundary/ride-calls.js";
import { common } from "../handler/settings.js";
import { flag, integer, text } from "../values/arguments.js";
import { asDigits, unset } from "../values/faults.js";
import { settingsOf } from "../values/options.js";

/** @typedef {ReturnType<typeof configure>} Configuration */
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

/** @param {unknown} given */
export function configure(given) {
  const options = settingsOf(given, "options", SETTINGS, "");
  const { clock, bodyTimeoutMs, ...shared } = common(options);
  const { environment = "test", requireToken = false, cipher } = options;
  const settings = {
    entId: entId(options.entId),
    accessKey: text(options.accessKey, "accessKey"),
    secretKey: text(options.secretKey, "secretKey"),
    environment: text(environment, "environment"),
    version: integer(options.version ?? 1, "version", 1, 2),
    requireToken: flag(requireToken, "requireToken"),
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
  if (typeof digits === "string" && /^\d{1,19}$/.test(digits)) return digits;
  return Number.isInteger(value)
    ? asDigits(/** @type {number} */ (value), "entId")
    : unset("entId", value, "a whole number, or its digits", "整数或其数字字符串");
}
