// A ticket supplier on Cloudflare Workers: products, stock, codes and orders in D1. The library keeps the orders, runs each function to
// one end, and sends Meituan what follows from that.

import { type D1Database, d1Store } from "meituan-protocol/stores/d1";
import { codes, type Fen, formatYuan, handler, settler, type TicketOrder, TicketSupplier } from "meituan-protocol/ticket";

const GONE: readonly number[] = [codes.UnitState.REFUNDED, codes.UnitState.VOID];
const ENDED: readonly number[] = [codes.Lifecycle.CLOSED, codes.Lifecycle.VOIDED];

type Names = "MEITUAN_PARTNER_ID" | "MEITUAN_CLIENT_ID" | "MEITUAN_CLIENT_SECRET" | "MEITUAN_HOST" | "GATE_TOKEN";
type Env = { DB: D1Database } & Record<Names, string>;
type Context = { waitUntil(work: Promise<unknown>): void };

// Each is one statement, so one transaction. A function may run again after a crash, or while a slow run or another function of the order
// goes on: an order that holds tickets is not refused, a ticket is held once and released once, and an idempotency key has the codes that
// were drawn first.
const PRODUCT = "SELECT price, EXISTS (SELECT 1 FROM bookings WHERE order_id = ?2) AS held FROM products WHERE id = ?1";
const HOLD = "INSERT INTO bookings (order_id, product, held) VALUES (?, ?, ?) ON CONFLICT (order_id) DO NOTHING";
const RELEASE = "INSERT OR IGNORE INTO released (order_id, ticket) SELECT ?1, value FROM json_each(?2)";
const END = `INSERT INTO bookings (order_id, product, held) SELECT ?1, id, 0 FROM products WHERE id = ?2
  ON CONFLICT (order_id) DO UPDATE SET held = 0`; // a create that still runs holds nothing afterwards
const ISSUE = `INSERT INTO issues (key, order_id, codes) VALUES (?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING codes`;
async function query({ DB }: Env, sql: string, ...values: unknown[]) {
  const statement = DB.prepare(sql).bind(...values);
  return (await statement.all()).results;
}

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

/** Tickets that are refunded or void are for sale again, and those of a refund that is about to be agreed. */
async function release(env: Env, { orderId, partnerDealId, units, lifecycle }: TicketOrder, refundId = "") {
  const gone = units.filter((unit) => unit.refundId === refundId || GONE.includes(unit.state)).map((unit) => unit.voucher);
  if (units.length > 0) await query(env, RELEASE, orderId, JSON.stringify(gone));
  else if (ENDED.includes(lifecycle)) await query(env, END, orderId, partnerDealId ?? null); // it was never issued
}

/** Meituan's calls. An error is one line of the log; for more there are hooks, such as `onError`. */
const meituan = handler<[env: Env, context: Context]>({
  config,
  store: (env) => d1Store(env.DB),
  send: (request) => fetch(request, { signal: AbortSignal.timeout(20_000) }),

  async orderCreate(call, env) {
    const { orderId, partnerDealId, quantity, buyPrice } = call.body;
    const [product] = await query(env, PRODUCT, partnerDealId, orderId);
    // Meituan's staff read the reason, so it says what we found, in Chinese.
    if (!product) return call.fail(421, `产品 ${partnerDealId} 不存在或已下架`);
    const [ours, theirs] = [product.price as Fen, buyPrice].map(formatYuan);
    if (!product.held && ours !== theirs) return call.fail(410, `进货单价应为 ${ours} 元，收到 ${theirs} 元`);
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
    const { order, body } = call;
    // Its own time, in UTC+8, and no clock: a run after a crash must decide as the first one did.
    const day = new Date(body.refundTime + 8 * 3_600_000).toISOString().slice(0, 10);
    if (order.travelDate && order.travelDate < day) return call.fail(606, `游玩日期 ${order.travelDate} 已过，不可退款`);
    await release(env, order, body.refundId); // and it is agreed
  },

  // Meituan has refunded tickets by itself.
  orderRefunded: ({ order }, env) => release(env, order),
  // The order has ended: what is not used is void.
  orderClose: ({ order }, env) => release(env, order),
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
