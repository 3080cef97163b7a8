// `node benches/main.mjs [name…]` measures the cases whose names begin so, or all; `--check` measures nothing, and sees to it
// that all contenders give the same answers. `--out file` also writes the rows as JSON.

import { deepStrictEqual } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { cases, LIBRARY } from "./cases.mjs";
import { compare, measure } from "./measure.mjs";
import { fails, heading, rowText } from "./report.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean", default: false }, out: { type: "string" } },
});
const chosen = cases.filter(({ name }) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)));
if (chosen.length === 0) throw new Error(`no case begins with ${positionals.join(" or ")}`);

if (!values.check) console.log(heading());
/** @type {import("./report.mjs").Row[]} */
const rows = [];
for (const { name, title, bytes, script, library, peers, demands = {}, answer, inputs: make } of chosen) {
  const inputs = make();
  const contenders = { [LIBRARY]: library, ...peers };
  for (const [peer, contender] of Object.entries(peers)) {
    for (const input of inputs)
      deepStrictEqual(answer(contender(input)), answer(library(input)), `${name}: ${peer} answers otherwise`);
  }
  if (values.check) continue;
  const timings = measure({ inputs, contenders });
  for (const peer of Object.keys(peers)) {
    const row = {
      ...{ name, title, bytes, script, peer },
      ...compare(timings[LIBRARY], timings[peer]),
      ...{ ours: timings[LIBRARY].median, theirs: timings[peer].median },
      ...demands[peer],
    };
    rows.push(row);
    console.log(rowText(row));
  }
}
if (values.check) console.log(`${chosen.length} cases: all contenders give the same answers`);
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(rows, undefined, 2)}\n`);
const failed = rows.filter(fails);
if (failed.length > 0) {
  console.log(
    `${failed.length} of ${rows.filter(({ gate }) => gate !== undefined).length} gates are passed by more than the spread`,
  );
  process.exitCode = 1;
}
