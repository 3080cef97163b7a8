import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EdgeRuntime } from "edge-runtime";
import { build } from "esbuild";
import { project, versionOf } from "../tools.mjs";

export const edgeRuntime = {
  name: "edge-runtime",
  title: "Vercel edge (edge-runtime), wasm code generation forbidden",
  needs: ["import.default", "#wasm: edge-light"],
  tested: () => versionOf("edge-runtime"),
  async run({ tarball, expected }) {
    const folder = await project("edge-runtime", tarball, { template: "edge", expected });
    const { code, modules } = await bundle(folder);
    const runtime = new EdgeRuntime({
      codeGeneration: { strings: false, wasm: false },
      extend: (context) => Object.assign(context, modules),
      initialCode: code,
    });
    return (await runtime.dispatchFetch("https://edge.example/")).text();
  },
};

/** As Vercel does it: one script, in which `….wasm?module` is a global that holds the compiled module. */
async function bundle(folder) {
  const modules = {};
  const { outputFiles } = await build({
    ...{ entryPoints: [join(folder, "edge.mjs")], absWorkingDir: folder, bundle: true, write: false, format: "iife" },
    ...{ target: "es2022", conditions: ["edge-light"], logLevel: "silent" },
    plugins: [
      {
        name: "wasm modules",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\.wasm\?module$/ }, ({ path, importer }) => ({
            path: join(dirname(importer), path.replace("?module", "")),
            namespace: "wasm",
          }));
          onLoad({ filter: /./, namespace: "wasm" }, ({ path }) => {
            const name = `wasm_${Object.keys(modules).length}`;
            modules[name] = new WebAssembly.Module(readFileSync(path));
            return { contents: `export default ${name};` };
          });
        },
      },
    ],
  });
  return { code: outputFiles[0].text, modules };
}
