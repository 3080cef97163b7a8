// Cold starts: fresh processes that load one program and answer one verified call.

import { deepStrictEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { orderCreateCalls } from "./bodies.mjs";
import { compare, median } from "./measure.mjs";

const FOLDER = fileURLToPath(new URL("cold/", import.meta.url));
const PROCESSES = 31;

/** What is loaded as it was installed, and from where. */
const PACKAGES = { "meituan-protocol": "../node_modules/meituan-protocol", zod: "node_modules/zod" };

const PEERS = { "by-hand": { title: "node:crypto + by hand" }, zod: { title: "node:crypto + zod" } };
const GATED_PEERS = { "by-hand": { ...PEERS["by-hand"], gate: 3, goal: 1.8 }, zod: { ...PEERS.zod, gate: 0.35, goal: 0.2 } };

/** Each by the program of the library and those of its peers, all of which give the same first answer. */
const STARTS = [
  {
    name: "cold",
    title: "cold start: import and first verified call",
    library: "library",
    peers: { ...PEERS, "by-hand": { ...PEERS["by-hand"], gate: 1.5, goal: 1 } },
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
  {
    name: "cold-unbundled",
    title: "cold start from node_modules, by import",
    library: "library",
    unbundled: /** @type {const} */ ("esm"),
    peers: GATED_PEERS,
  },
  {
    name: "cold-commonjs",
    title: "cold start from node_modules, by require",
    library: "library",
    unbundled: /** @type {const} */ ("cjs"),
    peers: GATED_PEERS,
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
 * By the clock; unbundled, also by the processor's time.
 * @param {typeof STARTS[number]} start
 * @param {number} processes of each
 */
async function measureStart({ name, title, library, peers, unbundled }, processes) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "cold-")));
  try {
    const call = join(folder, "call.json");
    const [{ body, ...head }] = orderCreateCalls(1536, "ascii");
    writeFileSync(call, JSON.stringify({ ...head, body: body.toString() }));
    if (unbundled) install(folder);
    const names = [library, ...Object.keys(peers)];
    const programs = await Promise.all(names.map((name) => bundled(name, folder, unbundled)));

    /** @type {{ clock: number, cpu: number }[][]} */
    const rounds = names.map(() => []);
    // The first of each reads files that the system has not read yet.
    for (let round = -1; round < processes; round++) {
      const answers = programs.map((program, index) => {
        const printed = execFileSync(process.execPath, [join(FOLDER, "start.mjs"), program, call], { encoding: "utf8" });
        const { milliseconds, cpu, body: answer } = JSON.parse(printed);
        if (round >= 0) rounds[index].push({ clock: milliseconds * 1e6, cpu: cpu * 1e6 });
        return answer;
      });
      for (const answer of answers) deepStrictEqual(answer, answers[0]);
    }

    /** @param {"clock" | "cpu"} by @param {string} suffix */
    const rows = (by, suffix) => {
      const timings = rounds.map((all) => all.map((one) => one[by])).map((times) => ({ median: median(times), rounds: times }));
      return Object.values(peers).map(({ title: peer, ...demand }, index) => ({
        ...{ name: name + suffix, title, bytes: 1536, script: "ascii", runtime: /** @type {const} */ ("node"), peer },
        ...compare(timings[0], timings[index + 1]),
        ...{ ours: timings[0].median, theirs: timings[index + 1].median, ...demand },
      }));
    };
    return unbundled ? [...rows("clock", ""), ...rows("cpu", "-cpu")] : rows("clock", "");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
function install(folder) {
  mkdirSync(join(folder, "node_modules"));
  for (const [name, place] of Object.entries(PACKAGES)) {
    const target = realpathSync(fileURLToPath(new URL(place, import.meta.url)));
    symlinkSync(target, join(folder, "node_modules", name), "junction");
  }
}

/**
 * One file with all that it needs but Node itself, the same way for everybody; unbundled, the packages stay apart.
 * @param {string} name
 * @param {string} folder
 * @param {"esm" | "cjs"} [unbundled]
 */
async function bundled(name, folder, unbundled) {
  const outfile = join(folder, `${name}.${unbundled === "cjs" ? "cjs" : "mjs"}`);
  await build({
    entryPoints: [join(FOLDER, `${name}.mjs`)],
    outfile,
    ...{ bundle: true, minify: true, platform: "node", format: unbundled ?? "esm", target: "node20", logLevel: "warning" },
    external: unbundled ? Object.keys(PACKAGES) : [],
  });
  return outfile;
}
