import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { explain } from "meituan-protocol";
import { MemoryStore } from "meituan-protocol/testing";
import { codes, handler, MeituanError, TicketSupplier, transition } from "meituan-protocol/ticket";

const SETTINGS = {
  partnerId: 1122,
  clientId: "lvyou_x",
  clientSecret: "123456ce8b61f8e608eaf2e9702864a9",
  host: "https://meituan.example",
  routes: {
    "/create": "orderCreate",
    "/pay": "orderPay",
    "/query": "orderQuery",
    "/refund": "orderRefund",
    "/close": "orderClose",
    "/refunded": "orderRefunded",
    "/reschedule": "orderReschedule",
    "/heartbeat": "heartbeat",
  },
};
const PATHS = Object.fromEntries(Object.entries(SETTINGS.routes).map(([path, name]) => [name, path]));
const meituan = new TicketSupplier(SETTINGS);

const ORDER = "8985652356562370001";
const CREATE = {
  ...{ orderId: ORDER, partnerDealId: "D1", mtDealId: "7", buyPrice: 5800, unitPrice: 6000, totalPrice: 12000 },
  ...{ quantity: 2, visitors: [], travelDate: "2016-11-30" },
};
const PAY = { orderId: ORDER, partnerOrderId: "P1" };
const QUERY = PAY;
const refundOf = (refundId, vouchers, quantity = vouchers.length) => ({
  ...{ orderId: ORDER, refundId, partnerOrderId: "P1", partnerDealId: "D1", voucherList: vouchers, refundQuantity: quantity },
  ...{ unitPrice: 6000, refundPrice: 6000, refundFee: 0, refundTime: Date.now() },
});

/** A supplier with everything that can be watched and steered. */
class Shop {
  runs = [];
  errors = [];
  sent = [];
  background = [];
  store = new MemoryStore();
  /** How Meituan answers notices. */
  accepts = true;

  constructor({ functions = {}, now, ...options } = {}) {
    this.now = now;
    const count =
      (name, act) =>
      (call, ...context) => {
        this.runs.push(`${name} ${call.attemptKey}`);
        return act(call, ...context);
      };
    const own = {
      orderCreate: () => ({ partnerOrderId: "P1" }),
      orderPay: () => ({ voucherType: 1, vouchers: ["a", "b"] }),
      orderRefund: () => {},
      ...functions,
    };
    const counted = Object.fromEntries(Object.entries(own).map(([name, act]) => [name, count(name, act)]));
    this.serve = handler({
      config: { ...SETTINGS, ...(now && { now: () => this.now }) },
      store: this.store,
      send: async (request) => {
        const message = await request.json();
        this.sent.push({ path: new URL(request.url).pathname, ...message });
        return Response.json({ code: this.accepts ? 200 : 300, describe: "x", partnerId: 1122 });
      },
      waitUntil: (working) => this.background.push(working),
      onError: (error) => this.errors.push(error),
      ...options,
      ...counted,
    });
  }

  async call(name, message) {
    const request = meituan.requests[name](message, { url: `https://shop.example${PATHS[name]}`, now: this.now });
    const response = await this.serve(request.toRequest());
    if (response.status !== 200) return { status: response.status };
    const { code, describe, body } = await response.json();
    return { code, describe, ...body };
  }

  get order() {
    return this.store.load(ORDER).snapshot;
  }

  /** As if so much time had gone by for the order. */
  age(milliseconds) {
    const { snapshot, revision } = this.store.load(ORDER);
    for (const attempt of snapshot.attempts) attempt.startedAt -= milliseconds;
    assert.ok(this.store.save(ORDER, snapshot, revision));
  }
}

const created = async (options) => {
  const shop = new Shop(options);
  assert.equal((await shop.call("orderCreate", CREATE)).code, 200);
  return shop;
};
const issued = async (options) => {
  const shop = await created(options);
  assert.equal((await shop.call("orderPay", PAY)).code, 200);
  return shop;
};

