// The supplier: receives Meituan's calls, signs the notices to Meituan.

import { type Endpoint, only, serve } from "../handler/endpoint.js";
import type { OrderHooks } from "../handler/hooks.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import { Reports } from "../handler/reports.js";
import { heard, listOf } from "../handler/store-answers.js";
import type { IncomingRequest, ReceiveOptions } from "../http/incoming.js";
import type { Reply, TicketResponse } from "../http/reply.js";
import type { OrderHandler } from "../orders/order-service.js";
import type { Orders, PendingNotice } from "../orders/orders.js";
import type { OrderStore } from "../orders/store.js";
import { StoredOrders } from "../orders/stored-orders.js";
import type { TicketOrderSettings } from "../orders/transition.js";
import { invalid } from "../values/faults.js";
import { hasFunction } from "../values/functions.js";
import { TICKET } from "./api.js";
import type { Call } from "./call.js";
import type { SupplierCallName } from "./calls.js";
import type { TicketSupplierOptions } from "./configuration.js";
import type { StoredHandlerOptions, StorelessHandlerOptions } from "./handler-options.js";
import { type ObserveOptions, observe } from "./observer.js";
import { TicketReceiver } from "./receiver.js";
import type { TicketRequests } from "./requests.js";

/**
 * A supplier: receives Meituan's calls, signs the notices to Meituan. Wrong options throw `INVALID_CONFIG` with their path.
 *
 * @example
 * const mt = new TicketSupplier({ partnerId, clientId, clientSecret, routes: { "/mt/order/create": "orderCreate" } });
 * const call = await mt.receive(request);
 * if (call.type === "orderCreate") return call.ok({ partnerOrderId: await book(call.body) });
 */
export class TicketSupplier {
  declare readonly requests: TicketRequests;
  #receiver: TicketReceiver;

  constructor(options: TicketSupplierOptions) {
    this.#receiver = new TicketReceiver(options);
    this.requests = this.#receiver.requests;
  }

  /** Our number at Meituan. */
  get partnerId(): number {
    return this.#receiver.configuration.partnerId;
  }

  /** The call that a URL is registered for. */
  callFor(url: string): SupplierCallName | undefined {
    return this.#receiver.callFor(url);
  }

  /**
   * Authenticates and reads a call. One that is not taken throws a `MeituanError`; answer it with the error's
   * `toReply()`. The signature covers method, URI and Date, not the body: authenticated is not untampered.
   */
  receiveSync(request: IncomingRequest, options?: ReceiveOptions): Call<Reply> {
    return this.#receiver.receiveSync(request, options);
  }

  /**
   * The same for a Fetch request. The head is judged first: of a caller who is not authenticated nothing is read.
   * Then its body is read, once, no further than `maxBodyBytes` and no longer than `bodyTimeoutMs`.
   */
  receive(request: Request, options?: ReceiveOptions): Promise<Call<TicketResponse>> {
    return this.#receiver.receive(request, options);
  }

  /** The failure envelope of the URL's call, for whatever else went wrong. */
  failFor(url: string, describe: string): Reply {
    return this.#receiver.failFor(url, describe);
  }

  /** The orders in a store: for what happens at the supplier, such as entries, decisions about refunds, late issues. */
  orders(store: OrderStore, settings?: TicketOrderSettings, hooks?: OrderHooks): Orders {
    const { clock } = this.#receiver.configuration;
    return new StoredOrders(this.requests, store, { settings, clock, reports: Reports.from(hooks) });
  }

  /** The notices that Meituan has not accepted yet: of one order, or of all orders in which the store says that something is due. */
  async pendingNotices(store: OrderStore, orderId?: string): Promise<PendingNotice[]> {
    const orders = this.orders(store);
    if (orderId !== undefined) return orders.pendingNotices(orderId);
    if (!hasFunction(store, "due"))
      invalid("store", "say which order, or give the store a function due(now)", "请指明订单，或为 store 提供函数 due(now)");
    const due = listOf(await heard(store.due(this.#receiver.configuration.clock()), "due"), "due");
    const notices = await Promise.all(due.map((id) => orders.pendingNotices(id)));
    return notices.flat();
  }

  /**
   * Looks over the shoulder of an existing handler: what it answers or throws goes out unchanged, whatever cannot be looked at, and `report` receives afterwards what
   * this library finds in the call and in the reply, with the exchange for a trace.
   */
  observe<Context extends unknown[]>(
    existing: (request: Request, ...context: Context) => MaybePromise<Response>,
    options: ObserveOptions<Context>,
  ): (request: Request, ...context: Context) => Promise<Response> {
    return observe(this.#receiver, existing, options);
  }

  /** An endpoint with this supplier that keeps orders: see {@link handler}. */
  handler<Context extends unknown[] = unknown[]>(options: StoredHandlerOptions<Context>): OrderHandler<Context>;
  /** An endpoint with this supplier: see {@link handler}. */
  handler<Context extends unknown[] = unknown[]>(
    options: StorelessHandlerOptions<Context>,
  ): (request: Request, ...context: Context) => Promise<Response>;
  /** With options of either kind. The compiler says what is missing by this one: it is the last. */
  handler<Context extends unknown[] = unknown[]>(
    options: StoredHandlerOptions<Context> | StorelessHandlerOptions<Context>,
  ): OrderHandler<Context> | ((request: Request, ...context: Context) => Promise<Response>);
  handler(options: object): Endpoint {
    return serve(
      only(() => this.#receiver),
      TICKET,
      options,
    );
  }
}
