// Settings of orders are checked when they are given, and nothing that a handler with a store waits for keeps it waiting for ever.

import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { MemoryStore } from "meituan-protocol/testing";
import { handler, MeituanError, TicketSupplier } from "meituan-protocol/ticket";
import { accepted, CALLS, called, changing, ISSUED, never, ORDER, PAY, SETTINGS, shop, sleep } from "./order-support.mjs";

const LIMIT = { deadlineMs: 100 };
/** What was reported, each once. */
const places = ({ errors }) => [
  ...new Set(errors.map((error) => (MeituanError.is(error) ? `${error.code} ${error.path}` : error.message))),
];
/** What some work comes to when that time has passed. */
async function after(milliseconds, work) {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const working = work();
    // One may wait for the other, and the steady clock stands still meanwhile.
    for (let turn = 0; turn < 4; turn++) {
      await new Promise(setImmediate);
      mock.timers.tick(milliseconds);
    }
    return await Promise.all(working);
  } finally {
    mock.timers.reset();
  }
}

/** A store with an order that is issued, and a refund that waits for its decision. */
async function issuedStore() {
  const store = new MemoryStore();
  const one = shop({ store, functions: { orderPay: () => ({ voucherType: 1, vouchers: ["a", "b"] }) } });
  for (const name of ["orderCreate", "orderPay", "orderRefund"]) await one.call(name);
  return store;
}

describe("settings of orders", () => {
  const WRONG = [
    ["orders.leese", { leese: 1 }],
    ["orders.sendLimit", { sendLimit: 2 ** 53 }],
    ["orders.sendLimit", { sendLimit: 3e9 }],
    ["orders.sendLimit", { sendLimit: 0 }],
    ["orders.lease", { lease: "x" }],
    ["orders.calendar", { calendar: { holidays: ["2027-13-01"] } }],
    ["orders", null],
    ["orders", 5],
  ];
  for (const [path, orders] of WRONG) {
    it(`are refused by name where they are given: ${JSON.stringify(orders)}`, () => {
      const isNamed = (error) => error.code === "INVALID_CONFIG" && error.path.startsWith(path);
      assert.throws(() => shop({ orders }), isNamed);
      assert.throws(() => new TicketSupplier(SETTINGS).orders(new MemoryStore(), orders), isNamed);
    });
  }

  for (const deadlineMs of [Number.POSITIVE_INFINITY, 3e9, 2 ** 53, Number.NaN, -1, 0, "5", null]) {
    it(`have a time limit that a timer can be set to, and not ${deadlineMs}`, () => {
      assert.throws(() => shop({ deadlineMs }), { code: "INVALID_CONFIG", path: "deadlineMs" });
    });
  }

  const LATER = {
    "a clock that is no number": ["now", { now: () => Number.NaN }],
    "a clock that throws": ["now", { now: () => assert.fail("no clock") }],
    "a signed address that is none": ["signedUri", { signedUri: () => undefined }],
    "a signed address that throws": ["signedUri", { signedUri: () => assert.fail("no address") }],
  };
  for (const [name, [path, wrong]] of Object.entries(LATER)) {
    it(`that show themselves later are told to nobody as a failure: ${name}`, async () => {
      const one = shop({ store: await issuedStore(), config: { ...SETTINGS, ...wrong } });
      for (const call of Object.keys(CALLS)) assert.deepEqual(await one.call(call), { status: 503 }, call);
      assert.deepEqual(places(one), [`INVALID_CONFIG ${path}`]);
      const serve = handler({ config: { ...SETTINGS, ...wrong }, orderPay: () => ISSUED, onError: () => {} });
      assert.equal((await serve(called("orderPay", PAY))).status, 503, "without a store");
    });
  }
});

