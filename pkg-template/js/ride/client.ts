// The enterprise's side: seals requests to Meituan, receives Meituan's pushes.

import { type Endpoint, only, serve } from "../handler/endpoint.js";
import { Reports } from "../handler/reports.js";
import type { RawBody } from "../http/bodies.js";
import type { HeadersInput } from "../http/headers.js";
import type { ReceiveOptions } from "../http/incoming.js";
import type { Reply, TicketResponse } from "../http/reply.js";
import { ownOf } from "../values/options.js";
import { RIDE } from "./api.js";
import type { RideClientOptions } from "./configuration.js";
import type { RideHandlerEvents, RideHandlerFunctions } from "./functions.js";
import type { RideOrderHooks } from "./hooks.js";
import type { RidePushName } from "./interfaces.js";
import type { RideOrderHandler, RideOrderHandlerOptions } from "./order-service.js";
import type { RideOrders, RideOrdersOptions } from "./orders.js";
import type { RidePush } from "./push.js";
import { RideReceiver } from "./receiver.js";
import type { RideRequests } from "./requests.js";
import type { RideOrderStore } from "./store.js";

/**
 * An enterprise: seals requests to Meituan, receives Meituan's pushes. Wrong options throw `INVALID_CONFIG` with their path.
 *
 * @example
 * const ride = new RideClient({ entId, accessKey, secretKey, routes: { "/meituan/event": "orderChanged" } });
 * const { mtOrderId } = await ride.requests.submitOrder(order).parseResponse(response);
 * const push = await ride.receive(request);
 * return push.ok();
 */
export class RideClient {
  declare readonly requests: RideRequests;
  #receiver: RideReceiver;

  constructor(options: RideClientOptions) {
    this.#receiver = new RideReceiver(options);
    this.requests = this.#receiver.requests;
  }

  /** Our number at Meituan, as digits. */
  get entId(): string {
    return this.#receiver.configuration.entId;
  }

  /** The push that a URL is registered for. */
  callFor(url: string): RidePushName | undefined {
    return this.#receiver.callFor(url);
  }

  /**
   * Opens and reads a push: a URL-encoded form, or JSON. A value that cannot be read and is not essential is left out and reported;
   * an event that names no order is accepted and reported (rule `event.some-order`). A refund or an offer at the path of events is
   * what its content says. One that is not accepted throws a `MeituanError`; answer it with the error's `toReply()`. Pushes are not
   * signed, and the encryption does not notice when blocks of it are exchanged: before anything that costs money, ask
   * `queryRealTimeOrder`.
   */
  receiveSync(
    request: { method?: string; url: string; headers?: HeadersInput; body: RawBody },
    options?: ReceiveOptions,
  ): RidePush<Reply> {
    return this.#receiver.receiveSync(request, options);
  }

  /**
   * The same for a Fetch request; reads its body, once, no further than `maxBodyBytes` and no longer than `bodyTimeoutMs`. A request
   * to any path but those of pushes is not read.
   */
  receive(request: Request, options?: ReceiveOptions): Promise<RidePush<TicketResponse>> {
    return this.#receiver.receive(request, options);
  }

  /** An endpoint with this client that keeps orders: see {@link handler}. */
  handler<Context extends unknown[] = unknown[]>(options: RideOrderHandlerOptions<Context>): RideOrderHandler<Context>;
  /** An endpoint with this client: see {@link handler}. */
  handler<Context extends unknown[] = unknown[]>(
    options: RideHandlerFunctions<Context> & RideHandlerEvents<Context> & { store?: undefined },
  ): (request: Request, ...context: Context) => Promise<Response>;
  handler(options: object): Endpoint {
    return serve(
      only(() => this.#receiver),
      RIDE,
      options,
    );
  }

  /** The orders in a store, for what happens beside pushes. */
  orders(store: RideOrderStore, options?: RideOrdersOptions & RideOrderHooks): RideOrders {
    const { onConflict, onWarning, onError, language, ...own } = ownOf(options ?? {}, "options");
    return this.#receiver.ordersOf(store, { ...own, reports: new Reports({ onConflict, onWarning, onError, language }) });
  }
}
