// What is known of every call.

import { calls } from "../generated/ticket-messages.js";
import { anyText } from "../values/arguments.js";

/** The calls without which Meituan connects no supplier. */
export const MANDATORY = /* @__PURE__ */ Object.freeze(calls.filter((call) => call.mandatory).map((call) => call.name));

/**
 * The vectors of the tests hold this to what the modules sign.
 * @param {string} method
 * @param {string} uri
 * @param {string} date
 * @returns {string}
 */
export const stringToSign = (method, uri, date) =>
  `${anyText(method, "method").toUpperCase()} ${anyText(uri, "uri")}\n${anyText(date, "date")}`;
