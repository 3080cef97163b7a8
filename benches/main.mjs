// `node benches/main.mjs [name…]` measures what begins with these names, or everything; `--out file` writes the rows as JSON,
// `--document` renews what docs/performance.md shows, `--native folder` says where the native benchmarks left their results. Exit 1: a gate is missed by more than the spread.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cases } from "./cases.mjs";
import { check } from "./check.mjs";
import { measureColdStarts } from "./cold.mjs";
import { drawn, measureCurves } from "./curve.mjs";
import { compare, measure } from "./measure.mjs";
import { document, fails, heading, rowText } from "./report.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    document: { type: "boolean", default: false },
    native: { type: "string" },
    out: { type: "string" },
  },
});
const isChosen = (/** @type {string} */ name) => positionals.length === 0 || positionals.some((start) => name.startsWith(start));
const chosen = cases.filter(({ name }) => isChosen(name));
const also = ["cold", "memory", "growth"].filter(isChosen);
if (chosen.length + also.length === 0) throw new Error(`nothing begins with ${positionals.join(" or ")}`);

console.log(heading());
/** @type {import("./report.mjs").Row[]} */
const rows = [];
const add = (/** @type {import("./report.mjs").Row} */ measured) => {
  const row = { ...measured, native: nativeFloor(measured.name) };
  rows.push(row);
  console.log(rowText(row));
};
for (const contest of chosen) {
  check(contest);
  const { name, title, bytes, script, library, peers, demands = {}, inputs } = contest;
  const made = inputs();
  const [ours, ...theirs] = measure([library, ...Object.values(peers)].map((contender) => ({ contender, inputs: made })));
  Object.keys(peers).forEach((peer, index) => {
    const timing = theirs[index];
    add({
      ...{ name, title, bytes, script, peer },
      ...compare(ours, timing),
      ...{ ours: ours.median, theirs: timing.median },
      ...demands[peer],
    });
  });
}
const cold = also.includes("cold") ? await measureColdStarts() : undefined;
cold?.rows.forEach(add);
const curves = also.includes("growth") ? measureCurves() : [];
for (const { row } of curves) add(row);
const memory = also.includes("memory") ? measureMemory() : undefined;
if (memory !== undefined) add(memory.row);

if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(rows, undefined, 2)}\n`);
if (values.document) {
  for (const curve of curves) writeFileSync(inDocs(`performance-${curve.name}.svg`), drawn(curve));
  document(inDocs("performance.md"), rows);
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

/** In a process of its own, so that nothing else is in its memory. */
function measureMemory() {
  const script = fileURLToPath(new URL("memory.mjs", import.meta.url));
  return JSON.parse(execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" }));
}

/** @param {string} file */
function inDocs(file) {
  return new URL(`../docs/${file}`, import.meta.url);
}