describe("an order in a store", () => {
  it("lives from create to refund, and every repeat gets the current truth without another run", async () => {
    const shop = new Shop();
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(await shop.call("orderCreate", CREATE), { code: 200, describe: "success", partnerOrderId: "P1" });
    }
    assert.equal((await shop.call("orderQuery", QUERY)).orderStatus, 2);
    for (let round = 0; round < 2; round++) {
      const { code, vouchers, voucherType } = await shop.call("orderPay", PAY);
      assert.deepEqual([code, voucherType, vouchers], [200, 1, ["a", "b"]]);
    }
    const { orderStatus, voucherList } = await shop.call("orderQuery", QUERY);
    assert.deepEqual(
      [orderStatus, voucherList.map(({ voucher, status }) => [voucher, status])],
      [
        4,
        [
          ["a", 0],
          ["b", 0],
        ],
      ],
    );
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 200);
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 601);
    const after = await shop.call("orderQuery", QUERY);
    assert.deepEqual([after.refundedQuantity, after.voucherList.map(({ status }) => status)], [1, [2, 0]]);
    assert.deepEqual(shop.runs, [
      `orderCreate orderCreate:${ORDER}`,
      `orderPay orderPay:${ORDER}`,
      `orderRefund orderRefund:${ORDER}:R1`,
    ]);
    assert.deepEqual([shop.errors, shop.order.notices], [[], []]);
  });

  it("refuses with the function's own code and reason, and tells the same to a repeat", async () => {
    const shop = await created({ functions: { orderPay: (call) => call.fail(501, "预付款余额不足") } });
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(await shop.call("orderPay", PAY), { code: 501, describe: "预付款余额不足" });
    }
    assert.equal(shop.runs.filter((run) => run.startsWith("orderPay")).length, 1);
    assert.equal((await shop.call("orderQuery", QUERY)).orderStatus, 6);
  });

  it("tries a refused create again with another key", async () => {
    let stock = 0;
    const shop = new Shop({
      functions: { orderCreate: (call) => (stock > 0 ? { partnerOrderId: "P1" } : call.fail(420, "库存不足")) },
    });
    assert.equal((await shop.call("orderCreate", CREATE)).code, 420);
    stock = 1;
    assert.equal((await shop.call("orderCreate", CREATE)).code, 200);
    assert.deepEqual(shop.runs, [`orderCreate orderCreate:${ORDER}`, `orderCreate orderCreate:${ORDER}#2`]);
  });

  it("puts the answer off where the function says so, and tells the result by notice", async () => {
    const shop = await created({ functions: { orderPay: (call) => call.issuing(), orderRefund: (call) => call.pending() } });
    assert.equal((await shop.call("orderPay", PAY)).code, 598);
    assert.equal((await shop.call("orderQuery", QUERY)).orderStatus, 5);
    const orders = meituan.orders(shop.store);
    const paid = { orderId: ORDER, partnerOrderId: "P1", voucherType: 1, vouchers: ["a", "b"] };
    await orders.apply(ORDER, { issued: paid });
    assert.equal((await shop.call("orderPay", PAY)).code, 200);
    shop.accepts = false;
    const again = await shop.serve.settle(ORDER);
    assert.ok(again > Date.now(), "what Meituan did not accept is tried later");
    shop.accepts = true;
    const { snapshot, revision } = shop.store.load(ORDER);
    delete snapshot.notices[0].nextAt;
    shop.store.save(ORDER, snapshot, revision);
    assert.equal(await shop.serve.settle(ORDER), undefined);
    assert.deepEqual(
      shop.sent.map(({ path, issueType, body }) => [path, issueType, body.vouchers]),
      [
        ["/rhone/mtp/api/order/pay/notice", 1, ["a", "b"]],
        ["/rhone/mtp/api/order/pay/notice", 1, ["a", "b"]],
      ],
    );
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 602);
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 602);
    await orders.apply(ORDER, { refundRefused: { refundId: "R1", describe: "已过退款期限" } });
    await shop.serve.settle(ORDER);
    await orders.apply(ORDER, { refundAgreed: { refundId: "R1" } });
    await shop.serve.settle(ORDER);
    const refunds = shop.sent.slice(2).map(({ path, code, body }) => [path, code, body.refundId]);
    assert.deepEqual(refunds, [
      ["/rhone/mtp/api/order/refund/notice", 699, "R1"],
      ["/rhone/mtp/api/order/refund/notice", 200, "R1"],
    ]);
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 601);
  });

  it("does not tell a failure when the function throws: it may have acted", async () => {
    let broken = true;
    const shop = await created({
      functions: {
        orderPay() {
          if (broken) throw new Error("the connection broke after the order had gone out");
          return { voucherType: 1, vouchers: ["a", "b"] };
        },
      },
    });
    assert.equal((await shop.call("orderPay", PAY)).code, 598);
    assert.equal((await shop.call("orderPay", PAY)).code, 598, "while the lease lasts");
    assert.equal(shop.runs.length, 2);
    broken = false;
    shop.age(61_000);
    assert.equal(await shop.serve.settle(ORDER), undefined);
    assert.deepEqual(shop.runs.slice(1), [`orderPay orderPay:${ORDER}`, `orderPay orderPay:${ORDER}`]);
    assert.deepEqual(
      shop.sent.map(({ issueType }) => issueType),
      [1],
    );
    assert.equal((await shop.call("orderPay", PAY)).code, 200);
    assert.match(String(shop.errors[0]), /connection broke/);
  });

  it("gives no answer to a create that broke off, until somebody knows", async () => {
    let broken = true;
    const shop = new Shop({
      deadlineMs: 100,
      functions: {
        orderCreate() {
          if (broken) throw new Error("broken");
          return { partnerOrderId: "P1" };
        },
      },
    });
    assert.deepEqual(await shop.call("orderCreate", CREATE), { status: 503 });
    assert.deepEqual(await shop.call("orderCreate", CREATE), { status: 503 }, "somebody may be at it");
    broken = false;
    shop.age(21_000);
    assert.equal((await shop.call("orderCreate", CREATE)).code, 200);
    assert.deepEqual(new Set(shop.runs), new Set([`orderCreate orderCreate:${ORDER}`]));
  });

  it("answers 598 past the deadline, and the work goes on", async () => {
    let finish;
    const shop = await created({
      deadlineMs: 50,
      functions: { orderPay: () => new Promise((resolve) => (finish = () => resolve({ voucherType: 1, vouchers: ["a", "b"] }))) },
    });
    assert.equal((await shop.call("orderPay", PAY)).code, 598);
    assert.equal(shop.background.length, 1);
    assert.equal((await shop.call("orderQuery", QUERY)).orderStatus, 5);
    finish();
    await Promise.all(shop.background);
    assert.equal((await shop.call("orderPay", PAY)).code, 200);
    assert.deepEqual(
      shop.order.notices.map(({ name }) => name),
      ["payNotice"],
    );
  });

  it("lets one of many calls at once run the function; the others are told the truth of the moment", async () => {
    const shop = new Shop({ functions: { orderPay: () => tick().then(() => ({ voucherType: 1, vouchers: ["a", "b"] })) } });
    const many = (name, message) => Promise.all(Array.from({ length: 20 }, () => shop.call(name, message)));
    for (const { code, partnerOrderId } of await many("orderCreate", CREATE)) assert.deepEqual([code, partnerOrderId], [200, "P1"]);
    for (const { code } of await many("orderPay", PAY)) assert.ok(code === 200 || code === 598, String(code));
    assert.deepEqual(shop.runs, [`orderCreate orderCreate:${ORDER}`, `orderPay orderPay:${ORDER}`]);
  });

  it("refunds once, however often the same refundId comes at once", async () => {
    const shop = await issued({ functions: { orderRefund: tick } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => shop.call("orderRefund", refundOf("R1", ["a"]))));
    for (const { code } of answers) assert.ok([200, 601, 602].includes(code), String(code));
    assert.equal(shop.runs.filter((run) => run.startsWith("orderRefund")).length, 1);
    assert.equal((await shop.call("orderQuery", QUERY)).refundedQuantity, 1);
  });

  it("refunds exactly the tickets that there are, however many different refunds come at once", async () => {
    const shop = await issued({
      functions: { orderPay: () => ({ voucherType: 2, vouchers: ["one"] }), orderRefund: tick },
    });
    const refunds = Array.from({ length: 50 }, (_, index) => refundOf(`R${index}`, ["one"], 1));
    const codes = (await Promise.all(refunds.map((refund) => shop.call("orderRefund", refund)))).map(({ code }) => code);
    assert.deepEqual([codes.filter((code) => code === 200).length, codes.filter((code) => code === 606).length], [2, 48]);
    const { refundedQuantity, usedQuantity, orderQuantity } = await shop.call("orderQuery", QUERY);
    assert.deepEqual([orderQuantity, usedQuantity, refundedQuantity], [2, 0, 2]);
    assert.equal(shop.order.refunds.length, 2);
  });

  it("says nothing at all while the store is out of reach", async () => {
    const shop = await issued();
    const { load, save } = shop.store;
    shop.store.load = () => Promise.reject(new Error("no route to the database"));
    for (const [name, message] of [
      ["orderPay", PAY],
      ["orderQuery", QUERY],
      ["orderRefund", refundOf("R1", ["a"])],
    ]) {
      assert.deepEqual(await shop.call(name, message), { status: 503 });
    }
    Object.assign(shop.store, { load, save });
    assert.equal((await shop.call("orderPay", PAY)).code, 200);
    assert.match(String(shop.errors[0]), /no route/);
  });

  it("says nothing where a refund was run and could not be recorded, and records it when it is taken over", async () => {
    const shop = await issued();
    const save = shop.store.save;
    let saves = 0;
    shop.store.save = (...all) => {
      if (++saves > 1) throw new Error("the database is gone");
      return save.call(shop.store, ...all);
    };
    assert.deepEqual(await shop.call("orderRefund", refundOf("R1", ["a"])), { status: 503 });
    shop.store.save = save;
    shop.age(61_000);
    await shop.serve.settle(ORDER);
    assert.equal(shop.runs.filter((run) => run === `orderRefund orderRefund:${ORDER}:R1`).length, 2);
    assert.deepEqual(
      shop.sent.map(({ code, body }) => [code, body.refundId]),
      [[200, "R1"]],
    );
    assert.equal((await shop.call("orderQuery", QUERY)).refundedQuantity, 1);
  });

  it("says what is true where the connection is lost after a save took effect", async () => {
    const shop = await created();
    const save = shop.store.save;
    const loseAfter = (count) => {
      let saves = 0;
      shop.store.save = (...all) => {
        const saved = save.call(shop.store, ...all);
        if (++saves === count) throw new Error("connection lost after COMMIT");
        return saved;
      };
    };
    loseAfter(2);
    assert.deepEqual((await shop.call("orderPay", PAY)).vouchers, ["a", "b"]);
    loseAfter(2);
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 601);
    assert.equal(shop.errors.length, 2);
  });

  it("says 598 only where a notice follows, also where the first save that would say so fails", async () => {
    let finish;
    const shop = await created({
      deadlineMs: 30,
      functions: { orderPay: () => new Promise((resolve) => (finish = () => resolve({ voucherType: 1, vouchers: ["a", "b"] }))) },
    });
    const save = shop.store.save;
    let saves = 0;
    shop.store.save = (...all) => {
      if (++saves === 2) throw new Error("the database is busy");
      return save.call(shop.store, ...all);
    };
    assert.equal((await shop.call("orderPay", PAY)).code, 598);
    finish();
    await Promise.all(shop.background);
    assert.deepEqual(
      shop.order.notices.map(({ name }) => name),
      ["payNotice"],
    );
  });

  it("tells a refusal with a code that is not listed by a notice that can be sent", async () => {
    const shop = await issued({ functions: { orderRefund: (call) => call.pending() } });
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 602);
    const refused = { refundId: "R1", code: 650, describe: "已过有效期" };
    await meituan.orders(shop.store).apply(ORDER, { refundRefused: refused });
    await shop.serve.settle(ORDER);
    assert.deepEqual(
      shop.sent.map(({ code, describe }) => [code, describe]),
      [[699, "已过有效期"]],
    );
  });

  it("takes a function's wrong result for an unknown outcome, and says what is wrong with it", async () => {
    const shop = await created({ functions: { orderPay: () => ({ voucherType: 1, vouchers: ["only one"] }) } });
    assert.equal((await shop.call("orderPay", PAY)).code, 598);
    const [error] = shop.errors;
    assert.deepEqual([error.code, error.rule], ["RULE_BROKEN", "pay.one-code-per-ticket"]);
    const other = await created({ functions: { orderPay: () => new Response("ok") } });
    assert.equal((await other.call("orderPay", PAY)).code, 598);
    assert.equal(other.errors.length, 1);
  });

  it("records what Meituan closes and refunds by itself, and runs the function that makes it void once", async () => {
    const shop = await issued({ functions: { orderClose: () => {}, orderRefunded: () => {} } });
    for (let round = 0; round < 2; round++) {
      assert.equal((await shop.call("orderClose", { orderId: ORDER, closeType: 3 })).code, 200);
    }
    assert.deepEqual(shop.runs.slice(2), [`orderClose orderClose:${ORDER}:3`]);
    const { orderStatus, voucherList } = await shop.call("orderQuery", QUERY);
    assert.deepEqual([orderStatus, voucherList.map(({ status }) => status)], [6, [3, 3]]);
    assert.equal((await shop.call("orderPay", PAY)).code, 599);
  });

  it("closes an order that was never created here, and refuses to create it afterwards", async () => {
    const shop = new Shop();
    assert.equal((await shop.call("orderClose", { orderId: ORDER, closeType: 2 })).code, 200);
    assert.equal((await shop.call("orderCreate", CREATE)).code, 499);
    assert.deepEqual(shop.runs, []);
  });

  it("tells entries by consume notices with cumulative numbers, each entry once", async () => {
    const shop = await issued();
    const orders = meituan.orders(shop.store);
    const first = await orders.apply(ORDER, { consumed: { id: "gate-1", vouchers: ["a"] } });
    assert.equal(first.kind, "moved");
    assert.equal((await orders.apply(ORDER, { consumed: { id: "gate-1", vouchers: ["a"] } })).kind, "duplicate");
    await orders.apply(ORDER, { consumed: { id: "gate-2", vouchers: ["b"] } });
    await shop.serve.settle(ORDER);
    const told = shop.sent.map(({ path, body }) => [path, body.usedQuantity, body.voucherList.map(({ voucher }) => voucher)]);
    assert.deepEqual(told, [
      ["/rhone/mtp/api/order/consume/notice", 1, ["a"]],
      ["/rhone/mtp/api/order/consume/notice", 2, ["b"]],
    ]);
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 606);
  });

  it("lets each guest in once, whichever of two gates asks, and both get their own answer again", async () => {
    const shop = await issued();
    const [one, two] = [meituan.orders(shop.store), meituan.orders(shop.store)];
    const ask = () =>
      Promise.all([one.admit(ORDER, { id: "gate-1:7", codes: ["a"] }), two.admit(ORDER, { id: "gate-2:3", codes: ["a", "b"] })]);
    const answers = await ask();
    const admitted = answers.flatMap(({ admitted }) => admitted.map(({ voucher, quantity }) => [voucher, quantity]));
    assert.deepEqual(admitted.sort(), [
      ["a", 1],
      ["b", 1],
    ]);
    assert.deepEqual(
      answers.flatMap(({ refused }) => refused),
      [{ voucher: "a", quantity: 1, reason: "used" }],
    );
    assert.deepEqual(await ask(), answers);
    assert.deepEqual(shop.order.conflicts, []);
    await shop.serve.settle(ORDER);
    const told = shop.sent.map(({ body }) => [body.usedQuantity, body.voucherList.map(({ voucher }) => voucher)]);
    assert.deepEqual(told.flatMap(([, vouchers]) => vouchers).sort(), ["a", "b"]);
    assert.equal(told.at(-1)[0], 2);
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 606);
  });

  it("lets fifty gates in only as many guests as there are tickets", async () => {
    const shop = await created({ functions: { orderPay: () => ({ voucherType: 2, vouchers: ["a"] }) } });
    await shop.call("orderPay", PAY);
    const orders = meituan.orders(shop.store);
    const asked = Array.from({ length: 50 }, (_, gate) => orders.admit(ORDER, { id: `gate-${gate}`, quantity: 1 }));
    const answers = await Promise.all(asked);
    assert.equal(answers.flatMap(({ admitted }) => admitted).length, 2);
    const reasons = new Set(answers.flatMap(({ refused }) => refused.map(({ reason }) => reason)));
    assert.deepEqual(reasons, new Set(["none-left"]));
    assert.deepEqual([shop.order.entries.length, shop.order.conflicts], [2, []]);
  });

  it("answers a gate by card and by time, with sentences, and refuses what cannot be asked", async () => {
    const people = [
      { credentialType: 0, credentialNo: "A001" },
      { credentialType: 0, credentialNo: "B002" },
    ];
    const shop = await created({
      functions: { orderPay: () => ({ voucherType: 0, realNameType: 1, vouchers: [], credentialList: people }) },
    });
    const orders = meituan.orders(shop.store);
    const early = await orders.admit(ORDER, { id: "1", credentials: [{ credentialNo: "A001" }] });
    assert.deepEqual(early, {
      admitted: [],
      refused: [{ credential: { credentialNo: "A001" }, quantity: 1, reason: "not-issued" }],
    });
    assert.deepEqual(explain({ reason: early.refused[0].reason }).meaning.zh, "订单未出票");
    await shop.call("orderPay", PAY);
    const at = new Date(Date.now() - 60_000);
    const { admitted } = await orders.admit(ORDER, { id: "2", credentials: [{ credentialNo: "A001" }], at });
    assert.deepEqual(admitted, [{ credentials: [people[0]], quantity: 1 }]);
    assert.equal(shop.order.units[0].since, at.getTime());
    const refused = async (orderId, asked) => (await orders.admit(orderId, asked)).refused;
    assert.deepEqual(await refused("42", { id: "3", quantity: 2 }), [{ quantity: 2, reason: "unknown-order" }]);
    assert.deepEqual(await refused(ORDER, { id: "3", code: "a" }), [{ quantity: 1, reason: "nobody-named" }]);
    await assert.rejects(orders.admit(ORDER, { id: "" }), { code: "EMPTY_STRING", path: "admit.id" });
    await assert.rejects(orders.admit(ORDER, { id: "4", codes: "a" }), { code: "WRONG_TYPE", path: "admit.vouchers" });
    await assert.rejects(orders.admit(ORDER, { id: "4", codes: ["a"], at: "noon" }), { path: "at" });
    assert.equal(shop.order.entries.length, 1);
  });

  it("gives each function the counts of the order when it starts", async () => {
    const seen = [];
    const watch = (name, result) => (call) => {
      seen.push([name, call.counts]);
      return result;
    };
    const shop = await issued({
      functions: {
        orderCreate: watch("orderCreate", { partnerOrderId: "P1" }),
        orderPay: watch("orderPay", { voucherType: 1, vouchers: ["a", "b"] }),
        orderRefund: watch("orderRefund"),
      },
    });
    await shop.call("orderRefund", refundOf("R1", ["a"]));
    await meituan.orders(shop.store).apply(ORDER, { consumed: { id: "gate-1", vouchers: ["b"] } });
    assert.deepEqual(seen, [
      ["orderCreate", { quantity: 2, used: 0, refunded: 0, pending: 0, free: 0 }],
      ["orderPay", { quantity: 2, used: 0, refunded: 0, pending: 0, free: 0 }],
      ["orderRefund", { quantity: 2, used: 0, refunded: 0, pending: 1, free: 1 }],
    ]);
    const { counts } = await meituan.orders(shop.store).apply(ORDER, { timePassed: {} });
    assert.deepEqual(counts, { quantity: 2, used: 1, refunded: 1, pending: 0, free: 0 });
  });

  it("counts what a function that broke off is run again with, too", async () => {
    const seen = [];
    const shop = await issued({
      functions: {
        orderRefund(call) {
          seen.push(call.counts);
          if (seen.length === 1) throw new Error("broken");
        },
      },
    });
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 602);
    shop.age(61_000);
    await shop.serve.settle(ORDER);
    const counts = { quantity: 2, used: 0, refunded: 0, pending: 1, free: 1 };
    assert.deepEqual(seen, [counts, counts]);
  });

  it("reports each conflict once, with what it is about, and again only when it comes back after it was settled", async () => {
    const reported = [];
    const onConflict = (conflicts, about) => {
      reported.push(...conflicts.map(({ id, breach, since }) => [about.orderId, id, breach, since]));
      throw new Error("what a listener throws changes no reply");
    };
    const shop = await issued({ now: NOON, onConflict });
    const other = { ...CREATE, quantity: 3, totalPrice: 18000 };
    const id = "repeated-differently:orderCreate";
    const conflict = [ORDER, id, "repeated-differently", NOON];
    for (let round = 0; round < 2; round++) assert.equal((await shop.call("orderCreate", other)).code, 410);
    assert.deepEqual(reported, [conflict]);
    await meituan.orders(shop.store).apply(ORDER, { conflictResolved: { id } }, { now: NOON });
    assert.equal((await shop.call("orderCreate", other)).code, 410);
    assert.deepEqual(reported, [conflict, conflict]);
  });

  it("reports a deadline that has passed when it settles what is due, and the calendar's end at once", async () => {
    const reported = [];
    const onConflict = (conflicts) => reported.push(...conflicts.map(({ id }) => id));
    const shop = await created({ now: NOON, onConflict, functions: { orderPay: (call) => call.issuing() } });
    assert.equal((await shop.call("orderPay", PAY)).code, 598);
    const due = await shop.serve.settle(ORDER);
    assert.deepEqual([due, reported], [NOON + 600_000, []]);
    shop.now = due;
    await shop.serve.settle(ORDER);
    assert.deepEqual(reported, ["issuing-overdue"]);
    const late = await issued({ now: Date.UTC(2040, 0, 2, 4), onConflict, functions: { orderRefund: (call) => call.pending() } });
    assert.equal((await late.call("orderRefund", refundOf("R1", ["a"]))).code, 602);
    assert.deepEqual(reported.slice(1), ["calendar-ended:R1"]);
  });

  it("agrees a refund by itself only after the third working day after its day", async () => {
    const calendar = { holidays: [], makeUpDays: [] };
    // A Monday at noon in UTC+8: 72 working hours end on Thursday at noon, the third working day at midnight.
    const monday = Date.UTC(2016, 10, 14, 4);
    const thursday = monday + 3 * 86_400_000;
    const shop = await issued({ now: monday, orders: { calendar }, functions: { orderRefund: (call) => call.pending() } });
    assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, 602);
    for (const [now, code] of [
      [thursday + 3_600_000, 602],
      [thursday + 12 * 3_600_000 - 1, 602],
      [thursday + 12 * 3_600_000 + 1, 601],
    ]) {
      shop.now = now;
      await shop.serve.settle(ORDER);
      assert.equal((await shop.call("orderRefund", refundOf("R1", ["a"]))).code, code, new Date(now).toISOString());
    }
    assert.deepEqual(shop.sent, [], "what silence has agreed needs no notice");
  });

  it("gives pending notices one by one to whoever sends them by himself", async () => {
    const shop = await created({ functions: { orderPay: (call) => call.issuing() } });
    await shop.call("orderPay", PAY);
    const paid = { orderId: ORDER, partnerOrderId: "P1", voucherType: 1, vouchers: ["a", "b"] };
    await meituan.orders(shop.store).apply(ORDER, { issued: paid });
    const [notice, ...more] = await meituan.pendingNotices(shop.store, ORDER);
    assert.deepEqual([notice.name, notice.orderId, more], ["payNotice", ORDER, []]);
    const { url, body } = notice.request();
    assert.equal(url, "https://meituan.example/rhone/mtp/api/order/pay/notice");
    assert.match(body, /"orderId":8985652356562370001/);
    assert.deepEqual(
      (await meituan.pendingNotices(shop.store)).map(({ id }) => id),
      [notice.id],
      "of all orders that are due",
    );
    await notice.accepted();
    assert.deepEqual(await meituan.pendingNotices(shop.store, ORDER), []);
    assert.deepEqual(await meituan.pendingNotices(shop.store), []);
    const { load, save } = new MemoryStore();
    await assert.rejects(meituan.pendingNotices({ load, save }), { code: "INVALID_CONFIG", path: "store" });
  });

  it("leaves the calls that are about no order to their functions", async () => {
    const shop = new Shop({ heartbeat: (call) => call.ok() });
    assert.equal((await shop.call("heartbeat", undefined)).code, 200);
    const { code, describe: words } = await (await issued()).call("orderReschedule", RESCHEDULE);
    assert.deepEqual([code, words], [300, "接口未实现"]);
  });

  it("is refused by name where a function that it needs is missing", () => {
    const options = { config: SETTINGS, store: new MemoryStore() };
    const act = () => {};
    const wrong = [
      [{}, "orderCreate"],
      [{ orderCreate: act, orderPay: act }, "orderRefund"],
      [{ orderCreate: act, orderPay: act, orderRefund: act, orderQuery: act }, "orderQuery"],
      [{ orderCreate: act, orderPay: act, orderRefund: act, deadlineMs: 0 }, "deadlineMs"],
      [{ orderCreate: act, orderPay: act, orderRefund: act, send: 1 }, "send"],
      [{ orderCreate: act, orderPay: act, orderRefund: act, onConflict: 1 }, "onConflict"],
    ];
    for (const [more, path] of wrong) {
      assert.throws(
        () => handler({ ...options, ...more }),
        (error) => MeituanError.is(error) && error.path === path,
      );
    }
    assert.throws(() => meituan.orders({ load: act }), { code: "INVALID_CONFIG", path: "store" });
  });
});

