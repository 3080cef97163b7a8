// A whole endpoint of the ride API.

import { type Endpoint, endpoint } from "../handler/endpoint.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import { RIDE } from "./api.js";
import type { RideClientOptions } from "./configuration.js";
import type { RideHandlerEvents, RideHandlerFunctions } from "./functions.js";
import type { RideOrderHandler, RideOrderHandlerOptions } from "./order-service.js";
import { RideReceiver } from "./receiver.js";

/**
 * A whole endpoint for pushes that keeps the orders in a `store`: `settle` does what is next about them.
 *
 * @example
 * export default { fetch: handler({ config, store, send: (request) => fetch(request), pay, chooseDriver }) };
 */
export function handler<Context extends unknown[] = unknown[]>(
  options: {
    config: RideClientOptions | ((...context: Context) => MaybePromise<RideClientOptions>);
  } & RideOrderHandlerOptions<Context>,
): RideOrderHandler<Context>;
/**
 * A whole endpoint for pushes: `export default { fetch: handler({ config: (env) => ({ … }), orderChanged, refunded, … }) }`.
 *
 * A function that returns nothing has taken the push; one that throws has not, and Meituan pushes again.
 */
export function handler<Context extends unknown[] = unknown[]>(
  options: {
    config: RideClientOptions | ((...context: Context) => MaybePromise<RideClientOptions>);
    store?: undefined;
  } & RideHandlerFunctions<Context> &
    RideHandlerEvents<Context>,
): (request: Request, ...context: Context) => Promise<Response>;
export function handler(options: object): Endpoint {
  return endpoint((settings) => new RideReceiver(settings), RIDE, options);
}
