// `node benches/main.mjs [name…]` measures what begins with these names, or everything; `--out file` writes the results as JSON,
// `--curves` draws those of docs/performance.md anew, `--native folder` says where the native benchmarks left their results.
// Exit 1: a gate is missed by more than the spread.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cases } from "./cases.mjs";
import { measureColdStarts, START_NAMES } from "./cold.mjs";
import { measureCase } from "./contest.mjs";
import { CURVE_NAMES, drawn, measureCurves } from "./curve.mjs";
import { fails, heading, rowText } from "./report.mjs";
import { measureServers, SERVER_NAMES } from "./servers.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    curves: { type: "boolean", default: false },
    native: { type: "string" },
    out: { type: "string" },
  },
});
const isChosen = (/** @type {string} */ name) => positionals.length === 0 || positionals.some((start) => name.startsWith(start));
const chosen = cases.filter(({ name }) => isChosen(name));
const starts = START_NAMES.filter(isChosen);
const isMemoryChosen = isChosen("memory");
const whole = SERVER_NAMES.filter(isChosen);
const growth = CURVE_NAMES.filter(isChosen);
if (chosen.length + starts.length + growth.length + whole.length === 0 && !isMemoryChosen)
  throw new Error(`nothing begins with ${positionals.join(" or ")}`);

console.log(`Node.js ${process.version}\n${heading()}`);
/** @type {import("./report.mjs").Row[]} */
const rows = [];
const add = (/** @type {import("./report.mjs").Row} */ measured) => {
  const row = { ...measured, native: nativeFloor(measured.name) };
  rows.push(row);
  console.log(rowText(row));
};
const { rows: ofServers, servers } = await measureServers(whole);
ofServers.forEach(add);
for (const contest of chosen.filter(({ runtime }) => runtime === "node")) (await measureCase(contest)).forEach(add);
await measureAtEdge(chosen.filter(({ runtime }) => runtime === "edge").map(({ name }) => name));
(await measureColdStarts(starts)).forEach(add);
const curves = await measureCurves(growth);
for (const curve of curves) curve.rows.forEach(add);
const memory = isMemoryChosen ? measureMemory() : undefined;
if (memory !== undefined) add(memory.row);

if (values.out !== undefined) {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`;
  const results = { node: process.version, v8: process.versions.v8, machine, rows, servers };
  writeFileSync(values.out, `${JSON.stringify(results, undefined, 2)}\n`);
}
if (values.curves) {
  for (const curve of curves) writeFileSync(new URL(`../docs/performance-${curve.name}.svg`, import.meta.url), drawn(curve));
}
const gated = rows.filter(({ gate }) => gate !== undefined);
const failed = gated.filter(fails);
console.log(`${gated.length - failed.length} of ${gated.length} gates hold`);
if (failed.length > 0) process.exitCode = 1;

/** How many nanoseconds native Rust took for the same, where that was measured. @param {string} name */
function nativeFloor(name) {
  const file = join(values.native ?? "", name, "new/estimates.json");
  if (values.native === undefined || !existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8")).median.point_estimate;
}

/** In a process without Buffer. @param {string[]} names */
async function measureAtEdge(names) {
  if (names.length === 0) return;
  const edge = spawn(process.execPath, [here("edge.mjs"), ...names], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(edge, "close");
  for await (const line of createInterface({ input: edge.stdout })) add(JSON.parse(line));
  const [code] = await ended;
  if (code !== 0) throw new Error(`the process without Buffer ended with ${code}`);
}

/** In a process of its own, so that nothing else is in its memory. */
function measureMemory() {
  const script = here("memory.mjs");
  return JSON.parse(execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" }));
}

/** @param {string} file */
function here(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}
