// What a module has refused, or Meituan has not accepted, as an error.

import { bothOf } from "../errors/details.js";
import { MeituanError } from "../errors/error.js";
import { rules } from "../generated/texts.js";

/**
 * A failure of a module's as an error, with what the broken rule demands.
 * @param {any} failure as the glue says it, of nobody else: it is completed
 */
export function errorOf(failure) {
  if (typeof failure.detail === "string") failure.detail = /** @type {any} */ (bothOf(failure.detail));
  if (failure.rule !== undefined) failure.demand = demandOf(failure.rule);
  return new MeituanError(failure.code, failure);
}

/** @param {string} rule @returns {import("../generated/texts.js").Text | undefined} */
function demandOf(rule) {
  if (!Object.hasOwn(rules, rule)) return undefined;
  const { en, zh } = rules[/** @type {import("../generated/messages.js").RuleId} */ (rule)];
  return { en, zh };
}

/**
 * @param {string} name of what was asked
 * @param {any} failure as a module says it, of nobody else: it is completed
 * @param {import("../errors/error.js").Details} [more]
 */
export function rejected(name, failure, more) {
  const said = { ...failure, remoteCode: failure.remoteCode || undefined, ...more };
  if (failure.code === "REMOTE_REJECTED") {
    const words = failure.httpStatus === undefined ? failure.detail : `with ${failure.detail}`;
    said.detail = { en: `${name} was answered ${words}`, zh: `${name} 的应答为 ${failure.detail}` };
  }
  return errorOf(said);
}
