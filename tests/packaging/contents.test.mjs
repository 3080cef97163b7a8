// What is in the package: all that is needed, nothing else, and in a form that linters and bundlers understand.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { before, describe, test } from "node:test";
import { publint } from "publint";
import { npm, pack, packed, ROOT, run, versionOf } from "./tools.mjs";

const PACKAGE = join(ROOT, "pkg");
const manifest = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
const read = (path) => readFileSync(join(PACKAGE, path), "utf8");
const PAPERS = [
  "package.json",
  "README.md",
  "README.zh-CN.md",
  "LICENSE-APACHE",
  "LICENSE-MIT",
  "THIRD-PARTY-NOTICES",
  "wasm.sha256",
];
/** In the place of `exports` where a tool does not know it. */
const STAND_INS = Object.entries(manifest.exports)
  .filter(([path, map]) => path !== "." && map.import !== undefined)
  .map(([path]) => `${path.slice(2)}/package.json`);
const MODULES = ["dist/meituan_protocol.wasm", "dist/meituan_protocol_orders.wasm"];

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
    const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
    // Not for the wasm itself: where that is a module at all, it is an ES module.
    const left = ["--exclude-entrypoints", "meituan_protocol.wasm", "meituan_protocol_orders.wasm"];
    await run(process.execPath, [attw, tarball, ...left, "--no-emoji"], { cwd: ROOT });
  });

  test("has no dependencies and runs nothing when it is installed", () => {
    for (const name of ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies", "scripts"]) {
      assert.equal(manifest[name], undefined, name);
    }
  });

  test("holds code, types, the wasm and its papers alone", () => {
    const allowed = [
      ...[...PAPERS, ...STAND_INS].map((name) => new RegExp(`^${name.replaceAll(".", "\\.")}$`)),
      /^dist\/([a-z-]+\/)*[a-z0-9-]+\.(d\.ts|js)$/,
    ];
    allowed.push(/^dist\/meituan_protocol(_orders)?\.wasm(\.d\.ts)?$/, /^dist\/cjs\/package\.json$/);
    // What several entries share.
    allowed.push(/^dist\/(node|cjs)\/shared\/chunk-[A-Z0-9]{8}\.js$/);
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
    const apart = [...PAPERS, ...STAND_INS, "dist/cjs/package.json"];
    assert.deepEqual(
      files.filter((file) => !reached.has(file) && !apart.includes(file)),
      [],
    );
    assert.deepEqual(
      [...reached].filter((file) => !files.includes(file)),
      [],
      "and lacks none",
    );
  });
});

test("a subpath leads to the same script by `main` and by `exports`", () => {
  for (const file of STAND_INS) {
    const { main, types } = JSON.parse(read(file));
    const subpath = posix.dirname(file);
    assert.equal(`./${posix.join(subpath, main)}`, manifest.exports[`./${subpath}`].require.default);
    assert.equal(`./${posix.join(subpath, types)}`, manifest.exports[`./${subpath}`].require.types);
    assert.deepEqual(manifest.typesVersions["*"][subpath], [manifest.exports[`./${subpath}`].require.types]);
  }
  assert.equal(manifest.main, manifest.exports["."].require.default);
  assert.equal(manifest.types, manifest.exports["."].require.types);
});

describe("the wasm", () => {
  const lines = read("wasm.sha256").trimEnd().split("\n");
  const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
  const digests = Object.fromEntries(lines.slice(1).map((line) => line.split("  ").reverse()));

  test("has the digests that the package says, with what it was built by", () => {
    assert.deepEqual(Object.keys(digests), MODULES);
    for (const module of MODULES) assert.equal(digest(readFileSync(join(PACKAGE, module))), digests[module], module);
    const pinned = /channel = "(.*)"/.exec(readFileSync(join(ROOT, "rust-toolchain.toml"), "utf8"))?.[1];
    const bindgen = /wasm-bindgen = .*"=([0-9.]+)"/.exec(readFileSync(join(ROOT, "Cargo.toml"), "utf8"))?.[1];
    assert.equal(lines[0], `# rustc ${pinned}, wasm-bindgen ${bindgen}, binaryen ${versionOf("binaryen")}`);
  });

  test("is the same where a loader has it inside", async () => {
    const { unpacked } = await import(join(PACKAGE, "dist/loaders/decode.js"));
    for (const folder of ["dist", "dist/cjs"]) {
      const inlined = async (file) => {
        const module = await import(join(PACKAGE, folder, "loaders", file));
        return folder === "dist" ? module.default : module.default.default;
      };
      assert.equal(digest(Buffer.from(await inlined("wasm-inline.js"), "base64")), digests[MODULES[0]], folder);
      assert.equal(digest(unpacked(await inlined("wasm-orders-inline.js"))), digests[MODULES[1]], folder);
    }
  });
});

describe("the notices", () => {
  const notices = read("THIRD-PARTY-NOTICES");
  const [list, ...texts] = notices.split(/\n== \d+ =+\n/);
  const parts = list.split("\n\n").slice(2);

  test("name every crate that the wasm is linked from, with its licence and the text of it", async () => {
    const build = ["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", "wasm", "--locked"];
    const how = ["--package", "meituan-protocol", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}|{l}"];
    const tree = await run("cargo", ["tree", ...how, ...build], { cwd: ROOT });
    const crates = new Set(
      tree
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.replace(" (*)", "")),
    );
    assert(crates.size > 20, tree);
    for (const line of crates) {
      const [, name, version, licence] = /^(\S+) v(\S+)\|(.*)$/.exec(line) ?? assert.fail(line);
      const part = parts.find((text) => text.startsWith(`${name} ${version}\n`)) ?? assert.fail(`no notice of ${name} ${version}`);
      assert(part.includes(`\n  licence: ${licence}\n`), part);
    }
    // Beside them Rust's standard library, and esbuild's lines.
    assert.equal(parts.length, crates.size + 2);
    for (const part of parts) {
      const numbers = (/\n {2}texts: (.*)/.exec(part)?.[1] ?? assert.fail(part)).split(", ").map(Number);
      assert(numbers.every((number) => number <= texts.length) && numbers.some((number) => texts[number - 1].length > 500), part);
    }
  });

  test("name nobody's folders", () => {
    assert.doesNotMatch(notices, /\/(root|home|Users)\/|\.cargo/);
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
