// The supplier on PostgreSQL that people copy, behind each of its servers.

import { after, before, describe, it } from "node:test";
import pg from "pg";
import { copied, SERVERS } from "./copied.mjs";
import { endPool } from "./databases.mjs";
import { settings, survivesKill } from "./killed.mjs";
import { startPostgresql } from "./servers.mjs";

describe("the example on PostgreSQL", { timeout: 120_000 }, () => {
  let server;
  let pool;
  before(async () => {
    server = await startPostgresql();
    pool = new pg.Pool({ ...server.settings("owner"), max: 4 });
  });
  after(async () => {
    if (pool) await endPool(pool);
    await server?.stop();
  });

  it(`loses and doubles nothing behind ${Object.keys(SERVERS).join(", ")}, one of them killed, and Meituan accepts it`, async () => {
    const example = copied();
    const DATABASE_URL = `postgres://owner@127.0.0.1:${server.port}/postgres`;
    // Twice, as in a deployment that runs again.
    for (let time = 0; time < 2; time++) await example.run("src/migrate.mjs", { DATABASE_URL });
    const starts = Object.values(SERVERS).map((script) => (host) => example.start(script, { ...settings(host), DATABASE_URL }));
    await survivesKill({ pool, table: "meituan_orders", starts });
  });
});
