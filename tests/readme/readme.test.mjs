// What the READMEs show compiles, and what they say about runtimes is what the tests run.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { RUNTIMES } from "../packaging/runtimes.mjs";
import { ROOT } from "../packaging/tools.mjs";

const READMES = ["README.md", "pkg-template/README.md"];
const WORK = join(ROOT, "target/packaging/readme");

const read = (path) => readFileSync(join(ROOT, path), "utf8");

/** The fenced blocks of a language, each with the line that it begins on. */
const blocksIn = (text, languages) =>
  [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, language]) => languages.includes(language))
    .map(({ 1: language, 2: code, index }) => ({ language, code, line: text.slice(0, index).split("\n").length + 1 }));

describe("the READMEs", () => {
  it("show JavaScript and TypeScript that compiles against the package's types", () => {
    rmSync(WORK, { recursive: true, force: true });
    mkdirSync(WORK, { recursive: true });
    const names = READMES.flatMap((readme) =>
      blocksIn(read(readme), ["js", "ts"]).map(({ language, code, line }) => {
        const name = `${readme.replaceAll("/", "-")}-line-${line}.m${language}`;
        // Where a block has no import it is a module all the same.
        writeFileSync(join(WORK, name), `${"\n".repeat(line - 1)}${code}export {};\n`);
        return name;
      }),
    );
    assert.ok(names.length > READMES.length, "blocks are found");
    copyFileSync(join(ROOT, "tests/readme/prelude.d.ts"), join(WORK, "prelude.d.ts"));
    const compilerOptions = {
      ...{ module: "nodenext", target: "es2022", lib: ["es2023", "dom", "dom.iterable"], types: ["node"] },
      ...{ strict: true, noEmit: true, allowJs: true, checkJs: true },
      // A reader's JavaScript has no annotations.
      ...{ noImplicitAny: false, useUnknownInCatchVariables: false },
    };
    writeFileSync(join(WORK, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [...names, "prelude.d.ts"] }));
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [tsc, "--project", WORK], { encoding: "utf8" });
    assert.equal(status, 0, stdout);
  });

  it("name the runtimes that are tested, in the versions that are", () => {
    const lines = ["| runs in | version | test |", "|---|---|---|"];
    for (const { title, tested, name } of RUNTIMES) lines.push(`| ${title} | ${tested()} | \`${name}\` |`);
    const table = `${lines.join("\n")}\n`;
    assert.ok(read("README.md").includes(table), `README.md must have this table:\n\n${table}`);
  });

  it("show a package that has what they import", async () => {
    for (const readme of READMES) {
      for (const { code } of blocksIn(read(readme), ["js", "ts"])) {
        for (const [, names, entry] of code.matchAll(/^import \{([^}]*)\} from "(meituan-protocol[^"]*)"/gm)) {
          const library = await import(entry);
          for (const name of names.split(",").map((each) => each.trim())) {
            if (name !== "" && !name.startsWith("type ")) assert.ok(name in library, `${readme}: ${name} of ${entry}`);
          }
        }
      }
    }
  });
});

describe("SECURITY.md", () => {
  it("names tests and sources that are there", () => {
    const text = read("SECURITY.md").replace(/\s+/g, " ");
    const named = [
      ...text.matchAll(/`((?:src|tests|docs|fuzz|pkg-template)\/[\w./-]+|[\w-]+\.(?:md|toml))`(?:, "([^"…]+?)(?: ?…)?")?/g),
    ];
    assert.ok(named.length > 15, `${named.length}`);
    let tests = 0;
    for (const [, path, test] of named) {
      assert.ok(existsSync(join(ROOT, path)), path);
      if (test === undefined) continue;
      tests += 1;
      assert.ok(read(path).includes(test), `${path} has no test "${test}"`);
    }
    assert.ok(tests > 5, `${tests}`);
  });
});
