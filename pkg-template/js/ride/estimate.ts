// From an estimate to an order.

import type { CarTypeRequest, Estimate } from "../generated/messages.js";
import { carTypeRequestSources } from "../generated/ride-tables.js";
import { fieldOf, record } from "../values/options.js";

/**
 * Returns the car type of an estimate for `submitOrder`; nothing where the estimate lacks what an order needs. From which
 * fields it comes is inferred from the two field tables: `tables.carTypeRequestSources`.
 *
 * @example
 * const carTypeRequestList = estimatePrices.flatMap((estimate) => carTypeRequestOf(estimate) ?? []);
 */
export function carTypeRequestOf(estimate: Estimate): CarTypeRequest | undefined {
  record(estimate, "estimate");
  const request: any = {};
  for (const { field, from, needed } of carTypeRequestSources) {
    const value = from
      .map((name) => fieldOf(estimate, name, `estimate.${name}`))
      .find((value) => value !== undefined && value !== null);
    if (value !== undefined) request[field] = value;
    else if (needed) return undefined;
  }
  return request;
}
