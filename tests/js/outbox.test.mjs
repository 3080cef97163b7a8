// The outbox through the handler: one sender for each notice, whichever process settles; and time limits, also of the store.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryStore } from "meituan-protocol/testing";
import { accepted, CREATE, never, ORDER, PAY, SETTINGS, shop } from "./order-support.mjs";

/** An order whose pay notice is due. */
async function issued(options) {
  const one = shop(options);
  await one.call("orderCreate", CREATE);
  assert.equal((await one.call("orderPay", PAY)).code, 598);
  await one.orders.apply(ORDER, { issued: { ...PAY, voucherType: 1, vouchers: ["a", "b"] } });
  return one;
}

describe("the outbox", () => {
  it("has each notice sent once, however many processes settle at once", async () => {
    const sent = [];
    const send = async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      sent.push(new URL(request.url).pathname.split("/").at(-2));
      return accepted();
    };
    const one = await issued({ send });
    await one.orders.apply(ORDER, { consumed: { id: "E1", vouchers: ["a"] } });
    await one.orders.apply(ORDER, { consumed: { id: "E2", vouchers: ["b"] } });
    const others = [1, 2, 3, 4].map(() => shop({ store: one.store, send }));
    await Promise.all(others.map(({ settle }) => settle()));
    assert.equal(sent.filter((name) => name === "pay").length, 1);
    while ((await one.orders.pendingNotices(ORDER)).length > 0) await Promise.all(others.map(({ settle }) => settle()));
    assert.deepEqual(sent.toSorted(), ["consume", "consume", "pay"]);
  });

  for (const [who, send, sent] of [
    ["nobody sends", null, 0],
    ["a process sends that settles it too late", () => new Response("busy", { status: 500 }), 1],
  ]) {
    it(`gives a notice up by its age where ${who}, reports it, and a person may have it sent again`, async () => {
      let later = 0;
      let sends = 0;
      const givenUp = [];
      const one = await issued({
        config: { ...SETTINGS, now: () => Date.now() + later },
        send: send && (() => ++sends && send()),
        onNoticeGivenUp: (notice, about) => givenUp.push([notice.id, about.orderId]),
      });
      later = 7 * 86_400_000 - 10_000;
      if (send === null) {
        assert.ok((await one.settle()) < Date.now() + later, "it stays due");
        assert.deepEqual(givenUp, []);
      }
      later = 7 * 86_400_000;
      assert.equal(await one.settle(), undefined);
      assert.deepEqual(givenUp, [[`payNotice:${ORDER}`, ORDER]]);
      assert.equal(sends, sent);
      assert.equal((await one.orders.retryNotice(ORDER, `payNotice:${ORDER}`)).kind, "moved");
      assert.deepEqual(
        (await one.orders.pendingNotices(ORDER)).map(({ id }) => id),
        [`payNotice:${ORDER}`],
      );
    });
  }

  it("goes on where a send hangs, and reports it", async () => {
    const one = await issued({ send: never, orders: { sendLimit: 50 } });
    const due = await one.settle();
    assert.deepEqual(
      one.errors.map(({ code, path }) => [code, path]),
      [["TIMED_OUT", "send"]],
    );
    assert.ok(due > Date.now(), "later");
    assert.equal((await one.call("orderQuery", PAY)).body.orderStatus, 4, "the order is not locked");
  });

  it("aborts a send that is over its limit: it could arrive after newer content", async () => {
    let signal;
    const send = (request) => {
      signal = request.signal;
      return never();
    };
    const one = await issued({ send, orders: { sendLimit: 50 } });
    await one.settle();
    assert.equal(signal.aborted, true);
    assert.equal(one.errors.length, 1);
  });

  it("begins no send when its limit is over, as after a save that blocks", async () => {
    let sent = 0;
    let blocks = false;
    const kept = new MemoryStore();
    const save = (...about) => {
      if (blocks) for (const until = Date.now() + 100; Date.now() < until; );
      return kept.save(...about);
    };
    const send = () => {
      sent++;
      return accepted();
    };
    const one = await issued({ store: { load: (id) => kept.load(id), save }, send, orders: { sendLimit: 50 } });
    blocks = true;
    const due = await one.settle();
    assert.equal(sent, 0);
    assert.ok(due > Date.now() - 1_000, "later");
    assert.deepEqual(
      one.errors.map(({ code, path }) => [code, path]),
      [["TIMED_OUT", "send"]],
    );
    blocks = false;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await one.settle();
    assert.equal(sent, 1);
  });

  it("never rejects because of one notice, and the others are sent", async () => {
    const sent = [];
    const send = async (request) => {
      const { code, body } = await request.json();
      sent.push(body.refundId ?? "pay");
      if (body.refundId === "R1") throw new Error("the network");
      assert.ok(body.refundId === undefined || code === 200);
      return accepted();
    };
    const one = await issued({ send });
    await one.settle();
    for (const [refundId, voucher] of [
      ["R1", "a"],
      ["R2", "b"],
    ]) {
      const refund = { ...PAY, refundId, partnerDealId: "D1", voucherList: [voucher], refundQuantity: 1 };
      await one.call("orderRefund", { ...refund, unitPrice: 6000, refundPrice: 6000, refundFee: 0, refundTime: Date.now() });
      await one.orders.apply(ORDER, { refundAgreed: { refundId } });
    }
    await one.settle();
    assert.deepEqual(sent, ["pay", "R1", "R2"]);
    assert.deepEqual(
      (await one.orders.pendingNotices(ORDER)).map(({ id }) => id),
      [`refundNotice:${ORDER}:R1:200`],
    );
  });

  it("sends a pay notice again that Meituan is processing, until a query has told it", async () => {
    let replies = 0;
    const send = () => {
      replies++;
      return Response.json({ code: 300, describe: "processing", partnerId: 1122 });
    };
    const one = await issued({ send });
    const due = await one.settle();
    assert.equal(replies, 1);
    assert.ok(due - Date.now() > 50_000 && due - Date.now() <= 60_000, "after a minute");
    assert.equal((await one.call("orderQuery", PAY)).body.orderStatus, 4);
    assert.deepEqual(await one.orders.pendingNotices(ORDER), []);
  });
});

