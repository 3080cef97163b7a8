// Orders in a file of SQLite, by each client that the program which runs this has: `SQLITE_CLIENTS` names them.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { sqliteStore } from "meituan-protocol/stores/sqlite";
import { keepsTheContract } from "./contract.mjs";
import { open } from "./databases.mjs";

const CLIENTS = process.env.SQLITE_CLIENTS?.split(",") ?? ["libsql"];

for (const kind of CLIENTS) {
  describe(`a store in SQLite by ${kind}`, { timeout: 120_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), "sqlite-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const opens = (name) => () => open({ kind, settings: { file: join(folder, "orders.sqlite") }, name });
    keepsTheContract({ open: opens(undefined), openRides: opens("meituan_rides") });
  });
}

describe("a store in SQLite", () => {
  it("accepts names of tables without a schema", () => {
    const database = { prepare: () => assert.fail("nothing is asked") };
    assert.ok(sqliteStore(database, { table: "rides" }));
    for (const table of ["a.b", 'a"', "", 5]) {
      assert.throws(() => sqliteStore(database, { table }), { code: "INVALID_CONFIG", path: "table" }, String(table));
    }
    assert.throws(() => sqliteStore({}), { code: "INVALID_CONFIG", path: "database.prepare" });
  });
});
