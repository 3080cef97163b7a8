// The example for Rust programs, over the same PostgreSQL.

import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startPostgresql } from "./servers.mjs";

const pathOf = (/** @type {string} */ file) => fileURLToPath(new URL(file, import.meta.url));

describe("the example for sqlx", { timeout: 900_000 }, () => {
  let server;
  before(async () => {
    server = await startPostgresql();
  });
  after(() => server?.stop());

  it("passes its tests", async () => {
    const env = {
      ...process.env,
      DATABASE_URL: `postgres://owner@127.0.0.1:${server.port}/postgres`,
      CARGO_TARGET_DIR: pathOf("../../target/rust-sqlx"),
    };
    const args = ["test", "--quiet", "--locked", "--manifest-path", pathOf("../../examples/rust-sqlx/Cargo.toml")];
    await promisify(execFile)(process.env.CARGO ?? "cargo", args, { env, maxBuffer: 2 ** 24 }).catch(({ stdout, stderr }) => {
      throw new Error(`${stdout}\n${stderr}`);
    });
  });
});
