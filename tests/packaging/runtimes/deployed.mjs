// What a tool has built for Cloudflare Workers, in workerd: the smoke, and a whole order that is kept in a store.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { storedCalls } from "../stored-calls.mjs";
import { newerNode, run } from "../tools.mjs";

export const NEW = "2026-04-01";
/** The first that there is. */
export const OLD = "2021-11-02";

const TYPES = { js: "ESModule", mjs: "ESModule", wasm: "CompiledWasm" };

/**
 * @param {string} folder all that is deployed
 * @param {string} main the Worker's script in it
 * @param {{ compatibilityDate: string, compatibilityFlags?: string[] }} how
 * @param {any} expected
 */
export async function deployed(folder, main, how, expected) {
  const worker = new Miniflare({ modules: modulesIn(folder, main), modulesRoot: folder, host: "127.0.0.1", port: 0, ...how });
  try {
    await worker.ready;
    const fetch = (/** @type {string} */ path, /** @type {any} */ call) =>
      worker.dispatchFetch(`http://worker.example${path}`, call);
    const smoke = await fetch("/smoke");
    const { passed, failures } = JSON.parse(await smoke.text());
    const stored = await storedCalls(fetch, expected.ticket);
    return JSON.stringify({ passed: passed + stored.passed, failures: [...failures, ...stored.failures] });
  } finally {
    await worker.dispose();
  }
}

/** @param {string} folder @param {string} main */
function modulesIn(folder, main) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const modules = files.flatMap(({ name, parentPath, path }) => {
    const type = TYPES[/** @type {keyof typeof TYPES} */ (name.split(".").pop() ?? "")];
    const file = join(parentPath ?? path, name);
    return type === undefined ? [] : [{ type, path: file, contents: readFileSync(file) }];
  });
  const isMain = (/** @type {{ path: string }} */ module) => module.path === join(folder, main);
  if (!modules.some(isMain)) throw new Error(`there is no ${main} among ${modules.map(({ path }) => path).join(", ")}`);
  return /** @type {any} */ (modules.sort((one, other) => Number(isMain(other)) - Number(isMain(one))));
}

/**
 * What wrangler would upload, with the wasm that the built script imports.
 * @param {string} folder of its settings
 * @param {{ path(file: string): string }} tools
 */
export async function wrangled(folder, tools) {
  const options = [tools.path("wrangler/bin/wrangler.js"), "deploy", "--dry-run", "--outdir", "wrangled"];
  await run(newerNode(), options, { cwd: folder, env: { WRANGLER_SEND_METRICS: "false", CI: "1" } });
  return join(folder, "wrangled");
}

/** Writes the date into a project's settings. @param {string} folder @param {string} compatibilityDate */
export function dated(folder, compatibilityDate) {
  const file = join(folder, "wrangler.jsonc");
  writeFileSync(file, readFileSync(file, "utf8").replace("DATE", compatibilityDate));
}
