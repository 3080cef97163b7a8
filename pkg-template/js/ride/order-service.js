// A handler that keeps ride orders: each push is recorded before it is answered, and the user's functions hear of it afterwards.

import { ResultCode } from "../generated/ride-codes.js";
import { interfaces } from "../generated/ride-messages.js";
import { systemFailure } from "../generated/texts.js";
import { replyWith } from "../handler/returned.js";
import { STORE_LIMIT } from "../handler/store-answers.js";
import { isResponse } from "../http/fetch.js";
import { platformWaitUntil } from "../runtime/keep-alive.js";
import { endsInTime, steady } from "../runtime/time-limits.js";
import { invalid } from "../values/faults.js";
import { ownOf } from "../values/options.js";
import { checkOptions } from "./orders.js";

/**
 * @param {any} options of the handler
 * @returns {import("../handler/endpoint.js").Desk}
 */
export function rideDesk(options) {
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
  // What is wrong is said at once, and not at the first push.
  checkOptions(typeof store === "function" ? undefined : store, shared);
  /** @param {any} client @param {any[]} context @param {number} until by the steady clock */
  const ordersFor = async (client, context, until) => {
    const found = typeof store === "function" ? await endsInTime(store(...context), until, "store") : store;
    return client.ordersOf(found, { ...shared, reports, context });
  };

  /**
   * @param {any} client
   * @param {any} push
   * @param {any[]} context
   * @param {(error: unknown) => void} tell
   * @param {import("../handler/endpoint.js").Arrival} arrival
   */
  const answer = async (client, push, context, tell, { began, until }) => {
    try {
      let recorded = {};
      // One that names no order is a fact of none, and is reported as such.
      if (push.type !== "orderChanged" || push.body.mtOrderId || push.body.channelPartnerOrderId) {
        const { reason, ...facts } = await (await ordersFor(client, context, until)).receive(push, began);
        if (reason !== undefined)
          invalid("store", `the order that was loaded is another one: ${reason}`, `读出的是另一个订单：${reason}`);
        recorded = facts;
      }
      // It is recorded already; whoever waits for the answer does not wait for ever. Meituan pushes again.
      const acting = functions[push.type]?.(Object.assign(push, recorded), ...context);
      const result = await endsInTime(acting, until, push.type);
      return isResponse(result) ? result : push[replyWith](result);
    } catch (error) {
      tell(error);
      return push.fail(ResultCode.SYSTEM_ERROR, systemFailure);
    }
  };

  /** @param {any} client @param {string} orderId @param {any[]} context */
  const settle = async (client, orderId, context) => (await ordersFor(client, context, steady() + STORE_LIMIT)).settle(orderId);

  return {
    functions,
    serves: (type) => interfaces.some(({ name, order }) => order && name === type),
    receive: (client, request, { until }) => client.receive(request, { until }),
    answer,
    settle,
  };
}
