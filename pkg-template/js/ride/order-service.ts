// A handler that keeps ride orders: each push is recorded before it is answered, and the user's functions receive it afterwards.

import { ResultCode } from "../generated/ride-codes.js";
import { interfaces } from "../generated/ride-messages.js";
import { systemFailure } from "../generated/texts.js";
import type { Arrival, OrderService } from "../handler/endpoint.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import { replyWith } from "../handler/returned.js";
import { STORE_LIMIT } from "../handler/store-answers.js";
import { isResponse } from "../http/fetch.js";
import { platformWaitUntil } from "../runtime/keep-alive.js";
import { endsInTime, steady } from "../runtime/time-limits.js";
import { invalid } from "../values/faults.js";
import { ownOf } from "../values/options.js";
import type { RideHandlerEvents, RideHandlerFunctions } from "./functions.js";
import type { RideOrderHooks } from "./hooks.js";
import type { RidePushName } from "./interfaces.js";
import type { AboutOrder, RideOrdersOptions, RideRecorded } from "./orders.js";
import type { RideReceiver } from "./receiver.js";
import type { RideOrderStore } from "./store.js";
import { checkOptions, type StoredRideOrders } from "./stored-orders.js";

/** The store of a handler's orders, and its functions for them. */
export interface RideStoreOptions<Context extends unknown[] = unknown[]> extends RideOrdersOptions<Context> {
  /** The store of orders, or a function of the platform's context. */
  store: RideOrderStore | ((...context: Context) => MaybePromise<RideOrderStore>);
}

/**
 * A handler with a store. Pushes are recorded before they are answered, and one that cannot be is answered as a failure, so that
 * Meituan pushes it again. The functions of pushes run after that, with what became of the push, and need not be there.
 */
export type RideOrderHandlerOptions<Context extends unknown[] = unknown[]> = RideStoreOptions<Context> & {
  [Name in AboutOrder<RidePushName>]?: (
    push: Parameters<NonNullable<RideHandlerFunctions<Context>[Name]>>[0] &
      // An event may name no order.
      (Name extends "orderChanged" ? Partial<RideRecorded> : RideRecorded),
    ...context: Context
    // biome-ignore lint/suspicious/noConfusingVoidType: it is what a function returns that has nothing to say
  ) => MaybePromise<Response | undefined | void>;
} & Pick<RideHandlerFunctions<Context>, "otherPush"> &
  Pick<RideHandlerEvents<Context>, "fallback"> &
  RideOrderHooks;

/** A handler that keeps ride orders. */
export interface RideOrderHandler<Context extends unknown[] = unknown[]> {
  (request: Request, ...context: Context): Promise<Response>;
  /**
   * Does what is next about an order, if it is due: queries it, confirms the driver that is chosen, has what is owed paid and
   * Meituan notified, repeats a cancellation without an answer; each within Meituan's limits, and claimed in the store first, so
   * that one process alone does it. Returns when it is due again. Call it when the store's `due` says so, and after
   * pushes.
   */
  settle(orderId: string, ...context: Context): Promise<number | undefined>;
}

/** @param options of the handler */
export function rideOrderService(options: any): OrderService {
  const {
    store,
    send,
    pay,
    chooseDriver,
    limits,
    deadlineMs,
    waitUntil = platformWaitUntil,
    reports,
    ...own
  } = ownOf(options, "options");
  const functions = ownOf(own, "options");
  const shared = { send, pay, chooseDriver, limits, deadlineMs, waitUntil };
  // Errors are thrown at once, and not at the first push.
  checkOptions(typeof store === "function" ? undefined : store, shared);
  /** @param until by the steady clock */
  const ordersFor = async (receiver: RideReceiver, context: unknown[], until: number): Promise<StoredRideOrders> => {
    const found = typeof store === "function" ? await endsInTime(store(...context), until, "store") : store;
    return receiver.ordersOf(found, { ...shared, reports, context });
  };

  const answer = async (
    receiver: RideReceiver,
    push: any,
    context: unknown[],
    reportError: (error: unknown) => void,
    { began, until }: Arrival,
  ) => {
    try {
      let recorded = {};
      // One that names no order is a fact of none, and is reported as such.
      if (push.type !== "orderChanged" || push.body.mtOrderId || push.body.channelPartnerOrderId) {
        const { reason, ...facts } = await (await ordersFor(receiver, context, until)).receive(push, began);
        if (reason !== undefined)
          invalid("store", `the order that was loaded is another one: ${reason}`, `读出的是另一个订单：${reason}`);
        recorded = facts;
      }
      // It is recorded already; a caller that waits for the answer does not wait for ever. Meituan pushes again.
      const acting = functions[push.type]?.(Object.assign(push, recorded), ...context);
      const result = await endsInTime(acting, until, push.type);
      return isResponse(result) ? result : push[replyWith](result);
    } catch (error) {
      reportError(error);
      return push.fail(ResultCode.SYSTEM_ERROR, systemFailure);
    }
  };

  const settle = async (receiver: RideReceiver, orderId: string, context: unknown[]) =>
    (await ordersFor(receiver, context, steady() + STORE_LIMIT)).settle(orderId);

  return {
    functions,
    serves: (type) => interfaces.some(({ name, order }) => order && name === type),
    receive: (receiver, request, { until }) => receiver.receive(request, { until }),
    answer,
    settle,
  };
}
