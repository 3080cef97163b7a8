// The demo passes, and it notices when the supplier does not do what it must.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const DEMO = join(dirname(fileURLToPath(import.meta.url)), "run.mjs");
const isWindows = process.platform === "win32";

async function demo(...options) {
  // A process group of its own, so that what the demo leaves running can be found.
  const child = spawn(process.execPath, [DEMO, ...options], { stdio: ["ignore", "pipe", "pipe"], detached: !isWindows });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (printed += text));
  const [code] = await once(child, "close");
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(printed) ?? assert.fail(printed);
  return { code, printed, passed: Number(passed), failed: Number(failed), pid: child.pid };
}

describe("the demo", { concurrency: true, timeout: 120_000 }, () => {
  test("passes every step, and leaves nothing running", async () => {
    const { code, printed, passed, failed, pid } = await demo();
    assert.equal(code, 0, printed);
    assert.equal(failed, 0);
    assert.ok(passed > 100, `only ${passed} steps`);
    const points = printed.split("\n").filter((line) => /^ {2}\S+ +(?:订单|[一二三四六])/.test(line));
    assert.equal(points.length, 33);
    const unshown = points.filter((line) => !line.endsWith(" passed"));
    assert.deepEqual(
      unshown.map((line) => line.trim().split(" ")[0]),
      ["endpoint.change-notice"],
      "all that exchanges can show",
    );
    assert.match(printed, /\d+ passed, 0 failed\nacceptance points: 32 passed, 0 failed, 0 warned, 1 not exercised\n$/);
    if (!isWindows) assert.throws(() => process.kill(-pid, 0), { code: "ESRCH" });
  });

  for (const [what, step] of [
    ["a reply", "refund-while-pending"],
    ["a notice's signature", "pay-notice"],
    ["what the gate tells", "enter-void"],
    ["a ride's reply", "ride-pay"],
    ["a push of a ride", "cancel-event"],
  ]) {
    test(`names the step when ${what} is broken on purpose`, async () => {
      const { code, printed, failed } = await demo("--break", step);
      assert.equal(code, 1, printed);
      // What broke may break acceptance points, too.
      assert.ok(failed >= 1, printed);
      assert.match(printed, new RegExp(`^failed: ${step}$`, "m"));
    });
  }

  test("knows a step that is not there", async () => {
    const { code, printed } = await demo("--break", "no-such-step");
    assert.equal(code, 2);
    assert.match(printed, /there is no step called no-such-step/);
  });
});
