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

  const never = () => new Promise(() => {});

  for (const name of ["due", "claimDue"]) {
    it(`begins no second ${name} while one hangs, reports that, looks again afterwards, and can be ended meanwhile`, async () => {
      let looks = 0;
      const errors = [];
      const store = { [name]: () => ++looks && never() };
      const settleDue = settler({ settle: never }, store, { deadlineMs: 100, onError: (error) => errors.push(error) });
      const stop = settleDue.every(5);
      await new Promise((resolve) => setTimeout(resolve, 60));
      assert.deepEqual([looks, errors.length], [1, 0]);
      await new Promise((resolve) => setTimeout(resolve, 80));
      assert.equal(looks, 2);
      assert.deepEqual([errors[0].code, errors[0].path, errors.length], ["TIMED_OUT", `store.${name}`, 1]);
      await stop();
      await assert.rejects(settleDue(), { code: "TIMED_OUT" });
    });
  }

  it("does not settle what a look finds that comes back after it was ended", async () => {
    let found;
    const settled = [];
    const store = { due: () => new Promise((resolve) => (found = resolve)) };
    const stop = settler({ settle: async (orderId) => settled.push(orderId) }, store).every(1);
    await tick();
    await stop();
    found(["1"]);
    await tick();
    assert.deepEqual(settled, []);
  });

  it("waits for no order for ever: it is reported, and settled again", async () => {
    const errors = [];
    let isHanging = true;
    const { store, settled, meituan } = world({ settles: () => (isHanging ? never() : undefined), without: ["claimDue"] });
    const onError = ({ code, path }, { orderId }) => errors.push(`${code} ${path} ${orderId}`);
    const settleDue = settler(meituan, store, { deadlineMs: 30, concurrency: 30, onError });
    assert.deepEqual(await settleDue(), { settled: 0, failed: 30 });
    assert.deepEqual(
      errors.toSorted(),
      ORDERS.map((orderId) => `TIMED_OUT settle ${orderId}`),
    );
    isHanging = false;
    settled.length = 0;
    assert.deepEqual(await settleDue(), { settled: 30, failed: 0 });
  });

  it("takes nothing but a list of strings for orders", async () => {
    for (const answer of [null, undefined, "123", [123], [{ orderId: "1" }], new Set(["1"]), 5]) {
      const settled = [];
      for (const name of ["due", "claimDue"]) {
        const settleDue = settler({ settle: async (orderId) => settled.push(orderId) }, { [name]: () => answer });
        await assert.rejects(settleDue(), { code: "INVALID_CONFIG", path: `store.${name}` });
      }
      assert.deepEqual(settled, []);
    }
  });

  it("ends a pass where the store claims the same orders again", async () => {
    const settled = [];
    const store = { claimDue: () => ["1", "2"] };
    const settleDue = settler({ settle: async (orderId) => settled.push(orderId) }, store, { limit: 2 });
    assert.deepEqual(await settleDue(), { settled: 2, failed: 0 });
    assert.deepEqual(settled, ["1", "2"]);
  });

  it("takes only numbers that a timer can be set to", () => {
    const { store, meituan } = world();
    for (const wrong of [3e9, Number.NaN, -5, 0, "x", Number.POSITIVE_INFINITY]) {
      const invalid = (path) => ({ code: "INVALID_CONFIG", path });
      assert.throws(() => settler(meituan, store).every(wrong), invalid("intervalMs"));
      for (const name of ["leaseMs", "deadlineMs"]) {
        assert.throws(() => settler(meituan, store, { [name]: wrong }), invalid(name));
      }
    }
    assert.throws(() => settler(meituan, store, { now: 5 }), { code: "INVALID_CONFIG", path: "now" });
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
