import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explain } from "meituan-protocol";
import { created, issued, meituan, ORDER, PAY, QUERY, refundOf } from "./stored-shop.mjs";

describe("entries into an order in a store", () => {
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
});

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
