// What the pages show compiles, their links lead somewhere, and what they say about runtimes and time is what was run and measured.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, it } from "node:test";
import { AUDITED, RUNTIMES } from "../packaging/runtimes.mjs";
import { ROOT } from "../packaging/tools.mjs";
import { blocksIn, headingsIn, linksIn, PAGES, read, sectionOf, spansIn, tablesIn } from "./markdown.mjs";

const WORK = join(ROOT, "target/packaging/readme");

describe("the pages", () => {
  it("show JavaScript and TypeScript that compiles against the package's types", () => {
    rmSync(WORK, { recursive: true, force: true });
    mkdirSync(WORK, { recursive: true });
    const names = PAGES.flatMap((page) =>
      blocksIn(read(page), ["js", "ts"]).map(({ language, code, line }) => {
        const name = `${page.replaceAll("/", "-")}-line-${line}.m${language}`;
        // Where a block has no import it is a module all the same.
        writeFileSync(join(WORK, name), `${"\n".repeat(line - 1)}${code}export {};\n`);
        return name;
      }),
    );
    assert.ok(names.length > PAGES.length, "blocks are found");
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
    for (const [page, runtimes] of /** @type {const} */ ([
      ["README.md", RUNTIMES],
      ["docs/loading.md", AUDITED],
    ])) {
      const lines = ["| runs in | version | test |", "|---|---|---|"];
      for (const { title, tested, name } of runtimes) lines.push(`| ${title} | ${tested()} | \`${name}\` |`);
      const table = `${lines.join("\n")}\n`;
      assert.ok(read(page).includes(table), `${page} must have this table:\n\n${table}`);
    }
  });

  it("show a package that has what they import", async () => {
    for (const page of PAGES) {
      for (const { code } of blocksIn(read(page), ["js", "ts"])) {
        for (const [, names, entry] of code.matchAll(/^import \{([^}]*)\} from "(meituan-protocol[^"]*)"/gm)) {
          const library = await import(entry);
          for (const name of names.split(",").map((each) => each.trim())) {
            if (name !== "" && !name.startsWith("type ")) assert.ok(name in library, `${page}: ${name} of ${entry}`);
          }
        }
      }
    }
  });

  it("link to what is there", () => {
    const repository = "https://github.com/meituan-protocol/meituan-protocol/";
    for (const page of [...PAGES, "pkg/README.md", "pkg/README.zh-CN.md"]) {
      const links = linksIn(read(page));
      for (const link of links) {
        const [address, anchor] = link.split("#");
        const ours = address.replace(new RegExp(`^${repository}(blob|tree)/main/`), "");
        if (ours.startsWith("https:")) continue;
        const isRelative = ours === address;
        const target = ours === "" ? page : isRelative ? posix.join(posix.dirname(page), ours) : ours;
        assert.ok(existsSync(join(ROOT, target)), `${page}: ${link}`);
        const isThere = () => headingsIn(read(target)).some((heading) => heading.anchor === decodeURIComponent(anchor));
        assert.ok(anchor === undefined || isThere(), `${page}: ${link}`);
      }
    }
  });

  it("quote figures that were measured", () => {
    const measured = tablesIn(read("docs/performance.md"));
    /** The ratio of a case to a peer: in the column of that peer, or in the row that names it. The table of gates has one for each Node. */
    const ratioOf = (name, peer) => {
      for (const [head, ...rows] of measured) {
        const row = rows.find((cells) => cells.some((cell) => cell.startsWith(`\`${name}\``)) && fits(head, cells, peer));
        if (row) return row[head.indexOf(head.includes("ratio") ? "ratio" : peer)];
      }
      return undefined;
    };
    const fits = (head, cells, peer) => head.includes(peer) || (head.includes("ratio") && cells.includes(peer));
    for (const readme of ["README.md", "README.zh-CN.md"]) {
      const [, ...quoted] = tablesIn(read(readme)).find(([head]) => head.at(-1) === "ratio" || head.at(-1) === "比值") ?? [];
      assert.ok(quoted.length > 5, `${readme} quotes figures`);
      for (const [, name, peer, ratio] of quoted)
        assert.equal(ratio, ratioOf(name.slice(1, -1), peer), `${readme}: ${name}, ${peer}`);
    }
  });
});