describe("a handler with a store", () => {
  const throwing = () => assert.fail("no connection");
  for (const [what, hang] of [
    ["store", { store: never }],
    ["config", { config: never }],
  ]) {
    it(`answers 503 in time where its function ${what} hangs, reports it, and settles nothing for ever`, async () => {
      const one = shop({ ...hang, ...LIMIT });
      const began = performance.now();
      for (const name of Object.keys(CALLS)) assert.deepEqual(await one.call(name), { status: 503 });
      assert.ok(performance.now() - began < 10_000);
      assert.deepEqual(places(one), [`TIMED_OUT ${what}`]);
      await after(30_000, () => [assert.rejects(one.settle(), { code: "TIMED_OUT", path: what })]);
    });
    it(`answers 503 where its function ${what} throws, and reports it`, async () => {
      const one = shop({ ...hang, [what]: throwing, ...LIMIT });
      assert.deepEqual(await one.call("orderPay"), { status: 503 });
      assert.deepEqual(places(one), ["no connection"]);
    });
  }

  it("answers in time where a body never ends: 503 to what acts, else a failure with the true reason", async () => {
    const half = () => new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{"part')) });
    const endless = (name) => {
      const { url, method, headers } = called(name, CALLS[name]);
      return new Request(url, { method, headers, body: half(), duplex: "half" });
    };
    const one = shop({ store: await issuedStore(), ...LIMIT });
    assert.equal((await one.serve(endless("orderPay"))).status, 503);
    assert.match((await (await one.serve(endless("orderQuery"))).json()).describe, /未能读完请求体/);
    assert.deepEqual(places(one), ["TIMED_OUT body"]);
  });

  it("counts the time for a slow store function and a slow body to the time of the call", async () => {
    const kept = changing();
    kept.change.load = never;
    const one = shop({ store: () => sleep(1500).then(() => kept), deadlineMs: 2000 });
    const began = performance.now();
    assert.deepEqual(await one.call("orderQuery"), { status: 503 });
    // Counted by itself, the load would end after 3500 ms.
    assert.ok(performance.now() - began < 3300, `${performance.now() - began} ms`);
  });

  for (const name of ["load", "save"]) {
    it(`answers in time where a function is late, and the ${name} that would say so hangs`, async () => {
      const store = changing();
      let end = () => {};
      const answered = new Promise((resolve) => {
        end = resolve;
      });
      const orderPay = async () => {
        store.change[name] = never;
        await answered;
      };
      const one = shop({ store, functions: { orderPay }, deadlineMs: 400 });
      await one.call("orderCreate");
      // Neither the function nor the store ends before the answer is there.
      assert.deepEqual(await one.call("orderPay"), { status: 503 });
      assert.deepEqual(places(one), [`TIMED_OUT store.${name}`]);
      store.change = {};
      end();
      await sleep(200);
    });
  }

  it("asks a store that hangs no longer than 30 s, whatever is asked", async () => {
    const one = shop({ store: { load: never, save: never, due: never, conflicts: never } });
    const { orders } = one;
    const asked = () => ({
      "store.load": [orders.load(ORDER), orders.explain(ORDER), orders.pendingNotices(ORDER), orders.admit(ORDER, { id: "1" })],
      "store.conflicts": [orders.conflicts()],
    });
    const rejected = ([path, all]) => all.map((one) => assert.rejects(one, { code: "TIMED_OUT", path }));
    assert.equal((await after(30_000, () => Object.entries(asked()).flatMap(rejected))).length, 5);
  });

  it("keeps its time limits where the clock of the computer is set back meanwhile", async () => {
    const store = changing();
    const one = shop({ store, deadlineMs: 200 });
    await one.call("orderCreate");
    const real = Date.now;
    store.change.save = never;
    setTimeout(() => {
      Date.now = () => real() - 60_000;
    }, 50);
    const began = performance.now();
    try {
      assert.deepEqual(await one.call("orderPay"), { status: 503 });
      assert.ok(performance.now() - began < 10_000);
    } finally {
      Date.now = real;
    }
  });
});

describe("what is recorded", () => {
  const hanging = [];
  for (const [name, record] of [
    ["throws", () => assert.fail("disk full")],
    ["rejects", () => Promise.reject(new Error("disk full"))],
    ["hangs", () => new Promise((resolve) => hanging.push(resolve))],
  ]) {
    it(`is no matter of Meituan's: a notice that it accepts is accepted where record ${name}, and that is reported`, async () => {
      const lines = mock.method(console, "error", () => {});
      const one = shop({ record, orders: { sendLimit: 100 } });
      await one.call("orderCreate");
      await one.call("orderPay");
      await one.orders.apply(ORDER, { issued: ISSUED });
      // What was recorded of the calls is reported by then.
      await sleep(20);
      const before = one.errors.length;
      await one.settle();
      assert.deepEqual((await one.orders.explain(ORDER)).notices, []);
      const told = one.errors.slice(before).map(({ message }) => message);
      assert.equal(told.length, 1);
      assert.match(told[0], name === "hangs" ? /^TIMED_OUT.*record/ : /disk full/);
      assert.deepEqual([before, lines.mock.callCount()], [name === "hangs" ? 0 : 2, 0], "around calls it is reported, not printed");
      lines.mock.restore();
      for (const end of hanging.splice(0)) end();
    });
  }

  it("is waited for by the handler's own waitUntil", async () => {
    const kept = [];
    const one = shop({ record: () => sleep(5), waitUntil: (working) => kept.push(working) });
    await one.call("orderCreate");
    assert.equal(kept.length, 1);
    await kept[0];
  });

  it("undoes no answer where the platform's waitUntil throws", async () => {
    const context = { waitUntil: () => assert.fail("illegal invocation") };
    for (const store of [undefined, new MemoryStore()]) {
      const errors = [];
      const needed = store && { store, send: accepted, orderPay: () => ISSUED, orderRefund: (call) => call.pending() };
      const serve = handler({
        ...{ config: SETTINGS, record: () => {}, orderCreate: () => ({ partnerOrderId: "P1" }), ...needed },
        onError: ({ message }) => errors.push(message),
      });
      assert.equal((await serve(called("orderCreate", CALLS.orderCreate), context)).status, 200);
      await sleep(5);
      assert.deepEqual(errors, ["illegal invocation"]);
    }
  });

  it("keeps the answer of a call whose function is late, where waitUntil throws", async () => {
    const one = shop({ functions: { orderPay: () => sleep(150) }, waitUntil: () => assert.fail("illegal invocation"), ...LIMIT });
    await one.call("orderCreate");
    assert.equal((await one.call("orderPay")).code, 598);
    assert.deepEqual(places(one), ["illegal invocation"]);
    await sleep(100);
  });
});

describe("a notice that nobody sends", () => {
  it("is reported once by settle, and explained, where the handler has no send", async () => {
    let later = 0;
    const config = { ...SETTINGS, now: () => Date.now() + later };
    const store = new MemoryStore();
    const one = shop({ store, config, send: null });
    await one.call("orderCreate");
    await one.call("orderPay");
    await one.orders.apply(ORDER, { issued: ISSUED });
    await one.settle();
    assert.deepEqual(one.errors, [], "somebody may send it by himself");
    later = 61_000;
    for (let turn = 0; turn < 3; turn++) await one.settle();
    assert.deepEqual(places(one), ["INVALID_CONFIG send"]);
    const { orderId, call, key } = one.abouts[0];
    assert.deepEqual([one.errors.length, orderId, call, key.split(":")[0]], [1, ORDER, "payNotice", "payNotice"]);
    const explained = await one.orders.explain(ORDER, { now: Date.now() + later });
    assert.match(explained.meaning.en, /Nobody has tried to send a notice/);
    assert.match(explained.meaning.zh, /尚无人尝试发送通知/);
    await shop({ store, config }).settle();
    assert.doesNotMatch((await one.orders.explain(ORDER, { now: Date.now() + later })).meaning.en, /Nobody/);
  });
});

describe("events of one order", () => {
  it("take their turn in a process: 300 gates that ask at once are all answered", async () => {
    const kept = changing();
    kept.change = {
      load: (id) => sleep(2).then(() => kept.kept.load(id)),
      save: (...all) => sleep(2).then(() => kept.kept.save(...all)),
    };
    const one = shop({ store: kept, functions: { orderPay: () => ({ voucherType: 1, vouchers: ["a", "b"] }) } });
    await one.call("orderCreate");
    await one.call("orderPay");
    const gates = Array.from({ length: 300 }, (_, gate) => one.orders.admit(ORDER, { id: `${gate}`, quantity: 1 }));
    const began = performance.now();
    const admitted = (await Promise.all(gates)).filter((answer) => answer.admitted.length > 0);
    assert.equal(admitted.length, 2);
    assert.ok(performance.now() - began < 10_000);
  });

  it("wait for nobody longer than their own time limit, and go on after one that fails", async () => {
    const store = changing();
    const one = shop({ store });
    await one.call("orderCreate");
    store.change.load = never;
    const apply = () => one.orders.apply(ORDER, { timePassed: {} });
    await after(30_000, () => [1, 2, 3].map(() => assert.rejects(apply(), { code: "TIMED_OUT", path: "store.load" })));
    store.change = {};
    assert.equal((await apply()).kind, "duplicate");
  });
});

describe("what is no order, no event and no option", () => {
  it("is named, and nothing is done", async () => {
    const { orders, serve, store } = shop({});
    const supplier = new TicketSupplier(SETTINGS);
    for (const wrong of [undefined, null, "", 5, {}]) {
      const asked = [
        serve.settle(wrong),
        orders.load(wrong),
        orders.explain(wrong),
        orders.pendingNotices(wrong),
        orders.apply(wrong, { timePassed: {} }),
        orders.admit(wrong, { id: "1" }),
      ];
      for (const one of asked) await assert.rejects(one, { code: "INVALID_CONFIG", path: "orderId" });
    }
    for (const wrong of [undefined, null, "x", []]) {
      await assert.rejects(orders.apply(ORDER, wrong), { code: "INVALID_CONFIG", path: "event" });
    }
    for (const wrong of [undefined, null]) {
      await assert.rejects(orders.admit(ORDER, wrong), { code: "INVALID_CONFIG", path: "request" });
      await orders.apply(ORDER, { timePassed: {} }, wrong);
      await orders.explain(ORDER, wrong);
      supplier.orders(store, undefined, wrong);
    }
    const wrongList = { ...store, load: () => null, save: () => true, conflicts: () => null };
    await assert.rejects(supplier.orders(wrongList).conflicts(), { code: "INVALID_CONFIG", path: "store.conflicts" });
  });
});

describe("the number of an order", () => {
  const codes = { voucherType: 1, vouchers: ["a", "b"] };

  it("is repeated as it is known here, whatever number the call has", async () => {
    const { call, errors } = shop({ functions: { orderPay: () => codes } });
    await call("orderCreate");
    const { code, body } = await call("orderPay", { ...PAY, partnerOrderId: "P9" });
    assert.deepEqual([code, body.partnerOrderId, errors], [200, "P1", []]);
  });

  it("of another order in what a function returns is no result: nothing is issued", async () => {
    const { call } = shop({ functions: { orderPay: () => ({ ...codes, partnerOrderId: "P2" }) } });
    await call("orderCreate");
    const { code } = await call("orderPay");
    const { body } = await call("orderQuery");
    assert.deepEqual([code, body.orderStatus], [598, 5]);
  });
});
