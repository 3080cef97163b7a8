// What runs TypeScript without compiling it to files first.

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { together } from "../project/together.mjs";
import { audited, project, run } from "../tools.mjs";
import { nodeCommonjs, nodeModules } from "./node.mjs";

const COMPILER = {
  target: "es2022",
  module: "commonjs",
  moduleResolution: "node10",
  strict: true,
  types: ["node"],
  skipLibCheck: true,
};

export const tsNode = {
  name: "ts-node",
  title: "ts-node, CommonJS",
  needs: nodeCommonjs.needs,
  tested: () => audited.version("ts-node"),
  /** @param {{ tarball: string, expected: unknown }} given */
  async run({ tarball, expected }) {
    const folder = await project("ts-node", tarball, { template: "typescript", expected, type: "commonjs", tools: audited });
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: COMPILER }));
    return run(process.execPath, [audited.path("ts-node/dist/bin.js"), "use.ts"], { cwd: folder });
  },
};

export const tsx = {
  name: "tsx",
  title: "tsx",
  needs: [...nodeModules.needs, ...nodeCommonjs.needs],
  tested: () => audited.version("tsx"),
  /** @param {{ tarball: string, expected: unknown }} given */
  async run({ tarball, expected }) {
    const folder = await project("tsx", tarball, { template: "typescript", expected, tools: audited });
    const results = [];
    for (const file of ["use.mts", "use.cts"]) {
      cpSync(join(folder, "use.ts"), join(folder, file));
      results.push(JSON.parse(await run(process.execPath, [audited.path("tsx/dist/cli.mjs"), file], { cwd: folder })));
    }
    return JSON.stringify(together(...results));
  },
};

export const tsJest = {
  name: "ts-jest",
  title: "ts-jest",
  needs: nodeCommonjs.needs,
  tested: () => `${audited.version("ts-jest")}, TypeScript ${audited.version("typescript")}`,
  /** @param {{ tarball: string, expected: unknown }} given */
  async run({ tarball, expected }) {
    const folder = await project("ts-jest", tarball, { template: "typescript", expected, type: "commonjs", tools: audited });
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...COMPILER, types: ["node"] } }));
    const tail = `\ndeclare const test: (name: string, work: () => void) => void;
test("nothing failed", () => { require("node:fs").writeFileSync("result.json", JSON.stringify({ passed: 2 - failures.length, failures })); });\n`;
    writeFileSync(join(folder, "use.test.ts"), readFileSync(join(folder, "use.ts"), "utf8") + tail);
    const transform = { "\\.ts$": audited.path("ts-jest/dist/index.js") };
    writeFileSync(
      join(folder, "jest.config.json"),
      JSON.stringify({ transform: { "\\.ts$": transform["\\.ts$"] }, rootDir: folder }),
    );
    await run(process.execPath, [audited.path("jest/bin/jest.js"), "--ci", "--config", "jest.config.json"], { cwd: folder });
    return readFileSync(join(folder, "result.json"), "utf8");
  },
};
