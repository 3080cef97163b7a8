// Orders in Deno KV, in a file, in Deno.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const pathOf = (/** @type {string} */ file) => fileURLToPath(new URL(file, import.meta.url));

describe("a store in Deno KV", { timeout: 180_000 }, () => {
  /** @type {{ name: string, failed?: string }[]} */
  let results = [];
  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), "deno-kv-"));
    const args = [
      "run",
      "--quiet",
      "--no-lock",
      "--node-modules-dir=manual",
      "--unstable-kv",
      "--allow-read",
      "--allow-write",
      "--allow-env",
    ];
    const running = promisify(execFile)(
      pathOf("../../node_modules/.bin/deno"),
      [...args, pathOf("deno-kv.mjs"), join(folder, "kv")],
      {
        env: { ...process.env, DENO_NO_UPDATE_CHECK: "1", DENO_DIR: join(folder, "deno") },
      },
    );
    const { stdout } = await running;
    results = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    rmSync(folder, { recursive: true, force: true });
  });

  it("keeps the contract of stores, leaves nothing behind, deletes by age, and bounds an order", () => {
    assert.deepEqual(
      results.filter(({ failed }) => failed !== undefined),
      [],
    );
    assert.equal(results.length, 6);
  });
});
