// Where the package is said to run, which is where it does: each of these is run by the tests.

import { bun } from "./runtimes/bun.mjs";
import { ncc, nft, rollup, webpack4 } from "./runtimes/bundlers.mjs";
import { cloudflareVite, oldCloudflareVite } from "./runtimes/cloudflare-vite.mjs";
import { deno } from "./runtimes/deno.mjs";
import { edgeRuntime } from "./runtimes/edge-runtime.mjs";
import { astro, sveltekit } from "./runtimes/frameworks.mjs";
import { honoVite, oldHonoVite } from "./runtimes/hono-vite.mjs";
import { lambdaCommonjs, lambdaConditions, lambdaModule } from "./runtimes/lambda.mjs";
import { nest } from "./runtimes/nest.mjs";
import { next } from "./runtimes/next.mjs";
import { nodeCommonjs, nodeModules } from "./runtimes/node.mjs";
import { nuxt } from "./runtimes/nuxt.mjs";
import { pnpm, yarn } from "./runtimes/package-managers.mjs";
import { jest, jest27, vitest, vitestJsdom, vitestWorkers } from "./runtimes/test-runners.mjs";
import { typescript, typescript6, typescript50 } from "./runtimes/typescript.mjs";
import { tsJest, tsNode, tsx } from "./runtimes/typescript-tools.mjs";
import { vite } from "./runtimes/vite.mjs";
import { webpackBundle } from "./runtimes/webpack.mjs";
import { oldWorkerd, workerd } from "./runtimes/workerd.mjs";

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} title as the README has it
 * @property {readonly string[]} needs what of the package it needs and others may not: conditions of the maps of package.json, as
 * `conditionsOf` (tools.mjs) names them, and files
 * @property {boolean} [isSlow] it takes longer than most of the others together
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
  lambdaConditions,
  vite,
  webpackBundle,
  honoVite,
  oldHonoVite,
  cloudflareVite,
  oldCloudflareVite,
  nuxt,
  typescript50,
  typescript6,
  typescript,
  nest,
  jest,
  vitest,
];

/** Those of `cargo xtask audit`: what they need is installed for them alone. */
export const AUDITED = [
  ...[sveltekit, astro, tsNode, tsx, tsJest, jest27, vitestJsdom, vitestWorkers],
  ...[webpack4, rollup, ncc, nft, yarn, pnpm],
];
