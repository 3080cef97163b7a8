import { handler } from "meituan-protocol/ticket";
import type { Order } from "./order.js";
import { objection, product } from "./products.js";
import { type Env, orderOf, settings } from "./settings.js";

/**
 * Our functions for an order. The library keeps it, runs each function to one end, and sends Meituan what follows from that.
 * A function uses `attemptKey` as an idempotency key: should it run again after a crash, it finds what it did before.
 */
export const meituan = handler<[env: Env, context?: object]>({
  config: (env) => settings(env),
  /** Each order is kept by a Durable Object of its own. */
  store: (env) => ({
    load: (orderId: string) => orderOf(env, orderId).load(),
    save: (...saved: Parameters<Order["save"]>) => orderOf(env, saved[0]).save(...saved),
  }),
  send: (request) => fetch(request, { signal: AbortSignal.timeout(20_000) }),

  orderCreate(call) {
    const refused = objection(call.body);
    return refused ? call.fail(refused.code, refused.reason) : { partnerOrderId: `P${call.body.orderId}` };
  },

  async orderPay(call, env) {
    const { orderId, quantity, partnerDealId } = call.order;
    if (!product(partnerDealId)?.upstream) {
      return { voucherType: 1, vouchers: await orderOf(env, orderId).issue(call.attemptKey, quantity) };
    }
    // 598: the upstream issues, and the result follows by pay notice.
    await orderOf(env, orderId).askUpstream(call.attemptKey, { type: "issue" });
    return call.issuing();
  },

  async orderRefund(call, env) {
    const { orderId, partnerDealId } = call.order;
    // Agreed at once; or 602, under approval, and decided by refund notice.
    if (!product(partnerDealId)?.upstream) return;
    await orderOf(env, orderId).askUpstream(call.attemptKey, { type: "refund", refundId: call.body.refundId });
    return call.pending();
  },
});
