import type { NoticeName, OrderStatus, TicketCalls, VoucherStatus } from "meituan-protocol/ticket";

/**
 * One database for each order. How many tickets are used or refunded is never stored beside them but counted from
 * `tickets`: so the quantities always agree with the codes.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS orders (           -- one row, or none
    order_id         TEXT PRIMARY KEY,          -- 64 bits: text, never a number
    partner_order_id TEXT NOT NULL,
    partner_deal_id  TEXT NOT NULL,
    quantity         INTEGER NOT NULL,
    travel_date      TEXT NOT NULL,             -- empty for tickets with a validity period
    status           INTEGER NOT NULL,          -- orderStatus
    failure          TEXT,                      -- why it is not issued
    due              INTEGER                    -- when the upstream decides, while issuing
  );
  CREATE TABLE IF NOT EXISTS tickets (
    voucher   TEXT PRIMARY KEY,
    status    INTEGER NOT NULL,                 -- 0 unused, 1 used, 2 refunded, 3 void
    changed   INTEGER NOT NULL,                 -- when it became so, epoch milliseconds
    refund_id TEXT                              -- the refund that claims it, pending or agreed
  );
  CREATE TABLE IF NOT EXISTS refunds (
    refund_id TEXT PRIMARY KEY,                 -- the one key of a refund
    requested INTEGER NOT NULL,
    due       INTEGER                           -- when the upstream decides; NULL once agreed
  );
  CREATE TABLE IF NOT EXISTS closes (           -- kept for orders that never came here, too
    close_type INTEGER PRIMARY KEY
  );
  CREATE TABLE IF NOT EXISTS notices (          -- what Meituan has yet to accept, in this order
    id       INTEGER PRIMARY KEY,
    type     TEXT NOT NULL,
    message  TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due      INTEGER NOT NULL
  );
`;

type Row = Record<string, string | number | null>;
export type Order = {
  order_id: string;
  partner_order_id: string;
  partner_deal_id: string;
  quantity: number;
  travel_date: string;
  status: OrderStatus;
  failure: string | null;
  due: number | null;
};
export type Ticket = { voucher: string; status: VoucherStatus; changed: number; refund_id: string | null };
export type Refund = { refund_id: string; requested: number; due: number | null };
export type Notice = {
  id: number;
  type: "payNotice" | "refundNotice" | "consumeNotice";
  message: string;
  attempts: number;
  due: number;
};

/** What can be asked of the order's tables, and done to them. Whether it may be done is decided in order.ts. */
export class Database {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
  }

  #rows<Found extends Row>(query: string, ...values: (string | number | null)[]): Found[] {
    return this.#sql.exec<Found>(query, ...values).toArray();
  }

  order = () => this.#rows<Order>("SELECT * FROM orders").at(0);
  tickets = () => this.#rows<Ticket>("SELECT * FROM tickets ORDER BY rowid");
  isClosed = () => this.#rows("SELECT * FROM closes").length > 0;

  create({ order_id, partner_order_id, partner_deal_id, quantity, travel_date, status }: Omit<Order, "failure" | "due">) {
    const values = [order_id, partner_order_id, partner_deal_id, quantity, travel_date, status];
    this.#rows("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)", ...values);
  }

  setStatus(status: OrderStatus, { due, failure }: { due?: number; failure?: string } = {}) {
    this.#rows("UPDATE orders SET status = ?, due = ?, failure = ?", status, due ?? null, failure ?? null);
  }

  close(closeType: number) {
    this.#rows("INSERT INTO closes VALUES (?)", closeType);
    this.#rows("UPDATE tickets SET status = 3, changed = ? WHERE status = 0 AND refund_id IS NULL", Date.now());
    // That the guest can enter is no longer true, so it is no longer told.
    this.#rows("DELETE FROM notices WHERE type = 'payNotice'");
  }

  addTicket(voucher: string) {
    this.#rows("INSERT INTO tickets VALUES (?, 0, ?, NULL)", voucher, Date.now());
  }

  use(voucher: string, now: number) {
    this.#rows("UPDATE tickets SET status = 1, changed = ? WHERE voucher = ?", now, voucher);
  }

  refund = (refundId: string) => this.#rows<Refund>("SELECT * FROM refunds WHERE refund_id = ?", refundId).at(0);
  refundsDue = (now: number) => this.#rows<Refund>("SELECT * FROM refunds WHERE due <= ?", now);

  addRefund(refundId: string, due: number | null, tickets: readonly Ticket[]) {
    this.#rows("INSERT INTO refunds VALUES (?, ?, ?)", refundId, Date.now(), due);
    for (const { voucher } of tickets) this.#rows("UPDATE tickets SET refund_id = ? WHERE voucher = ?", refundId, voucher);
  }

  agree(refundId: string) {
    this.#rows("UPDATE refunds SET due = NULL WHERE refund_id = ?", refundId);
    this.#rows("UPDATE tickets SET status = 2, changed = ? WHERE refund_id = ? AND status = 0", Date.now(), refundId);
  }

  /** Saved with the change that it tells of; sent later. */
  addNotice<Type extends Notice["type"] & NoticeName>(type: Type, message: TicketCalls[Type]["request"]) {
    this.#rows("INSERT INTO notices (type, message, due) VALUES (?, ?, ?)", type, JSON.stringify(message), Date.now());
  }

  firstNotice = () => this.#rows<Notice>("SELECT * FROM notices ORDER BY id LIMIT 1").at(0);

  removeNotice(id: number) {
    this.#rows("DELETE FROM notices WHERE id = ?", id);
  }

  postponeNotice(id: number, due: number) {
    this.#rows("UPDATE notices SET attempts = attempts + 1, due = ? WHERE id = ?", due, id);
  }

  /** When something is to be done next: a decision of the upstream, or the first notice. */
  nextDue(): number | undefined {
    const decisions = this.#rows<{ due: number | null }>("SELECT due FROM orders UNION ALL SELECT due FROM refunds");
    const all = [...decisions.map(({ due }) => due), this.firstNotice()?.due].filter((due) => typeof due === "number");
    return all.length > 0 ? Math.min(...all) : undefined;
  }
}
