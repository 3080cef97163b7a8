// Processes that race on one store, with real handlers.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { open } from "./databases.mjs";
import { issued, paid } from "./meituan.mjs";

const PROGRAM = fileURLToPath(new URL("process.mjs", import.meta.url));
/** So many saves of one order, and how many of them at once in each process. */
const SAVES = 200;
const WIDTH = 6;
const ORDERS = 60;
const LEASE = 1500;
const FIRST = 8985652356562400001n;

const sleep = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A process over a store. @param {import("./databases.mjs").Place} place */
async function started(place) {
  const child = fork(PROGRAM, [JSON.stringify(place)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = once(child, "exit");
  const next = async () => {
    const said = await Promise.race([
      once(child, "message"),
      ended.then((how) => Promise.reject(new Error(`it has ended: ${how}`))),
    ]);
    return said[0];
  };
  await next();
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await ended;
  };
  const run = async (/** @type {string} */ type, about = {}) => {
    child.send({ type, ...about });
    const { done, errors } = await next();
    assert.deepEqual(errors, []);
    return done;
  };
  return { child, next, run, kill };
}

/** @param {(process: number) => import("./databases.mjs").Place} placeOf the same place, by whatever client */
export function holdsInARace(placeOf) {
  const racing = async (/** @type {(store: any, one: any, two: any) => Promise<void>} */ work) => {
    const opened = await open(placeOf(0));
    const processes = await Promise.all([0, 1].map((process) => started(placeOf(process))));
    try {
      await work(opened.store, processes[0], processes[1]);
    } finally {
      for (const { kill } of processes) await kill();
      await opened.close();
    }
  };
  let next = FIRST;
  const newId = () => String(next++);

  it(`loses no update of ${SAVES} that two processes save at once to one order`, async () => {
    await racing(async (store, ...both) => {
      const orderId = newId();
      await paid(store, orderId, SAVES);
      const codes = Array.from({ length: SAVES }, (_, place) => `code${place}`);
      await issued(store, orderId, codes);
      const begun = BigInt((await store.load(orderId)).revision);
      const halves = [codes.slice(SAVES / 2), codes.slice(0, SAVES / 2)];
      await Promise.all(both.map(({ run }, place) => run("consume", { orderId, codes: halves[place], width: WIDTH })));
      const { snapshot, revision } = await store.load(orderId);
      assert.deepEqual(new Set(snapshot.entries), new Set(codes.map((code) => `gate ${code}`)));
      // Each of them was one save, and no other was taken for one.
      assert.equal(BigInt(revision) - begun, BigInt(SAVES));
      assert.equal(await store.save(orderId, snapshot, revision, { due: undefined }), true);
    });
  });

  it(`gives each of ${ORDERS} orders that are due to one of two processes that claim at once`, async () => {
    await racing(async (store, ...both) => {
      const ids = Array.from({ length: ORDERS }, newId);
      for (const id of ids) assert.equal(await store.save(id, { id }, null, { due: 1000 }), true);
      const claims = await Promise.all(both.map(({ run }) => run("claim", { now: 1000, limit: 3, leaseMs: 60_000 })));
      assert.deepEqual(claims.flat().sort(), ids);
      for (const id of ids) await store.save(id, { id }, (await store.load(id)).revision, { due: undefined });
    });
  });

  it("has each notice sent once by two processes that settle at once", async () => {
    await racing(async (store, ...both) => {
      const ids = Array.from({ length: ORDERS / 2 }, newId);
      for (const id of ids) {
        await paid(store, id, 1);
        await issued(store, id, ["a"]);
      }
      assert.deepEqual((await store.due(Date.now())).sort(), ids);
      const results = await Promise.all(both.map(({ run }) => run("settle", { limit: 2 })));
      assert.deepEqual(results.flatMap(({ sent }) => sent).sort(), ids);
      assert.deepEqual(
        results.map(({ failed }) => failed),
        [0, 0],
      );
      assert.equal(results[0].settled + results[1].settled, ids.length);
      assert.deepEqual(await store.due(Date.now()), []);
    });
  });

  it("gives what a killed process has claimed to another one when the lease has run out, and not before", async () => {
    await racing(async (store, killed, other) => {
      const orderId = newId();
      await paid(store, orderId, 1);
      await issued(store, orderId, ["a"]);
      const begun = Date.now();
      killed.child.send({ type: "hang", leaseMs: LEASE });
      assert.deepEqual(await killed.next(), { hangs: orderId });
      await killed.kill();
      let asked = 0;
      for (;;) {
        const at = Date.now();
        const { settled, sent } = await other.run("settle", { limit: 10 });
        if (settled > 0) {
          assert.deepEqual([settled, sent], [1, [orderId]]);
          assert.ok(Date.now() - begun >= LEASE, "within the lease");
          break;
        }
        asked++;
        assert.ok(at - begun < LEASE + 5000, "the lease has not run out");
        await sleep(50);
      }
      assert.ok(asked > 0, "nobody asked within the lease");
      assert.deepEqual(await store.due(Date.now()), []);
    });
  });
}
