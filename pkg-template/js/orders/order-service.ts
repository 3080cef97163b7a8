// A handler that keeps orders: what the order service (src/ticket/service) asks for is done by the user's store and functions.

import { type Begun, endJob } from "../boundary/jobs.js";
import { beginJob, checkedService, openOrderSupplier, openService, receiveOrderCall } from "../boundary/ticket-orders.js";
import { MeituanError } from "../errors/error.js";
import type { Delivery as DeliveryCode, Notice } from "../generated/messages.js";
import { Delivery } from "../generated/ticket-codes.js";
import { calls } from "../generated/ticket-messages.js";
import type { OrderService } from "../handler/endpoint.js";
import type { OrderHooks } from "../handler/hooks.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import type { ReportError } from "../handler/reports.js";
import { STORE_LIMIT } from "../handler/store-answers.js";
import { asResponse, EnvelopeReply, noReply } from "../http/reply.js";
import { keepAlive, platformWaitUntil } from "../runtime/keep-alive.js";
import { endsInTime, steady } from "../runtime/time-limits.js";
import type { NoticeName } from "../ticket/calls.js";
import { exchangeOf } from "../ticket/exchange.js";
import { keyOf, partnerStore } from "../ticket/partner-store.js";
import type { TicketReceiver } from "../ticket/receiver.js";
import type { ParsedReply } from "../ticket/requests.js";
import { duration } from "../values/arguments.js";
import { invalid } from "../values/faults.js";
import { functions as checked, func, storeOf } from "../values/functions.js";
import { ownOf } from "../values/options.js";
import type { Snapshot } from "../values/snapshot.js";
import { type Doer, drive } from "./driver.js";
import { unsentNotice } from "./explanation.js";
import { reportSaved } from "./reports.js";
import type { OrderStore, TicketOrder } from "./store.js";
import { functionEnd, taskOf } from "./task.js";
import type { TicketOrderSettings } from "./transition.js";

/** Options of a handler that keeps orders, beside its functions. */
export interface OrderHandlerOptions<Context extends unknown[] = unknown[]>
  extends Pick<OrderHooks, "onConflict" | "onNoticeGivenUp"> {
  /** The store of orders, or a function of the platform's context. */
  store: OrderStore | ((...context: Context) => MaybePromise<OrderStore>);
  /** Settings of the order rules. */
  orders?: TicketOrderSettings | undefined;
  /**
   * Within how many milliseconds a call is answered, whatever hangs: 25,000 by default, of the 60 s that Meituan waits. Create, which
   * cannot be put off, has at most 15,000, of Meituan's 20 s; so have the settings, the store function and the body. The function of
   * pay or refund has a quarter less, at most 2 s less: then it is recorded that the work goes on, and Meituan is sent 598 or 602.
   */
  deadlineMs?: number | undefined;
  /** Keeps the platform alive for work past the deadline. By default the context's own `waitUntil`, where one has it. */
  waitUntil?: ((working: Promise<unknown>, ...context: Context) => void) | undefined;
  /** Sends a notice, as in `(request) => fetch(request)`. Without it `settle` sends none, and reports once that they are due. */
  send?: ((request: Request, ...context: Context) => Promise<Response>) | undefined;
}

/** A handler that keeps orders. */
export interface OrderHandler<Context extends unknown[] = unknown[]> {
  (request: Request, ...context: Context): Promise<Response>;
  /**
   * Does what is due about an order: sends its notices until Meituan accepts them, takes over functions that broke off,
   * reports deadlines that have passed, and lets refunds count as agreed. Call it when the store's `due` says so, and after the fact. Returns when it is due again.
   */
  settle(orderId: string, ...context: Context): Promise<number | undefined>;
}

