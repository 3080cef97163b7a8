// From an estimate to an order.

import { carTypeRequestSources } from "../generated/ride-tables.js";
import { fieldOf, record } from "../values/options.js";

/**
 * @param {any} estimate
 */
export function carTypeRequestOf(estimate) {
  record(estimate, "estimate");
  /** @type {any} */
  const request = {};
  for (const { field, from, needed } of carTypeRequestSources) {
    const value = from
      .map((name) => fieldOf(estimate, name, `estimate.${name}`))
      .find((value) => value !== undefined && value !== null);
    if (value !== undefined) request[field] = value;
    else if (needed) return undefined;
  }
  return request;
}
