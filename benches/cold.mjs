// Cold starts: fresh processes that import one bundle and answer one verified call.

import { deepStrictEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { orderCreateCalls } from "./bodies.mjs";
import { compare, median } from "./measure.mjs";

const FOLDER = fileURLToPath(new URL("cold/", import.meta.url));
const PROCESSES = 31;
/** Each by the bundle of the library and those of its peers, all of which give the same first answer. */
const STARTS = [
  {
    name: "cold",
    title: "cold start: import and first verified call",
    library: "library",
    peers: {
      "by-hand": { title: "node:crypto + by hand", gate: 1.3, goal: 1 },
      zod: { title: "node:crypto + zod", gate: 0.35, goal: 0.25 },
    },
  },
  {
    // The module of orders is unpacked, compiled and instantiated then.
    name: "cold-stored",
    title: "cold start: import and first order create that is stored, by a Fetch handler",
    library: "library-stored",
    peers: {
      "by-hand-stored": { title: "node:crypto + by hand" },
      "library-handler": { title: "ours, without a store" },
    },
  },
];

export const START_NAMES = STARTS.map(({ name }) => name);

/**
 * @param {readonly string[]} [names] some of `START_NAMES`
 * @param {number} [processes] of each
 */
export async function measureColdStarts(names = START_NAMES, processes = PROCESSES) {
  const rows = [];
  for (const start of STARTS.filter(({ name }) => names.includes(name))) rows.push(...(await measureStart(start, processes)));
  return rows;
}

/**
 * @param {typeof STARTS[number]} start
 * @param {number} processes of each
 */
async function measureStart({ name, title, library, peers }, processes) {
  const folder = mkdtempSync(join(tmpdir(), "cold-"));
  try {
    const call = join(folder, "call.json");
    const [{ body, ...head }] = orderCreateCalls(1536, "ascii");
    writeFileSync(call, JSON.stringify({ ...head, body: body.toString() }));
    const names = [library, ...Object.keys(peers)];
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
    return Object.values(peers).map(({ title: peer, ...demand }, index) => ({
      ...{ name, title, bytes: 1536, script: "ascii", runtime: /** @type {const} */ ("node"), peer },
      ...compare(timings[0], timings[index + 1]),
      ...{ ours: timings[0].median, theirs: timings[index + 1].median, ...demand },
    }));
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
