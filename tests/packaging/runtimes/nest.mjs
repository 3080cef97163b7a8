import { writeFileSync } from "node:fs";
import { storedCalls } from "../stored-calls.mjs";
import { installed, project, run, serve } from "../tools.mjs";
import { nodeCommonjs } from "./node.mjs";

/** As `nest build` compiles: CommonJS, with decorators. */
const COMPILER = {
  ...{ target: "es2022", module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" },
  ...{ strict: true, types: ["node"], skipLibCheck: true, experimentalDecorators: true, emitDecoratorMetadata: true },
};

export const nest = {
  name: "nest",
  title: "NestJS on Express, with its raw body",
  isSlow: true,
  needs: nodeCommonjs.needs,
  tested: () => `${installed.version("@nestjs/core")}, TypeScript ${installed.version("typescript-6")}`,
  /** @param {{ tarball: string, expected: any }} given */
  async run({ tarball, expected }) {
    const folder = await project("nest", tarball, { template: "nest", expected, type: "commonjs", tools: installed });
    writeFileSync(`${folder}/expected.json`, JSON.stringify(expected.ticket));
    const compilerOptions = { ...COMPILER, outDir: "out", rootDir: "." };
    writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, files: ["main.ts"] }));
    await run(process.execPath, [installed.path("typescript-6/bin/tsc"), "--project", "tsconfig.json"], { cwd: folder });
    const server = await serve(process.execPath, () => ["out/main.js"], { cwd: folder });
    try {
      return JSON.stringify(await storedCalls((path, call) => fetch(server.address + path, call), expected.ticket));
    } finally {
      server.stop();
    }
  },
};
