import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** The module of orders, compiled for its size by `cargo xtask`. */
const ORDERS = fileURLToPath(new URL("../target/xtask/wasm/page/optimized.wasm", import.meta.url));
const METADCE = fileURLToPath(new URL("../node_modules/binaryen/bin/wasm-metadce", import.meta.url));
/** Features that the modules may use; see OPTIMIZER of xtask/src/package.rs. */
const FEATURES = ["--enable-bulk-memory", "--enable-bulk-memory-opt", "--enable-multivalue", "--enable-mutable-globals"].concat([
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-sign-ext",
  "--enable-simd",
]);

/** Each page gets a wasm with the exports that its script names, and what these need: a third less where it is one tool of several. */
export const pageWasm: Plugin = {
  name: "page-wasm",
  generateBundle: {
    order: "pre",
    async handler(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const script = chunks.map(({ code }) => code).join("\n");
      for (const file of Object.values(bundle)) {
        if (file.type !== "asset" || !file.fileName.endsWith(".wasm") || typeof file.source === "string") continue;
        const wasm = base(file.fileName).startsWith("meituan_protocol_orders") ? readFileSync(ORDERS) : file.source;
        const exports = WebAssembly.Module.exports(await WebAssembly.compile(new Uint8Array(wasm)));
        const named = exports.map(({ name }) => name).filter((name) => new RegExp(`\\b${name}\\b`).test(script));
        const source = withExports(wasm, named);
        const hash = createHash("sha256").update(source).digest("base64url").slice(0, 8);
        const fileName = file.fileName.replace(/-[^/]*(?=\.wasm$)/, `-${hash}`);
        for (const chunk of chunks) chunk.code = chunk.code.replaceAll(base(file.fileName), base(fileName));
        delete bundle[file.fileName];
        this.emitFile({ type: "asset", fileName, source });
      }
    },
  },
};

const base = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The module with these exports alone, and what nobody reaches any more taken out. */
function withExports(wasm: Uint8Array, names: readonly string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "page-wasm-"));
  try {
    const [graph, input, output] = ["graph.json", "input.wasm", "output.wasm"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const page = { name: "page", root: true, reaches: names };
    writeFileSync(graph, JSON.stringify([page, ...names.map((name) => ({ name, export: name }))]));
    writeFileSync(input, wasm);
    const how = [METADCE, ...FEATURES, "--graph-file", graph, input, "-o", output];
    execFileSync(process.execPath, how, { stdio: ["ignore", "ignore", "inherit"] });
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
