// Calls about an order, where the library keeps the order: the state machine decides, the user's functions act. What is
// saved when:
//
//  1. the call, as a reservation with an attempt key, before the user's function runs;
//  2. what the function did, with the notices that follow from it, before the reply leaves.
//
// A process that dies after 1 leaves an open attempt: whoever comes next after its lease runs the function again with the
// same key. One that dies after 2 has lost nothing but the reply, and a repeat of the call gets it.

import { Call, say } from "./call.js";
import { invalid } from "./configuration.js";
import { callIndex } from "./core.js";
import { MeituanError } from "./errors.js";
import { noReply } from "./http.js";
import { pause } from "./orders.js";
import { exchangeOf } from "./recorder.js";
import { Outcome } from "./ticket-codes.js";
import { calls } from "./ticket-messages.js";

/**
 * @typedef {import("./call.js").Said} Said
 * @typedef {import("./orders.js").Orders} Orders
 * @typedef {import("./orders.js").Tell} Tell
 */

/** The calls that are about an order. */
export const ORDER_CALLS = [
  "orderCreate",
  "orderPay",
  "orderQuery",
  "orderRefund",
  "orderClose",
  "orderRefunded",
  "orderReschedule",
];
/** Without these functions there is nothing to keep. */
const NEEDED = ["orderCreate", "orderPay", "orderRefund"];
/** Where the done function's reply stands in the event. */
const REPLY_FIELDS = new Map([
  ["orderCreate", "created"],
  ["orderPay", "paid"],
  ["orderReschedule", "rescheduled"],
]);

/** Meituan waits 20 s for create and 60 s for the others (acceptance manual, part five); the reply has to get there, too. */
const CREATE_DEADLINE = 15_000;
const DEADLINE = 25_000;
const MAX_PAUSE = 500;
/** Where the function was late, so long may the store take to record that. */
const GRACE = 2_000;

/** How a function's work ended, as the event wants it. */
export class Ended {
  /** @param {object} event */
  constructor(event) {
    this.event = event;
  }
}

/**
 * @param {any} options of the handler
 * @param {(supplier: any, name: string, body: any, facts: { attemptKey: string, order: any, counts: any }) => any} taskFor
 * @returns {import("./handler.js").Desk}
 */
