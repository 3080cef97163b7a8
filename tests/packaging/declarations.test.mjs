// What the types say that an entry exports is what it exports.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ROOT } from "./tools.mjs";

const FOLDER = join(ROOT, "target/packaging/declarations");
const { exports } = JSON.parse(readFileSync(join(ROOT, "pkg/package.json"), "utf8"));
const entries = Object.entries(exports)
  .filter(([, target]) => target.import !== undefined)
  .map(([path]) => path.replace(/^\./, "meituan-protocol"));

/** What the compiler says of a file. @param {string} name @param {string} text */
function complaints(name, text) {
  const file = join(FOLDER, name);
  writeFileSync(file, text);
  const how = "--noEmit --strict --ignoreConfig --noErrorTruncation --skipLibCheck --module nodenext --target es2022 --types node";
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  const child = spawnSync(tsc, [...how.split(" "), "--lib", "es2023,dom,dom.iterable", file], { encoding: "utf8", cwd: ROOT });
  return child.stdout.split("\n").filter((line) => line.includes("error TS"));
}

describe("the types of an entry", () => {
  before(() => mkdirSync(FOLDER, { recursive: true }));
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  for (const [index, entry] of entries.entries()) {
    test(`export what ${entry} exports, and nothing else`, async () => {
      const real = Object.keys(await import(entry));
      const head = `import * as entry from ${JSON.stringify(entry)};\n`;
      const used = complaints(`used-${index}.ts`, head + real.map((name) => `void entry.${name};\n`).join(""));
      assert.deepEqual(used, [], "what is there is not declared");

      const known = real.map((name) => JSON.stringify(name)).join(" | ");
      const [rest = ""] = complaints(`rest-${index}.ts`, `${head}export const rest: Exclude<keyof typeof entry, ${known}> = 0;\n`);
      const declared = [...rest.matchAll(/"(\w+)"/g)].map(([, name]) => name);
      // Of what is exported as a type only, the compiler knows the name all the same; it may not be used.
      const usable = declared.filter((name) => complaints(`one-${index}.ts`, `${head}void entry.${name};\n`).length === 0);
      assert.deepEqual(usable, [], "what is declared is not there");
    });
  }
});
