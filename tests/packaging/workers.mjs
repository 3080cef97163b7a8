// A Worker as wrangler uploads it: one script, and the wasm as modules beside it.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";

/**
 * The modules of a Worker, for Miniflare.
 * @param {string} entry its script
 */
export async function modulesOf(entry) {
  /** @type {Map<string, { type: "CompiledWasm", path: string, contents: Buffer }>} */
  const wasm = new Map();
  const { outputFiles } = await build({
    ...{ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022", logLevel: "silent" },
    conditions: ["workerd", "worker", "browser"],
    plugins: [
      {
        name: "wasm modules",
        setup: ({ onResolve, resolve }) =>
          onResolve({ filter: /\.wasm$/ }, async ({ path, kind, resolveDir, pluginData }) => {
            if (pluginData === "resolving") return undefined;
            const found = await resolve(path, { kind, resolveDir, pluginData: "resolving" });
            if (found.errors.length > 0) return { errors: found.errors };
            const name = basename(found.path);
            wasm.set(name, { type: "CompiledWasm", path: name, contents: readFileSync(found.path) });
            return { path: `./${name}`, external: true };
          }),
      },
    ],
  });
  return [/** @type {const} */ ({ type: "ESModule", path: "worker.mjs", contents: outputFiles[0].text }), ...wasm.values()];
}
