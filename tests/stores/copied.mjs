// The examples that need clients of databases, or frameworks: as users copy them, with what is installed for the tests.

import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transformSync } from "esbuild";
import { ROOT, run, serve } from "../packaging/tools.mjs";

/** Where each package of the example is installed. */
const PACKAGES = {
  pg: "stores",
  ...{ fastify: "frameworks", "@nestjs/common": "frameworks", "@nestjs/core": "frameworks" },
  ...{ "@nestjs/platform-express": "frameworks", "reflect-metadata": "frameworks" },
};

/** The servers of the example on PostgreSQL, by their scripts. @type {Record<string, string>} */
export const SERVERS = { "node:http": "src/http.mjs", Fastify: "src/fastify.mjs", NestJS: "src/nest.mjs" };

/** A copy of the example on PostgreSQL. The library is the staged package, which is found further up. */
export function copied() {
  const folder = join(ROOT, "target/examples/node-postgres");
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(ROOT, "examples/node-postgres"), folder, { recursive: true });
  for (const [name, where] of Object.entries(PACKAGES)) {
    const place = join(folder, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(ROOT, "tests", where, "node_modules", name), place, "junction");
  }
  // What `tsx` does while it runs.
  const tsconfigRaw = readFileSync(join(folder, "tsconfig.json"), "utf8");
  const { code } = transformSync(readFileSync(join(folder, "src/nest.ts"), "utf8"), { loader: "ts", tsconfigRaw });
  writeFileSync(join(folder, "src/nest.mjs"), code);
  const run_ = (/** @type {string} */ script, /** @type {Record<string, string>} */ env) =>
    run(process.execPath, [script], { cwd: folder, env });
  const start = (/** @type {string} */ script, /** @type {Record<string, string>} */ env) =>
    serve(process.execPath, () => [script], { cwd: folder, env });
  return { run: run_, start };
}
