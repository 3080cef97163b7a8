// What a store may say, and what comes of everything else: no loop, no silence, and nothing that Meituan would take for a failure.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CALLS, CREATE, changing, ORDER, SETTINGS, shop } from "./order-support.mjs";

const places = (errors) => [...new Set(errors.map(({ code, path }) => `${code} ${path}`))];

/** An order that is paid, in a store whose answers change then. */
async function paid(change, options) {
  const store = changing();
  const one = shop({ store, functions: { orderPay: () => ({ voucherType: 1, vouchers: ["a", "b"] }) }, ...options });
  await one.call("orderCreate");
  assert.equal((await one.call("orderPay")).code, 200);
  store.change = change;
  return one;
}

describe("a save", () => {
  const EFFECTLESS = { "nothing at all": undefined, null: null, "a row count": 1, "a string": "OK", "a result": { rowCount: 0 } };
  for (const [name, answer] of Object.entries(EFFECTLESS)) {
    for (const [when, save] of [
      ["at once", () => answer],
      ["later", async () => answer],
    ]) {
      it(`that says ${name} ${when} is reported, and counts neither as saved nor as lost to others`, async () => {
        let saves = 0;
        const change = { save: () => ++saves < 100 && save() };
        const one = await paid(change, { deadlineMs: 400 });
        assert.deepEqual(await one.call("orderRefund"), { status: 503 });
        await assert.rejects(one.orders.apply(ORDER, { consumed: { id: "1", quantity: 1 } }), { path: "store.save" });
        await assert.rejects(one.orders.admit(ORDER, { id: "2", quantity: 1 }), { path: "store.save" });
        assert.ok(saves < 10, `${saves} saves`);
        assert.deepEqual(places(one.errors), ["INVALID_CONFIG store.save"]);
      });
    }
  }
});

describe("a load", () => {
  const GARBAGE = ["", "x", 0, 5, false, {}, [], { data: 1 }, { revision: 3 }, { snapshot: {} }, { snapshot: "{}", revision: 1 }];
  for (const answer of GARBAGE) {
    it(`that says ${JSON.stringify(answer)} does not say that there is no such order`, async () => {
      const one = await paid({ load: () => answer }, { deadlineMs: 400 });
      for (const name of ["orderPay", "orderQuery", "orderRefund", "orderClose"]) {
        assert.deepEqual(await one.call(name), { status: 503 }, name);
      }
      assert.deepEqual(places(one.errors), ["INVALID_CONFIG store.load"]);
      await assert.rejects(one.settle(), { path: "store.load" });
      for (const ask of [
        one.orders.load(ORDER),
        one.orders.explain(ORDER),
        one.orders.pendingNotices(ORDER),
        one.orders.admit(ORDER, { id: "1", quantity: 1 }),
      ]) {
        await assert.rejects(ask, { code: "INVALID_CONFIG", path: "store.load" });
      }
    });
  }

  it("says by undefined too that there is no such order", async () => {
    const one = shop({ store: { load: () => undefined, save: () => true } });
    assert.equal(await one.orders.load(ORDER), undefined);
    assert.equal((await one.call("orderCreate", CREATE)).status, 503, "nor is there what was saved");
  });

  it("may bring columns of its own", async () => {
    const store = changing();
    store.change.load = (orderId) => {
      const found = store.kept.load(orderId);
      return found && { key: `ticket/${orderId}`, store: "eu-1", ...found };
    };
    const one = shop({ store });
    await one.call("orderCreate");
    assert.equal((await one.call("orderPay")).code, 598);
  });
});

describe("a clock that fails in the middle of a call", () => {
  it("ends it with no answer, reported a few times at most", async () => {
    let isBroken = false;
    const now = () => (isBroken ? Number.NaN : Date.now());
    const one = shop({
      config: { ...SETTINGS, now },
      functions: {
        orderPay() {
          isBroken = true;
          return { voucherType: 1, vouchers: ["a", "b"] };
        },
      },
    });
    await one.call("orderCreate");
    assert.deepEqual(await one.call("orderPay"), { status: 503 });
    assert.ok(one.errors.length < 4, `${one.errors.length} reports`);
    isBroken = false;
    assert.equal((await one.call("orderQuery", CALLS.orderQuery)).code, 200, "and the function runs again later");
  });
});
