// A ticket supplier: what we do about an order. The library keeps it in the store, runs each function to one end, and sends
// Meituan what follows from that. `tickets-hono.mjs` and `tickets-express.mjs` serve it.

import { randomUUID } from "node:crypto";
import Database from "libsql";
import { settler, TicketSupplier } from "meituan-protocol/ticket";
import { SqliteOrders } from "./order-store.mjs";
import { isOurs, objection } from "./products.mjs";

const { MEITUAN_PARTNER_ID = "", MEITUAN_CLIENT_ID = "", MEITUAN_CLIENT_SECRET = "", MEITUAN_HOST, UPSTREAM = "" } = process.env;

const database = new Database(process.env.DATABASE ?? "tickets.sqlite", { timeout: 5000 });
database.exec(`
  PRAGMA journal_mode = WAL; -- who reads does not wait for who writes
  CREATE TABLE IF NOT EXISTS tickets (attempt_key TEXT PRIMARY KEY, vouchers TEXT NOT NULL);
`);
const keep = database.prepare("INSERT INTO tickets VALUES (?, ?) ON CONFLICT DO NOTHING");
const kept = database.prepare("SELECT vouchers FROM tickets WHERE attempt_key = ?");

/** The codes of an attempt: drawn once, and the same whenever it asks again. @param {string} attemptKey @param {number} quantity */
function issue(attemptKey, quantity) {
  // Hard to guess, and within the 20 characters that Meituan documents.
  const drawn = Array.from({ length: quantity }, () => randomUUID().replaceAll("-", "").slice(0, 16));
  keep.run(attemptKey, JSON.stringify(drawn));
  return JSON.parse(/** @type {{ vouchers: string }} */ (kept.get(attemptKey)).vouchers);
}

/** The upstream acts once for each key, however often it is called. @param {string} attemptKey @param {object} wanted */
async function askUpstream(attemptKey, wanted) {
  const headers = { "content-type": "application/json", "idempotency-key": attemptKey };
  const how = { method: "POST", headers, body: JSON.stringify(wanted), signal: AbortSignal.timeout(20_000) };
  const { ok, status } = await fetch(UPSTREAM, how);
  if (!ok) throw new Error(`the upstream answered HTTP ${status}`); // and is called again later
}

const store = new SqliteOrders(database);
const supplier = new TicketSupplier({
  partnerId: MEITUAN_PARTNER_ID,
  clientId: MEITUAN_CLIENT_ID,
  clientSecret: MEITUAN_CLIENT_SECRET,
  host: MEITUAN_HOST,
  routes: {
    "/meituan/order/create": "orderCreate",
    "/meituan/order/pay": "orderPay",
    "/meituan/order/query": "orderQuery",
    "/meituan/order/refund": "orderRefund",
    "/meituan/order/close": "orderClose",
    "/meituan/order/refunded": "orderRefunded",
  },
});

/** Meituan's calls, as a function of a Fetch request. */
export const meituan = supplier.handler({
  store,
  send: (request) => fetch(request, { signal: AbortSignal.timeout(20_000) }),

  orderCreate(call) {
    const refused = objection(call.body);
    return refused ? call.fail(refused.code, refused.reason) : { partnerOrderId: `P${call.body.orderId}` };
  },

  async orderPay(call) {
    const { orderId, partnerDealId, quantity } = call.order;
    if (isOurs(partnerDealId)) return { voucherType: 1, vouchers: issue(call.attemptKey, quantity) };
    await askUpstream(call.attemptKey, { issue: { orderId, quantity } });
    return call.issuing(); // 598: the upstream reports the result, and a notice follows
  },

  async orderRefund(call) {
    const { orderId, refundId, voucherList } = call.body;
    if (isOurs(call.order.partnerDealId)) return; // agreed at once
    await askUpstream(call.attemptKey, { refund: { orderId, refundId, voucherList } });
    return call.pending(); // 602: the same
  },
});

/** Notices, and functions that a crash broke off: looked for every second. */
const settleDue = settler(meituan, store);
settleDue.every(1000);

/** Something happened elsewhere: the upstream has issued, a guest went in. @param {string} orderId @param {import("meituan-protocol/ticket").OrderEvent} event */
export async function happened(orderId, event) {
  const { kind, reason, conflicts } = await supplier.orders(store).apply(orderId, event);
  settleDue(); // Meituan gets the notice
  return { kind, reason, conflicts };
}