export function orderDesk(options, taskFor) {
  const { store, orders: settings, deadlineMs = DEADLINE, waitUntil = platformWaitUntil, send, record, ...others } = options;
  const { reports, ...functions } = others;
  for (const name of NEEDED) if (typeof functions[name] !== "function") invalid(name, "a handler with a store needs this function");
  if (functions.orderQuery !== undefined) invalid("orderQuery", "with a store, queries are answered from it");
  if (typeof deadlineMs !== "number" || !(deadlineMs > 0)) invalid("deadlineMs", "expected a number of milliseconds");
  for (const [name, value] of Object.entries({ waitUntil, send })) {
    if (value !== undefined && typeof value !== "function") invalid(name, "expected a function");
  }

  /**
   * @param {any} supplier
   * @param {any[]} context
   */
  const ordersFor = async (supplier, context) =>
    supplier.orders(typeof store === "function" ? await store(...context) : store, settings, reports);

  /**
   * Runs the user's function, and records how it ended.
   * @param {Orders} orders
   * @param {any} supplier
   * @param {{ call: string, key: string, body: any, order: any, counts: any }} run
   * @param {any[]} context
   * @param {Tell} tell
   * @param {() => void} [ended] called when the function has ended, and that is not recorded yet
   */
  const work = async (orders, supplier, { call: name, key, body, order, counts }, context, tell, ended) => {
    let event;
    try {
      // An unusable result is reported separately: the function ended, and runs again.
      event = await functionEnd(functions[name], taskFor(supplier, name, body, { attemptKey: key, order, counts }), context);
    } catch (error) {
      // It may have acted before it threw.
      tell(error, { call: name, key });
      event = { outcome: unusable.has(/** @type {object} */ (error)) ? Outcome.UNUSABLE : Outcome.UNKNOWN };
    }
    ended?.();
    return orders.apply(order.orderId, /** @type {any} */ ({ attemptEnded: { key, ...event } }));
  };

  /**
   * The reply to a call about an order.
   * @param {any} supplier
   * @param {Call<Response>} call
   * @param {any[]} context
   * @param {Tell} tell
   * @returns {Promise<Response>}
   */
  const answer = async (supplier, call, context, tell) => {
    const { orderId } = call.body;
    const started = Date.now();
    const isCreate = call.type === "orderCreate" || call.type === "orderReschedule";
    const timeLimit = isCreate ? Math.min(CREATE_DEADLINE, deadlineMs) : deadlineMs;
    const deadline = started + timeLimit;
    try {
      const orders = await ordersFor(supplier, context);
      for (let wait = 20; ; wait = Math.min(2 * wait, MAX_PAUSE)) {
        const event = /** @type {any} */ ({ [call.type]: call.body });
        const { reply, run, order, counts } = await orders.apply(orderId, event, { deadline });
        if (reply) return say(call, reply, order?.quantity);
        if (run) {
          const begin = (/** @type {() => void} */ ended) =>
            work(orders, supplier, { ...run, body: call.body, order, counts }, context, tell, ended);
          return await inTime(orders, call, run.key, begin, deadline, context, tell);
        }
        // Somebody else is at it, and there is no reply that would be true yet.
        if (Date.now() + wait > deadline) return noReply();
        await pause(wait);
      }
    } catch (error) {
      // The store is out of reach. What is true of the order is not known, so nothing is said.
      tell(error);
      return noReply();
    }
  };

  /**
   * Past the deadline Meituan is told that the result comes later, and the work goes on.
   * @param {Orders} orders
   * @param {Call<Response>} call
   * @param {string} key
   * @param {(ended: () => void) => Promise<any>} begin
   * @param {number} deadline
   * @param {any[]} context
   * @param {Tell} tell
   */
  const inTime = async (orders, call, key, begin, deadline, context, tell) => {
    const { orderId } = call.body;
    const unknown = /** @type {any} */ ({ attemptEnded: { key, outcome: Outcome.UNKNOWN } });
    const ends = () => orders.apply(orderId, unknown, { deadline: Math.max(deadline, Date.now()) + GRACE });
    let hasEnded = false;
    const said = (/** @type {any} */ ended) => (ended.reply ? say(call, ended.reply, ended.order?.quantity) : noReply());
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    try {
      const working = begin(() => {
        hasEnded = true;
      });
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, deadline - Date.now(), undefined);
      });
      let ended = await Promise.race([working, late]);
      if (ended === undefined) {
        waitUntil(
          working.catch((error) => tell(error, { key })),
          ...context,
        );
        // The function has ended, and the store hangs: what is true is not known, and 598 would not be.
        if (hasEnded) {
          tell(new MeituanError("TIMED_OUT", { path: "store.save" }), { key });
          return noReply();
        }
        ended = await ends();
      }
      return said(ended);
    } catch (error) {
      // The function has begun, and whether what it did was recorded is not known. That the result comes later may only be
      // said where it is saved that it was said: no notice would follow otherwise.
      tell(error, { key });
      return said(await ends());
    } finally {
      clearTimeout(timer);
    }
  };

  /**
   * @param {Request} request
   * @param {string} call
   * @param {any[]} context
   */
  const posted = async (request, call, context) => {
    if (record === undefined) return send(request, ...context);
    const at = Date.now();
    const body = await request.clone().text();
    const response = await send(request, ...context);
    const durationMs = Date.now() - at;
    const facts = { at, durationMs, direction: /** @type {const} */ ("toMeituan"), call, httpStatus: response.status };
    await record(exchangeOf({ ...facts, request: body, response: await response.clone().text() }), ...context);
    return response;
  };

  /**
   * Does what is due about an order: functions that broke off, refunds that count as agreed, notices.
   * @param {any} supplier
   * @param {string} orderId
   * @param {any[]} context
   * @param {Tell} tell
   * @returns {Promise<number | undefined>} when something is due again
   */
  const settle = async (supplier, orderId, context, tell) => {
    const orders = await ordersFor(supplier, context);
    /** @param {() => Promise<unknown>} act @param {{ key?: string }} [about] */
    const attempt = async (act, about) => {
      try {
        await act();
      } catch (error) {
        // The rest of what is due is done all the same.
        tell(error, about);
      }
    };
    const { brokenOff = [] } = await orders.apply(orderId, { timePassed: {} });
    for (const key of brokenOff) {
      await attempt(
        async () => {
          const { run, order, counts } = await orders.apply(orderId, { takeOver: { key } });
          if (run) await work(orders, supplier, { ...run, body: run.request, order, counts }, context, tell);
        },
        { key },
      );
    }
    const post = (/** @type {Request} */ request, /** @type {string} */ name) => posted(request, name, context);
    if (send) await attempt(() => orders.deliver(orderId, post, tell));
    const { due } = await orders.apply(orderId, { timePassed: {} });
    return due;
  };

  return { functions, serves: (type) => ORDER_CALLS.includes(type), answer, settle };
}

