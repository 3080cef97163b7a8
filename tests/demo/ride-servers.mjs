// Both ends of the ride API over HTTP on localhost: Meituan, who is called, and the enterprise, to whom Meituan pushes.

import { MeituanError } from "meituan-protocol/ride";
import { listen } from "../../pkg/dist/cli/server.js";

/**
 * Both generations, side by side: below /v2 it is the newer one that answers.
 * @param {{ older: any, newer: any, now: () => number, isLost?: (url: string) => boolean }} meituan
 *   `isLost`: whether the answer to a request, which arrives, is lost on its way
 */
export async function startMeituan({ older, newer, now, isLost = () => false }) {
  /** The last request and its reply, as they were on the wire. */
  const last = { request: "", reply: "" };
  const server = await listen((request) => {
    const generation = request.url.startsWith("/v2/") ? newer : older;
    const reply = generation.receive(request, { now: now() });
    last.request = request.body.toString();
    last.reply = reply.body;
    return isLost(request.url) ? { status: 504, headers: {}, body: "" } : reply;
  });
  return { ...server, last };
}

/**
 * The enterprise's receiver: what it takes out of each push, and what it answers.
 * @param {any} ride
 * @param {() => number} now
 */
export async function startEnterprise(ride, now) {
  const books = new Books();
  /** What came of the push that was received last. */
  const last = { outcome: undefined };
  const server = await listen((request) => {
    try {
      const push = ride.receiveSync(request, { now: now() });
      last.outcome = { type: push.type, key: push.deduplicationKey, body: push.body, ...books.enter(push) };
      return last.outcome.isTaken ? push.ok() : push.fail(2, "账务系统维护中");
    } catch (error) {
      if (!MeituanError.is(error)) throw error;
      last.outcome = { type: error.code, isTaken: false };
      return error.toReply();
    }
  });
  return { ...server, books, last };
}

/** What the enterprise makes of pushes, which may be lost, doubled and late. */
class Books {
  #known = new Set();
  #newest = new Map();
  #refunds = new Map();
  /** Whether nothing can be entered just now. */
  isClosed = false;

  get refunded() {
    return [...this.#refunds.values()].reduce((sum, amount) => sum + amount, 0);
  }

  enter({ type, deduplicationKey, body }) {
    // What could not be entered is not remembered either: it comes again.
    if (this.isClosed) return { isTaken: false };
    const isKnown = this.#known.has(deduplicationKey);
    this.#known.add(deduplicationKey);
    if (type === "refunded") {
      this.#refunds.set(body.sqtRefundNo, body.refundAmount ?? 0);
      return { isTaken: true, isKnown, refunded: this.refunded };
    }
    if (type !== "orderChanged") return { isTaken: true, isKnown };
    const newest = this.#newest.get(body.mtOrderId) ?? 0;
    this.#newest.set(body.mtOrderId, Math.max(newest, body.eventTime));
    return { isTaken: true, isKnown, isLate: body.eventTime < newest };
  }
}