/** Noon in UTC+8 on a day that the shipped calendar covers, so that no test fails by the date of its run. */
const NOON = Date.UTC(2026, 2, 2, 4);

const RESCHEDULE = {
  ...{ orderId: ORDER, partnerOrderId: "P1", rescheduleType: 1, rescheduleNo: "S1" },
  ...{ originDate: "2016-11-30", targetDate: "2016-12-01" },
};

const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("a gate", () => {
  it("that names codes and another number of guests lets nobody in, and hears which of its words is wrong", async () => {
    const shop = await issued({ now: Date.UTC(2016, 10, 30, 4) });
    const orders = meituan.orders(shop.store);
    const wrong = [
      ...[
        { codes: ["a", "b"], quantity: 1 },
        { codes: ["a"], quantity: 0 },
        { codes: ["a"], quantity: 2 },
      ],
      ...[Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 2 ** 31, null].flatMap((quantity) => [
        { quantity },
        { codes: ["a"], quantity },
      ]),
    ];
    for (const asked of wrong) await assert.rejects(orders.admit(ORDER, { id: "1", ...asked }), { path: "quantity" });
    assert.deepEqual([shop.order.entries, shop.order.gateAnswers], [[], undefined]);
    const { admitted } = await orders.admit(ORDER, { id: "1", codes: ["a", "b"], quantity: 2 });
    assert.equal(admitted.length, 2);
  });
});

