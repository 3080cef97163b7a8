// A whole endpoint of the ticket API.

import { type Endpoint, endpoint } from "../handler/endpoint.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import type { OrderHandler } from "../orders/order-service.js";
import { TICKET } from "./api.js";
import type { TicketSupplierOptions } from "./configuration.js";
import type { StoredHandlerOptions, StorelessHandlerOptions } from "./handler-options.js";
import { TicketReceiver } from "./receiver.js";

/**
 * A whole endpoint that keeps orders: routes, authenticates, reads; applies the order rules to what the store holds; runs the
 * function of a call once, and records how it ended before Meituan is replied.
 *
 * Saved, in this order: the call, with the idempotency key, before the function runs; then what the function did, with the notices
 * that follow from it. A process that dies in between leaves an open attempt, which the next one takes over with the same key.
 * A store out of reach is answered with HTTP 503 and no envelope, because nothing that could be said is known to be true.
 *
 * @example
 * export default { fetch: handler({ config: (env) => ({ … }), store: (env) => storeOf(env), orderCreate, orderPay, orderRefund }) };
 */
export function handler<Context extends unknown[] = unknown[]>(
  options: {
    config: TicketSupplierOptions | ((...context: Context) => MaybePromise<TicketSupplierOptions>);
  } & StoredHandlerOptions<Context>,
): OrderHandler<Context>;
/**
 * A whole endpoint: `export default { fetch: handler({ config: (env) => ({ … }), orderCreate, orderPay, … }) }`.
 *
 * `config` is the supplier's options, or a function of the platform's context (such as `env`). `call.fail()` is the only refusal:
 * where a function throws, it may have acted, so a call that does something about an order is answered HTTP 503 without a body
 * (see `unknownOutcome`), and every other one with its failure code.
 */
export function handler<Context extends unknown[] = unknown[]>(
  options: {
    config: TicketSupplierOptions | ((...context: Context) => MaybePromise<TicketSupplierOptions>);
  } & StorelessHandlerOptions<Context>,
): (request: Request, ...context: Context) => Promise<Response>;
/** With options of either kind. The compiler says what is missing by this one: it is the last. */
export function handler<Context extends unknown[] = unknown[]>(
  options: {
    config: TicketSupplierOptions | ((...context: Context) => MaybePromise<TicketSupplierOptions>);
  } & (StoredHandlerOptions<Context> | StorelessHandlerOptions<Context>),
): OrderHandler<Context> | ((request: Request, ...context: Context) => Promise<Response>);
export function handler(options: object): Endpoint {
  return endpoint((settings) => new TicketReceiver(settings), TICKET, options);
}
