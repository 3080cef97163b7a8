import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryStore } from "meituan-protocol/testing";
import { handler, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, created, issued, meituan, NOON, ORDER, PATHS, PAY, RESCHEDULE, refundOf, SETTINGS } from "./stored-shop.mjs";

describe("an order in a store", () => {
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

  it("gives pending notices one by one to a caller that sends them itself", async () => {
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
