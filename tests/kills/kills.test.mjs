// Some kills of the suppliers' processes in every run; `cargo xtask audit --only kills` makes fifty.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { runKills } from "./run.mjs";

describe("a supplier's processes on one file", { timeout: 240_000 }, () => {
  it("are killed at random moments, and Meituan hears once, in order and truly of all that happened", async () => {
    const { faults, figures, judged, log } = await runKills({ kills: 5, seed: 5 });
    console.log(`${figures}\n${judged}`);
    assert.deepEqual(faults, [], `the log is ${log}`);
  });

  it("are noticed when they send without a claim", async () => {
    const { faults, log } = await runKills({ kills: 3, seed: 3, breakage: "no-claim" });
    if (log) rmSync(dirname(log), { recursive: true, force: true });
    assert.match(faults.join("\n"), /two send at once|a notice is repeated/);
  });
});
