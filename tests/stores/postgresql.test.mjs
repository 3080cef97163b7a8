// Orders in PostgreSQL.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { pgSchema, pgStore } from "meituan-protocol/stores/pg";
import pg from "pg";
import { keepsTheContract } from "./contract.mjs";
import { endPool, open } from "./databases.mjs";
import { holdsInARace } from "./race.mjs";
import { startPostgresql } from "./servers.mjs";

const RIDES = "rides.meituan_rides";
const RACE = "race_orders";

describe("a store in PostgreSQL", { timeout: 120_000 }, () => {
  let server;
  let owner;
  before(async () => {
    server = await startPostgresql();
    owner = new pg.Pool({ ...server.settings("owner"), max: 2 });
    await owner.query("CREATE ROLE shop LOGIN");
    await owner.query("CREATE SCHEMA rides");
    await owner.query("GRANT USAGE ON SCHEMA rides TO shop");
    for (const table of ["meituan_orders", RIDES, RACE]) {
      // Twice, as in a migration that runs again.
      for (const statement of [...pgSchema({ table }), ...pgSchema({ table })]) await owner.query(statement);
      await owner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO shop`);
    }
  });
  after(async () => {
    if (owner) await endPool(owner);
    await server?.stop();
  });

  const shop = (name) => open({ kind: "pg", settings: server.settings("shop"), name });
  keepsTheContract({ open: () => shop(undefined), openRides: () => shop(RIDES) });
  holdsInARace(() => ({ kind: "pg", settings: server.settings("shop"), name: RACE }));

  it("finds what is due by its index", async () => {
    await owner.query("ANALYZE meituan_orders");
    await owner.query("SET enable_seqscan = off");
    const { rows } = await owner.query(
      "EXPLAIN SELECT order_id FROM meituan_orders WHERE due <= 5 AND claimed_until <= 5 ORDER BY due LIMIT 9",
    );
    assert.match(JSON.stringify(rows), /meituan_orders_due/);
  });

  it("accepts names of tables, and nothing else in their place", () => {
    const pool = { query: () => assert.fail("nothing is asked") };
    for (const table of ["orders", "Select", "a.b", "_1"]) assert.ok(pgStore(pool, { table }));
    for (const table of ['a"b', "a;b", "a.b.c", "", "1a", "订单", "a b", "a".repeat(51), 5, null]) {
      assert.throws(() => pgStore(pool, { table }), { code: "INVALID_CONFIG", path: "table" }, String(table));
    }
    assert.throws(() => pgStore({}), { code: "INVALID_CONFIG", path: "pool.query" });
    assert.throws(() => pgStore(pool, { tabel: "a" }), { code: "INVALID_CONFIG", path: "tabel" });
  });
});
