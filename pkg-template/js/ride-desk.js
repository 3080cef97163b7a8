// A handler that keeps ride orders: each push is recorded before it is answered, and the user's functions hear of it afterwards.

import { invalid } from "./configuration.js";
import { MeituanError, NEUTRAL_DESCRIBE } from "./errors.js";
import { isResponse } from "./http.js";
import { ResultCode } from "./ride-codes.js";
import { warnings as warningRows } from "./ride-tables.js";

/** @typedef {import("./ride-order.js").RideHandlerHooks} Hooks */

/** The pushes that are facts of an order. */
const ORDER_PUSHES = ["capacityOffered", "orderChanged", "refunded"];

/**
 * What a listener does must not change a reply, nor keep it waiting.
 * @param {((what: any, about: any) => unknown) | undefined} listener
 * @param {unknown} what
 * @param {object} about
 */
function inform(listener, what, about) {
  const log = (/** @type {unknown} */ error) => console.error(error);
  try {
    Promise.resolve(listener?.(what, about)).catch(log);
  } catch (failed) {
    log(failed);
  }
}

/** @type {NonNullable<Hooks["onConflict"]>} */
const logConflicts = (conflicts, { orderId }) => console.warn(`ride ${orderId} has a conflict: ${conflicts.join(", ")}`);

/** @type {NonNullable<Hooks["onError"]>} */
const logError = (error, about) => console.error(about, error);

/**
 * Who hears of what, as orders want it.
 * @param {Hooks} hooks
 */
export const hooksOf = ({ onConflict = logConflicts, onWarning, onError = logError }) => ({
  tell: (/** @type {unknown} */ error, /** @type {object} */ about) => inform(onError, error, about),
  onConflict: (/** @type {unknown} */ conflicts, /** @type {object} */ about) => inform(onConflict, conflicts, about),
  onWarning: (/** @type {string[]} */ words, /** @type {object} */ about) =>
    inform(
      onWarning,
      warningRows.filter(({ word }) => words.includes(word)),
      about,
    ),
});

/** @param {Promise<unknown>} working @param {any[]} context of Cloudflare or Vercel */
function platformWaitUntil(working, ...context) {
  context.find((one) => typeof one?.waitUntil === "function")?.waitUntil(working);
}

/**
 * @param {any} options of the handler
 * @param {Hooks} hooks
 * @returns {import("./handler.js").Desk}
 */
export function rideDesk(options, hooks) {
  const { store, send, pay, chooseDriver, limits, deadlineMs, waitUntil = platformWaitUntil, record, onConflict, ...functions } = options;
  if (record !== undefined) invalid("record", "pushes of rides are not recorded in a trace");
  const shared = { send, pay, chooseDriver, limits, deadlineMs, waitUntil };
  /** @param {any} client @param {any[]} context */
  const ordersFor = async (client, context) => {
    const own = typeof store === "function" ? await store(...context) : store;
    return client.orders(own, { ...shared, ...hooks, onConflict, context });
  };

  /**
   * @param {any} client
   * @param {any} push
   * @param {any[]} context
   * @param {(error: unknown) => void} tell
   */
  const answer = async (client, push, context, tell) => {
    const failure = (/** @type {unknown} */ error) => {
      tell(error);
      return push.fail(ResultCode.SYSTEM_ERROR, NEUTRAL_DESCRIBE);
    };
    let recorded = {};
    // One that names no order is a fact of none, and is reported as such.
    if (push.body.mtOrderId || push.body.channelPartnerOrderId) {
      try {
        const { reason, ...facts } = await (await ordersFor(client, context)).receive(push);
        if (reason !== undefined) return failure(new MeituanError("STORE_CONTENDED", { path: "store", detail: reason }));
        recorded = facts;
      } catch (error) {
        return failure(error);
      }
    }
    const result = await functions[push.type]?.(Object.assign(push, recorded), ...context);
    return isResponse(result) ? result : push.ok();
  };

  /** @param {any} client @param {string} orderId @param {any[]} context */
  const settle = async (client, orderId, context) => (await ordersFor(client, context)).settle(orderId);

  return { functions, serves: (type) => ORDER_PUSHES.includes(type), answer, settle };
}