describe("time limits", () => {
  const hanging = (store, name) => ({
    load: (...about) => (name === "load" ? never() : store.load(...about)),
    save: (...about) => (name === "save" ? never() : store.save(...about)),
  });

  for (const name of ["load", "save"]) {
    it(`hold where the store's ${name} hangs: Meituan gets 503 in time, and it is reported`, async () => {
      const one = shop({ store: hanging(new MemoryStore(), name), deadlineMs: 100 });
      const began = Date.now();
      assert.deepEqual(await one.call("orderCreate", CREATE), { status: 503 });
      assert.ok(Date.now() - began < 10_000);
      assert.deepEqual(
        one.errors.map(({ code, path }) => [code, path]),
        [["TIMED_OUT", `store.${name}`]],
      );
    });
  }

  it("hold where somebody else is always first", async () => {
    const store = new MemoryStore();
    const one = shop({ store: { load: (id) => store.load(id), save: () => false }, deadlineMs: 100 });
    const began = Date.now();
    assert.deepEqual(await one.call("orderCreate", CREATE), { status: 503 });
    assert.ok(Date.now() - began < 10_000);
    assert.equal(one.errors[0].code, "STORE_CONTENDED");
  });

  it("say nothing where the function has ended and what it did cannot be saved", async () => {
    const store = new MemoryStore();
    let hangs = false;
    const save = (...about) => (hangs ? never() : store.save(...about));
    const orderPay = () => {
      hangs = true;
      return { voucherType: 1, vouchers: ["a", "b"] };
    };
    const one = shop({ store: { load: (id) => store.load(id), save }, deadlineMs: 100, functions: { orderPay } });
    await one.call("orderCreate", CREATE);
    assert.deepEqual(await one.call("orderPay", PAY), { status: 503 }, "never 598");
    hangs = false;
    assert.equal(store.load(ORDER).snapshot.attempts.length, 1, "it runs again");
  });
});

describe("what a function returned and cannot be used", () => {
  it("is reported, and the function runs again after a minute", async () => {
    let runs = 0;
    const orderPay = () => {
      runs++;
      return { voucherType: 1, vouchers: ["a", "a"] };
    };
    const one = shop({ functions: { orderPay } });
    await one.call("orderCreate", CREATE);
    const before = Date.now();
    assert.equal((await one.call("orderPay", PAY)).code, 598);
    assert.equal(one.errors[0].code, "RULE_BROKEN");
    const due = await one.settle();
    assert.equal(runs, 1);
    assert.ok(due - before >= 60_000 && due - before < 65_000);
  });
});