describe("a time that no message can hold", () => {
  const MICROSECONDS = 1795655157000000;
  const LAST = "9999-12-31 23:59:59";

  it("is refused of a gate and of an entry, and the order answers and goes on", async () => {
    const shop = await issued();
    const orders = meituan.orders(shop.store);
    const refused = { code: "OUT_OF_RANGE" };
    await assert.rejects(orders.admit(ORDER, { id: "1", codes: ["a"], at: MICROSECONDS }), refused);
    await assert.rejects(orders.apply(ORDER, { consumed: { id: "1", vouchers: ["a"], at: MICROSECONDS } }), refused);
    await assert.rejects(orders.apply(ORDER, { consumed: { id: "1", vouchers: ["a"], quantity: 0 } }), refused);
    assert.deepEqual([(await shop.call("orderQuery", QUERY)).usedQuantity, shop.order.entries], [0, []]);
    assert.equal((await orders.admit(ORDER, { id: "1", codes: ["a"] })).admitted.length, 1);
  });

  it("that another version has stored is answered and sent as the last one that a message can hold", async () => {
    const shop = await issued();
    await meituan.orders(shop.store).apply(ORDER, { consumed: { id: "1", vouchers: ["a"] } });
    const { snapshot, revision } = shop.store.load(ORDER);
    const at = snapshot.units[0].since;
    const poisoned = JSON.parse(JSON.stringify(snapshot).replaceAll(`${at}`, `${MICROSECONDS}`));
    assert.ok(shop.store.save(ORDER, { ...poisoned, notices: poisoned.notices.map((one) => ({ ...one, since: at })) }, revision));
    const { code, voucherList } = await shop.call("orderQuery", QUERY);
    assert.deepEqual([code, voucherList[0].voucherInvalidTime], [200, LAST]);
    await shop.serve.settle(ORDER);
    assert.deepEqual([shop.sent[0].body.voucherList[0].voucherInvalidTime, shop.order.notices], [LAST, []]);
  });
});

