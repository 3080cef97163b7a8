// A handler that keeps ride orders: each push is recorded before it is answered, and the user's functions hear of it afterwards.

import { invalid } from "./configuration.js";
import { NEUTRAL_DESCRIBE } from "./errors.js";
import { isResponse } from "./http.js";
import { ResultCode } from "./ride-codes.js";
import { checkOptions } from "./ride-orders.js";

/** The pushes that are facts of an order. */
const ORDER_PUSHES = ["capacityOffered", "orderChanged", "refunded"];

/** @param {Promise<unknown>} working @param {any[]} context of Cloudflare or Vercel */
function platformWaitUntil(working, ...context) {
  context.find((one) => typeof one?.waitUntil === "function")?.waitUntil(working);
}

/**
 * @param {any} options of the handler
 * @returns {import("./handler.js").Desk}
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
    record,
    reports,
    ...functions
  } = options;
  if (record !== undefined) invalid("record", "pushes of rides are not recorded in a trace");
  const shared = { send, pay, chooseDriver, limits, deadlineMs, waitUntil };
  // What is wrong is said at once, and not at the first push.
  checkOptions(typeof store === "function" ? undefined : store, shared);
  /** @param {any} client @param {any[]} context */
  const ordersFor = async (client, context) =>
    client.ordersOf(typeof store === "function" ? await store(...context) : store, { ...shared, reports, context });

  /**
   * @param {any} client
   * @param {any} push
   * @param {any[]} context
   * @param {(error: unknown) => void} tell
   */
  const answer = async (client, push, context, tell) => {
    try {
      let recorded = {};
      // One that names no order is a fact of none, and is reported as such.
      if (push.type !== "orderChanged" || push.body.mtOrderId || push.body.channelPartnerOrderId) {
        const { reason, ...facts } = await (await ordersFor(client, context)).receive(push);
        if (reason !== undefined) invalid("store", `the order that was loaded is another one: ${reason}`);
        recorded = facts;
      }
      const result = await functions[push.type]?.(Object.assign(push, recorded), ...context);
      return isResponse(result) ? result : push.ok();
    } catch (error) {
      tell(error);
      return push.fail(ResultCode.SYSTEM_ERROR, NEUTRAL_DESCRIBE);
    }
  };

  /** @param {any} client @param {string} orderId @param {any[]} context */
  const settle = async (client, orderId, context) => (await ordersFor(client, context)).settle(orderId);

  return {
    functions,
    serves: (type) => ORDER_PUSHES.includes(type),
    receive: (client, request) => client.receive(request),
    answer,
    settle,
  };
}
