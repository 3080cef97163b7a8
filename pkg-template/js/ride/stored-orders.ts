// Ride orders in the user's own store. The order service (src/ride/service) decides; this file loads
// and saves, calls Meituan, runs the user's functions, and waits.

import { endJob } from "../boundary/jobs.js";
import { advanceRideJob, applyToRide, beginRideJob } from "../boundary/ride-orders.js";
import { MeituanError } from "../errors/error.js";
import type { RideOrder, RideOrderEvent, RideStanding } from "../generated/messages.js";
import { conflicts as conflictRows, warnings as warningRows } from "../generated/ride-tables.js";
import type { Text } from "../generated/texts.js";
import type { Reports } from "../handler/reports.js";
import { foundOf, heard, listOf, loadFrom, savedOf, saveTo } from "../handler/store-answers.js";
import { keepAlive } from "../runtime/keep-alive.js";
import { LATE as IS_LATE, inTime, steady } from "../runtime/time-limits.js";
import { anyString, duration, identified, integer, nowOf, oneOf, timestamp } from "../values/arguments.js";
import { invalid, unexpected } from "../values/faults.js";
import { functions as checked, hasFunction, storeOf } from "../values/functions.js";
import { stringify } from "../values/json.js";
import { fieldOf, optionsOf, ownOf, record } from "../values/options.js";
import { Snapshot } from "../values/snapshot.js";
import type { RideOrders, RideRecorded } from "./orders.js";
import type { RideRequests } from "./requests.js";
import type { RideOrderStore } from "./store.js";

/** The purposes of jobs, and the reports about steps, by the numbers of src/wasm/ride_service.rs. */
const [RECEIVE, RECORD, CALL, SETTLE] = [0, 1, 2, 3];
const [LOADED, CONFLICT, STORE_FAILED, STORE_LATE, RESUMED, REPLIED, PAID, LATE, CHOSEN] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** The fields of an order that go into each call. */
const FIELDS: Record<string, readonly string[]> = {
  queryRealTimeOrder: ["mtOrderId", "channelPartnerOrderId"],
  confirmOrder: ["mtOrderId", "driverId"],
  cancelOrder: ["mtOrderId", "channelPartnerOrderId", "cancelCode", "type"],
  notifyPaidResult: ["mtOrderId", "channelPartnerOrderId", "price"],
  submitOrder: ["channelPartnerOrderId"],
};
/** The fields of a call that are recorded before it is made. */
const SENT = ["channelPartnerOrderId", "driverId", "type", "cancelCode", "price"];

const pick = (from: any, names: readonly string[]): Record<string, any> =>
  Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));

/** The calls of this process, where each process counts its own, by account. */
const counted = new Map<string, { snapshot: any; revision: number }>();

const OWN_CALLS: RideOrderStore = {
  load: (key) => counted.get(key) ?? null,
  save(key, snapshot, expected) {
    const revision = counted.get(key)?.revision ?? null;
    if (revision !== expected) return false;
    counted.set(key, { snapshot, revision: (revision ?? 0) + 1 });
    return true;
  },
};

