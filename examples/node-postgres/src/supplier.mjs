// A ticket supplier: our products, stock and codes in PostgreSQL. The library keeps the orders in the same database, runs each
// function to one end, and sends Meituan what follows from that. `http.mjs`, `fastify.mjs` and `nest.ts` serve it.

import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { pgStore } from "meituan-protocol/stores/pg";
import { codes, formatYuan, settler, TicketSupplier } from "meituan-protocol/ticket";
import pg from "pg";

const { DATABASE_URL, GATE_TOKEN = randomUUID(), MEITUAN_HOST } = process.env;
const { MEITUAN_PARTNER_ID = "", MEITUAN_CLIENT_ID = "", MEITUAN_CLIENT_SECRET = "" } = process.env;

/** @type {readonly number[]} */
const GONE = [codes.UnitState.REFUNDED, codes.UnitState.VOID];
/** @type {readonly number[]} */
const ENDED = [codes.Lifecycle.CLOSED, codes.Lifecycle.VOIDED];
/** @typedef {import("meituan-protocol/ticket").TicketOrder} TicketOrder */

const pool = new pg.Pool({ connectionString: DATABASE_URL });
pool.on("error", console.error); // a connection that breaks while idle; without a listener it ends the process
const store = pgStore(pool);

// Each is one statement, so one transaction. A function may run again after a crash, or while a slow run or another function of the order
// goes on: an order that holds tickets is not refused, a ticket is held once and released once, and an idempotency key has the codes that
// were drawn first.
const PRODUCT = "SELECT price, EXISTS (SELECT FROM bookings WHERE order_id = $2) AS held FROM products WHERE id = $1";
const HOLD = "INSERT INTO bookings (order_id, product, held) VALUES ($1, $2, $3) ON CONFLICT (order_id) DO NOTHING";
const RELEASE = "INSERT INTO released (order_id, ticket) SELECT $1, unnest($2::varchar[]) ORDER BY 2 ON CONFLICT DO NOTHING";
const END = `INSERT INTO bookings (order_id, product, held) SELECT $1, id, 0 FROM products WHERE id = $2
  ON CONFLICT (order_id) DO UPDATE SET held = 0`; // a create that still runs holds nothing afterwards
const ISSUE = `INSERT INTO issues (key, order_id, codes) VALUES ($1, $2, $3)
  ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING codes`;

const supplier = new TicketSupplier({
  ...{ partnerId: MEITUAN_PARTNER_ID, clientId: MEITUAN_CLIENT_ID, clientSecret: MEITUAN_CLIENT_SECRET, host: MEITUAN_HOST },
  routes: {
    "/meituan/order/create": "orderCreate",
    "/meituan/order/pay": "orderPay",
    "/meituan/order/query": "orderQuery",
    "/meituan/order/refund": "orderRefund",
    "/meituan/order/close": "orderClose",
    "/meituan/order/refunded": "orderRefunded",
  },
});

/** Tickets that are refunded or void are for sale again, and those of a refund that is about to be agreed. @param {TicketOrder} order */
async function release({ orderId, partnerDealId, units, lifecycle }, refundId = "") {
  const gone = units.filter((unit) => unit.refundId === refundId || GONE.includes(unit.state)).map((unit) => unit.voucher);
  if (units.length > 0) await pool.query(RELEASE, [orderId, gone]);
  else if (ENDED.includes(lifecycle)) await pool.query(END, [orderId, partnerDealId]); // it was never issued
}

/** Meituan's calls. An error is one line of the console; for more there are hooks, such as `onError`. */
export const meituan = supplier.handler({
  store,
  send: (request) => fetch(request, { signal: AbortSignal.timeout(20_000) }),

  async orderCreate(call) {
    const { orderId, partnerDealId, quantity, buyPrice } = call.body;
    const { rows } = await pool.query(PRODUCT, [partnerDealId, orderId]);
    // Meituan's staff read the reason, so it says what we found, in Chinese.
    if (rows.length === 0) return call.fail(421, `产品 ${partnerDealId} 不存在或已下架`);
    const [ours, theirs] = [rows[0].price, buyPrice].map(formatYuan);
    if (!rows[0].held && ours !== theirs) return call.fail(410, `进货单价应为 ${ours} 元，收到 ${theirs} 元`);
    const isSoldOut = await pool.query(HOLD, [orderId, partnerDealId, quantity]).then(
      () => false,
      (error) => error.constraint === "stock_is_left" || Promise.reject(error), // which is logged, and the function runs again
    );
    return isSoldOut ? call.fail(420, `库存不足 ${quantity} 张`) : { partnerOrderId: `P${orderId}` };
  },

  async orderPay(call) {
    // Hard to guess, and within the 20 characters that Meituan documents.
    const drawn = Array.from({ length: call.order.quantity }, () => randomBytes(8).toString("hex"));
    const { rows } = await pool.query(ISSUE, [call.attemptKey, call.order.orderId, drawn]);
    return { voucherType: 1, vouchers: rows[0].codes };
  },

  async orderRefund(call) {
    const { order, body } = call;
    // Its own time, in UTC+8, and no clock: a run after a crash must decide as the first one did.
    const day = new Date(body.refundTime + 8 * 3_600_000).toISOString().slice(0, 10);
    if (order.travelDate && order.travelDate < day) return call.fail(606, `游玩日期 ${order.travelDate} 已过，不可退款`);
    await release(order, body.refundId); // and it is agreed
  },

  // Meituan has refunded tickets by itself.
  orderRefunded: ({ order }) => release(order),
  // The order has ended: what is not used is void.
  orderClose: ({ order }) => release(order),
});

/**
 * Our turnstile, which has a token: `{ "orderId": "…", "vouchers": ["…"], "id": "…" }`. The id is its own, of this entry: the same id again
 * gets the same answer. @param {Request} request
 */
export async function gate(request) {
  const digest = (/** @type {string} */ token) => createHash("sha256").update(token).digest();
  const given = digest(request.headers.get("authorization") ?? "");
  if (!timingSafeEqual(given, digest(`Bearer ${GATE_TOKEN}`))) return new Response(null, { status: 401 });
  const { orderId, vouchers, id = randomUUID() } = await request.json();
  const { admitted, refused } = await supplier.orders(store).admit(orderId, { id, codes: vouchers });
  const whyNot = refused.map(({ voucher, reason }) => [voucher, reason]);
  return Response.json({ entered: admitted.map(({ voucher }) => voucher), refused: Object.fromEntries(whyNot) });
}

// Notices, and functions that a crash broke off: every process looks every second.
const end = settler(meituan, store).every(1000);

/** Ends when the work under way has ended. Call it once no request is open. */
export async function stop() {
  await end();
  await pool.end();
}
