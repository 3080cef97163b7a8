// Orders in MariaDB and MySQL.

import { MYSQL, type Row, type Run, schemaOf, sqlEngine, type TableOptions } from "./sql.js";
import { clientOf, type DeletingStore, deletingStoreOver } from "./store.js";

export type { DatabaseStore, DeletingStore } from "./store.js";
export type { TableOptions };

interface Executing {
  // Rows are of any kind
  execute(sql: string, values: any[]): Promise<[any, any]>;
}

/** A connection of the pool. */
export interface MysqlConnection extends Executing {
  // Nothing of it is read
  query(sql: string): Promise<any>;
  release(): void;
  destroy(): void;
}

/** A pool of `mysql2/promise`, or what has the same functions. */
export interface MysqlPool extends Executing {
  getConnection(): Promise<MysqlConnection>;
}

/** ER_DUP_ENTRY. */
const DUPLICATE = 1062;

const runOn =
  (client: Executing): Run =>
  async (text, values) => {
    try {
      const [result] = await client.execute(text, [...values]);
      return Array.isArray(result) ? { rows: result as Row[], changed: 0 } : { rows: [], changed: result.affectedRows };
    } catch (error) {
      // The order is there: somebody else has created it.
      if ((error as { errno?: unknown } | null)?.errno === DUPLICATE) return { rows: [], changed: 0 };
      throw error;
    }
  };

/**
 * A store in MariaDB 10.6 or newer, or MySQL 8.0 or newer (not tested), for any number of processes. Each save is one statement.
 *
 * ```js
 * const pool = mysql.createPool(process.env.DATABASE_URL); // mysql from "mysql2/promise"
 * const store = mysqlStore(pool);
 * ```
 *
 * Connect to the primary, because a replica lags. A user needs `SELECT, INSERT, UPDATE` on the table, and `DELETE` where it calls
 * `deleteBefore`. `max_allowed_packet` bounds an order: its default of 16 MiB is some 40,000 tickets.
 */
export function mysqlStore(pool: MysqlPool, options?: TableOptions): DeletingStore {
  clientOf(pool, ["execute", "getConnection"], "pool");
  const transaction = async <Result>(work: (run: Run) => Promise<Result>): Promise<Result> => {
    const connection = await pool.getConnection();
    try {
      // By default the gaps between rows are locked as well, and saves would wait for them.
      await connection.query("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
      await connection.query("START TRANSACTION");
      const result = await work(runOn(connection));
      await connection.query("COMMIT");
      connection.release();
      return result;
    } catch (error) {
      // A transaction that was begun ends with the connection.
      connection.destroy();
      throw error;
    }
  };
  return deletingStoreOver(sqlEngine(MYSQL, { run: runOn(pool), transaction }, options));
}

/** The statements that make its table, for a migration: `for (const statement of mysqlSchema()) await pool.query(statement)`. */
export const mysqlSchema = (options?: TableOptions): string[] => schemaOf(MYSQL, options);
