// Where the package is said to run, which is where it does: each of these is run by the tests.

import { bun } from "./runtimes/bun.mjs";
import { deno } from "./runtimes/deno.mjs";
import { edgeRuntime } from "./runtimes/edge-runtime.mjs";
import { lambdaCommonjs, lambdaModule } from "./runtimes/lambda.mjs";
import { next } from "./runtimes/next.mjs";
import { nodeCommonjs, nodeModules } from "./runtimes/node.mjs";
import { vite } from "./runtimes/vite.mjs";
import { webpackBundle } from "./runtimes/webpack.mjs";
import { oldWorkerd, workerd } from "./runtimes/workerd.mjs";

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} title as the README has it
 * @property {readonly string[]} loaders the files of the package that bring the wasm to it
 * @property {() => string} tested the version, as the README has it
 * @property {() => string | Promise<string>} [version] the same with what this machine has, where that is more
 * @property {(given: { tarball: string, expected: unknown }) => Promise<string>} run prints the smoke's result, on a line
 */

/** @type {readonly Runtime[]} */
export const RUNTIMES = [
  nodeModules,
  nodeCommonjs,
  deno,
  bun,
  workerd,
  oldWorkerd,
  edgeRuntime,
  next,
  lambdaModule,
  lambdaCommonjs,
  vite,
  webpackBundle,
];
