// Settles what is due in a store, order by order. Others may do the same at the same time: work for an order is claimed in its
// snapshot.

import type { Language } from "../errors/sentences.js";
import type { OrderStore } from "../orders/store.js";
import { endsInTime, steady } from "../runtime/time-limits.js";
import { duration, integer, timestamp } from "../values/arguments.js";
import { ofSetting, reading, unexpected } from "../values/faults.js";
import { func, hasFunction } from "../values/functions.js";
import { ownOf } from "../values/options.js";
import { Reports } from "./reports.js";
import { listOf } from "./store-answers.js";

export interface SettlerOptions {
  /** How many orders are settled side by side; 8 by default. */
  concurrency?: number | undefined;
  /** How many `claimDue` returns at most; 100 by default. */
  limit?: number | undefined;
  /** How long an order that `claimDue` has returned is left to this process, in milliseconds; 120000 by default. */
  leaseMs?: number | undefined;
  /**
   * Time limit for the store to list due orders, and for an order to be settled, in milliseconds; 120000 by default. Past it, that is
   * reported as TIMED_OUT and no longer waited for.
   */
  deadlineMs?: number | undefined;
  /** The time, in epoch milliseconds; `Date.now` by default. */
  now?: (() => number) | undefined;
  /** Receives why an order, or the store, could not be settled. It is tried again. Default: one line of the console. */
  onError?: ((error: unknown, about: { readonly orderId?: string }) => unknown) | undefined;
  /** The language of the console's line; English by default. */
  language?: Language | undefined;
}

/** Does what is due in a store. */
export interface Settler<Context extends unknown[] = unknown[]> {
  /**
   * Settles the orders in which something is due now: for a cron trigger. Resolves with how many could be settled, and how many could
   * not. It rejects only if the store cannot list due orders.
   */
  (...context: Context): Promise<{ readonly settled: number; readonly failed: number }>;
  /**
   * Does the same every `intervalMs` (1000 by default), in a process that stays. No other order waits for a slow one, and no query
   * of the store begins before the last one has ended. Returns a function that stops it: its promise resolves when the orders under
   * way are settled, and does not wait for a query of the store.
   */
  every(intervalMs?: number, ...context: Context): () => Promise<void>;
}

/** How many orders are settled side by side, and how many are claimed at once. */
const CONCURRENCY = 8;
const LIMIT = 100;
/** Time limit for one process to settle an order that it has claimed; until then others leave the order alone. */
const LEASE = 120_000;
const INTERVAL = 1000;
/** Time limit for the store to list due orders, and for an order to be settled. Past it, that is reported and no longer waited for. */
const DEADLINE = 120_000;

/**
 * Does what is due about the orders in a store: notices, functions that broke off, refunds that count as agreed, deadlines. Any
 * number of processes may do it at once: what is done about an order is claimed in its snapshot first.
 *
 * @example
 * const settleDue = settler(meituan, store);
 * const stop = settleDue.every(1000); // a server
 * export default { scheduled: (_, env, ctx) => ctx.waitUntil(settleDue(env, ctx)) }; // or a cron trigger
 */
export function settler<Context extends unknown[]>(
  handler: { settle(orderId: string, ...context: Context): Promise<number | undefined> },
  store: Pick<OrderStore, "due" | "claimDue">,
  options?: SettlerOptions,
): Settler<Context> {
  const {
    concurrency = CONCURRENCY,
    limit = LIMIT,
    leaseMs = LEASE,
    deadlineMs = DEADLINE,
    now = Date.now,
    ...hooks
  } = ownOf(options ?? {}, "options");
  const isHandler = (typeof handler === "object" && handler !== null) || typeof handler === "function";
  if (!isHandler || reading("handler", () => typeof handler.settle !== "function")) {
    unexpected("handler", handler, "a handler with a store", "带 store 的 handler");
  }
  const canClaim = hasFunction(store, "claimDue");
  if (!canClaim && !hasFunction(store, "due")) {
    unexpected(
      "store",
      store,
      "a store with a function due(now), or claimDue(now, limit, leaseMs)",
      "带函数 due(now) 或 claimDue(now, limit, leaseMs) 的 store",
    );
  }
  const keeper: any = store;
  const width = integer(concurrency, "concurrency", 1, 1000);
  const atOnce = integer(limit, "limit", 1, 100_000);
  duration(leaseMs, "leaseMs");
  duration(deadlineMs, "deadlineMs");
  func(now, "now", "a function that returns the time", "返回时间的函数");
  const reports = new Reports(hooks);
  /** Those that are being settled in this process. */
  const underWay = new Set<string>();

  const name = canClaim ? "claimDue" : "due";
  const dueNow = async () => {
    const at = ofSetting("now", () => timestamp(now()));
    const asked = canClaim ? keeper.claimDue(at, atOnce, leaseMs) : keeper.due(at);
    const found = await endsInTime(asked, steady() + deadlineMs, `store.${name}`);
    return reading(`store.${name}`, () => [...listOf(found, name)]);
  };

  /** @returns whether it was possible */
  const settleOne = async (orderId: string, context: Context): Promise<boolean> => {
    underWay.add(orderId);
    try {
      await endsInTime(handler.settle(orderId, ...context), steady() + deadlineMs, "settle");
      return true;
    } catch (error) {
      reports.error(error, { orderId });
      return false;
    } finally {
      underWay.delete(orderId);
    }
  };

  /** Does what is due now, and returns how many orders that were. */
  const pass = async (context: Context, look: () => Promise<readonly string[]>) => {
    let [settled, failed] = [0, 0];
    /** Those of this pass: what fails is tried once in it. */
    const tried = new Set<string>();
    for (;;) {
      const found = await look();
      const waiting = [...new Set(found)].filter((orderId) => !underWay.has(orderId) && !tried.has(orderId));
      for (const orderId of waiting) tried.add(orderId);
      const isNew = waiting.length > 0;
      const work = async () => {
        for (let orderId = waiting.shift(); orderId !== undefined; orderId = waiting.shift()) {
          if (await settleOne(orderId, context)) settled += 1;
          else failed += 1;
        }
      };
      await Promise.all(Array.from({ length: Math.min(width, waiting.length) }, work));
      // A store that claims the same orders again and again gets its pause, too.
      if (!canClaim || found.length < atOnce || !isNew) return { settled, failed };
    }
  };
  const settleDue = (...context: Context) => pass(context, dueNow);

  /**
   * Looks again and again.
   * @returns ends it, and waits for what is under way
   */
  const every = (intervalMs = INTERVAL, ...context: Context): (() => Promise<void>) => {
    duration(intervalMs, "intervalMs");
    let end: (ended: readonly string[]) => void = () => {};
    /** The result when it has ended: nothing, and a look that goes on is not waited for. */
    const ended: Promise<readonly string[]> = new Promise((resolve) => {
      end = resolve;
    });
    let isLooking = false;
    const look = async () => {
      isLooking = true;
      try {
        return await Promise.race([ended, dueNow()]);
      } finally {
        isLooking = false;
      }
    };
    // One order whose send hangs keeps no other from being settled: a pass does not wait for the one before, but for its look.
    const passes = new Set<Promise<unknown>>();
    const begin = () => {
      if (isLooking) return;
      const passing = pass(context, look).catch((error) => reports.error(error, {}));
      passes.add(passing);
      passing.finally(() => passes.delete(passing));
    };
    begin();
    const timer = setInterval(begin, intervalMs);
    return async () => {
      clearInterval(timer);
      end([]);
      await Promise.all(passes);
    };
  };

  return Object.assign(settleDue, { every });
}
