import { DurableObject } from "cloudflare:workers";
import { explain } from "meituan-protocol";
import { type OrderEvent, type OrderStore, type TicketOrder, TicketSupplier } from "meituan-protocol/ticket";
import { product, today } from "./products.js";
import { type Env, settings } from "./settings.js";
import { meituan } from "./supplier.js";

/** The requests to the simulated upstream. */
type UpstreamRequest = { type: "issue" } | { type: "refund"; refundId: string };
type Saved = Parameters<OrderStore<number>["save"]>;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS orders (            -- one row, or none
    order_id TEXT PRIMARY KEY,                   -- 64 bits: a string, never a number
    snapshot TEXT NOT NULL,
    revision INTEGER NOT NULL,
    due      INTEGER
  );
  CREATE TABLE IF NOT EXISTS tickets (           -- issued codes, once for each idempotency key
    attempt_key TEXT PRIMARY KEY,
    vouchers    TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS upstream (          -- requests to the simulated upstream, once for each idempotency key
    attempt_key TEXT PRIMARY KEY,
    request     TEXT NOT NULL,
    due         INTEGER                          -- NULL once it has answered
  );
`;

/** One order: where it is kept, and what becomes of it when nobody calls. */
export class Order extends DurableObject<Env> {
  #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql.exec(SCHEMA);
  }

  load(): { snapshot: TicketOrder; revision: number } | null {
    const [row] = this.#sql.exec<{ snapshot: string; revision: number }>("SELECT snapshot, revision FROM orders").toArray();
    return row ? { snapshot: JSON.parse(row.snapshot), revision: row.revision } : null;
  }

  /** Nothing is awaited between looking and writing, so nobody comes in between. */
  async save(orderId: Saved[0], snapshot: Saved[1], expected: Saved[2], { due }: Saved[3]): Promise<boolean> {
    const revision = this.load()?.revision ?? null;
    if (revision !== expected) return false;
    const values = [orderId, JSON.stringify(snapshot), (revision ?? 0) + 1, due ?? null];
    this.#sql.exec("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?)", ...values);
    await this.#setAlarm(due);
    return true;
  }

  /** The codes of an attempt: drawn once, and the same whenever it asks again. */
  issue(attemptKey: string, quantity: number): string[] {
    // Hard to guess, and within the 20 characters that Meituan documents.
    const draw = () => crypto.randomUUID().replaceAll("-", "").slice(0, 16);
    const vouchers = JSON.stringify(Array.from({ length: quantity }, draw));
    this.#sql.exec("INSERT OR IGNORE INTO tickets VALUES (?, ?)", attemptKey, vouchers);
    const query = "SELECT vouchers FROM tickets WHERE attempt_key = ?";
    return JSON.parse(this.#sql.exec<{ vouchers: string }>(query, attemptKey).one().vouchers);
  }

  async askUpstream(attemptKey: string, request: UpstreamRequest): Promise<void> {
    const due = Date.now() + Number(this.env.UPSTREAM_MILLISECONDS);
    this.#sql.exec("INSERT OR IGNORE INTO upstream VALUES (?, ?, ?)", attemptKey, JSON.stringify(request), due);
    await this.#setAlarm();
  }

  /** Lets guests in once, whichever gate asks. The same id again gets the same answer, should the answer be lost on its way. */
  async enter(vouchers: readonly string[], id: string) {
    const stored = this.load();
    const { orderId, travelDate } = stored?.snapshot ?? {};
    const all = (reason: string) => ({ entered: [], refused: Object.fromEntries(vouchers.map((voucher) => [voucher, reason])) });
    if (orderId === undefined) return all("无此订单");
    // How long a ticket is good for is the supplier's own affair.
    if (travelDate !== undefined && travelDate !== today()) return all(`游玩日期为 ${travelDate}`);
    const orders = new TicketSupplier(settings(this.env)).orders(this);
    const { admitted, refused } = await orders.admit(orderId, { id, codes: vouchers });
    return {
      entered: admitted.map(({ voucher }) => voucher),
      refused: Object.fromEntries(refused.map(({ voucher, reason }) => [voucher, explain({ reason }).meaning.zh])),
    };
  }

  /** The upstream's answers that are due; then whatever the library has to do: notices, functions that broke off. */
  async alarm() {
    const stored = this.load();
    if (stored === null) return;
    const { orderId } = stored.snapshot;
    const orders = new TicketSupplier(settings(this.env)).orders(this);
    const query = "SELECT attempt_key, request FROM upstream WHERE due <= ?";
    for (const { attempt_key, request } of this.#sql.exec<{ attempt_key: string; request: string }>(query, Date.now()).toArray()) {
      await orders.apply(orderId, this.#upstreamSays(attempt_key, JSON.parse(request), stored.snapshot));
      this.#sql.exec("UPDATE upstream SET due = NULL WHERE attempt_key = ?", attempt_key);
    }
    await this.#setAlarm(await meituan.settle(orderId, this.env));
  }

  #upstreamSays(
    attemptKey: string,
    request: UpstreamRequest,
    { orderId, partnerOrderId = "", partnerDealId, quantity }: TicketOrder,
  ): OrderEvent {
    if (request.type === "refund") return { refundAgreed: { refundId: request.refundId } };
    if (product(partnerDealId)?.upstream === "refuses") return { issueFailed: { describe: "上游停航，无法出票" } };
    return { issued: { orderId, partnerOrderId, voucherType: 1, vouchers: this.issue(attemptKey, quantity) } };
  }

  /** Wakes for whatever is due first: `due`, as the library says, or an answer of the upstream's. */
  async #setAlarm(due = this.#sql.exec<{ due: number | null }>("SELECT due FROM orders").toArray()[0]?.due ?? undefined) {
    const { next } = this.#sql.exec<{ next: number | null }>("SELECT MIN(due) AS next FROM upstream").one();
    const first = Math.min(due ?? Number.POSITIVE_INFINITY, next ?? Number.POSITIVE_INFINITY);
    await (Number.isFinite(first) ? this.ctx.storage.setAlarm(first) : this.ctx.storage.deleteAlarm());
  }
}
