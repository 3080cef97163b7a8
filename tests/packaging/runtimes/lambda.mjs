import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { project, run, versionOf } from "../tools.mjs";

export const lambdaModule = bundled("lambda-esm", "AWS Lambda, bundled by esbuild as an ES module", {
  ...{ source: "function.mjs", format: "esm", needs: ["import.module", "#wasm: node.module"] },
});
export const lambdaCommonjs = bundled("lambda-cjs", "AWS Lambda, bundled by esbuild as CommonJS", {
  ...{ source: "function.cjs", format: "cjs", needs: ["require.module", "#wasm: node.module"] },
});
/** Then esbuild does not set `module`, and reads the files for CommonJS. */
export const lambdaConditions = bundled("lambda-own", "AWS Lambda, bundled by esbuild as CommonJS, with conditions of one's own", {
  ...{ source: "function.cjs", format: "cjs", conditions: ["own"] },
  needs: [
    "require.default",
    ...["commonjs", "inline", "orders-commonjs", "orders-inline"].map((name) => `dist/cjs/loaders/wasm-${name}.js`),
  ],
});

function bundled(name, title, { source, format, needs, conditions = undefined }) {
  return {
    name,
    title,
    needs,
    tested: () => `esbuild ${versionOf("esbuild")}, Node.js as installed`,
    version: () => `esbuild ${versionOf("esbuild")}, ${process.version}`,
    async run({ tarball, expected }) {
      const folder = await project(name, tarball, { template: "lambda", expected });
      // Nothing but the bundle is deployed, so it must not find anything beside it.
      const deployed = join(folder, "deployed");
      mkdirSync(deployed);
      await build({
        ...{ entryPoints: [join(folder, source)], absWorkingDir: folder, bundle: true, minify: true, logLevel: "silent" },
        ...{ platform: "node", target: "node20", format, conditions, outfile: join(deployed, source) },
      });
      return run(process.execPath, ["invoke.mjs", join(deployed, source)], { cwd: folder });
    },
  };
}
