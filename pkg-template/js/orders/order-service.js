// A handler that keeps orders: what the order service (src/ticket/service) asks for is done by the user's store and functions.

import { endJob } from "../boundary/jobs.js";
import { beginJob, checkedService, openOrderSupplier, openService, receiveOrderCall } from "../boundary/ticket-orders.js";
import { MeituanError } from "../errors/error.js";
import { Delivery } from "../generated/ticket-codes.js";
import { calls } from "../generated/ticket-messages.js";
import { STORE_LIMIT } from "../handler/store-answers.js";
import { asResponse, noReply, Reply } from "../http/reply.js";
import { keepAlive, platformWaitUntil } from "../runtime/keep-alive.js";
import { endsInTime, steady } from "../runtime/time-limits.js";
import { exchangeOf } from "../ticket/exchange.js";
import { duration } from "../values/arguments.js";
import { invalid } from "../values/faults.js";
import { functions as checked, func, storeOf } from "../values/functions.js";
import { ownOf } from "../values/options.js";
import { drive } from "./driver.js";
import { unsentNotice } from "./explanation.js";
import { reportSaved } from "./reports.js";
import { functionEnd, taskOf } from "./task.js";

/**
 * @typedef {import("../boundary/jobs.js").Begun} Begun
 * @typedef {import("./driver.js").Doer} Doer
 * @typedef {import("./driver.js").Tell} Tell
 * @typedef {import("../ticket/receiver.js").TicketReceiver} TicketReceiver
 */

/** To a pay notice: accepted, or still being processed. */
const PROCESSING = 300;

/**
 * @param {any} options of the handler
 * @returns {import("../handler/endpoint.js").Desk}
 */
