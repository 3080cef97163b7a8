// Orders in PostgreSQL.

import { POSTGRESQL, returningStore, schemaOf, type TableOptions } from "./sql.js";
import { clientOf, type DeletingStore } from "./store.js";

export type { DatabaseStore, DeletingStore } from "./store.js";
export type { TableOptions };

/** A `Pool` of `pg`, or what has the same function. */
export interface PgPool {
  // Rows are of any kind
  query(text: string, values: any[]): Promise<{ rows: any[] }>;
}

/**
 * A store in PostgreSQL 12 or newer, for any number of processes. Each save is one statement, and one round trip.
 *
 * ```js
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
 * pool.on("error", console.error); // a connection that breaks while idle; without a listener it ends the process
 * const store = pgStore(pool);
 * ```
 *
 * Connect to the primary, because a replica lags. The isolation level is READ COMMITTED, PostgreSQL's default. A role needs
 * `SELECT, INSERT, UPDATE` on the table, and `DELETE` where it calls `deleteBefore`.
 */
export function pgStore(pool: PgPool, options?: TableOptions): DeletingStore {
  clientOf(pool, ["query"], "pool");
  return returningStore(POSTGRESQL, async (text, values) => (await pool.query(text, [...values])).rows, options);
}

/** The statements that make its table and indexes, for a migration: `for (const statement of pgSchema()) await pool.query(statement)`. */
export const pgSchema = (options?: TableOptions): string[] => schemaOf(POSTGRESQL, options);
