// What is due in a store, order by order. Others may do the same at the same time: what is done about an order is
// claimed in its snapshot.

import { integer, invalid, isRecord } from "./configuration.js";
import { Reports } from "./reports.js";

/** How many orders are settled side by side, and how many are claimed at once. */
const CONCURRENCY = 8;
const LIMIT = 100;
/** For so long an order that one process has claimed is not looked at by others. */
const LEASE = 120_000;
const INTERVAL = 1000;

/**
 * @param {{ settle(orderId: string, ...context: any[]): Promise<number | undefined> }} handler
 * @param {any} store
 * @param {{ concurrency?: number, limit?: number, leaseMs?: number, now?: () => number, onError?: (error: unknown, about: any) => unknown,
 *   language?: "en" | "zh" }} [options]
 */
export function settler(handler, store, options = {}) {
  const { concurrency = CONCURRENCY, limit = LIMIT, leaseMs = LEASE, now = Date.now, ...hooks } = options;
  if (typeof handler?.settle !== "function") invalid("handler", "expected a handler with a store");
  if (!isRecord(store) || (typeof store.due !== "function" && typeof store.claimDue !== "function")) {
    invalid("store", "give the store a function due(now), or claimDue(now, limit, leaseMs)");
  }
  /** @type {any} */
  const keeper = store;
  const width = integer(concurrency, "concurrency", 1, 1000);
  const atOnce = integer(limit, "limit", 1, 100_000);
  const reports = new Reports(hooks);
  /** Those that are being settled in this process. @type {Set<string>} */
  const underWay = new Set();

  const canClaim = typeof keeper.claimDue === "function";
  /** @returns {Promise<readonly string[]>} */
  const dueNow = async () => (canClaim ? keeper.claimDue(now(), atOnce, leaseMs) : keeper.due(now()));

  /**
   * @param {string} orderId
   * @param {any[]} context
   * @returns {Promise<boolean>} whether it was possible
   */
  const settleOne = async (orderId, context) => {
    underWay.add(orderId);
    try {
      await handler.settle(orderId, ...context);
      return true;
    } catch (error) {
      reports.error(error, { orderId });
      return false;
    } finally {
      underWay.delete(orderId);
    }
  };

  /** Does what is due now, and returns how many orders that were. @param {any[]} context */
  const settleDue = async (...context) => {
    let [settled, failed] = [0, 0];
    for (;;) {
      const found = await dueNow();
      const waiting = [...new Set(found)].filter((orderId) => !underWay.has(orderId));
      const work = async () => {
        for (let orderId = waiting.shift(); orderId !== undefined; orderId = waiting.shift()) {
          if (await settleOne(orderId, context)) settled += 1;
          else failed += 1;
        }
      };
      await Promise.all(Array.from({ length: Math.min(width, waiting.length) }, work));
      // What fails stays claimed for its lease, and due where there are no claims: once in a pass either way.
      if (!canClaim || found.length < atOnce) return { settled, failed };
    }
  };

  /**
   * Looks again and again.
   * @param {number} [intervalMs]
   * @param {any[]} context
   * @returns {() => Promise<void>} ends it, and waits for what is under way
   */
  const every = (intervalMs = INTERVAL, ...context) => {
    let isEnded = false;
    /** @type {(() => void) | undefined} */
    let wake;
    const rest = () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, intervalMs);
        wake = () => {
          clearTimeout(timer);
          resolve(undefined);
        };
      });
    // One order whose send hangs keeps no other from being settled: a pass does not wait for the one before.
    /** @type {Set<Promise<unknown>>} */
    const passes = new Set();
    const looking = (async () => {
      while (!isEnded) {
        const pass = settleDue(...context).catch((error) => reports.error(error, {}));
        passes.add(pass);
        pass.finally(() => passes.delete(pass));
        await rest();
      }
      await Promise.all(passes);
    })();
    return () => {
      isEnded = true;
      wake?.();
      return looking;
    };
  };

  return Object.assign(settleDue, { every });
}