/** @param options of the handler */
export function orderService(options: any): OrderService {
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
  // Errors are thrown at once, and not at the first call.
  if (typeof store !== "function") storeOf(store);
  let number = checkedService(settings, deadlineMs);
  const numbersOf = (receiver: TicketReceiver) => {
    number ??= openService(settings ?? {}, deadlineMs);
    return { supplier: receiver.configuration.inOrders(openOrderSupplier), service: number };
  };
  let knowsOfSend = send !== undefined;
  /** Says once that nobody sends what is owed to Meituan. */
  const noteUnsent = (order: Snapshot<TicketOrder> | undefined, reportError: ReportError, now: number) => {
    const unsent = knowsOfSend ? undefined : unsentNotice(order?.value, now);
    if (unsent === undefined) return;
    knowsOfSend = true;
    const detail = {
      en: "notices are due, and nobody sends them: give the handler this function, or send what pendingNotices lists",
      zh: "有通知到期却无人发送：请为 handler 提供该函数，或自行发送 pendingNotices 列出的通知",
    };
    reportError(new MeituanError("INVALID_CONFIG", { path: "send", detail }), { call: unsent.name, key: unsent.id });
  };
  /** The first step of what was received. */
  const begun = new WeakMap<object, Begun>();

  /**
   * @param until by the steady clock
   * @param call that is answered
   */
  const doerFor = async (
    receiver: TicketReceiver,
    orderId: string,
    context: unknown[],
    reportError: ReportError,
    until: number,
    call?: any,
  ): Promise<Doer> => {
    const { configuration } = receiver;
    const whose = receiver.isOneOf;
    const asked = whose === undefined ? context : [whose, ...context];
    const found = typeof store === "function" ? await endsInTime(store(...asked), until, "store") : store;
    const about = { ...(whose !== undefined && { partnerId: whose }), orderId, ...(call && { call: call.type }) };
    const doer: Doer = {
      orderId,
      store: whose === undefined ? storeOf(found) : partnerStore(found, whose),
      clock: configuration.clock,
      saved: (save, where) => reportSaved(reports, save, { ...about, ...where }),
      reportError,
      supplier: numbersOf(receiver).supplier,
      run: ({ call: name, key, request, partnerOrderId, counts }, order) => {
        const known = { attemptKey: keyOf(whose, key), order, partnerOrderId, counts };
        const task = taskOf(configuration, name, request ?? call.body, known);
        return functionEnd(functions[name], task, context, (error) => reportError(error, { call: name, key }));
      },
      send: (notice, until) => deliver(receiver, doer, notice, until, context, reportError),
      keep: (working) => void keepAlive(waitUntil, working, context, reportError),
    };
    return doer;
  };

  /**
   * Sends a notice, and records what came of it. Past its time limit nothing is begun, and what was begun is aborted: it could
   * arrive when somebody else has sent newer content.
   * @param until by the steady clock
   */
  const deliver = async (
    receiver: TicketReceiver,
    doer: Doer,
    { id, name, body, tries = 0 }: Notice,
    until: number,
    context: unknown[],
    reportError: ReportError,
  ) => {
    const where = { call: name, key: id };
    const limit = new AbortController();
    /** The recording, which goes on. */
    let recording: Promise<unknown> | undefined;
    const note = (noting: Promise<unknown>) => {
      recording = endsInTime(noting, until, "record").catch((error) => reportError(error, where));
    };
    let delivery: DeliveryCode = Delivery.LATER;
    try {
      if (steady() >= until) throw new MeituanError("TIMED_OUT", { path: "send" });
      const request = (receiver.requests as any)[name](body, { now: doer.clock() });
      const sent = new Request(request.toRequest(), { signal: limit.signal });
      const response = await endsInTime(posted(sent, name as NoticeName, context, note), until, "send");
      const replied: ParsedReply<unknown> = await endsInTime(request.parseResponse(response), until, "send");
      delivery = replied.delivery;
      if (delivery !== Delivery.ACCEPTED) {
        const { code, describe } = replied;
        reportError(new MeituanError("REMOTE_REJECTED", { remoteCode: code, describe, retryable: true }), where);
      }
    } catch (error) {
      limit.abort();
      reportError(error, where);
    }
    try {
      const ended = beginJob(
        numbersOf(receiver).service,
        doer.orderId,
        { noticeEnded: { id, tries, delivery } },
        false,
        doer.clock(),
      );
      await drive(ended, { ...doer, reportError: undefined, saved: (save) => doer.saved(save, where) });
    } catch (error) {
      // Its claim runs out.
      reportError(error, where);
    }
    // Whatever becomes of the recording, Meituan has answered.
    await recording;
  };

  const posted = async (request: Request, call: NoticeName, context: unknown[], note: (noting: Promise<unknown>) => void) => {
    if (record === undefined) return send(request, ...context);
    const [at, began, asked] = [Date.now(), steady(), request.clone()];
    const response = await send(request, ...context);
    const facts = { at, durationMs: Math.round(steady() - began), direction: "toMeituan" as const, call };
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
      let first: Begun | undefined;
      try {
        const call = await receiver.receive(request, arrival, (head: string, body: string | Uint8Array, now: number) => {
          const received = receiveOrderCall(numbersOf(receiver), head, body, now, arrival.began);
          first = received.begun;
          return received;
        });
        if (first) begun.set(call, first);
        return call;
      } catch (error) {
        // It may be refused for what only JavaScript sees.
        if (first) endJob(first.job);
        throw error;
      }
    },

    forget(call) {
      const first = begun.get(call);
      if (first !== undefined) endJob(first.job);
    },

    async answer(receiver, call, context, reportError, { isSeen = false }) {
      const first = begun.get(call) as Begun;
      let doer: Doer;
      try {
        doer = await doerFor(receiver, call.body.orderId, context, reportError, first.step.until, call);
      } catch (error) {
        endJob(first.job);
        throw error;
      }
      const { step, reply = "", warnings } = await drive(first, { ...doer, isReadOnly: isSeen });
      // A replay gets no failure, even if one is recorded; Meituan's own repeat does.
      const isTold = !isSeen || calls.some(({ name, outcomes }) => name === call.type && outcomes.includes(step.code));
      if (step.then !== "reply" || !isTold) {
        if (step.why === "store-contended") reportError(new MeituanError("STORE_CONTENDED", { path: "store" }));
        return noReply();
      }
      return asResponse(new EnvelopeReply(step.code, reply, { encrypted: call.encrypted, warnings }));
    },

    async settle(receiver, orderId, context, reportError) {
      let failure: unknown;
      const kept = (error: unknown, where: any) => {
        failure = error;
        reportError(error, where);
      };
      const doer = await doerFor(receiver, orderId, context, kept, steady() + STORE_LIMIT);
      const settling = beginJob(numbersOf(receiver).service, orderId, undefined, send !== undefined, doer.clock());
      const { step, order } = await drive(settling, doer);
      noteUnsent(order, reportError, doer.clock());
      if (step.then === "failed") throw failure ?? new MeituanError("STORE_CONTENDED", { path: "store" });
      return step.due;
    },
  };
}
