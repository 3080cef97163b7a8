// What is due in a store is settled, by one process or many.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryStore } from "meituan-protocol/testing";
import { handler, settler } from "meituan-protocol/ticket";
import { options } from "./ticket-support.mjs";

const ORDERS = Array.from({ length: 30 }, (_, index) => String(1000 + index));

/** A store in which orders are due, and handlers that write down what they settle. */
function world({ settles = async () => undefined, without = [] } = {}) {
  const store = new MemoryStore();
  for (const name of without) store[name] = undefined;
  const due = (orderId, at) => store.save(orderId, {}, store.load(orderId)?.revision ?? null, { due: at });
  for (const orderId of ORDERS) due(orderId, 1);
  const settled = [];
  const meituan = {
    async settle(orderId, ...context) {
      settled.push([orderId, ...context]);
      due(orderId, await settles(orderId));
    },
  };
  return { store, settled, meituan, due };
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 1));

describe("a settler", () => {
  it("settles each order that is due, with the platform's context, and says how many", async () => {
    const { store, settled, meituan } = world();
    assert.deepEqual(await settler(meituan, store)("env", "ctx"), { settled: 30, failed: 0 });
    assert.deepEqual(settled.map(([orderId]) => orderId).toSorted(), ORDERS);
    assert.ok(settled.every(([, ...context]) => context.join() === "env,ctx"));
    assert.deepEqual(await settler(meituan, store)(), { settled: 0, failed: 0 });
  });

  for (const without of [[], ["claimDue"]]) {
    it(`settles at most so many side by side, ${without.length > 0 ? "by due" : "by claimDue"}`, async () => {
      let [now, most] = [0, 0];
      const settles = async () => {
        most = Math.max(most, ++now);
        await tick();
        now--;
      };
      const { store, settled, meituan } = world({ settles, without });
      await settler(meituan, store, { concurrency: 3, limit: 10 })();
      assert.deepEqual([most, settled.length], [3, 30]);
    });
  }

  it("shares the work between processes where the store lets orders be claimed", async () => {
    const { store, settled, meituan } = world({ settles: tick });
    const passes = await Promise.all([1, 2, 3].map(() => settler(meituan, store, { limit: 5 })()));
    assert.equal(settled.length, 30);
    assert.ok(passes.every(({ settled }) => settled > 0));
  });

  it("goes on where one order fails, reports it, and tries it once in a pass", async () => {
    const settles = async (orderId) => {
      if (orderId === "1007") throw new Error("the store is out of reach");
    };
    const { store, settled, meituan } = world({ settles, without: ["claimDue"] });
    const errors = [];
    const settleDue = settler(meituan, store, { onError: (error, about) => errors.push([error.message, about.orderId]) });
    assert.deepEqual(await settleDue(), { settled: 29, failed: 1 });
    assert.deepEqual(errors, [["the store is out of reach", "1007"]]);
    assert.equal(settled.filter(([orderId]) => orderId === "1007").length, 1);
    assert.deepEqual(await settleDue(), { settled: 0, failed: 1 });
  });

  it("looks again and again until it is ended, and ends when what is under way has", async () => {
    let isUnderWay = false;
    const settles = async () => {
      isUnderWay = true;
      await tick();
      isUnderWay = false;
    };
    const { store, settled, meituan, due } = world({ settles });
    const stop = settler(meituan, store).every(1);
    while (settled.length < 30) await tick();
    due("1003", 1);
    while (settled.length < 31) await tick();
    await stop();
    assert.equal(isUnderWay, false);
    due("1003", 1);
    await tick();
    await tick();
    assert.equal(settled.length, 31);
  });

  it("goes on with others while one order takes long", async () => {
    let release;
    const settles = (orderId) => (orderId === "1003" ? new Promise((resolve) => (release = resolve)) : undefined);
    const { store, settled, meituan, due } = world({ settles });
    const stop = settler(meituan, store).every(1);
    while (settled.length < 30) await tick();
    due("1004", 1);
    while (settled.length < 31) await tick();
    release();
    await stop();
    assert.equal(settled.filter(([orderId]) => orderId === "1003").length, 1, "by one pass at a time");
  });

  it("survives a store that does not say what is due", async () => {
    const errors = [];
    const { store, meituan } = world();
    const { claimDue } = store;
    store.claimDue = () => {
      throw new Error("no connection");
    };
    const settleDue = settler(meituan, store, { onError: (error) => errors.push(error.message) });
    await assert.rejects(settleDue(), /no connection/);
    const stop = settleDue.every(1);
    while (errors.length === 0) await tick();
    store.claimDue = claimDue;
    while (store.due(1).length > 0) await tick();
    await stop();
    assert.equal(errors[0], "no connection");
  });

  it("is refused where there is nothing to settle by", () => {
    const act = () => {};
    const meituan = handler({ config: options, store: new MemoryStore(), orderCreate: act, orderPay: act, orderRefund: act });
    const wrong = [
      [[{}, new MemoryStore()], "handler"],
      [[meituan, { load: act, save: act }], "store"],
      [[meituan, new MemoryStore(), { concurrency: 0 }], "concurrency"],
      [[meituan, new MemoryStore(), { limit: 0 }], "limit"],
    ];
    for (const [given, path] of wrong) assert.throws(() => settler(...given), { code: "INVALID_CONFIG", path });
  });
});
