// The load run: `node tests/stores/load/run.mjs [orders] [database]`, so many orders in all, such as `6000 pg`. Prints what was measured for each
// database and number of processes.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startPostgresql, startRedis } from "../servers.mjs";
import { runLoad } from "./world.mjs";

const ORDERS = 20_000;
const PROCESSES = [1, 2, 4];
/** A process is killed about so often, in milliseconds. */
const KILL_EVERY = 5000;

/** A tick of the kernel's clock, by which /proc counts, in milliseconds. */
const TICK = 10;

/** The processor time of a server and its children, in milliseconds, as Linux counts it. @param {number | undefined} pid */
function cpuOf(pid) {
  let ticks = 0;
  for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    try {
      // After the name, which may have blanks: state, parent, …
      const fields = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ")
        .map(Number);
      const [own, ended] = [fields[11] + fields[12], fields[13] + fields[14]];
      if (Number(name) === pid) ticks += own + ended;
      else if (fields[1] === pid) ticks += own;
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks * TICK;
}

/** A database, and what it says of itself. @typedef {{ place: { kind: "pg" | "redis", settings: any }, prepare: (name: string) => Promise<void>,
 *   measures: (name: string) => Promise<{ commands: number, written: number, kept: number, saves: number, cpu: number }>, stop: () => Promise<void> }} Database */

/** @returns {Promise<Database>} */
export async function postgresql() {
  const [{ default: pg }, { pgSchema }] = await Promise.all([import("pg"), import("meituan-protocol/stores/pg")]);
  const server = await startPostgresql();
  const settings = server.settings("owner");
  const { endPool } = await import("../databases.mjs");
  const pool = new pg.Pool({ ...settings, max: 1 });
  return {
    place: { kind: "pg", settings },
    async prepare(name) {
      for (const statement of pgSchema({ table: name })) await pool.query(statement);
    },
    async measures(name) {
      // A connection says what it has done when it is idle for a while.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const { rows } = await pool.query(
        `SELECT (SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = current_database()) AS commands,
          pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS written, (SELECT coalesce(avg(length(snapshot)), 0) FROM ${name}) AS kept,
          (SELECT coalesce(avg(revision), 0) FROM ${name}) AS saves`,
      );
      const { commands, written, kept, saves } = rows[0];
      return {
        commands: Number(commands),
        written: Number(written),
        kept: Number(kept),
        saves: Number(saves),
        cpu: cpuOf(server.pid),
      };
    },
    async stop() {
      await endPool(pool);
      await server.stop();
    },
  };
}

/** @returns {Promise<Database>} */
export async function redis() {
  const { Redis } = await import("ioredis");
  const server = await startRedis();
  const client = new Redis({ host: "127.0.0.1", port: server.port });
  const info = async (/** @type {string} */ section, /** @type {RegExp} */ pattern) =>
    Number(pattern.exec(await client.info(section))?.[1] ?? 0);
  return {
    place: { kind: "redis", settings: { port: server.port } },
    prepare: async () => {},
    async measures(name) {
      const keys = await client.keys(`{${name}}:order:*`);
      const some = keys.slice(0, 1000);
      const averageOf = async (/** @type {(key: string) => Promise<unknown>} */ of) =>
        (await Promise.all(some.map(of))).reduce((/** @type {number} */ sum, value) => sum + Number(value), 0) /
        Math.max(1, some.length);
      return {
        commands: await info("commandstats", /cmdstat_eval:calls=(\d+)/),
        written: await info("persistence", /aof_current_size:(\d+)/),
        cpu: cpuOf(server.pid),
        kept: await averageOf((key) => client.hstrlen(key, "snapshot")),
        saves: await averageOf((key) => client.hget(key, "revision")),
      };
    },
    async stop() {
      await client.quit();
      await server.stop();
    },
  };
}

const DATABASES = { pg: postgresql, redis };

/** Of sorted numbers. @param {number[]} sorted @param {number} part */
const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

/** @param {Awaited<ReturnType<typeof runLoad>>} result */
export function figuresOf({ orders, milliseconds, used, calls, kills, counts, violations, stuck }) {
  const each = (/** @type {number} */ value) => value / orders;
  const latencies = Object.entries(calls).map(([name, took]) => {
    const sorted = [...took].sort((one, other) => one - other);
    return [name, { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) }];
  });
  return {
    ordersPerSecond: (1000 * orders) / milliseconds,
    cpu: each(used.cpu),
    trips: each(used.trips - used.looks),
    looks: each(used.looks),
    lostRaces: each(used.lostRaces),
    latencies: Object.fromEntries(latencies),
    ...{
      kills,
      faults: used.faults,
      unanswered: counts.unanswered,
      notices: counts.notices,
      stuck: stuck.length,
      violations: violations.length,
    },
  };
}

async function main(orders = ORDERS, only = undefined) {
  let violated = 0;
  const chosen = Object.entries(DATABASES).filter(([name]) => only === undefined || name === only);
  const each = Math.ceil(orders / (chosen.length * PROCESSES.length));
  for (const [kind, start] of chosen) {
    const database = await start();
    try {
      for (const processes of PROCESSES) {
        const name = `load_${processes}`;
        await database.prepare(name);
        const before = await database.measures(name);
        const result = await runLoad({
          place: { ...database.place, name },
          processes,
          orders: each,
          killEvery: KILL_EVERY,
          seed: processes,
        });
        const after = await database.measures(name);
        const { latencies, ...figures } = figuresOf(result);
        const of = (/** @type {"commands" | "written" | "cpu"} */ what) => (after[what] - before[what]) / result.orders;
        const served = {
          commands: of("commands"),
          written: of("written"),
          snapshot: after.kept,
          saves: after.saves,
          databaseCpu: of("cpu"),
        };
        console.log(`${kind}, ${processes}: ${JSON.stringify({ orders: result.orders, ...rounded({ ...figures, ...served }) })}`);
        for (const [call, { p50, p99 }] of Object.entries(latencies))
          console.log(`  ${call}: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms`);
        for (const violation of [...result.stuck, ...result.violations].slice(0, 20)) console.log(`  VIOLATED: ${violation}`);
        violated += result.violations.length + result.stuck.length;
      }
    } finally {
      await database.stop();
    }
  }
  if (violated > 0) process.exitCode = 1;
}

/** @param {Record<string, number>} figures */
const rounded = (figures) =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(100 * value) / 100]));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [orders, only] = process.argv.slice(2);
  await main(orders === undefined ? undefined : Number(orders), only);
}