describe("accounts in examples", () => {
  it("are such as the library accepts, so that an example runs as it is copied", () => {
    const named = PAGES.flatMap((page) => [
      ...read(page).matchAll(/(?:clientId|accessKey): "([^"]*)"|Config::new\(\d+, "([^"]*)"/g),
    ]);
    assert.ok(named.length > 5, `${named.length}`);
    for (const [text, inJavaScript, inRust] of named) assert.match(inJavaScript ?? inRust, /^[\x21-\x7e]+$/, text);
  });
});

describe("ARCHITECTURE.md", () => {
  const PACKAGE = "pkg-template/js/";
  /** Names of files and folders: those of the package may begin there. */
  const pathsIn = (text) => spansIn(text).filter((span) => /^[\w.-]+\/[\w./-]*$|^[\w.-]+\.(?:rs|ts|mjs|md)$/.test(span));
  const isFile = (path) => ["", PACKAGE].some((folder) => statSync(join(ROOT, folder, path), { throwIfNoEntry: false })?.isFile());

  it("names files and folders that are there", () => {
    const paths = pathsIn(read("ARCHITECTURE.md"));
    assert.ok(paths.length > 60, `${paths.length}`);
    for (const path of paths) {
      // Of the two APIs the table says who judges a call.
      const folders = ["", PACKAGE, "src/ticket", "src/ride"];
      assert.ok(
        folders.some((folder) => existsSync(join(ROOT, folder, path))),
        path,
      );
    }
  });

  it("has a file at each hop of a call, and of a call about an order", () => {
    for (const heading of ["The way of one call", "The way of one call about an order"]) {
      const hops = sectionOf(read("ARCHITECTURE.md"), heading)
        .split(/^\d+\. /m)
        .slice(1);
      assert.ok(hops.length > 8, `${heading}: ${hops.length}`);
      // Behind the last one there is a paragraph.
      for (const hop of hops) assert.ok(pathsIn(hop.split("\n\n")[0]).some(isFile), hop);
    }
  });

  it("is a page, and not a book", () => {
    const { length } = read("ARCHITECTURE.md");
    assert.ok(length < 9500, `${length} characters: docs/internals.md is the place for what is less than a hop`);
  });
});

describe("docs/internals.md", () => {
  it("names files that are there, by as much of their paths as is needed", () => {
    const folders = ["src", "pkg-template/js", "xtask/src", "www/src"].map((folder) => join(ROOT, folder));
    const files = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true }).map((file) => `/${file}`.replaceAll("\\", "/")),
    );
    const named = spansIn(read("docs/internals.md")).filter((span) => /^[\w./-]+\.(?:rs|ts|mjs|md|json|wat)$/.test(span));
    assert.ok(named.length > 50, `${named.length}`);
    for (const path of named) assert.ok(existsSync(join(ROOT, path)) || files.some((file) => file.endsWith(`/${path}`)), path);
  });
});

describe("docs/rust.md", () => {
  it("lists the features of the crate, and says which are on by default", () => {
    const [, section] = /^\[features\]\n(.*?)^\[/ms.exec(read("Cargo.toml"));
    const features = new Map([...section.matchAll(/^([\w-]+) = \[(.*?)\]/gm)].map(([, name, parts]) => [name, parts]));
    const byDefault = features.get("default").match(/[\w-]+/g);
    features.delete("default");
    const [, ...rows] = tablesIn(read("docs/rust.md")).find(([head]) => head[0] === "feature");
    const listed = rows.flatMap(([cell]) => spansIn(cell).map((name) => [name, cell.endsWith(", on by default")]));
    const expected = [...features.keys()].map((name) => [name, byDefault.includes(name)]);
    assert.deepEqual(listed.sort(), expected.sort());
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
