// A whole endpoint of the ticket API.

import { type Api, type Endpoint, endpoint } from "../handler/endpoint.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import type { OrderHandler } from "../orders/order-service.js";
import { TICKET } from "./api.js";
import type { TicketSupplierOptions } from "./configuration.js";
import type { SeveralStored, StoredHandlerOptions, StorelessHandlerOptions } from "./handler-options.js";
import { PartnerReceivers, type PartnersOptions } from "./partners.js";
import { TicketReceiver } from "./receiver.js";

/** A supplier of its own, as `TicketSupplier` is, has no others beside it. */
const SEVERAL: Api = {
  ...TICKET,
  several: ({ partners, routes, headerNames, partnersCache, ...others }: any) => ({
    receivers: new PartnerReceivers({ partners, routes, headerNames, partnersCache }),
    others,
  }),
};

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
    partners?: undefined;
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
    partners?: undefined;
  } & StorelessHandlerOptions<Context>,
): (request: Request, ...context: Context) => Promise<Response>;
/**
 * A whole endpoint for several partners that keeps their orders, each under `"<partnerId>:<orderId>"`. Its `store` may be a function
 * of the partner's number and the platform's context.
 */
export function handler<Context extends unknown[] = unknown[]>(
  options: PartnersOptions<Context> & { config?: undefined } & SeveralStored<Context>,
): OrderHandler<Context>;
/**
 * A whole endpoint for several partners at one address: `partners` returns the settings of the one that a call names, and
 * `call.partnerId` says which that is. A number that it does not know, and a wrong signature, are refused alike.
 *
 * @example
 * handler({ routes, partners: (partnerId: number, env: Env) => accountOf(env, partnerId), orderCreate, orderPay });
 */
export function handler<Context extends unknown[] = unknown[]>(
  options: PartnersOptions<Context> & { config?: undefined } & StorelessHandlerOptions<Context>,
): (request: Request, ...context: Context) => Promise<Response>;
/** With options of either kind. The compiler says what is missing by this one: it is the last. */
export function handler<Context extends unknown[] = unknown[]>(
  options: {
    config: TicketSupplierOptions | ((...context: Context) => MaybePromise<TicketSupplierOptions>);
    partners?: undefined;
  } & (StoredHandlerOptions<Context> | StorelessHandlerOptions<Context>),
): OrderHandler<Context> | ((request: Request, ...context: Context) => Promise<Response>);
export function handler(options: object): Endpoint {
  return endpoint((settings) => new TicketReceiver(settings), SEVERAL, options);
}
