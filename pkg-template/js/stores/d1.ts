// Orders in Cloudflare D1.

import { type Row, returningStore, SQLITE, type TableOptions } from "./sql.js";
import { clientOf, type DeletingStore } from "./store.js";

export { sqliteSchema } from "./sqlite.js";
export type { DatabaseStore, DeletingStore } from "./store.js";
export type { TableOptions };

/** A binding of D1. */
export interface D1Database {
  prepare(sql: string): {
    // Values and rows are of any kind
    bind(...values: any[]): { all(): Promise<{ results: any[] }> };
  };
}

/**
 * A store in D1, for Workers: `store: (env) => d1Store(env.DB)`.
 *
 * Give it the binding itself and no session (`withSession`): with replication, a session may read from a replica, which lags. A row of D1 is
 * bounded by 2 MB, which is some 5000 tickets of one order.
 */
export function d1Store(database: D1Database, options?: TableOptions): DeletingStore {
  clientOf(database, ["prepare"], "database");
  const rowsOf = async (sql: string, values: readonly unknown[]) =>
    (
      await database
        .prepare(sql)
        .bind(...values)
        .all()
    ).results as Row[];
  return returningStore(SQLITE, rowsOf, options);
}
