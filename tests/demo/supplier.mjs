// The example supplier, running: bundled as a user would bundle it, in real workerd, with its orders in SQLite.

import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, stop as stopBundler } from "esbuild";
import { Miniflare } from "miniflare";

const EXAMPLE = join(dirname(fileURLToPath(import.meta.url)), "../../examples/worker/src/worker.ts");
const NAME = "supplier.js";

/**
 * @param {Record<string, string>} bindings
 * @param {(line: string) => void} log told what the Worker prints
 * @param {{ entry?: string, folder?: string }} [options] another entry around the example; where orders outlive the process
 */
export async function startSupplier(bindings, log, { entry = EXAMPLE, folder } = {}) {
  const worker = new Miniflare({
    modules: await bundle(entry),
    ...(folder === undefined ? {} : { durableObjectsPersist: folder }),
    compatibilityDate: "2026-04-01",
    bindings,
    durableObjects: { ORDERS: { className: "Order", useSQLite: true } },
    host: "127.0.0.1",
    port: 0,
    handleRuntimeStdio(stdout, stderr) {
      for (const stream of [stdout, stderr]) stream.on("data", (text) => log(String(text).trimEnd()));
    },
  });
  const ready = await worker.ready.catch(async (error) => {
    await worker.dispose();
    throw error;
  });
  const address = ready.origin;
  return {
    address,
    /** The supplier's own turnstile, which Meituan knows nothing of. */
    async enter(orderId, vouchers, id) {
      const response = await fetch(`${address}/gate/enter`, {
        method: "POST",
        headers: { authorization: `Bearer ${bindings.GATE_TOKEN}` },
        body: JSON.stringify({ orderId, vouchers, id }),
        signal: AbortSignal.timeout(20_000),
      });
      if (!response.ok) throw new Error(`the gate answered HTTP ${response.status}`);
      return response.json();
    },
    /** The orders' own objects, as the Worker sees them. */
    orders: () => worker.getDurableObjectNamespace("ORDERS"),
    stop: () => worker.dispose(),
  };
}

/** One script, and the wasm as a module beside it: workerd compiles no wasm at run time. @param {string} entry */
export async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    outfile: NAME,
    conditions: ["workerd"],
    external: ["cloudflare:*"],
    loader: { ".wasm": "copy" },
    logLevel: "silent",
  }).finally(stopBundler);
  const modules = outputFiles.map(({ path, contents }) =>
    basename(path) === NAME
      ? { type: /** @type {const} */ ("ESModule"), path: NAME, contents }
      : { type: /** @type {const} */ ("CompiledWasm"), path: basename(path), contents },
  );
  // The first module is the one that runs.
  return modules.sort((left, right) => Number(right.path === NAME) - Number(left.path === NAME));
}
