// Ride orders in the user's own store. What is done when is decided by the order service (src/ride/service); this file loads
// and saves, calls Meituan, runs the user's functions, and waits.

import { endJob } from "../boundary/jobs.js";
import { advanceRideJob, applyToRide, beginRideJob } from "../boundary/ride-orders.js";
import { MeituanError } from "../errors/error.js";
import { conflicts as conflictRows, warnings as warningRows } from "../generated/ride-tables.js";
import { foundOf, heard, listOf, savedOf } from "../handler/store-answers.js";
import { keepAlive } from "../runtime/keep-alive.js";
import { LATE as IS_LATE, inTime, steady } from "../runtime/time-limits.js";
import { anyText, duration, identified, integer, moment, nowOf, oneOf } from "../values/arguments.js";
import { invalid, unexpected } from "../values/faults.js";
import { functions as checked, hasFunction, storeOf } from "../values/functions.js";
import { stringify } from "../values/json.js";
import { fieldOf, optionsOf, ownOf, record } from "../values/options.js";

/**
 * @typedef {import("./order-types.js").RideOrderStore} RideOrderStore
 * @typedef {import("./receiver.js").RideReceiver} RideReceiver
 * @typedef {import("../handler/reports.js").Reports} Reports
 */

/** What a job is for, and what is reported of a step, by the numbers of src/wasm/rides.rs. */
const [RECEIVE, RECORD, CALL, SETTLE] = [0, 1, 2, 3];
const [LOADED, CONFLICT, STORE_FAILED, STORE_LATE, RESUMED, REPLIED, PAID, LATE, CHOSEN] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/**
 * What of an order goes into each call.
 * @type {Record<string, readonly string[]>}
 */
const FIELDS = {
  queryRealTimeOrder: ["mtOrderId", "channelPartnerOrderId"],
  confirmOrder: ["mtOrderId", "driverId"],
  cancelOrder: ["mtOrderId", "channelPartnerOrderId", "cancelCode", "type"],
  notifyPaidResult: ["mtOrderId", "channelPartnerOrderId", "price"],
  submitOrder: ["channelPartnerOrderId"],
};
/** What of a call is recorded before it is made. */
const SENT = ["channelPartnerOrderId", "driverId", "type", "cancelCode", "price"];

/** @param {any} from @param {readonly string[]} names */
const pick = (from, names) =>
  Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));

/**
 * The calls of this process, where each process counts its own, by account.
 * @type {Map<string, { snapshot: any, revision: number }>}
 */
const counted = new Map();

/** @type {RideOrderStore} */
const OWN_CALLS = {
  load: (key) => counted.get(key) ?? null,
  save(key, snapshot, expected) {
    const revision = counted.get(key)?.revision ?? null;
    if (revision !== expected) return false;
    counted.set(key, { snapshot, revision: (revision ?? 0) + 1 });
    return true;
  },
};

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * @param {unknown} store if it is known
 * @param {any} options
 */
export function checkOptions(store, { limits, deadlineMs, ...functions }) {
  if (store !== undefined) storeOf(store);
  checked(functions);
  if (deadlineMs !== undefined) duration(deadlineMs, "deadlineMs");
  const { processes, openOrders } = optionsOf(limits, "limits", ["processes", "openOrders"]);
  if (processes !== undefined) integer(processes, "limits.processes", 1, 100);
  if (openOrders !== undefined) integer(openOrders, "limits.openOrders", 1, 2 ** 31 - 1);
}

export class RideOrders {
  #client;
  #store;
  #service;
  #callsStore;
  #how;

