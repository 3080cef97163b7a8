// Orders in the user's own store: what happens to an order is decided by the state machine (src/ticket/order), and saved
// by compare-and-swap before anything is done about it.

import { applyToOrder, beginJob, checkedService, openService } from "../boundary/ticket-orders.js";
import { MeituanError } from "../errors/error.js";
import type { Admittance, Conflict, OrderEvent } from "../generated/messages.js";
import type { Reports } from "../handler/reports.js";
import { foundOf, heard, listOf, loadFrom } from "../handler/store-answers.js";
import type { NoticeName } from "../ticket/calls.js";
import type { RequestOptions, TicketRequests } from "../ticket/requests.js";
import { anyString, identified, integer, nowOf, timestamp } from "../values/arguments.js";
import { invalid } from "../values/faults.js";
import { hasFunction, storeOf } from "../values/functions.js";
import { optionsOf, record } from "../values/options.js";
import { drive } from "./driver.js";
import { explainOrder } from "./explanation.js";
import type { AdmissionRequest, OrderExplanation, Orders, PendingNotice } from "./orders.js";
import { aboutEvent, openConflicts, reportSaved } from "./reports.js";
import type { OrderStore, TicketOrder } from "./store.js";
import type { OrderTransition } from "./transition.js";

/** The fields of a gate's request. */
const ASKED = ["id", "codes", "credentials", "quantity", "at"];

/** The result of an event, and the order as it is stored then. */
type Applied = OrderTransition & { readonly order: TicketOrder | undefined };

export class StoredOrders implements Orders {
  #requests: TicketRequests;
  #store: OrderStore;
  #settings: object;
  #clock: () => number;
  #reports: Reports;
  #service: number | undefined;

  constructor(
    requests: TicketRequests,
    store: unknown,
    { settings, clock, reports }: { settings?: object | undefined; clock: () => number; reports: Reports },
  ) {
    this.#requests = requests;
    this.#store = storeOf(store);
    this.#service = checkedService(settings);
    this.#settings = settings ?? {};
    this.#clock = clock;
    this.#reports = reports;
  }

  async load(orderId: string): Promise<TicketOrder | undefined> {
    return foundOf(await heard(loadFrom(this.#store, identified(orderId)), "load"))?.snapshot.value;
  }

  async apply(orderId: string, event: OrderEvent, options?: { now?: number | Date | undefined }): Promise<Applied> {
    identified(orderId);
    record(event, "event");
    const now = nowOf(options);
    const clock = now === undefined ? this.#clock : () => now;
    this.#service ??= openService(this.#settings);
    const begun = beginJob(this.#service, orderId, event, false, clock());
    const saved = (save: any) => reportSaved(this.#reports, save, aboutEvent(orderId, event));
    const doer = { orderId, store: this.#store, clock, saved };
    const { step, order } = await inTurn(this.#store, orderId, () => drive(begun, doer));
    if (step.then === "failed") throw new MeituanError("STORE_CONTENDED", { path: "store" });
    const { until: _until, then: _then, heard: _heard, save, ...transition } = step;
    return { ...transition, ...(save && { next: save.snapshot.value }), order: order?.value };
  }

  async admit(orderId: string, request: AdmissionRequest): Promise<Admittance> {
    const { id, codes, credentials, quantity, at } = optionsOf(record(request, "request"), "request", ASKED, "");
    if (quantity !== undefined) integer(quantity, "quantity", 0, 2 ** 31 - 1);
    const admit = { id, vouchers: codes, credentials, quantity, at: at === undefined ? undefined : timestamp(at, "at") };
    const { admittance, reason } = await this.apply(orderId, { admit });
    if (reason === "wrong-quantity")
      invalid("quantity", "expected as many guests as the codes and credentials name", "人数应与所列凭证码、证件的张数一致");
    return admittance as Admittance;
  }

  async explain(orderId: string, options?: { now?: number | Date | undefined }): Promise<OrderExplanation> {
    const at = nowOf(options) ?? this.#clock();
    const order = await this.load(orderId);
    const transition = order && applyToOrder(order, { timePassed: {} }, this.#settings, at);
    return explainOrder(orderId, transition?.next ?? order, transition, at);
  }

  async resolveConflict(orderId: string, id: string, note?: string): Promise<Applied> {
    anyString(id, "id");
    if (note !== undefined) anyString(note, "note");
    return this.apply(orderId, { conflictResolved: { id, ...(note !== undefined && { note }) } });
  }

  async retryNotice(orderId: string, id: string): Promise<Applied> {
    anyString(id, "id");
    return this.apply(orderId, { retryNotice: { id } });
  }

  async conflicts(): Promise<readonly { orderId: string; conflicts: readonly Conflict[] }[]> {
    if (!hasFunction(this.#store, "conflicts"))
      invalid("store", "give the store a function conflicts()", "请为 store 提供函数 conflicts()");
    const orderIds = listOf(await heard(this.#store.conflicts(), "conflicts"), "conflicts");
    const orders = await Promise.all(
      orderIds.map(async (orderId) => ({ orderId, conflicts: openConflicts(await this.load(orderId)) })),
    );
    return orders.filter(({ conflicts }) => conflicts.length > 0);
  }

  async pendingNotices(orderId: string): Promise<PendingNotice[]> {
    const order = await this.load(orderId);
    const notices = order?.notices ?? [];
    return notices.map(({ id, name, body, since }) => ({
      orderId,
      id,
      // Anything else in the outbox than notices, no version has written.
      name: name as NoticeName,
      since,
      request: (options?: RequestOptions) => (this.#requests as any)[name](body, options),
      accepted: () => this.apply(orderId, { noticeAccepted: { id } }).then(() => {}),
    }));
  }
}

/** The last event of each order that this process records. Those that come at once would lose their compare-and-swap to each other. */
const lastOf = new WeakMap<object, Map<string, Promise<unknown>>>();

/** Does the work when what came before it has ended, however that ended. Its time limit goes on meanwhile. */
function inTurn<T>(store: object, orderId: string, work: () => Promise<T>): Promise<T> {
  const orders = lastOf.get(store) ?? new Map();
  lastOf.set(store, orders);
  const working = orders.get(orderId)?.then(work) ?? work();
  const ended = working.then(
    () => {},
    () => {},
  );
  orders.set(orderId, ended);
  ended.then(() => orders.get(orderId) === ended && orders.delete(orderId));
  return working;
}