describe("an event", () => {
  it("that names another order than the one it is recorded of is illegal, and nothing is stored", async () => {
    const one = await created({ functions: { orderPay: (call) => call.issuing() } });
    assert.equal((await one.call("orderPay", PAY)).code, 598);
    const orders = meituan.orders(one.store);
    const others = { orderId: "5", partnerOrderId: "P1", voucherType: 1, vouchers: ["a", "b"] };
    const events = [
      ["999", { orderCreate: CREATE }],
      ["999", { orderClose: { orderId: ORDER, closeType: 2 } }],
      [ORDER, { orderCreate: { ...CREATE, orderId: "999" } }],
      [ORDER, { issued: others }],
      [ORDER, { issued: { ...others, orderId: ORDER, partnerOrderId: "OTHER" } }],
    ];
    for (const [orderId, event] of events) {
      const { kind, reason } = await orders.apply(orderId, event);
      assert.deepEqual([kind, reason], ["illegal", "other-order"], JSON.stringify(event));
    }
    assert.deepEqual([one.store.load("999"), one.order.orderStatus, one.order.notices], [null, 5, []]);
    // What is kept under another order's number is left alone.
    assert.ok(one.store.save("999", one.order, null));
    const { kind, reason } = await orders.apply("999", { issueFailed: { describe: "上游无票" } });
    assert.deepEqual([kind, reason, one.store.load("999").snapshot.orderStatus], ["illegal", "other-order", 5]);
  });
});

