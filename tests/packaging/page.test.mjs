// The package in a virtual page (jsdom), where users test code that runs in a browser: under Vitest, and under Jest, which has a realm of
// its own, without what jsdom lacks.

import assert from "node:assert/strict";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { pack, project, ROOT, run } from "./tools.mjs";

const NODE = process.execPath;
const HEAD = "/** @vitest-environment jsdom\n * @jest-environment jsdom */\n";
const BODY = `test("the package in a virtual page", () => {
  expect(typeof document).toBe("object");
  suite(library, (found, expected) => expect(found).toBe(expected));
});
`;

describe("in a virtual page", { timeout: 300_000 }, () => {
  /** @type {string} */
  let folder;
  before(async () => {
    folder = await project("page", await pack(), { template: "page", expected: null });
    for (const name of ["vitest", "jest", "jsdom", "jest-environment-jsdom"]) {
      const place = join(folder, "node_modules", name);
      if (!existsSync(place)) symlinkSync(join(ROOT, "node_modules", name), place);
    }
    const imports =
      'import { expect, test } from "vitest";\nimport * as library from "meituan-protocol";\nimport { suite } from "./page-suite.mjs";\n';
    writeFileSync(join(folder, "vitest.test.mjs"), HEAD + imports + BODY);
    // Jest reads no modules.
    const script = readFileSync(join(folder, "page-suite.mjs"), "utf8").replace(
      "export function",
      "module.exports.suite = function",
    );
    writeFileSync(join(folder, "page-suite.cjs"), script);
    const requires = 'const library = require("meituan-protocol");\nconst { suite } = require("./page-suite.cjs");\n';
    writeFileSync(join(folder, "jest.test.cjs"), HEAD + requires + BODY);
  });

  test("under Vitest it takes the page's values for what they are", async () => {
    const program = join(ROOT, "node_modules/vitest/vitest.mjs");
    const printed = await run(NODE, [program, "run", "vitest.test.mjs", "--reporter=json"], { cwd: folder });
    assert.match(printed, /"numPassedTests":1,/);
  });

  test("under Jest too, and needs nothing at import that jsdom lacks", async () => {
    const program = join(ROOT, "node_modules/jest/bin/jest.js");
    const options = ["--testMatch", "**/jest.test.cjs", "--json", "--rootDir", folder];
    assert.match(await run(NODE, [program, ...options], { cwd: folder }), /"numPassedTests":1,/);
  });
});
