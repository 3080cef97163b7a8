// The order rules as a pure function.

import { applyToOrder } from "../boundary/ticket-orders.js";
import type {
  Admission,
  Admittance,
  BreachId,
  Counts,
  Notice,
  OrderEvent,
  OrderSettings,
  ReasonId,
  ReportId,
} from "../generated/messages.js";
import type { OrderCallName } from "../ticket/calls.js";
import { timestamp } from "../values/arguments.js";
import { optionsOf, record } from "../values/options.js";
import type { TicketOrder } from "./store.js";

/** The result of an event. */
export interface OrderTransition {
  /**
   * `moved`: something changes. `duplicate`: it happened before. `stale`: it is older than what is known. `illegal`: it cannot
   * happen to such an order.
   */
  readonly kind: "moved" | "duplicate" | "stale" | "illegal";
  /** The order to store, before anything else is done; absent where nothing changes. */
  readonly next?: TicketOrder | undefined;
  /** The notices to send: each belongs to this sender until its `claimedUntil`; `noticeEnded` reports what came of it. */
  readonly send?: readonly Notice[] | undefined;
  /** The answer to the gate that called `admit`. */
  readonly admittance?: Admittance | undefined;
  /** The reply that Meituan must get. */
  readonly reply?: { readonly code: number; readonly describe: string; readonly body?: unknown } | undefined;
  /** The function to run, with the idempotency key that is the same on every run of the same work. */
  readonly run?: { readonly call: OrderCallName; readonly key: string; readonly request?: unknown } | undefined;
  /** No reply would be true yet: load the order and apply the same event again. */
  readonly busy?: true | undefined;
  /**
   * The conflicts of this event, by id: `explain({ breach })` has the sentence, the order's own `conflicts` have the details.
   * The fact is recorded all the same, and somebody has to look.
   */
  readonly conflicts: readonly BreachId[];
  /** Why the event is illegal, or the call refused: `explain({ reason })` has the sentence. */
  readonly reason?: ReasonId | undefined;
  /** Reports that contradict nothing, by id: the tables of docs/ticket-order.md have the sentences. */
  readonly reports?: readonly ReportId[] | undefined;
  /** When something is to be done next without Meituan asking, in epoch milliseconds. */
  readonly due?: number | undefined;
  /** The attempts whose functions broke off, and can be taken over now. */
  readonly brokenOff?: readonly string[] | undefined;
  /** How many of the order's tickets are used, refunded, reserved by a pending refund, and free, after the event. */
  readonly counts?: Counts | undefined;
  /** The tickets that let guests in now. */
  readonly admissions?: readonly Admission[] | undefined;
}

/**
 * Settings of the order rules: leases and deadlines in milliseconds, the calendar by which silence becomes agreement, and the
 * orderStatus after a failed issue.
 */
export type TicketOrderSettings = OrderSettings;

/**
 * The order rules as a pure function of plain JSON: what is stored (nothing, for an order that is not known), and what happens.
 * A caller that keeps orders by itself saves `next` before it does what `reply`, `run` or `busy` say.
 *
 * @example
 * const { kind, next, run } = transition(stored, { orderPay: call.body }, { now: Date.now() });
 * if (next) await save(next); // then what `run` says
 */
export function transition(
  order: TicketOrder | undefined | null,
  event: OrderEvent,
  options: { now: number | Date; settings?: TicketOrderSettings | undefined },
): OrderTransition {
  const { now, settings = {} } = optionsOf(record(options, "options"), "options", ["now", "settings"], "");
  const stored = order === undefined || order === null ? undefined : record(order, "order");
  return applyToOrder(stored, record(event, "event"), record(settings, "settings"), timestamp(now));
}
