import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryStore } from "meituan-protocol/testing";
import { handler, MeituanError } from "meituan-protocol/ticket";
import { CREATE, created, issued, meituan, ORDER, PAY, QUERY, RESCHEDULE, refundOf, SETTINGS, Shop, tick } from "./stored-shop.mjs";

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
