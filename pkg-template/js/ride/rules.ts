// The rules of ride orders as pure functions.

import { applyToRide, recordRideCall } from "../boundary/ride-orders.js";
import type { RideCalls, RideNextAction, RideOrder, RideOrderEvent, RideStanding, RideTransition } from "../generated/messages.js";
import { anyString, timestamp } from "../values/arguments.js";
import { reading } from "../values/faults.js";
import { timeOf } from "../values/kinds.js";
import { optionsOf, record } from "../values/options.js";

/**
 * The calls that Meituan's limit counts: 100 calls a minute and 100 000 a day of each interface, over all orders of the account.
 * Hand all of it in, and `next.at` keeps within the limit.
 */
export interface RideLimits {
  /** The recent calls of this process, as {@link recordCall} returns them. Without them nothing is counted. */
  calls?: RideCalls | undefined;
  /** How many orders this process follows: the more, the more rarely a silent one is queried. */
  openOrders?: number | undefined;
  /** How many processes share the account: each gets an equal part of the limit. 1 by default, 100 at most (`OUT_OF_RANGE`). */
  processes?: number | undefined;
}

/** At what time, and within which limits. */
type When = { now: number | Date } & RideLimits;

/** The record by which the module counts the limits of calls. */
function limitsOf({ calls, openOrders, processes }: RideLimits): object | undefined {
  if (calls !== undefined && calls !== null) record(calls, "calls");
  if (openOrders === undefined && processes === undefined) return calls;
  return reading("calls", () => ({
    calls: [],
    ...calls,
    ...(openOrders === undefined ? {} : { openOrders }),
    ...(processes === undefined ? {} : { processes }),
  }));
}

const whenOf = (options: unknown): Record<string, any> =>
  optionsOf(record(options, "options"), "options", ["now", "calls", "openOrders", "processes"], "");

const storedOf = (order: object | undefined | null): object | undefined =>
  order === undefined || order === null ? undefined : record(order, "order");

/**
 * Applies an event to an order: a pure function of plain JSON. Pushes may be lost, doubled and reordered: the same
 * facts in any order end in the same order, and a query's reply is the authority.
 *
 * The events are pushes (`{ orderChanged: push.body }`), replies to queries (`{ queried: answer }`), and your own calls: before they are
 * made (`sent`), when they are answered (`answered`), or when no answer came (`failed`). Keep the `order` that it returns.
 *
 * @example
 * const { order } = transition(stored, { orderChanged: push.body }, { now: Date.now() });
 * await save(order);
 */
export function transition(order: RideOrder | undefined | null, event: RideOrderEvent, options: When): RideTransition {
  const { now, ...limits } = whenOf(options);
  return applyToRide(storedOf(order), record(event, "event"), limitsOf(limits), timestamp(now));
}

/** The standing of an order: its state, allowed payments, cancellations and confirmations, and the next call. */
export function standing(order: RideOrder | undefined | null, options: When): RideStanding {
  const { now, ...limits } = whenOf(options);
  return applyToRide(storedOf(order), undefined, limitsOf(limits), timestamp(now));
}

/** The next call, and the time before which it must not be made; nothing where nothing is left to do. */
export function nextAction(
  order: RideOrder | undefined | null,
  now: number | Date,
  limits?: RideLimits,
): RideNextAction | undefined;
export function nextAction(order: RideOrder | undefined | null, options: When): RideNextAction | undefined;
export function nextAction(
  order: RideOrder | undefined | null,
  when: number | Date | When,
  limits?: RideLimits,
): RideNextAction | undefined {
  const options = isTime(when) ? { ...whenLimits(limits), now: when } : when;
  return standing(order, options).next;
}

const isTime = (when: unknown): when is number | Date => timeOf(when) !== undefined;

const whenLimits = (limits: RideLimits | undefined): RideLimits =>
  optionsOf(limits, "limits", ["calls", "openOrders", "processes"], "");

/**
 * Records a call that is made now, and returns the recent calls with it, to be handed to {@link nextAction} for every order.
 *
 * @example
 * const next = nextAction(order, Date.now(), { calls, openOrders });
 * if (next && next.at <= Date.now()) calls = recordCall(calls, next.call, { now: Date.now() });
 */
export function recordCall(
  calls: RideCalls | undefined | null,
  call: RideNextAction["call"],
  options: { now: number | Date; processes?: number | undefined },
): RideCalls {
  const { now, processes } = whenOf(options);
  return recordRideCall(limitsOf({ calls: calls ?? { calls: [] }, processes }), anyString(call, "call"), timestamp(now));
}
