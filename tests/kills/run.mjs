// Runs it with so many kills, and has the simulator's model judge what happened: `node tests/kills/run.mjs [kills] [seed] [breakage]`.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { World } from "./world.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const JUDGE = ["run", "--quiet", "--profile", "simulator", "--package", "meituan-protocol-simulator", "--", "--judge"];

/**
 * What the model finds. @param {string} log a file
 * @returns {Promise<{ isGood: boolean, printed: string }>}
 */
async function judged(log) {
  const child = spawn(process.env.CARGO ?? "cargo", [...JUDGE, log], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (printed += text));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  return { isGood: code === 0, printed: printed.trim() };
}

/**
 * One run. The log of one that fails is kept.
 * @param {{ kills: number, seed: number, breakage?: string }} options
 */
export async function runKills({ kills, seed, breakage }) {
  const folder = mkdtempSync(join(tmpdir(), "kills-"));
  const begun = Date.now();
  const world = new World({ kills, seed, folder, ...(breakage && { breakage }) });
  await world.run();
  const seconds = (Date.now() - begun) / 1000;
  const { isGood, printed } = await judged(world.logFile);
  const faults = [...world.faults, ...(isGood ? [] : [printed])];
  const { counts, killer, processes, errors, lateness, logFile } = world;
  if (faults.length === 0) rmSync(folder, { recursive: true, force: true });
  const moments = Object.entries(killer.moments).map(([moment, times]) => `${moment} ${times}`);
  const figures =
    `seed ${seed}: ${killer.kills} kills of ${processes.places.length} processes (${moments.join(", ")}), ${counts.orders} orders, ` +
    `${counts.calls} calls of which ${counts.unanswered} were not answered, ${counts.notices} notices of which ${counts.repeats} were ` +
    `repeats, ${counts.rerun} functions run again, ${seconds.toFixed(0)} s, ${(world.calmAfter / 1000).toFixed(0)} s of them with faults; timers were at most ${lateness} ms late`;
  return { faults, figures, judged: printed, errors, log: faults.length > 0 ? logFile : undefined };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [kills = "50", seed = String(Date.now() % 1_000_000), breakage] = process.argv.slice(2);
  console.log(`seed ${seed}`);
  const { faults, figures, judged, errors, log } = await runKills({ kills: Number(kills), seed: Number(seed), breakage });
  console.log(figures);
  console.log(`reported to onError: ${JSON.stringify(errors)}`);
  if (faults.length === 0) console.log(judged);
  for (const fault of faults.slice(0, 10)) console.log(`FAULT ${fault}`);
  if (log) console.log(`the log is ${log}`);
  process.exit(faults.length === 0 ? 0 : 1);
}
