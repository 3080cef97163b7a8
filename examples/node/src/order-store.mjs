// Orders in SQLite. A save names the revision that was loaded, and only one save of a revision succeeds: so any number of processes
// may share the file.

/**
 * @typedef {import("meituan-protocol/ticket").OrderStore<number>} OrderStore
 * @typedef {Parameters<OrderStore["save"]>} Saved
 */

/** @implements {OrderStore} */
export class SqliteOrders {
  /** @param {import("libsql").Database} database */
  constructor(database) {
    // 64 bits: the number is a string. Due orders are looked for every second.
    database.exec(`
      CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, snapshot TEXT NOT NULL, revision INTEGER NOT NULL, due INTEGER,
        conflicts INTEGER NOT NULL);
      CREATE INDEX IF NOT EXISTS orders_due ON orders (due) WHERE due IS NOT NULL;
      CREATE INDEX IF NOT EXISTS orders_with_conflicts ON orders (order_id) WHERE conflicts > 0;
    `);
    this.one = database.prepare("SELECT snapshot, revision FROM orders WHERE order_id = ?");
    this.insert = database.prepare("INSERT INTO orders VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING");
    this.update = database.prepare(
      "UPDATE orders SET snapshot = ?, due = ?, conflicts = ?, revision = revision + 1 WHERE order_id = ? AND revision = ?",
    );
    this.withConflicts = database.prepare("SELECT order_id FROM orders WHERE conflicts > 0 ORDER BY order_id");
    this.dueBy = database.prepare("SELECT order_id FROM orders WHERE due <= ? ORDER BY due");
  }

  /** @param {string} orderId */
  load(orderId) {
    const row = /** @type {{ snapshot: string, revision: number } | undefined} */ (this.one.get(orderId));
    return row ? { snapshot: JSON.parse(row.snapshot), revision: row.revision } : null;
  }

  /** @param {Saved[0]} orderId @param {Saved[1]} order @param {Saved[2]} expected @param {Saved[3]} about */
  save(orderId, order, expected, about) {
    const values = [JSON.stringify(order), about.due ?? null, about.conflicts ?? 0];
    const { changes } = expected === null ? this.insert.run(orderId, ...values) : this.update.run(...values, orderId, expected);
    return changes === 1;
  }

  /** @param {number} now */
  due(now) {
    return /** @type {{ order_id: string }[]} */ (this.dueBy.all(now)).map(({ order_id }) => order_id);
  }

  conflicts() {
    return /** @type {{ order_id: string }[]} */ (this.withConflicts.all()).map(({ order_id }) => order_id);
  }
}
