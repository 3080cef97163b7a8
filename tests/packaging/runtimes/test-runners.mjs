import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { audited, newerNode, project, ROOT, run, versionOf } from "../tools.mjs";
import { dated, NEW } from "./deployed.mjs";
import { nodeCommonjs, nodeModules } from "./node.mjs";

/** In it, `require` loads the package. */
export const jest = {
  name: "jest",
  title: "Jest",
  isSlow: true,
  needs: nodeCommonjs.needs,
  tested: () => versionOf("jest"),
  /** @param {{ tarball: string, expected: unknown }} given */
  async run({ tarball, expected }) {
    const folder = await project("jest", tarball, { template: "jest", expected, type: "commonjs" });
    await forJest(folder, expected);
    await run(process.execPath, [join(ROOT, "node_modules/jest/bin/jest.js"), "--ci"], { cwd: folder });
    return readFileSync(join(folder, "result.json"), "utf8");
  },
};

/** Jest reads CommonJS. @param {string} folder @param {unknown} expected */
export async function forJest(folder, expected) {
  const { code } = await transform(readFileSync(join(folder, "smoke.mjs"), "utf8"), { format: "cjs" });
  writeFileSync(join(folder, "smoke.cjs"), code);
  writeFileSync(join(folder, "expected.json"), JSON.stringify(expected));
  writeFileSync(join(folder, "jest.config.cjs"), 'module.exports = { testMatch: ["**/*.test.cjs"], rootDir: __dirname };\n');
}

export const vitest = {
  name: "vitest",
  title: "Vitest",
  isSlow: true,
  needs: nodeModules.needs,
  tested: () => versionOf("vitest"),
  /** @param {{ tarball: string, expected: unknown }} given */
  async run({ tarball, expected }) {
    const folder = await project("vitest", tarball, { template: "vitest", expected });
    await run(process.execPath, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--root", folder], { cwd: folder });
    return readFileSync(join(folder, "result.json"), "utf8");
  },
};

/** It knows no `exports`: the folders that stand for them lead to the scripts. */
export const jest27 = {
  name: "jest-27",
  title: "Jest 27",
  needs: nodeCommonjs.needs.filter((part) => part !== "require.default"),
  tested: () => audited.version("jest-27"),
  /** @param {{ tarball: string, expected: unknown }} given */
  async run({ tarball, expected }) {
    const folder = await project("jest-27", tarball, { template: "jest", expected, type: "commonjs", tools: audited });
    await forJest(folder, expected);
    // Its sandbox has what it knew then: Fetch came later.
    const fetch = "{ fetch, Headers, Request, Response, structuredClone }";
    const globals = `module.exports = { testMatch: ["**/*.test.cjs"], rootDir: __dirname, testEnvironment: "./environment.cjs", moduleFileExtensions: ["js", "cjs", "json"] };\n`;
    writeFileSync(join(folder, "jest.config.cjs"), globals);
    writeFileSync(
      join(folder, "environment.cjs"),
      `const Environment = require(require.resolve("jest-environment-node", { paths: [require.resolve("jest-27/package.json")] }));
       module.exports = class extends (Environment.default ?? Environment) {
         constructor(...given) { super(...given); Object.assign(this.global, ${fetch}); }
       };\n`,
    );
    await run(process.execPath, [audited.path("jest-27/bin/jest.js"), "--ci"], { cwd: folder });
    return readFileSync(join(folder, "result.json"), "utf8");
  },
};

export const vitestJsdom = {
  name: "vitest-jsdom",
  title: "Vitest with jsdom",
  needs: nodeModules.needs,
  tested: () => `${audited.version("vitest")}, jsdom ${audited.version("jsdom")}`,
  /** @param {{ tarball: string, expected: unknown }} given */
  async run({ tarball, expected }) {
    const folder = await project("vitest-jsdom", tarball, { template: "vitest", expected, tools: audited });
    const options = [audited.path("vitest/vitest.mjs"), "run", "--environment", "jsdom", "--root", folder];
    await run(newerNode(), options, { cwd: folder });
    return readFileSync(join(folder, "result.json"), "utf8");
  },
};

/** In workerd, by Cloudflare's plugin, whose name was @cloudflare/vitest-pool-workers. */
export const vitestWorkers = {
  name: "vitest-workers",
  title: "Vitest in workerd, by Cloudflare's plugin",
  isSlow: true,
  needs: ["#wasm: workerd", "wasm: default"],
  tested: () => `${audited.version("vitest")}, plugin ${audited.version("@cloudflare/vitest-plugin")}, ${NEW}`,
  /** @param {{ tarball: string, expected: unknown }} given */
  async run({ tarball, expected }) {
    const folder = await project("vitest-workers", tarball, { template: "vitest-workers", expected, tools: audited });
    dated(folder, NEW);
    const env = { WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" };
    return run(newerNode(), [audited.path("vitest/vitest.mjs"), "run", "--root", folder], { cwd: folder, env });
  },
};
