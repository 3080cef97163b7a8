import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";
import { carTypeRequestOf, codes, handler, RideClient, settler } from "meituan-protocol/ride";
import { MeituanRide, MemoryStore, storeContract } from "meituan-protocol/testing";

const { RideEvent, RideStatus } = codes;
const START = 1629858000000;
const OURS = "314253f8-912b-4c7e-9f25-bcd5ae4be8cc";
const ID = "143009655634578641215429100000";
const QUERY = "queryRealTimeOrder";
const account = { entId: 617, accessKey: "CESHI-TK", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
const routes = { "/capacity": "capacityOffered", "/event": "orderChanged", "/refund": "refunded" };
const PATHS = { capacityOffered: "/capacity", orderChanged: "/event", refunded: "/refund" };

const tick = () => new Promise((resolve) => setImmediate(resolve));

/** A store across a network: what is done at once is interleaved. */
class SlowStore extends MemoryStore {
  async load(key) {
    await tick();
    return super.load(key);
  }
  async save(...about) {
    await tick();
    return super.save(...about);
  }
}

/** Meituan, and supplier's processes that share a store, on a clock of their own. */
class World {
  now = START;
  meituan = new MeituanRide(account);
  store = new SlowStore();
  /** The interfaces that were called, and the payments that were made. */
  called = [];
  paid = [];
  heard = { conflicts: [], errors: [], warnings: [] };
  client = new RideClient({ ...account, routes, now: () => this.now });
  pay = async ({ key, price }) => this.paid.push([key, price]) > 0;
  chooseDriver = ({ driverIds }) => driverIds[0];

  /** @param {object} options more than usual */
  options(options = {}) {
    return {
      store: this.store,
      send: (request) => this.send(request),
      pay: (payment) => this.pay(payment),
      chooseDriver: (choice) => this.chooseDriver(choice),
      onConflict: (...about) => this.heard.conflicts.push(about),
      onError: (...about) => this.heard.errors.push(about),
      onWarning: (...about) => this.heard.warnings.push(about),
      ...options,
    };
  }

  process(options) {
    return this.client.handler(this.options(options));
  }

  orders(options) {
    const { store, ...others } = this.options(options);
    return this.client.orders(store, others);
  }

  async send(request) {
    await tick();
    this.called.push(new URL(request.url).pathname.split("/").at(-1));
    const { method, url, headers } = request;
    const { status, body } = this.meituan.receive({ method, url, headers, body: await request.text() }, { now: this.now });
    return new Response(body, { status });
  }

  request(name, body) {
    const { method, headers, body: sealed } = this.meituan.push(name, body, { now: this.now });
    return new Request(`https://example.com${PATHS[name]}`, { method, headers, body: sealed });
  }

  /** What the process answers to a push. */
  async push(process, name, body) {
    return (await (await process(this.request(name, body))).json()).code;
  }

  event(process, eventCode, eventTime = this.now) {
    return this.push(process, "orderChanged", { mtOrderId: ID, eventCode, ...(eventTime && { eventTime }) });
  }

  /** Has an order submitted, and returns Meituan's number. */
  async submitted() {
    const journey = { fromLongitude: 116.48, fromLatitude: 40.0, toLongitude: 116.4, toLatitude: 39.99 };
    const estimate = this.client.requests.queryEstimatedPrice({ ...journey, reserveType: 1 });
    const { estimatePrices } = await estimate.parseResponse(await this.send(estimate.toRequest()));
    this.called = [];
    this.message = {
      ...{ channelPartnerOrderId: OURS, identifyType: 30, userIdentifyCode: "E1", mobile: "13800000000", reserveType: 1 },
      ...{ fLng: 116.48, fLat: 40.0, fromAddress: "a", tLng: 116.4, tLat: 39.99, toAddress: "b" },
      carTypeRequestList: [carTypeRequestOf(estimatePrices[0])],
    };
    return this.orders().call("submitOrder", this.message);
  }

  /** An order of Meituan's that waits to be paid, and is not known here. */
  async owing() {
    const { orderId } = await this.submitted();
    const orders = this.orders();
    this.meituan.advance(orderId, { now: this.now });
    this.meituan.advance(orderId, { now: this.now });
    for (const { name, body } of this.meituan.takePushes()) await orders.apply(orderId, { [name]: body });
    await orders.settle(orderId);
    do this.now += 1000;
    while (this.meituan.advance(orderId, { now: this.now }));
    this.meituan.takePushes();
    assert.equal(this.meituan.state.orders[orderId].orderStatus, RideStatus.WAIT_PAY);
    this.called = [];
    return orderId;
  }

  /** Settles whatever is due, by these processes at once, until nothing is within that time. */
  async settleAll(processes, until) {
    for (;;) {
      const due = this.store.due(until);
      if (due.length === 0) return;
      const next = due.map((key) => this.dueOf(key)).reduce((left, right) => Math.min(left, right));
      this.now = Math.max(this.now, next);
      const now = this.store.due(this.now);
      await Promise.all(processes.flatMap((process) => now.map((key) => process.settle(key))));
    }
  }

  dueOf(key) {
    let [from, to] = [0, 2 ** 52];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if (this.store.due(middle).includes(key)) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}

/** @type {World} */
let world;
beforeEach(() => {
  world = new World();
});

describe("a handler with a store for rides", () => {
  it("takes a ride from its order to its payment, whatever is lost, doubled and reordered between two processes", async () => {
    const processes = [world.process(), world.process()];
    const { outcome, orderId, reply } = await world.submitted();
    assert.deepEqual([outcome, reply.mtOrderId], ["answered", orderId]);
    for (let step = 0; step < 60; step++) {
      world.now += 5000;
      world.meituan.advance(orderId, { now: world.now });
      const pushes = world.meituan.takePushes().filter((_, index) => (index + step) % 4 !== 0);
      const doubled = [...pushes, ...pushes].reverse();
      const codes = await Promise.all(doubled.map(({ name, body }, index) => world.push(processes[index % 2], name, body)));
      assert.ok(codes.every((code) => code === 0));
      await world.settleAll(processes, world.now);
    }
    const { orderStatus } = world.meituan.state.orders[orderId];
    const standing = await world.orders().standing(orderId);
    assert.deepEqual([orderStatus, standing.status, standing.final], [RideStatus.COMPLETED, RideStatus.COMPLETED, true]);
    const [[key, price]] = world.paid;
    assert.deepEqual([world.paid.length, key], [1, `pay:${orderId}:${price}`]);
    const made = (name) => world.called.filter((call) => call === name).length;
    assert.deepEqual([made("submitOrder"), made("confirmOrder"), made("notifyPaidResult")], [1, 1, 1]);
    assert.deepEqual([world.heard.conflicts, world.heard.errors, world.store.due(2 ** 52)], [[], [], []]);
    assert.deepEqual([(await world.orders().load(OURS)).mtOrderId, (await world.orders().standing(OURS)).final], [orderId, true]);
  });

  it("counts pushes that come at once in two processes, each once", async () => {
    const processes = [world.process(), world.process()];
    const refund = { mtOrderId: ID, sqtRefundNo: "R1", refundAmount: 300, refundStatus: 10, refundTime: START, tradeOrderId: "1" };
    const pushes = Array.from({ length: 8 }, (_, index) => [
      ["refunded", { ...refund, sqtRefundNo: `R${index % 4}` }],
      ["orderChanged", { mtOrderId: ID, eventCode: [10, 11, 20, 50][index % 4], eventTime: START + (index % 4) }],
    ]).flat();
    const codes = await Promise.all(pushes.map(([name, body], index) => world.push(processes[index % 2], name, body)));
    assert.ok(codes.every((code) => code === 0));
    const { status, refunded } = await world.orders().standing(ID);
    assert.deepEqual([status, refunded], [RideStatus.DRIVER_ARRIVED, 1200]);
    assert.equal((await world.orders().load(ID)).events.length, 4);
  });

  it("answers a push as a failure that is not saved, so that Meituan repeats it", async () => {
    const broken = { load: () => Promise.reject(new Error("no store")), save: () => true };
    const unsaved = { load: () => null, save: () => Promise.reject(new Error("disk full")) };
    const hanging = { load: () => new Promise(() => {}), save: () => true };
    const contended = { load: () => null, save: () => false };
    for (const store of [broken, unsaved, hanging, contended]) {
      const began = Date.now();
      assert.equal(await world.event(world.process({ store, deadlineMs: 60 }), RideEvent.ORDER_CREATED), 2);
      assert.ok(Date.now() - began < 10_000);
    }
    assert.deepEqual(
      world.heard.errors.map(([error]) => error.code ?? error.message),
      ["no store", "disk full", "TIMED_OUT", "STORE_CONTENDED"],
    );
    assert.equal(await world.event(world.process(), RideEvent.ORDER_CREATED), 0);
    assert.equal((await world.orders().standing(ID)).status, RideStatus.SUBMITTED);
  });

  it("takes what a store says for what it is: columns of its own are left out, and garbage is neither saved nor absent", async () => {
    const { store } = world;
    world.store = {
      load: async (key) => {
        const found = await store.load(key);
        return found && { key: `ride/${key}`, store: "eu-1", ...found };
      },
      save: (...about) => store.save(...about),
    };
    for (const code of [RideEvent.ORDER_CREATED, RideEvent.DRIVER_ARRIVED])
      assert.equal(await world.event(world.process(), code), 0);
    assert.equal((await world.orders().load(ID)).events.length, 2);
    const wrong = [
      { load: () => null, save: () => undefined },
      { load: () => null, save: () => 1 },
      { load: () => ({}), save: () => true },
      { load: () => ({ snapshot: "{}", revision: 1 }), save: () => true },
    ];
    for (const broken of wrong) assert.equal(await world.event(world.process({ store: broken }), RideEvent.ORDER_CREATED), 2);
    assert.deepEqual(
      world.heard.errors.map(([{ code, path }]) => `${code} ${path}`),
      ["save", "save", "load", "load"].map((name) => `INVALID_CONFIG store.${name}`),
    );
  });

  it("runs the function of a push once it is saved, with what became of it", async () => {
    const seen = [];
    const orderChanged = async ({ kind, orderId, standing }) => {
      seen.push([kind, orderId, standing.status, (await world.store.load(ID)).revision]);
      if (seen.length === 1) throw new Error("the front end is away");
    };
    const process = world.process({ orderChanged });
    assert.equal(await world.event(process, RideEvent.ORDER_CREATED), 2);
    assert.equal(await world.event(process, RideEvent.ORDER_CREATED), 0);
    assert.deepEqual(seen, [
      ["moved", ID, RideStatus.SUBMITTED, 1],
      ["duplicate", ID, RideStatus.SUBMITTED, 1],
    ]);
  });

  it("takes a push that names no order, and reports it", async () => {
    const process = world.process();
    const push = { ts: START / 1000, eventCode: RideEvent.ORDER_PAID };
    assert.equal(await world.push(process, "orderChanged", JSON.stringify(push)), 0);
    assert.ok(world.heard.warnings[0][0].some(({ rule }) => rule === "event.some-order"));
  });

  it("reports conflicts and deviations once they are saved, with the order's number", async () => {
    const process = world.process();
    await world.event(process, RideEvent.TRIP_STARTED, START - 2000);
    await world.event(process, RideEvent.ORDER_CREATED, START - 1000);
    await world.event(process, RideEvent.ORDER_CREATED, START - 1000);
    assert.deepEqual(world.heard.conflicts, [[["event"], { orderId: ID }]]);
    const refund = { mtOrderId: ID, sqtRefundNo: "R1", refundStatus: 10, refundTime: START };
    await world.push(process, "refunded", refund);
    const reports = world.heard.warnings.filter(([[{ report }]]) => report);
    assert.deepEqual(reports, [[[{ report: "amountUnknown" }], { orderId: ID }]]);
    assert.deepEqual(await world.orders().conflicts(), [{ orderId: ID, conflicts: ["event"] }]);
  });

  it("reports a conflict also where the store has saved it and says that it failed, or came second", async () => {
    const refund = (refundAmount) => ({ mtOrderId: ID, sqtRefundNo: "F1", refundStatus: 10, refundTime: START, refundAmount });
    const fails = () => {
      throw new Error("connection reset");
    };
    for (const misled of [fails, () => false]) {
      world = new World();
      const kept = world.store;
      let misleads = false;
      const save = async (...all) => {
        const isSaved = await kept.save(...all);
        if (!misleads || !isSaved) return isSaved;
        misleads = false;
        return misled();
      };
      const process = world.process({ store: { load: (key) => kept.load(key), save } });
      await world.push(process, "refunded", refund(100));
      misleads = true;
      for (let tries = 0; tries < 3; tries++) await world.push(process, "refunded", refund(200));
      assert.deepEqual(world.heard.conflicts, [[["refundAmounts"], { orderId: ID }]]);
    }
  });

  it("prints one line with the order's number where there is no hook", async () => {
    const lines = [];
    const warn = mock.method(console, "warn", (line) => lines.push(line));
    const process = world.process({ onConflict: undefined, language: "zh" });
    await world.event(process, RideEvent.TRIP_STARTED, START - 2000);
    await world.event(process, RideEvent.ORDER_CREATED, START - 1000);
    warn.mock.restore();
    assert.deepEqual(lines, [`meituan-protocol，订单 ${ID}：事件与此前的状态不符`]);
  });

  it("queries once and pays once where two processes settle one order at once", async () => {
    const orderId = await world.owing();
    const processes = [world.process(), world.process()];
    await world.push(processes[0], "orderChanged", { mtOrderId: orderId, eventCode: RideEvent.BILL_CHANGED, eventTime: world.now });
    const settle = () => Promise.all(processes.map((process) => process.settle(orderId)));
    await settle();
    assert.equal(world.called.filter((call) => call === QUERY).length, 1);
    await settle();
    assert.deepEqual([world.paid.length, world.called.filter((call) => call === "notifyPaidResult").length], [1, 1]);
    assert.equal(world.meituan.state.orders[orderId].orderStatus, RideStatus.COMPLETED);
  });

  it("notifies Meituan again of a payment whose reply is lost, once a query has shown that it waits, and pays nothing again", async () => {
    const orderId = await world.owing();
    const lost = [];
    const send = async (request) => {
      const name = new URL(request.url).pathname.split("/").at(-1);
      if (name !== "notifyPaidResult" || lost.push(name) > 2) return world.send(request);
      // The first one is lost on its way there.
      throw new Error("connection reset");
    };
    const process = world.process({ send });
    await world.push(process, "orderChanged", { mtOrderId: orderId, eventCode: RideEvent.BILL_GENERATED, eventTime: world.now });
    await process.settle(orderId);
    assert.deepEqual([lost.length, world.paid.length, world.called], [1, 1, [QUERY]]);
    assert.equal(world.heard.errors[0][1].call, "notifyPaidResult");
    // Nothing is notified before a query.
    world.called = [];
    await world.settleAll([process, process], world.now + 3_600_000);
    assert.deepEqual(world.called.slice(0, 2), [QUERY, QUERY]);
    assert.deepEqual([lost.length, world.paid.length], [3, 1]);
    assert.equal(world.meituan.state.orders[orderId].orderStatus, RideStatus.COMPLETED);
  });

  it("asks for a payment again with the same key where the function throws, and notifies nothing before", async () => {
    const orderId = await world.owing();
    const keys = [];
    for (const outcome of [new Error("bank away"), undefined, false, true]) {
      world.pay = ({ key }) => {
        keys.push(key);
        if (outcome instanceof Error) throw outcome;
        return outcome;
      };
      const process = world.process();
      await world.push(process, "orderChanged", { mtOrderId: orderId, eventCode: RideEvent.BILL_GENERATED, eventTime: world.now });
      await process.settle(orderId);
      assert.equal(world.called.includes("notifyPaidResult"), outcome === true);
      world.now += 60_000;
    }
    assert.deepEqual([keys.length, new Set(keys).size], [4, 1]);
    assert.deepEqual(
      world.heard.errors.map(([error, about]) => [error.message.slice(0, 10), about.orderId, about.key]),
      [
        ["bank away", orderId, keys[0]],
        ["INVALID_CO", orderId, keys[0]],
      ],
    );
  });

  it("confirms no driver who was not offered, and reports each such choice", async () => {
    const { orderId } = await world.submitted();
    const process = world.process();
    world.meituan.advance(orderId, { now: world.now });
    const [offered] = world.meituan.takePushes().filter(({ name }) => name === "capacityOffered");
    await world.push(process, offered.name, offered.body);
    const wrong = ["another", 5, 5n, true, false, {}, [offered.body.submitDriveInfo.driverId], new Uint8Array(1), Symbol("no")];
    for (const chosen of wrong) {
      world.chooseDriver = () => chosen;
      world.now = Math.max(world.now, world.dueOf(orderId));
      await process.settle(orderId);
      const [error, about] = world.heard.errors.pop() ?? [];
      assert.deepEqual([error?.code, error?.path], ["INVALID_CONFIG", "chooseDriver"], String(chosen));
      assert.deepEqual(about, { orderId, call: "confirmOrder" });
    }
    for (const chosen of [undefined, null, ""]) {
      world.chooseDriver = () => chosen;
      world.now = Math.max(world.now, world.dueOf(orderId));
      await process.settle(orderId);
    }
    assert.deepEqual([world.heard.errors, world.called.includes("confirmOrder")], [[], false]);
    world.chooseDriver = ({ driverIds }) => driverIds[0];
    world.now = Math.max(world.now, world.dueOf(orderId));
    await process.settle(orderId);
    assert.ok(world.called.includes("confirmOrder"));
  });

  it("answers a failure where a function says that it failed, or does not end, so that Meituan pushes again", async () => {
    const refund = { tradeOrderId: "1", paySerialNum: "1", refundTime: START, refundAmount: 100, refundStatus: 10 };
    const push = (refunded, number) => {
      const process = world.process({ refunded, deadlineMs: 200 });
      return world.push(process, "refunded", { mtOrderId: ID, sqtRefundNo: number, ...refund });
    };
    const failing = {
      "a failure that is not returned": (call) => void call.fail(codes.ResultCode.PARAM_ERROR, "no"),
      "an agreement that is not returned": (call) => {
        call.ok();
        return 1;
      },
      "an Error": () => new Error("no"),
      false: async () => false,
    };
    for (const [name, refunded] of Object.entries(failing)) {
      assert.equal(await push(refunded, name), codes.ResultCode.SYSTEM_ERROR, name);
      const [error] = world.heard.errors.pop();
      assert.deepEqual([error.code, error.path], ["WRONG_TYPE", "body"], name);
      const plain = handler({
        config: { ...account, routes, now: () => world.now },
        refunded,
        onError: (error) => world.heard.errors.push([error]),
      });
      assert.equal(
        await world.push(plain, "refunded", { mtOrderId: ID, sqtRefundNo: "r", ...refund }),
        codes.ResultCode.SYSTEM_ERROR,
      );
      assert.equal(world.heard.errors.pop()[0].path, "body");
    }
    assert.equal(await push(() => new Promise(() => {}), "late"), codes.ResultCode.SYSTEM_ERROR);
    assert.deepEqual([world.heard.errors.pop()[0].path, world.heard.errors], ["refunded", []]);
    // It is recorded before.
    assert.equal((await world.orders().load(ID)).refunds.length, 5);
    for (const returned of [undefined, null, true, 1, "done", {}]) assert.equal(await push(() => returned, String(returned)), 0);
    assert.equal(await push((call) => call.fail(codes.ResultCode.PARAM_ERROR, "no"), "told"), codes.ResultCode.PARAM_ERROR);
  });

  it("keeps Meituan's limits over all orders and processes", async () => {
    const processes = [world.process(), world.process(), world.process()];
    const ids = Array.from({ length: 120 }, (_, number) => `${number}`.padStart(30, "0"));
    for (const mtOrderId of ids) await world.push(processes[0], "orderChanged", { mtOrderId });
    const settle = () => Promise.all(ids.map((id, index) => processes[index % 3].settle(id)));
    await settle();
    assert.equal(world.called.length, 100);
    assert.deepEqual([world.store.due(world.now).length, world.store.due(world.now + 60_000).length >= 20], [0, true]);
    world.now += 60_000;
    world.called = [];
    await world.settleAll(processes, world.now);
    assert.ok(world.called.length <= 100);
  });

  it("shares the limits out among processes that count for themselves, and saves no calls then", async () => {
    const other = { ...account, entId: 618 };
    world.client = new RideClient({ ...other, routes, now: () => world.now });
    world.meituan = new MeituanRide(other);
    const process = world.process({ limits: { processes: 50 } });
    for (const mtOrderId of ["1", "2", "3"]) {
      await world.push(process, "orderChanged", { mtOrderId });
      await process.settle(mtOrderId);
    }
    assert.deepEqual([world.called.length, await world.store.load("calls:618")], [2, null]);
    const refused = { code: "INVALID_CONFIG", path: "limits.processes" };
    for (const processes of [0, 101, 1.5]) assert.throws(() => world.process({ limits: { processes } }), refused);
  });

  it("makes a call that is allowed, records it first, and says why it makes another one not", async () => {
    const { orderId } = await world.submitted();
    const orders = world.orders();
    const cancel = (type) => orders.call("cancelOrder", { mtOrderId: orderId, channelPartnerOrderId: OURS, type, cancelCode: 10 });
    const early = await cancel(2);
    assert.deepEqual([early.outcome, early.reason, world.called], ["illegal", "askFeeFirst", ["submitOrder"]]);
    const asked = await cancel(1);
    assert.deepEqual([asked.outcome, asked.reply.cancelPrice, asked.standing.cancelFee], ["answered", 0, 0]);
    // The reply is lost, and the cancellation is repeated for the same reason.
    let isLost = false;
    const send = async (request) => {
      const response = await world.send(request);
      if (request.url.endsWith("cancelOrder") && !isLost) {
        isLost = true;
        throw new Error("connection reset");
      }
      return response;
    };
    const unsure = await world.orders({ send }).call("cancelOrder", { mtOrderId: orderId, type: 2, cancelCode: 10 });
    assert.equal(unsure.outcome, "unknown");
    await world.settleAll([world.process()], world.now + 60_000);
    assert.equal((await orders.standing(orderId)).status, RideStatus.PASSENGER_CANCELED);
    const again = await orders.call("submitOrder", world.message);
    assert.deepEqual([again.outcome, again.reason, again.orderId], ["illegal", "done", orderId]);
    const refused = await orders.call(QUERY, { mtOrderId: "1".repeat(30) });
    assert.deepEqual([refused.outcome, refused.error.code], ["refused", "REMOTE_REJECTED"]);
  });

  it("finds the ride of a submit whose reply is lost by our number", async () => {
    const send = async (request) => {
      await world.send(request);
      throw new Error("connection reset");
    };
    const options = world.options.bind(world);
    world.options = (more) => options({ send, ...more });
    const { outcome, orderId } = await world.submitted();
    world.options = options;
    assert.deepEqual([outcome, orderId], ["unknown", OURS]);
    await world.settleAll([world.process(), world.process()], world.now + 90_000);
    const { mtOrderId, channelPartnerOrderId } = await world.orders().load(OURS);
    assert.deepEqual([Object.keys(world.meituan.state.orders), channelPartnerOrderId], [[mtOrderId], OURS]);
    assert.ok(world.called.includes(QUERY));
  });

  it("waits for no reply longer than 10 s, and records it when it comes", async () => {
    const orderId = await world.owing();
    let answer;
    const send = (request) =>
      new Promise((resolve) => {
        answer = async () => resolve(await world.send(request));
      });
    const working = [];
    const process = world.process({ send, waitUntil: (work) => working.push(work) });
    await world.push(process, "orderChanged", { mtOrderId: orderId, eventCode: RideEvent.BILL_GENERATED, eventTime: world.now });
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const settling = process.settle(orderId);
      while (answer === undefined) await tick();
      mock.timers.tick(10_000);
      await settling;
    } finally {
      mock.timers.reset();
    }
    assert.equal((await world.orders().standing(orderId)).payable, undefined);
    assert.deepEqual([world.heard.errors[0][0].code, world.heard.errors[0][1]], ["TIMED_OUT", { orderId, call: QUERY }]);
    await answer();
    await Promise.all(working);
    assert.ok((await world.orders().standing(orderId)).payable > 0);
  });

  it("is settled by whoever looks for what is due", async () => {
    const orderId = await world.owing();
    const process = world.process();
    await world.push(process, "orderChanged", { mtOrderId: orderId, eventCode: RideEvent.BILL_GENERATED, eventTime: world.now });
    const settleDue = settler(process, world.store, { now: () => world.now });
    assert.deepEqual([await settleDue(), world.paid.length], [{ settled: 1, failed: 0 }, 1]);
    assert.deepEqual(await world.orders().due(), []);
    await storeContract(world.store);
  });

  it("hands the platform's context to the store and to the functions", async () => {
    const seen = [];
    const serve = handler({
      ...{ config: (env) => ({ ...account, routes, now: () => world.now, ...env.settings }), store: (env) => env.store },
      send: (request, env) => {
        seen.push(env.name);
        return world.send(request);
      },
      onError: () => {},
    });
    const env = { name: "env", store: world.store, settings: {} };
    assert.equal((await (await serve(world.request("orderChanged", { mtOrderId: ID }), env)).json()).code, 0);
    await serve.settle(ID, env);
    assert.deepEqual(seen, ["env"]);
  });

  it("says by name which option is wrong", async () => {
    const path = (work) => {
      try {
        work();
      } catch (error) {
        return error.path;
      }
      return undefined;
    };
    assert.equal(
      path(() => world.client.orders({ load: () => null })),
      "store",
    );
    assert.equal(
      path(() => world.client.orders(world.store, { pay: true })),
      "pay",
    );
    assert.equal(
      path(() => world.client.orders(world.store, { pya: () => true })),
      "pya",
    );
    assert.equal(
      path(() => world.process({ submitOrder: () => {} })),
      "submitOrder",
    );
    await assert.rejects(world.client.orders(world.store).settle(ID), { path: "send" });
    await assert.rejects(world.orders().call("queryNearByDrivers", {}), { path: "call" });
    await assert.rejects(world.client.orders({ load: () => null, save: () => true }).due(), { path: "store" });
  });
});