/**
 * What the function did, as an event.
 * @param {Function | undefined} act
 * @param {any} call
 * @param {any[]} context
 */
async function functionEnd(act, call, context) {
  // Messages need no function, and what Meituan may only ask for where it is served is refused.
  if (act === undefined) {
    if (call.type !== "orderReschedule") return { outcome: Outcome.DONE };
    return { outcome: Outcome.REFUSED, describe: "接口未实现" };
  }
  const result = await act(call, ...context);
  const ended = result instanceof Ended ? result : call.ok(result);
  return ended.event;
}

/**
 * What `ok` and the others have thrown in a user's function.
 * @type {WeakSet<object>}
 */
const unusable = new WeakSet();

/**
 * A call for a user's function: its replies are not sent, but recorded.
 * @param {any} configuration
 * @param {string} name
 * @param {any} body
 * @param {{ attemptKey: string, order: any, counts: any }} facts
 */
export function taskOf(configuration, name, body, { attemptKey, order, counts }) {
  const index = /** @type {number} */ (callIndex(name));
  const { clock, partnerId } = configuration;
  /** @param {unknown} _ @param {Said} said */
  const finish = (_, { code, describe, body }) => {
    const { outcomes, pending } = calls[index];
    if (code === pending) return new Ended({ outcome: Outcome.PENDING });
    if (!outcomes.includes(code)) return new Ended({ outcome: Outcome.REFUSED, code, describe });
    const field = REPLY_FIELDS.get(name);
    return new Ended({ outcome: Outcome.DONE, ...(field ? { [field]: body } : {}) });
  };
  const facts = { warnings: [], encrypted: false, receivedAt: clock(), clock, finish };
  // Replies repeat the order's number as we know it, and are counted against its tickets.
  const known = { ...body, partnerOrderId: body.partnerOrderId || order.partnerOrderId };
  const call = new Call(configuration, index, { partnerId, body: known }, facts);
  const ok = call.ok.bind(call);
  /** @param {Parameters<typeof ok>} reply */
  const checked = (...reply) => {
    try {
      return ok(...reply);
    } catch (error) {
      unusable.add(/** @type {object} */ (error));
      throw error;
    }
  };
  return Object.assign(call, { ok: checked, attemptKey, order, counts });
}

/**
 * Cloudflare's and Vercel's contexts have this function.
 * @param {Promise<unknown>} working
 * @param {any[]} context
 */
export function platformWaitUntil(working, ...context) {
  context.find((one) => typeof one?.waitUntil === "function")?.waitUntil(working);
}
