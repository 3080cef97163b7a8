// Orders in MariaDB.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { mysqlSchema, mysqlStore } from "meituan-protocol/stores/mysql2";
import mysql from "mysql2/promise";
import { keepsTheContract } from "./contract.mjs";
import { open } from "./databases.mjs";
import { holdsInARace } from "./race.mjs";
import { startMariadb } from "./servers.mjs";

const RIDES = "rides.meituan_rides";
const RACE = "race_orders";

describe("a store in MariaDB", { timeout: 180_000 }, () => {
  let server;
  let owner;
  before(async () => {
    server = await startMariadb();
    owner = mysql.createPool({ ...server.owner, connectionLimit: 2 });
    await owner.query("CREATE DATABASE shop");
    await owner.query("CREATE DATABASE rides");
    await owner.query("CREATE USER shop@'127.0.0.1'");
    for (const table of ["shop.meituan_orders", RIDES, `shop.${RACE}`]) {
      // Twice, as in a migration that runs again.
      for (const statement of [...mysqlSchema({ table }), ...mysqlSchema({ table })]) await owner.query(statement);
      await owner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO shop@'127.0.0.1'`);
    }
  });
  after(async () => {
    await owner?.end();
    await server?.stop();
  });

  const place = (name) => ({ kind: "mysql2", settings: server.settings("shop"), name });
  const shop = (name) => open(place(name));
  keepsTheContract({ open: () => shop(undefined), openRides: () => shop(RIDES) });
  holdsInARace(() => place(RACE));

  it("finds what is due by its index", async () => {
    const [rows] = await owner.query(
      "EXPLAIN SELECT order_id FROM shop.meituan_orders WHERE due <= 5 AND claimed_until <= 5 ORDER BY due LIMIT 9",
    );
    assert.equal(rows[0].key, "meituan_orders_due");
  });

  it("ends a claim that fails with its connection, and its locks", async () => {
    const { store, close } = await shop(RACE);
    await store.save("77", {}, null, { due: 5 });
    const pool = mysql.createPool({ ...server.settings("shop"), connectionLimit: 1 });
    const failing = {
      execute: (sql, values) => pool.execute(sql, values),
      async getConnection() {
        const connection = await pool.getConnection();
        return {
          query: (sql) => connection.query(sql),
          execute: (sql, values) =>
            sql.startsWith("UPDATE") ? Promise.reject(new Error("broken")) : connection.execute(sql, values),
          release: () => assert.fail("it is not used again"),
          destroy: () => connection.destroy(),
        };
      },
    };
    await assert.rejects(mysqlStore(failing, { table: RACE }).claimDue(5, 10, 1000), { message: "broken" });
    assert.deepEqual(await store.claimDue(5, 10, 1000), ["77"]);
    await pool.end();
    await close();
  });

  it("accepts pools, and nothing else in their place", () => {
    const wrong = { "pool.execute": {}, "pool.getConnection": { execute() {} }, pool: null };
    for (const [path, pool] of Object.entries(wrong)) assert.throws(() => mysqlStore(pool), { code: "INVALID_CONFIG", path });
  });
});
