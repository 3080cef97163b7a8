// What makes one file, or one folder, of a program for Node, besides esbuild and webpack.

import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { audited, project, run } from "../tools.mjs";
import { nodeCommonjs } from "./node.mjs";

const INLINED = ["import.module", "#wasm: node.module"];

/** It knows no `exports`, and no syntax of today: its users have packages translated. */
export const webpack4 = bundler("webpack-4", "webpack 4, with esbuild-loader", {
  needs: [
    "dist/cjs/loaders/wasm-commonjs.js",
    "dist/cjs/loaders/wasm-orders-commonjs.js",
    "dist/cjs/loaders/wasm-inline.js",
    "dist/cjs/loaders/wasm-orders-inline.js",
  ],
  tool: "webpack-4",
  async bundle(folder) {
    writeFileSync(
      join(folder, "webpack.cjs"),
      `const webpack = require(${JSON.stringify(audited.path("webpack-4"))});
       const loader = ${JSON.stringify(audited.path("esbuild-loader"))};
       const rules = [{ test: /\\.[cm]?js$/, type: "javascript/auto", loader, options: { target: "es2018" } }];
       const output = { path: ${JSON.stringify(join(folder, "bundled"))}, filename: "main.cjs" };
       webpack({ context: __dirname, entry: "./main.cjs", mode: "production", target: "node", module: { rules }, output, optimization: { minimize: false } }, (error, stats) => {
         if (error || stats.hasErrors()) throw error ?? new Error(stats.toString({ all: false, errors: true }));
       });`,
    );
    // Its hash is of OpenSSL 1.
    await run(process.execPath, ["--openssl-legacy-provider", "webpack.cjs"], { cwd: folder });
    return "main.cjs";
  },
});

export const rollup = bundler("rollup", "Rollup, with node-resolve and commonjs", {
  needs: ["import.module", "#wasm: default"],
  tool: "rollup",
  async bundle(folder) {
    const load = (/** @type {string} */ file) => import(pathToFileURL(audited.path(file)).href);
    const { rollup } = await load("rollup/dist/es/rollup.js");
    const { nodeResolve } = await load("@rollup/plugin-node-resolve/dist/es/index.js");
    const { default: commonjs } = await load("@rollup/plugin-commonjs/dist/es/index.js");
    const made = await rollup({ input: join(folder, "main.mjs"), plugins: [nodeResolve(), commonjs()], onwarn() {} });
    await made.write({ file: join(folder, "bundled/main.mjs"), format: "es", inlineDynamicImports: true });
    return "main.mjs";
  },
});

export const ncc = bundler("ncc", "@vercel/ncc", {
  needs: INLINED,
  tool: "@vercel/ncc",
  async bundle(folder) {
    const options = [audited.path("@vercel/ncc/dist/ncc/cli.js"), "build", "main.mjs", "--out", "bundled", "--quiet"];
    await run(process.execPath, options, { cwd: folder });
    return "index.mjs";
  },
});

/** It leaves files as they are, and says which are needed. */
export const nft = {
  name: "nft",
  title: "@vercel/nft: what it finds, deployed without the rest",
  needs: ["import.node", "#wasm: node.default", ...nodeCommonjs.needs.filter((part) => !part.startsWith("dist/"))],
  tested: () => audited.version("@vercel/nft"),
  /** @param {{ tarball: string, expected: unknown }} given */
  async run({ tarball, expected }) {
    const folder = await project("nft", tarball, { expected, tools: audited });
    const { nodeFileTrace } = await import(pathToFileURL(audited.path("@vercel/nft/out/index.js")).href);
    const { fileList } = await nodeFileTrace([join(folder, "main.mjs")], { base: folder });
    const deployed = `${folder}-deployed`;
    rmSync(deployed, { recursive: true, force: true });
    for (const file of fileList) cpSync(join(folder, file), join(deployed, file));
    return run(process.execPath, ["main.mjs"], { cwd: deployed });
  },
};

/**
 * @param {string} name
 * @param {string} title
 * @param {{ needs: string[], tool: string, bundle: (folder: string) => Promise<string> }} how
 */
function bundler(name, title, { needs, tool, bundle }) {
  return {
    ...{ name, title, needs },
    tested: () => audited.version(tool),
    /** @param {{ tarball: string, expected: unknown }} given */
    async run({ tarball, expected }) {
      const folder = await project(name, tarball, { expected, tools: audited });
      const main = await bundle(folder);
      // Nothing but the bundle is deployed.
      const deployed = `${folder}-deployed`;
      rmSync(deployed, { recursive: true, force: true });
      mkdirSync(deployed, { recursive: true });
      cpSync(join(folder, "bundled"), deployed, { recursive: true });
      for (const file of ["expected.mjs", "smoke.mjs"]) cpSync(join(folder, file), join(deployed, file));
      return run(process.execPath, [main], { cwd: deployed });
    },
  };
}
