import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { project, versionOf } from "../tools.mjs";

export const workerd = runtime("workerd", "2026-04-01", "Cloudflare Workers (workerd)");
/** From before `nodejs_compat` and the newer ways of loading: what long-lived Workers still run with. */
export const oldWorkerd = runtime("workerd-2022", "2022-01-31", "Cloudflare Workers, old compatibility date");

function runtime(name, compatibilityDate, title) {
  return {
    name,
    title,
    needs: ["import.default", "#wasm: workerd", "wasm: default"],
    tested: () => `${versionOf("workerd")}, compatibility date ${compatibilityDate}`,
    async run({ tarball, expected }) {
      const folder = await project(name, tarball, { template: "worker", expected });
      const worker = new Miniflare({ modules: await bundle(folder), compatibilityDate, host: "127.0.0.1", port: 0 });
      try {
        await worker.ready;
        return await (await worker.dispatchFetch("http://worker.example/")).text();
      } finally {
        await worker.dispose();
      }
    },
  };
}

/** As wrangler does it: one script, and the wasm as a module beside it. */
async function bundle(folder) {
  const wasm = new Map();
  const { outputFiles } = await build({
    ...{ entryPoints: [join(folder, "worker.mjs")], absWorkingDir: folder, bundle: true, write: false, format: "esm" },
    ...{ target: "es2022", conditions: ["workerd", "worker", "browser"], logLevel: "silent" },
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
  return [{ type: "ESModule", path: "worker.mjs", contents: outputFiles[0].text }, ...wasm.values()];
}
