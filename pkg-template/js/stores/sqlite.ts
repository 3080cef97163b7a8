// Orders in SQLite, by a client that blocks.

import { type Row, returningStore, SQLITE, schemaOf, type TableOptions, type Value } from "./sql.js";
import { clientOf, type DeletingStore } from "./store.js";

export type { DatabaseStore, DeletingStore } from "./store.js";
export type { TableOptions };

/** A statement. */
export interface SqliteStatement {
  // Clients differ in what they accept
  all(...values: any[]): unknown[];
}

/** A `Database` of `better-sqlite3`, `libsql` or `bun:sqlite`, a `DatabaseSync` of `node:sqlite`, or what has the same function. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
}

/** Limit of kept statements. */
const MAX_PREPARED = 50;

/**
 * A store in a file of SQLite 3.35 or newer, for any number of processes on one machine.
 *
 * ```js
 * const database = new Database("orders.sqlite", { timeout: 5000 });
 * database.pragma("journal_mode = WAL");
 * for (const statement of sqliteSchema()) database.exec(statement);
 * const store = sqliteStore(database);
 * ```
 *
 * Without a time limit for locks (`timeout`, or `PRAGMA busy_timeout`) a save fails while another process saves: `node:sqlite` has none by
 * default.
 */
export function sqliteStore(database: SqliteDatabase, options?: TableOptions): DeletingStore {
  clientOf(database, ["prepare"], "database");
  const prepared = new Map<string, SqliteStatement>();
  const statementOf = (text: string): SqliteStatement => {
    const statement = prepared.get(text) ?? database.prepare(text);
    if (prepared.size >= MAX_PREPARED) prepared.clear();
    prepared.set(text, statement);
    return statement;
  };
  const rowsOf = async (text: string, values: readonly Value[]) => statementOf(text).all(...values) as Row[];
  return returningStore(SQLITE, rowsOf, options);
}

/** The statements that make its table and indexes: `for (const statement of sqliteSchema()) database.exec(statement)`. */
export const sqliteSchema = (options?: TableOptions): string[] => schemaOf(SQLITE, options);
