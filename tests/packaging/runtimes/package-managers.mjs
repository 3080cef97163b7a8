// Other installers than npm, which lay packages out in other ways.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { together } from "../project/together.mjs";
import { audited, project, run } from "../tools.mjs";
import { nodeCommonjs, nodeModules } from "./node.mjs";

/** Within zip files, without node_modules. */
export const yarn = manager("yarn-pnp", "Yarn, Plug'n'Play", "@yarnpkg/cli-dist", async (folder, tarball) => {
  const yarn = audited.path("@yarnpkg/cli-dist/bin/yarn.js");
  const settings = [
    "enableTelemetry: false",
    "enableNetwork: false",
    "enableGlobalCache: false",
    "nodeLinker: pnp",
    "enableScripts: false",
  ];
  writeFileSync(join(folder, ".yarnrc.yml"), `${settings.join("\n")}\n`);
  writeFileSync(join(folder, "yarn.lock"), "");
  await run(process.execPath, [yarn, "add", `meituan-protocol@file:${tarball}`], {
    cwd: folder,
    env: { YARN_ENABLE_IMMUTABLE_INSTALLS: "false" },
  });
  return [yarn, "node"];
});

/** By links into a store. */
export const pnpm = manager("pnpm", "pnpm", "pnpm", async (folder, tarball) => {
  const options = ["add", `file:${tarball}`, "--offline", "--store-dir", join(folder, ".store"), "--ignore-scripts"];
  await run(process.execPath, [audited.path("pnpm/bin/pnpm.cjs"), ...options], { cwd: folder, env: { CI: "1" } });
  return [];
});

/**
 * @param {string} name
 * @param {string} title
 * @param {string} tool
 * @param {(folder: string, tarball: string) => Promise<string[]>} install returns what a program is run by
 */
function manager(name, title, tool, install) {
  return {
    ...{ name, title },
    needs: [...nodeModules.needs, ...nodeCommonjs.needs],
    tested: () => audited.version(tool),
    /** @param {{ tarball: string, expected: unknown }} given */
    async run({ tarball, expected }) {
      const folder = await project(name, undefined, { expected });
      const by = await install(folder, tarball);
      const results = [];
      for (const main of ["main.mjs", "main.cjs"]) {
        results.push(JSON.parse(await run(process.execPath, [...by, main], { cwd: folder })));
      }
      return JSON.stringify(together(...results));
    },
  };
}