const pause = (milliseconds: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** @param store if it is known */
export function checkOptions(store: unknown, { limits, deadlineMs, ...functions }: any): void {
  if (store !== undefined) storeOf(store);
  checked(functions);
  if (deadlineMs !== undefined) duration(deadlineMs, "deadlineMs");
  const { processes, openOrders } = optionsOf(limits, "limits", ["processes", "openOrders"]);
  if (processes !== undefined) integer(processes, "limits.processes", 1, 100);
  if (openOrders !== undefined) integer(openOrders, "limits.openOrders", 1, 2 ** 31 - 1);
}

/** A call that the user makes, and what came of it. */
interface Made {
  message: any;
  reply?: any;
  error?: unknown;
  isMade?: boolean;
}

/** The options of RideOrdersOptions, and what a client or a handler knows. */
export interface Options {
  reports: Reports;
  context?: any[];
  [option: string]: any;
}

export class StoredRideOrders implements RideOrders {
  #requests: RideRequests;
  #entId: string;
  #store: RideOrderStore;
  #service;
  #callsStore: RideOrderStore;
  #how;

  constructor(requests: RideRequests, entId: string, store: unknown, how: Options & { clock: () => number }) {
    const { clock, context = [], ...given } = ownOf(how, "options");
    const { reports } = how;
    const options = ownOf({ ...given, reports: undefined }, "options");
    delete options.reports;
    const { send, pay, chooseDriver, limits = {}, deadlineMs, waitUntil = () => {}, ...others } = options;
    for (const name of Object.keys(others)) invalid(name, "there is no such option", "没有这个选项");
    checkOptions(store ?? null, { send, pay, chooseDriver, limits, deadlineMs, waitUntil });
    this.#requests = requests;
    this.#entId = entId;
    this.#store = store as RideOrderStore;
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

  /** The store of the account's recent calls. */
  get #callsKey(): string {
    return `calls:${this.#entId}`;
  }

  async load(orderId: string): Promise<RideOrder | undefined> {
    identified(orderId);
    const found = async (key: string) => foundOf(await heard(loadFrom(this.#store, key), "load"))?.snapshot.value;
    const order = await found(orderId);
    const number = order?.mtOrderId;
    // The record under our number leads to Meituan's number, once that is known.
    return number === undefined || number === orderId ? order : found(number);
  }

  async standing(orderId: string, options?: { now?: number | Date | undefined }): Promise<RideStanding> {
    const { openOrders, processes } = this.#service;
    const at = nowOf(options) ?? this.#how.clock();
    return applyToRide(await this.load(orderId), undefined, { calls: [], openOrders, processes }, at);
  }

  async due(now?: number | Date): Promise<readonly string[]> {
    if (!hasFunction(this.#store, "due")) invalid("store", "give the store a function due(now)", "请为 store 提供函数 due(now)");
    return listOf(await heard(this.#store.due(now === undefined ? this.#how.clock() : timestamp(now)), "due"), "due");
  }

  async conflicts(): Promise<readonly { orderId: string; conflicts: RideStanding["conflictKinds"] }[]> {
    if (!hasFunction(this.#store, "conflicts"))
      invalid("store", "give the store a function conflicts()", "请为 store 提供函数 conflicts()");
    const orderIds = listOf(await heard(this.#store.conflicts(), "conflicts"), "conflicts");
    return Promise.all(orderIds.map(async (orderId) => ({ orderId, conflicts: (await this.standing(orderId)).conflictKinds })));
  }

  async apply(orderId: string, event: RideOrderEvent): Promise<RideRecorded> {
    return recordedOf(await this.#run(RECORD, identified(orderId), record(event, "event")));
  }

  /**
   * Records a push.
   * @param began when it came, by the steady clock
   */
  async receive(push: { type: string; body: object }, began?: number): Promise<RideRecorded> {
    record(push, "push");
    const [type, body] = [anyString(fieldOf(push, "type", "push.type"), "push.type"), fieldOf(push, "body", "push.body")];
    record(body, "push.body");
    const at = typeof began === "number" && Number.isFinite(began) ? began : undefined;
    return recordedOf(await this.#run(RECEIVE, "", { [type]: body }, undefined, at));
  }

  async settle(orderId: string): Promise<number | undefined> {
    this.#mustSend();
    return (await this.#run(SETTLE, identified(orderId))).at;
  }

  async call(call: string, message: any): Promise<any> {
    this.#mustSend();
    const fields = optionsOf(record(message, "message"), "message", ["mtOrderId", "channelPartnerOrderId"]);
    const name =
      oneOf(call, "call", Object.keys(FIELDS)) === "submitOrder" || !fields.mtOrderId ? "channelPartnerOrderId" : "mtOrderId";
    const orderId = identified(fields[name], `message.${name}`);
    // A request that cannot be sent is refused before anything is recorded.
    (this.#requests as any)[call](message, { now: this.#how.clock() });
    const made: Made = { message };
    const done = await this.#run(CALL, orderId, { sent: { call, ...pick(message, SENT) } }, made);
    if (done.then === "limited") return { outcome: "limited", orderId, at: done.at };
    const { reply, error, isMade } = made;
    const { kind, reason, ...rest } = recordedOf(done);
    if (!isMade) return { outcome: "illegal", reason, ...rest };
    if (reply !== undefined) return { outcome: "answered", reply, ...rest };
    return { outcome: codeOf(error) === undefined ? "unknown" : "refused", error, ...rest };
  }

  #mustSend(): void {
    if (this.#how.send === undefined)
      invalid(
        "send",
        "calls are made by this function, such as (request) => fetch(request)",
        "请求由该函数发送，如 (request) => fetch(request)",
      );
  }

  /**
   * Runs a job to its end.
   * @param made the call that the user makes
   */
  async #run(work: number, orderId: string, event?: object, made?: Made, began?: number): Promise<any> {
    const { clock } = this.#how;
    let { job, step } = beginRideJob(work, this.#service, orderId, event, clock(), began);
    /** The last loaded record, and its key. */
    let loaded: { store: RideOrderStore; key: string; snapshot?: Snapshot; revision: any } = {
      store: this.#store,
      key: orderId,
      revision: null,
    };
    let failed: unknown;
    const stored = async (work: () => any) => {
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
        let saved: any = true;
        if (step.heard) this.#report(loaded.key, step.heard);
        if (step.snapshot !== undefined) {
          const { store, key, revision } = loaded;
          const about = { due: step.due, conflicts: step.openConflicts ?? 0 };
          saved = await stored(async () => savedOf(await saveTo(store, key, Snapshot.of(step.snapshot), revision, about)));
          if (saved === true) this.#report(key, step);
        }
        if (saved !== true) kind = saved === IS_LATE ? STORE_LATE : saved === false ? CONFLICT : STORE_FAILED;
        else if (step.then === "load" || step.then === "loadCalls") {
          const [store, key] = step.then === "load" ? [this.#store, step.key] : [this.#callsStore, this.#callsKey];
          const found = await stored(async () => foundOf(await loadFrom(store, key)));
          if (found === IS_LATE) kind = STORE_LATE;
          else if (found === undefined) kind = STORE_FAILED;
          else {
            loaded = { store, key, ...(found ?? { revision: null }) };
            value = found === null ? "" : found.snapshot.json;
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
          [kind, value] = [CHOSEN, await this.#choose(loaded.key, step, loaded.snapshot?.value)];
        } else if (step.then === "failed" || step.then === "late" || step.then === "contended") {
          throw failed ?? new MeituanError("STORE_CONTENDED", { path: "store" });
        } else return step;
        step = advanceRideJob(job, kind, value, clock());
      }
    } finally {
      endJob(job);
    }
  }

  /** @param step that is saved, or what an earlier try may have saved */
  #report(orderId: string, { conflicts = [], warnings = [] }: { conflicts?: string[]; warnings?: string[] }): void {
    const { reports } = this.#how;
    const print = (rows: readonly { word: string; meaning: Text }[], words: string[]) => () => {
      const meant = rows.filter(({ word }) => words.includes(word)).map(({ meaning }) => meaning[reports.language]);
      reports.print("warn", { orderId }, meant.join("; "));
    };
    if (conflicts.length > 0) reports.report("onConflict", conflicts, { orderId }, print(conflictRows, conflicts));
    const found = warnings.map((report) => ({ report }));
    if (found.length > 0) reports.report("onWarning", found, { orderId }, print(warningRows, warnings));
  }

  /**
   * Makes a call; a reply that comes too late is recorded when it comes.
   * @returns the event
   */
  async #call(orderId: string, { call, message, limit }: any, made: Made = { message: {} }): Promise<object> {
    const { send, reports, clock, context, waitUntil } = this.#how;
    const step = message.type === undefined ? {} : { type: message.type };
    made.isMade = true;
    const making = (async () => {
      const whole = { ...pick(message, FIELDS[call]), ...made.message };
      const request = (this.#requests as any)[call](whole, { now: clock() });
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
    const failed = (error: unknown) => reports.error(error, { orderId, call });
    keepAlive(
      waitUntil,
      late.then(undefined, failed).then(() => {}),
      context,
      failed,
    );
    return { failed: { call, ...step } };
  }

  /** @returns how it ended */
  async #pay(orderId: string, { payKey: key, price, limit }: any, order: any): Promise<string | typeof IS_LATE> {
    const { pay, reports, context, waitUntil } = this.#how;
    const paying = (async () => {
      const isPaid = await pay({ orderId, key, price, order }, ...context);
      // A missing amount is not known, and money is not guessed.
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
    const failed = (error: unknown) => reports.error(error, { orderId, key });
    keepAlive(
      waitUntil,
      late.then(undefined, failed).then(() => {}),
      context,
      failed,
    );
    return IS_LATE;
  }

  /** @returns empty for none */
  async #choose(orderId: string, { driverIds, until }: { driverIds: string[]; until: number }, order: any): Promise<string> {
    const { chooseDriver, reports, context } = this.#how;
    const offers = order.offers.filter((offer: any) => driverIds.includes(offer.submitDriveInfo.driverId));
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

/** The code of Meituan's refusal, where it is one of the listed ones: a gateway's numbers say nothing about the order. */
const codeOf = (error: unknown): number | undefined =>
  MeituanError.is(error) && error.meaning !== undefined ? error.remoteCode : undefined;

const recordedOf = ({ kind, reason, key, order, standing }: any) => ({
  kind,
  orderId: key,
  order,
  standing,
  ...(reason !== undefined && { reason }),
});