describe("a reschedule that returns wrong codes", () => {
  const config = { ...SETTINGS, routes: { ...SETTINGS.routes, "/reschedule": "orderReschedule" } };
  const supplier = new TicketSupplier(config);
  const wrong = {
    doubled: ["x", "x"],
    "too many": ["x", "y", "z"],
    "too few": ["x"],
    blank: ["x", "\u200b"],
  };
  for (const [what, codes] of Object.entries(wrong)) {
    it(`is not replied, is reported, and runs again: ${what}`, async () => {
      const [store, heard] = [new MemoryStore(), []];
      let next = codes;
      const serve = handler({
        ...{ config, store, send: () => Response.json({ code: 200, describe: "x", partnerId: 1122 }) },
        ...{ onError: () => {}, onWarning: (warnings) => heard.push(...warnings.flatMap(({ report }) => report ?? [])) },
        ...{ orderCreate: () => ({ partnerOrderId: "P1" }), orderPay: () => ({ voucherType: 1, vouchers: ["a", "b"] }) },
        orderRefund: () => {},
        orderReschedule: () => ({ successCount: 2, credentialVouchers: next.map((voucher) => ({ voucher })) }),
        deadlineMs: 500,
      });
      const ask = async (name, message, path) => {
        const response = await serve(supplier.requests[name](message, { url: `https://shop.example${path}` }).toRequest());
        return response.status === 200 ? response.json() : { code: response.status };
      };
      await ask("orderCreate", CREATE, PATHS.orderCreate);
      await ask("orderPay", PAY, PATHS.orderPay);
      assert.equal((await ask("orderReschedule", RESCHEDULE, "/reschedule")).code, 503);
      const { snapshot, revision } = store.load(ORDER);
      assert.deepEqual([snapshot.issued.vouchers, snapshot.conflicts, heard], [["a", "b"], [], ["function-result-unusable"]]);
      const [{ unusable }] = snapshot.attempts;
      assert.equal(unusable, 1);
      // Its pause is over, and Meituan repeats the call.
      assert.ok(
        store.save(
          ORDER,
          { ...snapshot, attempts: snapshot.attempts.map((one) => ({ ...one, startedAt: 1, nextAt: 1 })) },
          revision,
        ),
      );
      next = ["x", "y"];
      assert.equal((await ask("orderReschedule", RESCHEDULE, "/reschedule")).code, 200);
      assert.deepEqual(store.load(ORDER).snapshot.issued.vouchers, ["x", "y"]);
    });
  }
});

