// Cold starts: fresh processes that import one bundle and answer one verified call.

import { deepStrictEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { orderCreateCalls } from "./bodies.mjs";
import { compare, median } from "./measure.mjs";

const FOLDER = fileURLToPath(new URL("cold/", import.meta.url));
const PROCESSES = 31;
const LIBRARY = "library";
const PEERS = {
  "by-hand": { title: "node:crypto + by hand", gate: 1.3, goal: 1 },
  zod: { title: "node:crypto + zod", gate: 0.35, goal: 0.25 },
};

/** @param {number} [processes] of each */
export async function measureColdStarts(processes = PROCESSES) {
  const folder = mkdtempSync(join(tmpdir(), "cold-"));
  try {
    const call = join(folder, "call.json");
    const [{ body, ...head }] = orderCreateCalls(1536, "ascii");
    writeFileSync(call, JSON.stringify({ ...head, body: body.toString() }));
    const names = [LIBRARY, ...Object.keys(PEERS)];
    const bundles = await Promise.all(names.map((name) => bundled(name, folder)));

    /** @type {number[][]} */
    const rounds = names.map(() => []);
    // The first of each reads files that the system has not read yet.
    for (let round = -1; round < processes; round++) {
      const answers = bundles.map((bundle, index) => {
        const printed = execFileSync(process.execPath, [join(FOLDER, "start.mjs"), bundle, call], { encoding: "utf8" });
        const { milliseconds, body: answer } = JSON.parse(printed);
        if (round >= 0) rounds[index].push(milliseconds * 1e6);
        return answer;
      });
      for (const answer of answers) deepStrictEqual(answer, answers[0]);
    }

    const timings = rounds.map((times) => ({ median: median(times), rounds: times }));
    const sizes = Object.fromEntries(names.map((name, index) => [name, statSync(bundles[index]).size]));
    const rows = Object.values(PEERS).map(({ title, ...demand }, index) => ({
      ...{ name: "cold", title: "cold start: import and first verified call", bytes: 1536, script: "ascii", peer: title },
      ...compare(timings[0], timings[index + 1]),
      ...{ ours: timings[0].median, theirs: timings[index + 1].median, ...demand },
    }));
    return { rows, sizes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One file with all that it needs but Node itself, the same way for everybody. @param {string} name @param {string} folder */
async function bundled(name, folder) {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(FOLDER, `${name}.mjs`)],
    outfile,
    ...{ bundle: true, minify: true, platform: "node", format: "esm", target: "node20", logLevel: "warning" },
  });
  return outfile;
}