  /**
   * @param {RideReceiver} client
   * @param {unknown} store
   * @param {{ clock: () => number, reports: Reports, context?: any[], [option: string]: any }} how with the options of RideOrdersOptions
   */
  constructor(client, store, how) {
    const { clock, context = [], ...given } = ownOf(how, "options");
    const { reports } = how;
    const options = ownOf({ ...given, reports: undefined }, "options");
    delete options.reports;
    const { send, pay, chooseDriver, limits = {}, deadlineMs, waitUntil = () => {}, ...others } = options;
    for (const name of Object.keys(others)) invalid(name, "there is no such option", "没有这个选项");
    checkOptions(store ?? null, { send, pay, chooseDriver, limits, deadlineMs, waitUntil });
    this.#client = client;
    this.#store = /** @type {RideOrderStore} */ (/** @type {unknown} */ (store));
    const { openOrders, processes } = optionsOf(limits, "limits", ["processes", "openOrders"]);
    this.#service = {
      openOrders,
      processes,
      canPay: pay !== undefined,
      canChoose: chooseDriver !== undefined,
      deadlineMs: deadlineMs && Math.ceil(deadlineMs),
    };
    this.#callsStore = processes === undefined ? this.#store : OWN_CALLS;
    this.#how = { clock, reports, send, pay, chooseDriver, waitUntil, context };
  }

  /** Where the recent calls of the account are kept. */
  get callsKey() {
    return `calls:${this.#client.entId}`;
  }

  /** @param {string} orderId */
  async load(orderId) {
    identified(orderId);
    const order = foundOf(await heard(this.#store.load(orderId), "load"))?.snapshot;
    const number = order?.mtOrderId;
    // What is under our number is the way to Meituan's, once that is known.
    return number === undefined || number === orderId ? order : foundOf(await heard(this.#store.load(number), "load"))?.snapshot;
  }

  /** @param {string} orderId @param {{ now?: number | Date }} [options] */
  async standing(orderId, options) {
    const { openOrders, processes } = this.#service;
    const at = nowOf(options) ?? this.#how.clock();
    return applyToRide(await this.load(orderId), undefined, { calls: [], openOrders, processes }, at);
  }

  /** @param {number | Date} [now] */
  async due(now) {
    if (!hasFunction(this.#store, "due")) invalid("store", "give the store a function due(now)", "请为 store 提供函数 due(now)");
    return listOf(
      await heard(/** @type {any} */ (this.#store).due(now === undefined ? this.#how.clock() : moment(now)), "due"),
      "due",
    );
  }

  /** The orders with conflicts, and these. */
  async conflicts() {
    if (!hasFunction(this.#store, "conflicts"))
      invalid("store", "give the store a function conflicts()", "请为 store 提供函数 conflicts()");
    const orderIds = listOf(await heard(/** @type {any} */ (this.#store).conflicts(), "conflicts"), "conflicts");
    return Promise.all(orderIds.map(async (orderId) => ({ orderId, conflicts: (await this.standing(orderId)).conflictKinds })));
  }

  /** @param {string} orderId @param {object} event */
  async apply(orderId, event) {
    return recordedOf(await this.#run(RECORD, identified(orderId), record(event, "event")));
  }

  /** @param {{ type: string, body: object }} push @param {number} [began] when it came, by the steady clock */
  async receive(push, began) {
    record(push, "push");
    const [type, body] = [anyText(fieldOf(push, "type", "push.type"), "push.type"), fieldOf(push, "body", "push.body")];
    record(body, "push.body");
    const at = typeof began === "number" && Number.isFinite(began) ? began : undefined;
    return recordedOf(await this.#run(RECEIVE, "", { [type]: body }, undefined, at));
  }

  /** @param {string} orderId */
  async settle(orderId) {
    this.#mustSend();
    return (await this.#run(SETTLE, identified(orderId))).at;
  }

  /** @param {string} call @param {any} message */
  async call(call, message) {
    this.#mustSend();
    const fields = optionsOf(record(message, "message"), "message", ["mtOrderId", "channelPartnerOrderId"]);
    const name =
      oneOf(call, "call", Object.keys(FIELDS)) === "submitOrder" || !fields.mtOrderId ? "channelPartnerOrderId" : "mtOrderId";
    const orderId = identified(fields[name], `message.${name}`);
    // What cannot be sent is refused before anything is recorded.
    /** @type {any} */ (this.#client.requests)[call](message, { now: this.#how.clock() });
    /** @type {{ message: any, reply?: any, error?: unknown, isMade?: boolean }} */
    const made = { message };
    const done = await this.#run(CALL, orderId, { sent: { call, ...pick(message, SENT) } }, made);
    if (done.then === "limited") return { outcome: "limited", orderId, at: done.at };
    const { reply, error, isMade } = made;
    const { kind, reason, ...rest } = recordedOf(done);
    if (!isMade) return { outcome: "illegal", reason, ...rest };
    if (reply !== undefined) return { outcome: "answered", reply, ...rest };
    return { outcome: codeOf(error) === undefined ? "unknown" : "refused", error, ...rest };
  }

  #mustSend() {
    if (this.#how.send === undefined)
      invalid(
        "send",
        "calls are made by this function, such as (request) => fetch(request)",
        "请求由该函数发送，如 (request) => fetch(request)",
      );
  }

  /**
   * Runs a job to its end.
   * @param {number} work
   * @param {string} orderId
   * @param {object} [event]
   * @param {{ message: any, reply?: any, error?: unknown, isMade?: boolean }} [made] the call that the user makes
   * @param {number} [began]
   */
  async #run(work, orderId, event, made, began) {
    const { clock } = this.#how;
    let { job, step } = beginRideJob(work, this.#service, orderId, event, clock(), began);
    /** What was loaded last, and where. @type {{ store: RideOrderStore, key: string, snapshot?: any, revision: any }} */
    let loaded = { store: this.#store, key: orderId, revision: null };
    /** @type {unknown} */
    let failed;
    /** @param {() => any} work */
    const stored = async (work) => {
      try {
        const result = await inTime(work(), step.until);
        if (result === IS_LATE) failed = new MeituanError("TIMED_OUT", { path: "store" });
        return result;
      } catch (error) {
        failed = error;
        return undefined;
      }
    };
    try {
      for (;;) {
        let [kind, value] = [LOADED, ""];
        /** @type {any} */
        let saved = true;
        if (step.heard) this.#report(loaded.key, step.heard);
        if (step.snapshot !== undefined) {
          const { store, key, revision } = loaded;
          const about = { due: step.due, conflicts: step.openConflicts ?? 0 };
          saved = await stored(async () => savedOf(await store.save(key, step.snapshot, revision, about)));
          if (saved === true) this.#report(key, step);
        }
        if (saved !== true) kind = saved === IS_LATE ? STORE_LATE : saved === false ? CONFLICT : STORE_FAILED;
        else if (step.then === "load" || step.then === "loadCalls") {
          const [store, key] = step.then === "load" ? [this.#store, step.key] : [this.#callsStore, this.callsKey];
          const found = await stored(async () => foundOf(await store.load(key)));
          if (found === IS_LATE) kind = STORE_LATE;
          else if (found === undefined) kind = STORE_FAILED;
          else {
            loaded = { store, key, ...(found ?? { revision: null }) };
            value = found === null ? "" : stringify(found.snapshot);
          }
        } else if (step.then === "pause") {
          await pause(Math.random() * step.pause);
          kind = RESUMED;
        } else if (step.then === "call") {
          [kind, value] = [REPLIED, stringify(await this.#call(loaded.key, step, made))];
        } else if (step.then === "pay") {
          const state = await this.#pay(loaded.key, step, step.snapshot);
          [kind, value] = state === IS_LATE ? [LATE, ""] : [PAID, state];
        } else if (step.then === "choose") {
          [kind, value] = [CHOSEN, await this.#choose(loaded.key, step, loaded.snapshot)];
        } else if (step.then === "failed" || step.then === "late" || step.then === "contended") {
          throw failed ?? new MeituanError("STORE_CONTENDED", { path: "store" });
        } else return step;
        step = advanceRideJob(job, kind, value, clock());
      }
    } finally {
      endJob(job);
    }
  }

  /** @param {string} orderId @param {{ conflicts?: string[], warnings?: string[] }} step that is saved, or what an earlier try may have saved */
  #report(orderId, { conflicts = [], warnings = [] }) {
    const { reports } = this.#how;
    /** @param {readonly { word: string, meaning: { en: string, zh: string } }[]} rows @param {string[]} words */
    const print = (rows, words) => () => {
      const meant = rows.filter(({ word }) => words.includes(word)).map(({ meaning }) => meaning[reports.language]);
      reports.print("warn", { orderId }, meant.join("; "));
    };
    if (conflicts.length > 0) reports.report("onConflict", conflicts, { orderId }, print(conflictRows, conflicts));
    const found = warnings.map((report) => ({ report }));
    if (found.length > 0) reports.report("onWarning", found, { orderId }, print(warningRows, warnings));
  }

  /**
   * Makes a call; a reply that comes too late is recorded when it comes.
   * @param {string} orderId
   * @param {any} step
   * @param {{ message: any, reply?: any, error?: unknown, isMade?: boolean }} [made]
   * @returns {Promise<object>} the event
   */
  async #call(orderId, { call, message, limit }, made = { message: {} }) {
    const { send, reports, clock, context, waitUntil } = this.#how;
    const step = message.type === undefined ? {} : { type: message.type };
    made.isMade = true;
    const making = (async () => {
      const whole = { ...pick(message, FIELDS[call]), ...made.message };
      const request = /** @type {any} */ (this.#client.requests)[call](whole, { now: clock() });
      const reply = await request.parseResponse(await send(request.toRequest(), ...context));
      made.reply = reply;
      if (call === "queryRealTimeOrder") return { queried: reply };
      return { answered: { call, ...step, code: 0, ...pick(reply, ["mtOrderId", "cancelPrice"]) } };
    })().catch((error) => {
      made.error = error;
      reports.error(error, { orderId, call });
      const code = codeOf(error);
      return code === undefined ? { failed: { call, ...step } } : { answered: { call, ...step, code } };
    });
    const event = await inTime(making, steady() + limit);
    if (event !== IS_LATE) return event;
    made.error = new MeituanError("TIMED_OUT", { path: "send" });
    reports.error(made.error, { orderId, call });
    const late = making.then((event) => ("failed" in event ? undefined : this.#run(RECORD, orderId, event)));
    const failed = (/** @type {unknown} */ error) => reports.error(error, { orderId, call });
    keepAlive(
      waitUntil,
      late.then(undefined, failed).then(() => {}),
      context,
      failed,
    );
    return { failed: { call, ...step } };
  }

  /**
   * @param {string} orderId
   * @param {any} step
   * @param {any} order
   * @returns {Promise<string | typeof IS_LATE>} how it ended
   */
  async #pay(orderId, { payKey: key, price, limit }, order) {
    const { pay, reports, context, waitUntil } = this.#how;
    const paying = (async () => {
      const isPaid = await pay({ orderId, key, price, order }, ...context);
      // What is not said is not known, and money is not guessed.
      if (typeof isPaid !== "boolean") unexpected("pay", isPaid, "true or false", "true 或 false");
      return isPaid ? "paid" : "declined";
    })().catch((error) => {
      reports.error(error, { orderId, key });
      return "unknown";
    });
    const state = await inTime(paying, steady() + limit);
    if (state !== IS_LATE) return state;
    reports.error(new MeituanError("TIMED_OUT", { path: "pay" }), { orderId, key });
    const late = paying.then((state) => this.#run(RECORD, orderId, { proposed: { price, state } }));
    const failed = (/** @type {unknown} */ error) => reports.error(error, { orderId, key });
    keepAlive(
      waitUntil,
      late.then(undefined, failed).then(() => {}),
      context,
      failed,
    );
    return IS_LATE;
  }

  /**
   * @param {string} orderId
   * @param {{ driverIds: string[], until: number }} step
   * @param {any} order
   * @returns {Promise<string>} empty for none
   */
  async #choose(orderId, { driverIds, until }, order) {
    const { chooseDriver, reports, context } = this.#how;
    const offers = order.offers.filter((/** @type {any} */ offer) => driverIds.includes(offer.submitDriveInfo.driverId));
    try {
      const chosen = await inTime(chooseDriver({ orderId, driverIds, offers, order }, ...context), until);
      if (chosen === IS_LATE) throw new MeituanError("TIMED_OUT", { path: "chooseDriver" });
      if (chosen === undefined || chosen === null || chosen === "") return "";
      if (driverIds.includes(chosen)) return chosen;
      return unexpected("chooseDriver", chosen, "one of driverIds, or nothing", "driverIds 之一，或无返回值");
    } catch (error) {
      reports.error(error, { orderId, call: "confirmOrder" });
      return "";
    }
  }
}

/**
 * The code of Meituan's refusal, where it is one of the listed ones: a gateway's numbers say nothing about the order.
 * @param {any} error
 * @returns {number | undefined}
 */
const codeOf = (error) => (MeituanError.is(error) && error.meaning !== undefined ? error.remoteCode : undefined);

/** @param {any} done */
const recordedOf = ({ kind, reason, key, order, standing }) => ({
  ...{ kind, orderId: key, order, standing },
  ...(reason !== undefined && { reason }),
});
