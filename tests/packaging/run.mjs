// Installs the packed package into projects of their own, and runs the same smoke over it in every runtime.
//
//   node tests/packaging/run.mjs [--audit] [--only <name>]… [--without <file, or condition>]
//
// One line for each runtime: its name, its version, how many checks passed, and how long it took. --without leaves a file out of the
// package, or breaks a condition of its maps (such as `#wasm: workerd`), to show which runtimes need it. --audit runs those of audits.

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { expected } from "./expected.mjs";
import { AUDITED, RUNTIMES } from "./runtimes.mjs";
import { pack } from "./tools.mjs";

const { values } = parseArgs({
  options: { only: { type: "string", multiple: true }, without: { type: "string" }, audit: { type: "boolean" } },
});
const LINES = values.audit ? AUDITED : RUNTIMES;
const unknown = values.only?.filter((name) => !LINES.some((runtime) => runtime.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`there is no runtime called ${unknown.join(", ")}; there are ${LINES.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const chosen = LINES.filter(({ name }) => values.only?.includes(name) ?? true);
const given = { tarball: await pack(values.without), expected: expected() };
let failed = 0;

// As many at a time as there are processors, and told in order.
const waiting = [...chosen];
const outcomes = new Map(chosen.map((runtime) => [runtime, settled()]));
for (let worker = 0; worker < availableParallelism(); worker++) work();
for (const [runtime, { promise }] of outcomes) console.log(`${runtime.name.padEnd(19)} ${await promise}`);

console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function work() {
  for (let runtime = waiting.shift(); runtime !== undefined; runtime = waiting.shift()) {
    outcomes.get(runtime).resolve(await outcome(runtime));
  }
}

function settled() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** @param {import("./runtimes.mjs").Runtime} runtime */
async function outcome(runtime) {
  let version = "";
  const begin = performance.now();
  try {
    version = await (runtime.version ?? runtime.tested)();
    const { passed, failures } = resultIn(await runtime.run(given));
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    if (failures.length === 0 && passed > 0) return `${version}  ${passed} passed in ${seconds} s`;
    failed += 1;
    return `${version}  ${passed} passed, ${failures.length} failed${failures.map((why) => `\n    ${why}`).join("")}`;
  } catch (error) {
    failed += 1;
    const why = error instanceof Error ? error.message : String(error);
    return `${version}  failed\n${why.trimEnd().replace(/^/gm, "    ")}`;
  }
}

/**
 * A runtime may print more than it was asked for.
 * @param {string} printed
 * @returns {{ passed: number, failures: string[] }}
 */
function resultIn(printed) {
  const line = printed.split("\n").find((text) => text.startsWith('{"passed":'));
  if (line === undefined) throw new Error(`it told no result\n${printed}`);
  return JSON.parse(line);
}
