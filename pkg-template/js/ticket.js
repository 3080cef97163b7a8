// Entry of meituan-protocol/ticket: the attraction-ticket supplier API.

import { signByHand } from "./core.js";
import { serve } from "./handler.js";
import { calls } from "./messages.js";
import { TicketSupplier } from "./supplier.js";

export * as codes from "./codes.js";
export { MeituanError } from "./errors.js";
export { fen, formatYuan, yuan } from "./money.js";
export { TicketSupplier };

/** The calls without which Meituan connects no supplier. */
export const MANDATORY = /* @__PURE__ */ Object.freeze(calls.filter((call) => call.mandatory).map((call) => call.name));

/**
 * @param {string} method
 * @param {string} uri
 * @param {string} date
 * @returns {string}
 */
export const stringToSign = (method, uri, date) => signByHand("", "", method.toUpperCase(), uri, date).stringToSign;

/** @param {any} options */
export function handler({ config, ...options }) {
  // Settings that do not depend on the context are checked at once, not at the first call.
  if (typeof config !== "function") {
    const supplier = new TicketSupplier(config);
    return serve(() => supplier, options);
  }
  /** @type {WeakMap<object, TicketSupplier>} */
  const suppliers = new WeakMap();
  return serve(async (context) => {
    const settings = await config(...context);
    // Equal settings in another object share what was made of them inside the module, so making a supplier is cheap.
    let supplier = typeof settings === "object" && settings !== null ? suppliers.get(settings) : undefined;
    if (supplier === undefined) {
      supplier = new TicketSupplier(settings);
      suppliers.set(settings, supplier);
    }
    return supplier;
  }, options);
}
