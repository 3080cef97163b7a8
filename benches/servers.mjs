// Whole servers on the loopback, each contender in a process of its own: order create of 1.5 KB by some connections at once.

import { strictEqual } from "node:assert/strict";
import { orderCreateCalls } from "./bodies.mjs";
import { NAME } from "./library.mjs";
import { compare, median, quantile } from "./measure.mjs";
import { load, rendered } from "./servers/load.mjs";
import { startNode } from "./servers/node.mjs";
import { startWorkerd } from "./servers/workerd.mjs";

const CONNECTIONS = 20;
const REQUESTS = 10_000;
const ROUNDS = 7;
/** Compilers work beside them. */
const FIRST_ROUNDS = 2;

/** A server that does nothing but HTTP: what the others cost above it is theirs. */
const BARE = "bare";

/**
 * @typedef {{ port: number, cpu: () => Promise<number>, stop: () => unknown }} Server `cpu`: the processor's time so far, in nanoseconds
 * @typedef {{ cpu: number, seconds: number, p50: number, p99: number }} Turn processor's time of the server for a request in
 *   nanoseconds, time for all in seconds, latencies in milliseconds
 * @typedef {{ runtime: string, contender: string, perSecond: number, cpu: number, p50: number, p99: number }} Served medians
 */

/** What the time above the bare server's may be, by the peer's. */
const RUNTIMES = [
  {
    name: "http",
    title: "order create over HTTP: the processor's time above a server that does nothing",
    runtime: "node:http",
    start: startNode,
    peers: { "node:crypto + by hand": [0.4, 0.25], "node:crypto + zod": [0.26, 0.15] },
  },
  {
    name: "workerd",
    title: "order create in a Worker: the processor's time above one that does nothing",
    runtime: "workerd",
    start: startWorkerd,
    peers: { "WebCrypto + by hand": [], "WebCrypto + zod jitless": [] },
  },
];

export const SERVER_NAMES = RUNTIMES.map(({ name }) => name);

/**
 * @param {readonly string[]} [names] some of `SERVER_NAMES`
 * @param {{ rounds?: number, requests?: number }} [how]
 * @returns {Promise<{ rows: import("./report.mjs").Row[], servers: Served[] }>}
 */
export async function measureServers(names = SERVER_NAMES, how = {}) {
  const measured = [];
  for (const one of RUNTIMES.filter(({ name }) => names.includes(name))) measured.push(await measureRuntime(one, how));
  return { rows: measured.flatMap(({ rows }) => rows), servers: measured.flatMap(({ servers }) => servers) };
}

/** @param {typeof RUNTIMES[number]} which @param {{ rounds?: number, requests?: number }} how */
async function measureRuntime({ name, title, runtime, start, peers }, { rounds: count = ROUNDS, requests = REQUESTS }) {
  const calls = orderCreateCalls(1536, "ascii").map(rendered);
  const contenders = [BARE, NAME, ...Object.keys(peers)];
  /** @type {Server[]} */
  const servers = [];
  try {
    for (const contender of contenders) servers.push(await start(contender));
    /** @type {Turn[][]} */
    const rounds = contenders.map(() => []);
    for (let round = -FIRST_ROUNDS; round < count; round++) {
      for (let turn = 0; turn < contenders.length; turn++) {
        const index = (round + FIRST_ROUNDS + turn) % contenders.length;
        const measured = await turnOf(servers[index], calls, requests);
        if (round >= 0) rounds[index].push(measured);
      }
    }
    const above = rounds.map((turns) => turns.map(({ cpu }, round) => cpu - rounds[0][round].cpu));
    const timings = above.map((times) => ({ median: median(times), rounds: times }));
    const rows = Object.entries(peers).map(([peer, [gate, goal]], index) => ({
      ...{ name, title, bytes: 1536, script: "ascii", runtime: /** @type {const} */ ("node"), peer, gate, goal },
      ...{ ...compare(timings[1], timings[index + 2]), ours: timings[1].median, theirs: timings[index + 2].median },
    }));
    return { rows, servers: contenders.map((contender, index) => served(runtime, contender, rounds[index], requests)) };
  } finally {
    for (const { stop } of servers) await stop();
  }
}

/** @param {Server} server @param {readonly Buffer[]} calls @param {number} count @returns {Promise<Turn>} */
async function turnOf(server, calls, count) {
  const before = await server.cpu();
  const check = (/** @type {number} */ status, /** @type {string} */ body) => {
    strictEqual(status, 200);
    strictEqual(body.includes('"code":200'), true, body);
  };
  const { seconds, latencies } = await load(server.port, calls, { connections: CONNECTIONS, count, check });
  const cpu = (await server.cpu()) - before;
  return { cpu: cpu / count, seconds, p50: median(latencies), p99: quantile(latencies, 0.99) };
}

/** @param {string} runtime @param {string} contender @param {Turn[]} turns @param {number} requests @returns {Served} */
function served(runtime, contender, turns, requests) {
  const of = (/** @type {(turn: Turn) => number} */ what) => median(turns.map(what));
  return {
    ...{ runtime, contender, perSecond: of(({ seconds }) => requests / seconds) },
    ...{ cpu: of(({ cpu }) => cpu), p50: of(({ p50 }) => p50), p99: of(({ p99 }) => p99) },
  };
}
