// Each condition of the package's maps is there for its runtimes, and for no other: where it is broken they fail, and only they.
// So it is with the loaders of CommonJS, which no condition chooses.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { RUNTIMES } from "./runtimes.mjs";
import { conditionsOf, ROOT } from "./tools.mjs";

/** `cargo xtask audit` asks all runtimes for each; here it is the quickest that needs it, and one that does not. */
const asksAll = process.env.PACKAGING_AUDIT === "1";

/** For who sets neither `import` nor `require`, which no runtime here does. */
const UNUSED = ["default"];

const loaders = readdirSync(join(ROOT, "pkg/dist/cjs/loaders"))
  .filter((file) => /^wasm-.*\.js$/.test(file))
  .map((file) => `dist/cjs/loaders/${file}`);
const parts = [...conditionsOf(), ...loaders];

describe("the conditions and loaders", { timeout: asksAll ? 7_200_000 : 900_000 }, () => {
  test("are each needed by some runtime that is tested, and all that runtimes need are there", () => {
    const needed = new Set(RUNTIMES.flatMap(({ needs }) => needs));
    assert.deepEqual([...needed].sort(), parts.filter((part) => !UNUSED.includes(part)).sort());
  });

  for (const part of parts) {
    test(`without ${part} its runtimes fail, and only they`, async () => {
      const asked = asksAll ? RUNTIMES : twoFor(part);
      const needing = asked.filter(({ needs }) => needs.includes(part)).map(({ name }) => name);
      const { code, printed, failed } = await runtimesWithout(
        part,
        asked.map(({ name }) => name),
      );
      assert.deepEqual(failed, needing, printed);
      assert.equal(code, needing.length === 0 ? 0 : 1);
    });
  }
});

/** @param {string} part */
function twoFor(part) {
  const quickFirst = RUNTIMES.toSorted((one, other) => Number(one.isSlow ?? false) - Number(other.isSlow ?? false));
  const needing = quickFirst.filter(({ needs }) => needs.includes(part)).slice(0, 1);
  return [...needing, ...quickFirst.filter(({ needs }) => !needs.includes(part)).slice(0, 1)];
}

/** @param {string} part @param {string[]} asked */
async function runtimesWithout(part, asked) {
  const options = ["--without", part, ...asked.flatMap((name) => ["--only", name])];
  const child = spawn(process.execPath, [join(ROOT, "tests/packaging/run.mjs"), ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (printed += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  const lines = asked.map((name) => ({ name, line: new RegExp(`^${name} .*$`, "m").exec(printed)?.[0] ?? "" }));
  return { code, printed, failed: lines.filter(({ line }) => !/ {2}\d+ passed in [\d.]+ s$/.test(line)).map(({ name }) => name) };
}
