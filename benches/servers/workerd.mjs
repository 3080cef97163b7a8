// A contender as a Worker, in a workerd of its own.

import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

/** How long a tick of /proc is, in nanoseconds: Linux says 100 a second, on every machine. */
const TICK = 1e7;

/** @param {string} contender @returns {Promise<import("../servers.mjs").Server>} */
export async function startWorkerd(contender) {
  const before = new Set(children());
  const worker = new Miniflare({
    ...{ modules: await bundled(), compatibilityDate: "2026-04-01", host: "127.0.0.1", port: 0 },
    bindings: { CONTENDER: contender },
  });
  const { port } = await worker.ready;
  const [pid] = children().filter((child) => !before.has(child));
  return {
    port: Number(port),
    async cpu() {
      const [, user, system] = / \S (?:\S+ ){10}(\d+) (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
      return (Number(user) + Number(system)) * TICK;
    },
    stop: () => worker.dispose(),
  };
}

/** The workerd processes that this one has started. */
function children() {
  return readdirSync("/proc").filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      return stat.includes("(workerd)") && Number(/\) \S (\d+)/.exec(stat)?.[1]) === process.pid;
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

/** One script, and the wasm as modules beside it. */
async function bundled() {
  /** @type {Map<string, { type: "CompiledWasm", path: string, contents: Buffer }>} */
  const wasm = new Map();
  const { outputFiles } = await build({
    ...{ entryPoints: [fileURLToPath(new URL("worker.mjs", import.meta.url))], bundle: true, write: false, format: "esm" },
    ...{ target: "es2022", conditions: ["workerd", "worker", "browser"], logLevel: "error" },
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
