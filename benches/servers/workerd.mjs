// A contender as a Worker, in a workerd of its own.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";
import { modulesOf } from "../../tests/packaging/workers.mjs";

/** How long a tick of /proc is, in nanoseconds: Linux says 100 a second, on every machine. */
const TICK = 1e7;

/** @param {string} contender @returns {Promise<import("../servers.mjs").Server>} */
export async function startWorkerd(contender) {
  const before = new Set(children());
  const modules = await modulesOf(fileURLToPath(new URL("worker.mjs", import.meta.url)));
  const worker = new Miniflare({
    ...{ modules, compatibilityDate: "2026-04-01", host: "127.0.0.1", port: 0 },
    bindings: { CONTENDER: contender },
  });
  const { port } = await worker.ready;
  const [pid] = children().filter((child) => !before.has(child));
  return {
    port: Number(port),
    async cpu() {
      const [, user, system] = / \S (?:\S+ ){10}(\d+) (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
      return (Number(user) + Number(system)) * TICK;
    },
    stop: () => worker.dispose(),
  };
}

/** The workerd processes that this one has started. */
function children() {
  return readdirSync("/proc").filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      return stat.includes("(workerd)") && Number(/\) \S (\d+)/.exec(stat)?.[1]) === process.pid;
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}
