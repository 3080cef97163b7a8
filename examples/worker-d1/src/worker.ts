// A ticket supplier on Cloudflare Workers: products, stock, codes and orders in D1. The library keeps the orders, runs each function to
// one end, and sends Meituan what follows from that.

import { type D1Database, d1Store } from "meituan-protocol/stores/d1";
import { codes, type Fen, formatYuan, handler, settler, TicketSupplier } from "meituan-protocol/ticket";

interface Env {
  DB: D1Database;
  MEITUAN_PARTNER_ID: string;
  MEITUAN_CLIENT_ID: string;
  MEITUAN_CLIENT_SECRET: string;
  MEITUAN_HOST: string;
  GATE_TOKEN: string;
}
type Context = { waitUntil(work: Promise<unknown>): void };

// Each is one statement, so one transaction. A function may run again after a crash, or while a slow run goes on: the number of
// tickets that an order holds only falls, and an idempotency key has the codes that were drawn first.
const HOLD = `INSERT INTO bookings (order_id, product, held) VALUES (?, ?, ?)
  ON CONFLICT (order_id) DO UPDATE SET held = min(held, excluded.held)`;
const RELEASE = "UPDATE bookings SET held = min(held, ?2) WHERE order_id = ?1";
const ISSUE = `INSERT INTO issues (key, order_id, codes) VALUES (?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING codes`;
const query = async ({ DB }: Env, sql: string, ...values: unknown[]) =>
  (
    await DB.prepare(sql)
      .bind(...values)
      .all()
  ).results;

const config = (env: Env) => ({
  partnerId: env.MEITUAN_PARTNER_ID,
  clientId: env.MEITUAN_CLIENT_ID,
  clientSecret: env.MEITUAN_CLIENT_SECRET,
  host: env.MEITUAN_HOST,
  routes: {
    "/meituan/order/create": "orderCreate",
    "/meituan/order/pay": "orderPay",
    "/meituan/order/query": "orderQuery",
    "/meituan/order/refund": "orderRefund",
    "/meituan/order/close": "orderClose",
    "/meituan/order/refunded": "orderRefunded",
  } as const,
});

/** Other tickets than these are for sale again. `held`: those that may still be used, or are. */
const hold = async (env: Env, order: { orderId: string }, held: number) => void (await query(env, RELEASE, order.orderId, held));

/** Meituan's calls. An error is one line of the log; for more there are hooks, such as `onError`. */
const meituan = handler<[env: Env, context: Context]>({
  config,
  store: (env) => d1Store(env.DB),
  send: (request) => fetch(request, { signal: AbortSignal.timeout(20_000) }),

  async orderCreate(call, env) {
    const { orderId, partnerDealId, quantity, buyPrice } = call.body;
    const [product] = await query(env, "SELECT price FROM products WHERE id = ?", partnerDealId);
    // Meituan's staff read the reason, so it says what we found, in Chinese.
    if (!product) return call.fail(421, `产品 ${partnerDealId} 不存在或已下架`);
    const [ours, theirs] = [product.price as Fen, buyPrice].map(formatYuan);
    if (ours !== theirs) return call.fail(410, `进货单价应为 ${ours} 元，收到 ${theirs} 元`);
    const isSoldOut = await query(env, HOLD, orderId, partnerDealId, quantity).then(
      () => false,
      (error) => /stock_is_left/.test(error.message) || Promise.reject(error), // which is logged, and the function runs again
    );
    return isSoldOut ? call.fail(420, `库存不足 ${quantity} 张`) : { partnerOrderId: `P${orderId}` };
  },

  async orderPay(call, env) {
    // Hard to guess, and within the 20 characters that Meituan documents.
    const draw = () => crypto.randomUUID().replaceAll("-", "").slice(0, 16);
    const drawn = JSON.stringify(Array.from({ length: call.order.quantity }, draw));
    const [issue] = await query(env, ISSUE, call.attemptKey, call.order.orderId, drawn);
    return { voucherType: 1, vouchers: JSON.parse(issue.codes) };
  },

  async orderRefund(call, env) {
    const { order, counts, body } = call;
    // Its own time, in UTC+8, and no clock: a run after a crash must decide as the first one did.
    const day = new Date(body.refundTime + 8 * 3_600_000).toISOString().slice(0, 10);
    if (order.travelDate && order.travelDate < day) return call.fail(606, `游玩日期 ${order.travelDate} 已过，不可退款`);
    // Tickets of other refunds stay held until those are decided.
    const isOpen = order.refunds?.find(({ refundId }) => refundId === body.refundId)?.state === codes.RefundState.PENDING;
    await hold(env, order, counts.quantity - counts.refunded - (isOpen ? body.refundQuantity : 0)); // and it is agreed
  },

  // Meituan has refunded tickets by itself.
  orderRefunded: ({ order, counts }, env) => hold(env, order, counts.quantity - counts.refunded),
  // The order has ended: what is not used is void.
  orderClose: ({ order, counts }, env) => hold(env, order, counts.used),
});

/** Our turnstile, which has a token: `{ "orderId": "…", "vouchers": ["…"], "id": "…" }`. The same id, which is its own, gets the same answer. */
async function gate(request: Request, env: Env, context: Context) {
  const tokens = [request.headers.get("authorization") ?? "", `Bearer ${env.GATE_TOKEN}`];
  const digest = (token: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const [given, ours] = await Promise.all([digest(tokens[0]), digest(tokens[1])]);
  if (!env.GATE_TOKEN || !crypto.subtle.timingSafeEqual(given, ours)) return new Response(null, { status: 401 });
  const { orderId, vouchers, id = crypto.randomUUID() } = await request.json();
  const { admitted, refused } = await new TicketSupplier(config(env))
    .orders(d1Store(env.DB))
    .admit(orderId, { id, codes: vouchers });
  context.waitUntil(meituan.settle(orderId, env, context)); // Meituan gets the notice now, and not in a minute
  const whyNot = refused.map(({ voucher, reason }) => [voucher, reason]);
  return Response.json({ entered: admitted.map(({ voucher }) => voucher), refused: Object.fromEntries(whyNot) });
}

export default {
  fetch: (request: Request, env: Env, context: Context) =>
    new URL(request.url).pathname === "/gate/enter" ? gate(request, env, context) : meituan(request, env, context),
  /** Notices, and functions that a crash broke off: looked for every minute. */
  scheduled: (_: unknown, env: Env, context: Context) => context.waitUntil(settler(meituan, d1Store(env.DB))(env, context)),
};
