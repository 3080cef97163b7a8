// That the benchmark compares what does the same work, and that it can fail. Nothing is timed: who runs tests may be busy.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { cases } from "./cases.mjs";
import { check } from "./check.mjs";
import { measureColdStarts } from "./cold.mjs";
import { compare, median } from "./measure.mjs";
import { applied, judged, orderOf, traceOf } from "./orders.mjs";
import { fails } from "./report.mjs";
import { load, rendered } from "./servers/load.mjs";
import { measureServers } from "./servers.mjs";
import { documented } from "./tables.mjs";

const sound = cases.find(({ name }) => name === "object-1.5k");
assert(sound);
const peer = Object.values(sound.peers)[0];

/** @param {import("./measure.mjs").Contender} contender */
const joinedBy = (contender) => ({ ...sound, peers: { another: contender } });

test("contenders that do the same work pass the check", async () => {
  await check(joinedBy(peer));
});

test("a contender that answers otherwise fails the check", async () => {
  const forgetful = (/** @type {Buffer} */ text) => {
    const reply = /** @type {any} */ (peer(text));
    reply.body.voucherList.pop();
    return reply;
  };
  await assert.rejects(check(joinedBy(forgetful)), /object-1\.5k: another answers input 0 otherwise/);
});

test("a contender that takes what is wrong fails the check", async () => {
  const credulous = (/** @type {Buffer} */ text) => {
    try {
      return peer(text);
    } catch {
      return {};
    }
  };
  await assert.rejects(check(joinedBy(credulous)), /object-1\.5k: another takes wrong input 0/);
});

test("a library that takes what is wrong fails the check too", async () => {
  await assert.rejects(check({ ...joinedBy(peer), wrong: () => sound.inputs() }), /meituan-protocol takes wrong input 0/);
});

const timing = (/** @type {number[]} */ ...rounds) => ({ median: median(rounds), rounds });
const row = (/** @type {ReturnType<typeof compare>} */ compared) => ({
  ...{ name: "", title: "", script: "ascii", runtime: /** @type {const} */ ("node"), peer: "", ours: 0, theirs: 0, gate: 0.5 },
  ...compared,
});

test("a gate holds while part of the spread is within it", () => {
  assert(!fails(row(compare(timing(4, 6, 8), timing(10, 10, 10)))));
});

test("a gate fails once all of the spread is beyond it", () => {
  assert(fails(row(compare(timing(6, 7, 8), timing(10, 10, 10)))));
});

test("a machine that is slower in some rounds changes no ratio", () => {
  const compared = compare(timing(4, 8, 4, 8, 4), timing(10, 20, 10, 20, 10));
  assert.deepEqual(compared, { ratio: 0.4, low: 0.4, high: 0.4 });
  // The ratio of the medians would be 0.6 here: the slower half began between two turns.
  assert.equal(compare(timing(4, 4, 6, 8, 8), timing(10, 10, 10, 20, 20)).ratio, 0.4);
});

test("what happens to an order of many codes is what its name says", () => {
  const codes = 40;
  const { issue, query, entry, refund } = orderOf(codes);
  const issued = applied(issue);
  const paid = /** @type {any} */ (issued.reply?.body);
  assert.deepEqual([issued.kind, paid.vouchers.length], ["moved", codes]);
  const state = /** @type {any} */ (applied(query).reply?.body);
  assert.deepEqual([state.orderStatus, state.orderQuantity, state.voucherList.length], [4, codes, codes]);
  const entered = applied(entry);
  assert.deepEqual([entered.kind, entered.next?.notices.length, entered.admissions?.length], ["moved", 1, codes - 1]);
  assert.equal(applied(refund).run?.call, "orderRefund");
});

test("a recording of many exchanges has that many, and each point that it shows passes", () => {
  const trace = traceOf(40);
  assert.equal(JSON.parse(trace).exchanges.length, 40);
  const { points } = judged(trace);
  assert.deepEqual(
    points.flatMap(({ findings = [] }) => findings).filter(({ effect }) => effect !== "unchecked"),
    [],
  );
  assert(points.some(({ verdict, shown }) => verdict === "passed" && shown === 10));
});