describe("what a function says that may not be replied", () => {
  const says = {
    "a code that is not listed": (call) => call.fail(12345, "上游停航"),
    "no reason": (call) => call.fail(599, " "),
    "a later answer of what has none": (call) => call.failUnlisted(200, "x"),
    "a reply that breaks a rule": (call) => call.ok({ voucherType: 1, vouchers: ["a", "a"] }),
  };
  for (const [what, orderPay] of Object.entries(says)) {
    it(`counts as a result that cannot be used: ${what}`, async () => {
      const shop = await created({ functions: { orderPay } });
      assert.equal((await shop.call("orderPay", PAY)).code, 598);
      const [{ unusable, nextAt, startedAt }] = shop.order.attempts;
      assert.deepEqual([unusable, Math.round((nextAt - startedAt) / 1000)], [1, 60]);
    });
  }
});

describe("transition", () => {
  const now = 1480000000000;

  it("is a pure function of plain JSON", () => {
    const first = transition(null, { orderCreate: CREATE }, { now });
    assert.equal(first.run.key, `orderCreate:${ORDER}`);
    const stored = JSON.parse(JSON.stringify(first.next));
    assert.deepEqual(transition(null, { orderCreate: CREATE }, { now }), first);
    const end = { attemptEnded: { key: first.run.key, outcome: 1, created: { partnerOrderId: "P1" } } };
    const ended = transition(stored, end, { now });
    assert.deepEqual([ended.kind, ended.reply.code, ended.next.orderStatus], ["moved", 200, 2]);
    assert.equal(transition(ended.next, { orderCreate: CREATE }, { now }).kind, "duplicate");
    assert.equal(stored.lifecycle, 0, "what went in is not changed");
  });

  it("refuses what is no snapshot, no event or no setting, by its path", () => {
    const refused = (order, event, settings) => {
      try {
        transition(order, event, { now, settings });
      } catch (error) {
        assert.ok(MeituanError.is(error));
        return [error.code, error.path];
      }
    };
    assert.deepEqual(refused({ format: 1 }, { orderQuery: QUERY })[1], "order.orderId");
    assert.deepEqual(
      refused({ ...transition(null, { orderCreate: CREATE }, { now }).next, format: 3 }, { orderQuery: QUERY })[1],
      "order.format",
    );
    assert.deepEqual(refused(null, { refundAgreed: {} }), ["MISSING_FIELD", "refundAgreed.refundId"]);
    assert.deepEqual(refused(null, { refundAgreed: { refundId: "R", nonsense: 1 } }), ["UNKNOWN_FIELD", "refundAgreed.nonsense"]);
    assert.deepEqual(refused(null, { orderQuery: QUERY }, { lease: "x" })[1], "settings.lease");
    assert.ok(refused(null, {}));
  });
});