export function orderDesk(options) {
  const {
    store,
    orders: settings,
    deadlineMs,
    waitUntil = platformWaitUntil,
    send,
    record,
    reports,
    ...own
  } = ownOf(options, "options");
  const functions = ownOf(own, "options");
  // Without these there is nothing to keep.
  for (const { name, work } of calls) {
    if (work !== "needed") continue;
    func(functions[name], name, "a function, as a handler with a store needs it", "函数（带 store 的 handler 必须提供）");
  }
  if (functions.orderQuery !== undefined) {
    invalid("orderQuery", "with a store, queries are answered from it", "带 store 时，查询由 store 中的订单应答，无需该函数");
  }
  if (deadlineMs !== undefined) duration(deadlineMs, "deadlineMs");
  checked({ waitUntil, send });
  // What is wrong is said at once, and not at the first call.
  if (typeof store !== "function") storeOf(store);
  let number = checkedService(settings, deadlineMs);
  const numbersOf = (/** @type {TicketReceiver} */ receiver) => {
    number ??= openService(settings ?? {}, deadlineMs);
    return { supplier: receiver.configuration.orderNumber(openOrderSupplier), service: number };
  };
  let knowsOfSend = send !== undefined;
  /**
   * Says once that nobody sends what is owed to Meituan.
   * @param {import("./types.js").TicketOrder | undefined} order
   * @param {Tell} tell
   * @param {number} now
   */
  const noteUnsent = (order, tell, now) => {
    const unsent = knowsOfSend ? undefined : unsentNotice(order, now);
    if (unsent === undefined) return;
    knowsOfSend = true;
    const detail = {
      en: "notices are due, and nobody sends them: give the handler this function, or send what pendingNotices lists",
      zh: "有通知到期却无人发送：请为 handler 提供该函数，或自行发送 pendingNotices 列出的通知",
    };
    tell(new MeituanError("INVALID_CONFIG", { path: "send", detail }), { call: unsent.name, key: unsent.id });
  };
  /** The first step of what was received. @type {WeakMap<object, Begun>} */
  const begun = new WeakMap();

  /**
   * @param {TicketReceiver} receiver
   * @param {string} orderId
   * @param {any[]} context
   * @param {Tell} tell
   * @param {number} until by the steady clock
   * @param {any} [call] that is answered
   * @returns {Promise<Doer>}
   */
  const doerFor = async (receiver, orderId, context, tell, until, call) => {
    const { configuration } = receiver;
    const found = typeof store === "function" ? await endsInTime(store(...context), until, "store") : store;
    /** @type {Doer} */
    const doer = {
      orderId,
      store: storeOf(found),
      clock: configuration.clock,
      saved: (save, where) => reportSaved(reports, save, { orderId, ...(call && { call: call.type }), ...where }),
      tell,
      supplier: numbersOf(receiver).supplier,
      run: ({ call: name, key, request, counts }, order) => {
        const task = taskOf(configuration, name, request ?? call.body, { attemptKey: key, order, counts });
        return functionEnd(functions[name], task, context, (error) => tell(error, { call: name, key }));
      },
      send: (notice, until) => deliver(receiver, doer, notice, until, context, tell),
      keep: (working) => void keepAlive(waitUntil, working, context, tell),
    };
    return doer;
  };

  /**
   * Sends a notice, and records what came of it. Past its time limit nothing is begun, and what was begun is aborted: it could
   * arrive when somebody else has sent newer content.
   * @param {TicketReceiver} receiver
   * @param {Doer} doer
   * @param {import("../generated/messages.js").Notice} notice
   * @param {number} until by the steady clock
   * @param {any[]} context
   * @param {Tell} tell
   */
  const deliver = async (receiver, doer, { id, name, body, tries = 0 }, until, context, tell) => {
    const where = { call: name, key: id };
    const limit = new AbortController();
    /** What goes on with the recording. @type {Promise<unknown> | undefined} */
    let recording;
    const note = (/** @type {Promise<unknown>} */ noting) => {
      recording = endsInTime(noting, until, "record").catch((error) => tell(error, where));
    };
    /** @type {import("../generated/messages.js").Delivery} */
    let delivery = Delivery.LATER;
    try {
      if (steady() >= until) throw new MeituanError("TIMED_OUT", { path: "send" });
      const request = /** @type {any} */ (receiver.requests)[name](body, { now: doer.clock() });
      const sent = new Request(request.toRequest(), { signal: limit.signal });
      const response = await endsInTime(posted(sent, name, context, note), until, "send");
      const { code, describe, outcome } = /** @type {any} */ (await endsInTime(request.parseResponse(response), until, "send"));
      if (outcome === "accepted") delivery = Delivery.ACCEPTED;
      else {
        if (code === PROCESSING && name === "payNotice") delivery = Delivery.PROCESSING;
        tell(new MeituanError("REMOTE_REJECTED", { remoteCode: code, describe, retryable: true }), where);
      }
    } catch (error) {
      limit.abort();
      tell(error, where);
    }
    try {
      const ended = beginJob(
        numbersOf(receiver).service,
        doer.orderId,
        { noticeEnded: { id, tries, delivery } },
        false,
        doer.clock(),
      );
      await drive(ended, { ...doer, tell: undefined, saved: (save) => doer.saved(save, where) });
    } catch (error) {
      // Its claim runs out.
      tell(error, where);
    }
    // Whatever becomes of the recording, Meituan has answered.
    await recording;
  };

  /**
   * @param {Request} request
   * @param {string} call
   * @param {any[]} context
   * @param {(noting: Promise<unknown>) => void} note
   */
  const posted = async (request, call, context, note) => {
    if (record === undefined) return send(request, ...context);
    const [at, began, asked] = [Date.now(), steady(), request.clone()];
    const response = await send(request, ...context);
    const facts = { at, durationMs: Math.round(steady() - began), direction: /** @type {const} */ ("toMeituan"), call };
    const noting = async () => {
      const texts = await Promise.all([asked.text(), response.clone().text()]);
      const exchange = { ...facts, httpStatus: response.status, request: texts[0], response: texts[1] };
      await record(exchangeOf(exchange), ...context);
    };
    note(noting());
    return response;
  };

  return {
    functions,
    serves: (type) => calls.some(({ name, order }) => order && name === type),

    async receive(receiver, request, arrival) {
      /** @type {Begun | undefined} */
      let first;
      const call = await receiver.receive(
        request,
        arrival,
        (/** @type {string} */ head, /** @type {string | Uint8Array} */ body, /** @type {number} */ now) => {
          const received = receiveOrderCall(numbersOf(receiver), head, body, now, arrival.began);
          first = received.begun;
          return received;
        },
      );
      if (first) begun.set(call, first);
      return call;
    },

    forget(call) {
      const first = begun.get(call);
      if (first !== undefined) endJob(first.job);
    },

    async answer(receiver, call, context, tell, { isSeen = false }) {
      const first = /** @type {Begun} */ (begun.get(call));
      let doer;
      try {
        doer = await doerFor(receiver, call.body.orderId, context, tell, first.step.until, call);
      } catch (error) {
        endJob(first.job);
        throw error;
      }
      const { step, reply = "", warnings } = await drive(first, { ...doer, isReadOnly: isSeen });
      // What repeats by itself is told no failure, though one be recorded: Meituan's own repeat is.
      const isTold = !isSeen || calls.some(({ name, outcomes }) => name === call.type && outcomes.includes(step.code));
      if (step.then !== "reply" || !isTold) {
        if (step.why === "store-contended") tell(new MeituanError("STORE_CONTENDED", { path: "store" }));
        return noReply();
      }
      return asResponse(new Reply(step.code, reply, { encrypted: call.encrypted, warnings }));
    },

    async settle(receiver, orderId, context, tell) {
      let failure;
      const kept = (/** @type {unknown} */ error, /** @type {any} */ where) => {
        failure = error;
        tell(error, where);
      };
      const doer = await doerFor(receiver, orderId, context, kept, steady() + STORE_LIMIT);
      const settling = beginJob(numbersOf(receiver).service, orderId, undefined, send !== undefined, doer.clock());
      const { step, order } = await drive(settling, doer);
      noteUnsent(order, tell, doer.clock());
      if (step.then === "failed") throw failure ?? new MeituanError("STORE_CONTENDED", { path: "store" });
      return step.due;
    },
  };
}