test("cold starts of all bundles end in the same answer", async () => {
  const rows = await measureColdStarts(undefined, 1);
  assert.equal(rows.length, 12);
});

test("servers answer every call with success, and each is compared with the bare one of its runtime", async () => {
  const { rows, servers } = await measureServers(undefined, { rounds: 1, requests: 400 });
  assert.deepEqual(
    rows.map(({ name, peer }) => `${name}: ${peer}`),
    [
      ...["http: node:crypto + by hand", "http: node:crypto + zod"],
      ...["workerd: WebCrypto + by hand", "workerd: WebCrypto + zod jitless"],
    ],
  );
  assert.equal(servers.length, 8);
  for (const { perSecond, cpu, p50, p99 } of servers) assert(perSecond > 0 && cpu > 0 && p50 > 0 && p99 >= p50);
});

test("the tables of the document have what was measured on each Node, and nothing else of the document changes", () => {
  const server = { runtime: "node", contender: "by hand", perSecond: 1000, cpu: 3000, p50: 1, p99: 2 };
  const measured = (/** @type {string} */ node, /** @type {number} */ ours) => ({
    ...{
      node,
      v8: "13",
      machine: "a machine",
      servers: /** @type {any} */ ([server, { ...server, contender: "bare", cpu: 1000 }]),
    },
    rows: [{ ...row(compare(timing(ours), timing(10))), name: "sign", title: "sign", peer: "zod", ours, theirs: 10, goal: 0.4 }],
  });
  const document = "before <!-- measured: begin --> old <!-- measured: end --> after";
  const text = documented(document, [measured("v24.1.0", 4), measured("v26.1.0", 6)]);
  assert(text.startsWith("before ") && text.endsWith(" after") && !text.includes("old"));
  assert.match(text, /\| sign \| `sign` \| zod \| 0\.40 \| 0\.60 \(missed\) \| 0\.50 \| 0\.40 \|/);
  assert.throws(() => documented("", []), /lacks/);
});

test("the native benchmarks get a value for all that they read", () => {
  const folder = mkdtempSync(join(tmpdir(), "native-"));
  try {
    const file = join(folder, "inputs.json");
    execFileSync(process.execPath, [fileURLToPath(new URL("native-inputs.mjs", import.meta.url)), file]);
    const inputs = JSON.parse(readFileSync(file, "utf8"));
    const rust = readFileSync(new URL("native.rs", import.meta.url), "utf8");
    const fields = /struct Inputs \{([^}]*)\}/.exec(rust)?.[1].matchAll(/^ {4}(\w+):/gm) ?? [];
    const camelCase = (/** @type {string} */ name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    const names = [...fields].map(([, name]) => camelCase(name));
    assert.deepEqual(names.toSorted(), Object.keys(inputs).toSorted());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a load goes on where a server closes connections between requests, and every reply counts once", async () => {
  let served = 0;
  const server = createServer((request, response) => {
    request.resume();
    served++;
    // A part of them without a word: the client hears of it when it sends its next request.
    if (served % 50 === 0)
      response.on("finish", () => (served % 100 === 0 ? request.socket.destroy() : request.socket.resetAndDestroy()));
    response.end("whole");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  try {
    const requests = [rendered({ method: "POST", url: "/", headers: {}, body: Buffer.from("{}") })];
    const check = (/** @type {number} */ status) => assert.equal(status, 200);
    const { latencies } = await load(port, requests, { connections: 4, count: 500, check });
    assert.equal(latencies.length, 500);
    assert.ok(served >= 500 && served <= 520, String(served));
    await assert.rejects(load(port, requests, { connections: 4, count: 5000, check }), /closes its connections/);
  } finally {
    server.close();
  }
});

for (const contest of cases) {
  test(`${contest.name}: all contenders give the same answers, and refuse the same inputs`, async () => {
    await check(contest);
  });
}