describe("a transition", () => {
  const now = NOON;
  const settings = { calendar: { holidays: [], makeUpDays: [] } };
  /** The order after some events, and what came of the last one. */
  const after = (...events) => {
    let order;
    let last;
    for (const event of events) {
      last = transition(order, event, { now, settings });
      order = last.next ?? order;
    }
    return { ...last, order };
  };
  const ended = (call, more) => ({ attemptEnded: { key: `${call}:${ORDER}`, outcome: codes.Outcome.DONE, ...more } });
  const paid = { voucherType: 1, vouchers: ["a", "b"], orderId: ORDER, partnerOrderId: "P1" };
  const ISSUED = [
    { orderCreate: CREATE },
    ended("orderCreate", { created: { partnerOrderId: "P1" } }),
    { orderPay: PAY },
    ended("orderPay", { paid }),
  ];

  it("says how many tickets are used, refunded, reserved and free after the event", () => {
    assert.equal(transition(null, { timePassed: {} }, { now }).counts, undefined, "of an order that is not known");
    assert.deepEqual(after(...ISSUED).counts, { quantity: 2, used: 0, refunded: 0, pending: 0, free: 2 });
    assert.deepEqual(after(...ISSUED, { orderRefund: refundOf("R1", ["a"]) }, { consumed: { id: "1", vouchers: ["b"] } }).counts, {
      ...{ quantity: 2, used: 1, refunded: 0, pending: 1, free: 0 },
    });
  });

  it("says why an event is illegal, and why a call is refused", () => {
    const { kind, reason, reply } = after(...ISSUED, { refundAgreed: { refundId: "R9" } });
    assert.deepEqual([kind, reason, reply], ["illegal", "unknown-refund", undefined]);
    const spent = after(...ISSUED, { consumed: { id: "1", vouchers: ["a"] } }, { orderRefund: refundOf("R1", ["a"]) });
    assert.deepEqual([spent.kind, spent.reason, spent.reply.code], ["illegal", "spent-voucher", 606]);
    assert.equal(after(...ISSUED).reason, undefined);
  });

  it("keeps a conflict with its details until it is settled, and settles it once", () => {
    const twice = [...ISSUED, { consumed: { id: "1", vouchers: ["a"] } }, { consumed: { id: "2", vouchers: ["a"] } }];
    const { conflicts, order } = after(...twice);
    assert.deepEqual(conflicts, ["entered-twice"]);
    const [{ id, breach, since, resolvedAt }] = order.conflicts;
    assert.deepEqual([id.split(":")[0], breach, since, resolvedAt], ["entered-twice", "entered-twice", now, undefined]);
    const settled = after(...twice, { conflictResolved: { id, note: "the gate's own mistake" } });
    assert.deepEqual([settled.order.conflicts[0].resolvedAt, settled.order.conflicts[0].note], [now, "the gate's own mistake"]);
    assert.equal(transition(settled.order, { conflictResolved: { id } }, { now }).kind, "duplicate");
    assert.equal(transition(settled.order, { conflictResolved: { id: "nothing" } }, { now }).reason, "unknown-conflict");
  });

  it("agrees by a message the pending refund that it is about: no notice, the other guest enters", () => {
    const refund = refundOf("R1", ["a"]);
    const message = {
      ...{ ...PAY, refundSerialNo: `${ORDER}-00`, refundMessageType: 1, voucherType: 1, voucherList: ["a"], count: 1 },
      ...{ refundPrice: 6000, refundTime: now, reason: "客服退款" },
    };
    const steps = [...ISSUED, { orderRefund: refund }, { attemptEnded: { key: `orderRefund:${ORDER}:R1`, outcome: 2 } }];
    const told = after(...steps, { orderRefunded: message });
    assert.deepEqual([told.conflicts, told.order.notices], [[], []]);
    assert.deepEqual(
      told.order.units.map(({ voucher, state }) => [voucher, state]),
      [
        ["a", codes.UnitState.REFUNDED],
        ["b", codes.UnitState.FREE],
      ],
    );
    assert.equal(transition(told.order, { orderRefund: refund }, { now }).reply.code, 601);
    assert.equal(transition(told.order, { refundAgreed: { refundId: "R1" } }, { now }).next, undefined);
  });
});

describe("a snapshot of format 1", () => {
  const FOLDER = new URL("../vectors/order-format-1/", import.meta.url);
  const vectors = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")));
  const isConsistent = ({ name, snapshot }) => !name.startsWith("disagree-") && snapshot.conflicts.length === 0;

  it("is answered from as the version that stored it did", () => {
    assert.ok(vectors.length > 100);
    for (const { name, snapshot, settings, observed } of vectors.filter(isConsistent)) {
      const query = { orderQuery: { orderId: snapshot.orderId } };
      const { reply, admissions, conflicts, due } = transition(snapshot, query, { now: observed.at, settings });
      assert.equal(reply.code, observed.query.code, name);
      const { orderStatus, orderQuantity, usedQuantity, refundedQuantity } = reply.body ?? {};
      const before = observed.query.body ?? {};
      assert.deepEqual(
        [orderStatus, orderQuantity, usedQuantity, refundedQuantity],
        [before.orderStatus, before.orderQuantity, before.usedQuantity, before.refundedQuantity],
        name,
      );
      const guests = (list) => list.reduce((sum, { quantity }) => sum + quantity, 0);
      assert.equal(guests(admissions), guests(observed.admissions), name);
      assert.deepEqual(conflicts, [], name);
      if (observed.due !== undefined) assert.ok(due <= observed.due, name);
    }
  });

  it("is stored in format 2 by the next event, with its attempts and notices under the same keys and ids", async () => {
    let stored = 0;
    for (const { name, snapshot, observed } of vectors) {
      const store = new MemoryStore();
      assert.ok(store.save(snapshot.orderId, snapshot, null));
      const orders = meituan.orders(store);
      const pending = await orders.pendingNotices(snapshot.orderId);
      assert.deepEqual(
        pending.map(({ id }) => id),
        observed.notices,
        name,
      );
      // Recorded wherever the order is open, and nothing follows from it.
      const event = { orderClose: { orderId: snapshot.orderId, closeType: 9 } };
      const { next, order } = await orders.apply(snapshot.orderId, event, { now: observed.at });
      if (next === undefined) continue;
      stored++;
      assert.deepEqual([order.format, store.load(snapshot.orderId).snapshot.format], [2, 2], name);
      assert.deepEqual(
        order.attempts.map(({ key }) => key),
        observed.attempts,
        name,
      );
      assert.deepEqual(
        order.notices.map(({ id }) => id),
        observed.notices,
        name,
      );
    }
    assert.ok(stored > 50, `${stored} were stored again`);
  });

  it("is not mistaken for one of a format that is not known", () => {
    const [{ snapshot }] = vectors;
    for (const format of [0, 3, undefined]) {
      const query = { orderQuery: { orderId: snapshot.orderId } };
      assert.throws(() => transition({ ...snapshot, format }, query, { now: NOON }), { path: "order.format" }, String(format));
    }
  });
});
