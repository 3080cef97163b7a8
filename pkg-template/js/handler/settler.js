// What is due in a store, order by order. Others may do the same at the same time: what is done about an order is
// claimed in its snapshot.

import { endsInTime, steady } from "../runtime/time-limits.js";
import { duration, integer, moment } from "../values/arguments.js";
import { ofSetting, reading, unexpected } from "../values/faults.js";
import { func, hasFunction } from "../values/functions.js";
import { ownOf } from "../values/options.js";
import { Reports } from "./reports.js";
import { listOf } from "./store-answers.js";

/** How many orders are settled side by side, and how many are claimed at once. */
const CONCURRENCY = 8;
const LIMIT = 100;
/** For so long an order that one process has claimed is not looked at by others. */
const LEASE = 120_000;
const INTERVAL = 1000;
/** For so long the store may look for what is due, and an order may be settled, before that is reported and waited for no longer. */
const DEADLINE = 120_000;

/**
 * @param {{ settle(orderId: string, ...context: any[]): Promise<number | undefined> }} handler
 * @param {any} store
 * @param {{ concurrency?: number, limit?: number, leaseMs?: number, deadlineMs?: number, now?: () => number, onError?: (error: unknown, about: any) => unknown,
 *   language?: "en" | "zh" }} [options]
 */
export function settler(handler, store, options) {
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
  /** @type {any} */
  const keeper = store;
  const width = integer(concurrency, "concurrency", 1, 1000);
  const atOnce = integer(limit, "limit", 1, 100_000);
  duration(leaseMs, "leaseMs");
  duration(deadlineMs, "deadlineMs");
  func(now, "now", "a function that tells the time", "返回时间的函数");
  const reports = new Reports(hooks);
  /** Those that are being settled in this process. @type {Set<string>} */
  const underWay = new Set();

  const name = canClaim ? "claimDue" : "due";
  const dueNow = async () => {
    const at = ofSetting("now", () => moment(now()));
    const asked = canClaim ? keeper.claimDue(at, atOnce, leaseMs) : keeper.due(at);
    const found = await endsInTime(asked, steady() + deadlineMs, `store.${name}`);
    return reading(`store.${name}`, () => [...listOf(found, name)]);
  };

  /**
   * @param {string} orderId
   * @param {any[]} context
   * @returns {Promise<boolean>} whether it was possible
   */
  const settleOne = async (orderId, context) => {
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

  /**
   * Does what is due now, and returns how many orders that were.
   * @param {any[]} context
   * @param {() => Promise<readonly string[]>} look
   */
  const pass = async (context, look) => {
    let [settled, failed] = [0, 0];
    /** Those of this pass: what fails is tried once in it. @type {Set<string>} */
    const tried = new Set();
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
  const settleDue = (/** @type {any[]} */ ...context) => pass(context, dueNow);

  /**
   * Looks again and again.
   * @param {number} [intervalMs]
   * @param {any[]} context
   * @returns {() => Promise<void>} ends it, and waits for what is under way
   */
  const every = (intervalMs = INTERVAL, ...context) => {
    duration(intervalMs, "intervalMs");
    /** @type {(ended: readonly string[]) => void} */
    let end = () => {};
    /** What is found when it has ended: nothing, and a look that goes on is not waited for. @type {Promise<readonly string[]>} */
    const ended = new Promise((resolve) => {
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
    /** @type {Set<Promise<unknown>>} */
    const passes = new Set();
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
