import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { together } from "../project/together.mjs";
import { installed, project, ROOT, run } from "../tools.mjs";
import { nodeCommonjs, nodeModules } from "./node.mjs";

/** `module`, `moduleResolution`, and how the program ends. */
const WAYS = [
  { module: "commonjs", moduleResolution: "node10", ending: "cts" },
  { module: "node16", moduleResolution: "node16", ending: "cts" },
  { module: "node16", moduleResolution: "node16", ending: "mts" },
  { module: "nodenext", moduleResolution: "nodenext", ending: "mts" },
  { module: "esnext", moduleResolution: "bundler", ending: "mts" },
];

const newest = () => JSON.parse(readFileSync(join(ROOT, "node_modules/typescript/package.json"), "utf8")).version;

export const typescript50 = compiler("typescript-5.0", installed.path("typescript-5.0/bin/tsc"), () =>
  installed.version("typescript-5.0"),
);
export const typescript6 = compiler(
  "typescript-6",
  installed.path("typescript-6/bin/tsc"),
  () => installed.version("typescript-6"),
  {
    ignoreDeprecations: "6.0",
  },
);
/** It knows node10 no more. */
export const typescript = compiler("typescript", join(ROOT, "node_modules/typescript/bin/tsc"), newest, undefined, WAYS.slice(1));

/** @param {string} name @param {string} tsc @param {() => string} version @param {object} [more] */
function compiler(name, tsc, version, more, ways = WAYS) {
  const resolutions = [...new Set(ways.map(({ moduleResolution }) => moduleResolution))].join(", ");
  return {
    name,
    title: `TypeScript: ${resolutions}`,
    isSlow: true,
    needs: [...nodeModules.needs, ...nodeCommonjs.needs],
    tested: version,
    /** @param {{ tarball: string, expected: unknown }} given */
    async run({ tarball, expected }) {
      const folder = await project(name, tarball, { template: "typescript", expected, tools: installed });
      const results = [];
      for (const { ending, ...way } of ways) {
        const [source, config] = [`${way.moduleResolution}.${ending}`, `${way.moduleResolution}.${ending}.json`];
        cpSync(join(folder, "use.ts"), join(folder, source));
        const compilerOptions = {
          ...{ ...way, ...more, target: "es2022", lib: ["es2022"], types: ["node"], outDir: "out", rootDir: "." },
          ...{ strict: true, exactOptionalPropertyTypes: true },
          // Each way reads the same declarations.
          skipLibCheck: way.moduleResolution !== "bundler",
        };
        writeFileSync(join(folder, config), JSON.stringify({ compilerOptions, files: [source] }));
        await run(process.execPath, [tsc, "--project", config], { cwd: folder });
        const script = join("out", source.replace(/ts$/, "js"));
        const { passed, failures } = JSON.parse(await run(process.execPath, [script], { cwd: folder }));
        results.push({ passed, failures: failures.map((/** @type {string} */ why) => `${config}: ${why}`) });
      }
      return JSON.stringify(together(...results));
    },
  };
}
