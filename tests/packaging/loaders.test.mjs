// Each loader is there for its runtimes, and for no other: without it they fail, and only they.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { RUNTIMES } from "./runtimes.mjs";
import { ROOT } from "./tools.mjs";

const loaders = [...new Set(RUNTIMES.flatMap((runtime) => runtime.loaders))].sort();

describe("the loaders", { timeout: 2_700_000 }, () => {
  test("are each needed by some runtime that is tested", () => {
    const folders = ["dist/loaders", "dist/cjs/loaders"];
    const found = folders.flatMap((folder) =>
      readdirSync(join(ROOT, "pkg", folder))
        .filter((file) => /^wasm-.*\.js$/.test(file))
        .map((file) => `${folder}/${file}`),
    );
    assert.deepEqual(loaders, found.sort());
  });

  for (const loader of loaders) {
    test(`without ${loader} its runtimes fail, and only they`, async () => {
      const needing = RUNTIMES.filter((runtime) => runtime.loaders.includes(loader)).map(({ name }) => name);
      const { code, printed, failed } = await runtimesWithout(loader);
      assert.deepEqual(failed, needing, printed);
      assert.equal(code, 1);
    });
  }
});

async function runtimesWithout(loader) {
  const child = spawn(process.execPath, [join(ROOT, "tests/packaging/run.mjs"), "--without", loader], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (printed += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  const lines = RUNTIMES.map(({ name }) => ({ name, line: new RegExp(`^${name} .*$`, "m").exec(printed)?.[0] ?? "" }));
  return { code, printed, failed: lines.filter(({ line }) => !/ {2}\d+ passed$/.test(line)).map(({ name }) => name) };
}
