// The example for Rust programs, over the same PostgreSQL: the store alone, and the supplier in two processes.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { ROOT, run, serve } from "../packaging/tools.mjs";
import { endPool } from "./databases.mjs";
import { settings, survivesKill } from "./killed.mjs";
import { startPostgresql } from "./servers.mjs";

const FOLDER = join(ROOT, "examples/rust-sqlx");
const TARGET = join(ROOT, "target/rust-sqlx");

describe("the example for sqlx", { timeout: 900_000 }, () => {
  let server;
  let pool;
  let DATABASE_URL;
  before(async () => {
    server = await startPostgresql();
    pool = new pg.Pool({ ...server.settings("owner"), max: 4 });
    DATABASE_URL = `postgres://owner@127.0.0.1:${server.port}/postgres`;
  });
  after(async () => {
    if (pool) await endPool(pool);
    await server?.stop();
  });

  const cargo = (...words) =>
    run(process.env.CARGO ?? "cargo", [...words, "--quiet", "--locked"], {
      cwd: FOLDER,
      env: { DATABASE_URL, CARGO_TARGET_DIR: TARGET },
      seconds: 800,
    });

  it("passes its tests", () => cargo("test"));

  it("loses and doubles nothing where one of two processes is killed, and Meituan accepts it", async () => {
    await cargo("build");
    // Without the orders of its own tests.
    await pool.query("DROP TABLE IF EXISTS orders");
    for (const file of ["schema.sql", "orders.sql"]) await pool.query(readFileSync(join(FOLDER, file), "utf8"));
    const program = join(TARGET, "debug/supplier");
    const start = (host) => serve(program, () => [], { cwd: FOLDER, env: { ...settings(host), DATABASE_URL } });
    await survivesKill({ pool, table: "orders", starts: [start, start, start], hasGate: false });
  });
});
