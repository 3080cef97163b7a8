// Some thousand calls in every run; `cargo xtask audit --only traps` makes a million.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const RUN = fileURLToPath(new URL("run.mjs", import.meta.url));

describe("good, bad and trapping calls in any order", () => {
  for (const seed of [1, 2]) {
    it(`are all answered rightly, and no memory is lost: seed ${seed}`, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, "20000", String(seed)], { encoding: "utf8" });
      assert.equal(status, 0, stderr);
      assert.match(stdout, /"trapping":\d/);
    });
  }
});
