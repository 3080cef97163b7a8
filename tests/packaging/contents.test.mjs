// What is in the package: all that is needed, nothing else, and in a form that linters and bundlers understand.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { before, describe, test } from "node:test";
import { publint } from "publint";
import { npm, pack, packed, ROOT, run } from "./tools.mjs";

const PACKAGE = join(ROOT, "pkg");
const manifest = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
const read = (path) => readFileSync(join(PACKAGE, path), "utf8");

describe("the packed package", () => {
  /** @type {string} */
  let tarball;
  /** @type {string[]} */
  let files;
  before(async () => {
    tarball = await pack();
    const printed = await run(npm, ["pack", "--dry-run", "--json", PACKAGE], { cwd: ROOT });
    files = packed(printed).files.map(({ path }) => path);
  });

  test("pleases publint", async () => {
    const buffer = readFileSync(tarball);
    const contents = buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length);
    const { messages } = await publint({ pack: { tarball: contents }, strict: true });
    assert.deepEqual(messages, []);
  });

  test("has types that every resolution finds and that are what they say", async () => {
    // Not for node10: it knows no `exports`, hence no subpaths, and TypeScript has given it up itself.
    const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
    // Not for the wasm itself: where that is a module at all, it is an ES module.
    const left = ["--profile", "node16", "--exclude-entrypoints", "meituan_protocol.wasm", "meituan_protocol_orders.wasm"];
    await run(process.execPath, [attw, tarball, ...left, "--no-emoji"], { cwd: ROOT });
  });

  test("has no dependencies and runs nothing when it is installed", () => {
    for (const name of ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies", "scripts"]) {
      assert.equal(manifest[name], undefined, name);
    }
  });

  test("holds code, types, the wasm and its papers alone", () => {
    const allowed = [/^package\.json$/, /^README\.md$/, /^LICENSE-(APACHE|MIT)$/, /^dist\/([a-z-]+\/)*[a-z-]+\.(d\.ts|js)$/];
    allowed.push(/^dist\/meituan_protocol(_orders)?\.wasm(\.d\.ts)?$/, /^dist\/cjs\/package\.json$/);
    assert.deepEqual(
      files.filter((file) => !allowed.some((pattern) => pattern.test(file))),
      [],
    );
  });

  test("holds no file that nothing leads to", () => {
    const reached = new Set();
    const waiting = [...entries()];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (reached.has(file)) continue;
      reached.add(file);
      if (/\.(js|d\.ts)$/.test(file)) waiting.push(...importsOf(file));
    }
    const papers = ["package.json", "README.md", "LICENSE-APACHE", "LICENSE-MIT", "dist/cjs/package.json"];
    assert.deepEqual(
      files.filter((file) => !reached.has(file) && !papers.includes(file)),
      [],
    );
    assert.deepEqual(
      [...reached].filter((file) => !files.includes(file)),
      [],
      "and lacks none",
    );
  });
});

/** All that the manifest names: entries with their types, loaders, the command. */
function entries() {
  const paths = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(paths));
  return [manifest.exports, manifest.imports, manifest.bin].flatMap(paths).map((path) => posix.normalize(path));
}

/** @param {string} file */
function importsOf(file) {
  // Comments name types alone, which nobody loads.
  const text = read(file).replace(/\/\*.*?\*\//gs, "");
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport|require\(|import\()\s*"(\.[^"]+)"/g)].map(([, path]) => path);
  return specifiers.map((path) => {
    const target = posix.join(posix.dirname(file), path.replace("?module", ""));
    return file.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target;
  });
}
