// Orders in SQLite, by the client of libSQL, which does not block: a file, or a server.

import { type Row, returningStore, SQLITE, type TableOptions } from "./sql.js";
import { clientOf, type DeletingStore } from "./store.js";

export { sqliteSchema } from "./sqlite.js";
export type { DatabaseStore, DeletingStore } from "./store.js";
export type { TableOptions };

/** A client of `@libsql/client`, or what has the same function. */
export interface LibsqlClient {
  // Clients differ in what they accept
  execute(statement: { sql: string; args: any[] }): Promise<{ rows: any[] }>;
}

/**
 * A store in libSQL.
 *
 * ```js
 * const client = createClient({ url: "file:orders.sqlite" });
 * for (const statement of sqliteSchema()) await client.execute(statement);
 * const store = libsqlStore(client);
 * ```
 *
 * Do not read from an embedded replica (`syncUrl`), because it lags.
 */
export function libsqlStore(client: LibsqlClient, options?: TableOptions): DeletingStore {
  clientOf(client, ["execute"]);
  return returningStore(SQLITE, async (sql, args) => (await client.execute({ sql, args: [...args] })).rows as Row[], options);
}
