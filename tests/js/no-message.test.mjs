// What looks like an empty message, and is none: JSON writes a Map, a Response or an Error as {}, which would say "agreed" to Meituan.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createContext, runInContext } from "node:vm";
import { RideClient, standing } from "meituan-protocol/ride";
import { handler, transition } from "meituan-protocol/ticket";
import { CREATE, ISSUED, ORDER, PAY, shop } from "./order-support.mjs";
import { fetched, options, REFUND, refusalOf, sent, signed, supplier, wire } from "./ticket-support.mjs";

const there = (source) => runInContext(source, createContext());

class Denied {
  #isAgreed = false;
  get agreed() {
    return this.#isAgreed;
  }
}

/** Each with how it is called in English. */
const NO_MESSAGES = {
  "a Response": () => new Response("not now", { status: 500 }),
  "a Request": () => new Request("https://shop.example"),
  "an Error": () => new Error("refused"),
  "an Error with fields of its own": () => Object.assign(new Error("refused"), { orderId: ORDER }),
  "an Error of another realm": () => there(`Object.assign(new Error("refused"), { orderId: "1" })`),
  "a DOMException": () => new DOMException("refused"),
  "a Map": () => new Map([["agreed", false]]),
  "a Map of another realm": () => there("new Map()"),
  "a Set": () => new Set(),
  "a WeakMap": () => new WeakMap(),
  "a Date": () => new Date(),
  "a URL": () => new URL("https://shop.example"),
  URLSearchParams: () => new URLSearchParams("agreed=0"),
  Headers: () => new Headers(),
  "a FormData": () => new FormData(),
  "a RegExp": () => /no/,
  "a Promise": () => Promise.resolve({ orderId: ORDER }),
  // biome-ignore lint/suspicious/noThenProperty: query builders have one.
  "what is like a Promise": () => ({ then: () => {} }),
  "a Boolean": () => Object(false),
  "a Number": () => Object(0),
  "a String": () => Object(""),
  "an ArrayBuffer": () => new ArrayBuffer(2),
  bytes: () => new Uint8Array(0),
  "an instance that keeps its fields to itself": () => new Denied(),
  "what inherits its fields": () => Object.create({ code: 606 }),
  "a proxy whose prototype cannot be had": () =>
    new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error("no");
        },
      },
    ),
};

describe("what is no message", () => {
  const receive = (path, body) => supplier.receiveSync(signed(path, wire(body)));

  for (const [name, make] of Object.entries(NO_MESSAGES)) {
    it(`${name} is no reply`, () => {
      const refund = receive("/mt/refund", REFUND);
      for (const reply of [() => refund.ok(make()), () => refund.pending(make()), () => refund.ok(make(), { already: true })]) {
        const { code, path, detail } = refusalOf(reply);
        assert.deepEqual([code, path], ["WRONG_TYPE", "body"]);
        assert.match(detail, /^expected an object with the fields of the message, found /);
      }
      // Also where Meituan wants no body, or a list.
      const pull = { partnerDealId: "1", startTime: "2016-11-30", endTime: "2016-11-30" };
      for (const call of [receive("/mt/close", { orderId: 1, closeType: 3 }), receive("/mt/price", pull)]) {
        const { code, path } = refusalOf(() => call.ok(make()));
        assert.deepEqual([code, path], ["WRONG_TYPE", "body"], call.type);
      }
    });

    it(`${name} agrees to no refund, with and without a store`, async () => {
      const errors = [];
      const serving = (orderRefund) => handler({ config: options, orderRefund, onError: (error) => errors.push(error) });
      const returning = serving(() => make());
      if (name === "a Response") {
        const response = await returning(fetched("/mt/refund", wire(REFUND)));
        assert.deepEqual([response.status, await response.text()], [500, "not now"]);
      }
      // What is returned is awaited, so these come through `ok` alone.
      const isAwaited = name.includes("Promise");
      for (const plain of [serving((call) => call.ok(make())), ...(isAwaited || name === "a Response" ? [] : [returning])]) {
        assert.equal((await plain(fetched("/mt/refund", wire(REFUND)))).status, 503);
        assert.deepEqual([errors.at(-1).code, errors.at(-1).path], ["WRONG_TYPE", "body"]);
      }

      const kept = shop({
        functions: { orderPay: () => ISSUED, orderRefund: isAwaited ? (call) => call.ok(make()) : () => make() },
      });
      for (const call of ["orderCreate", "orderPay"]) assert.equal((await kept.call(call)).code, 200);
      assert.equal((await kept.call("orderRefund")).code, 602);
      assert.deepEqual([kept.errors.at(-1).code, kept.errors.at(-1).path], ["WRONG_TYPE", "body"]);
      const { refunds } = await kept.orders.load(ORDER);
      assert.deepEqual([refunds.length, refunds[0].decidedAt], [1, undefined]);
    });
  }

  for (const [name, make] of Object.entries({
    "a refusal": (call) => call.fail(606, "不可退"),
    "a refusal with another code": (call) => call.failUnlisted(650, "不可退"),
    "what puts the answer off": (call) => call.pending(),
    "an agreement": (call) => call.ok(),
  })) {
    for (const returned of [undefined, null, {}, true]) {
      it(`${name} that was made, and ${JSON.stringify(returned)} returned in its place, is no reply`, async () => {
        const orderRefund = async (call) => {
          make(call);
          return returned;
        };
        const errors = [];
        const plain = handler({ config: options, orderRefund, onError: (error) => errors.push(error) });
        assert.equal((await plain(fetched("/mt/refund", wire(REFUND)))).status, 503);
        const kept = shop({ functions: { orderPay: () => ISSUED, orderRefund } });
        for (const call of ["orderCreate", "orderPay"]) assert.equal((await kept.call(call)).code, 200);
        assert.equal((await kept.call("orderRefund")).code, 602);
        assert.deepEqual([(await kept.orders.load(ORDER)).refunds[0].decidedAt], [undefined]);
        for (const { code, path, detail } of [errors.at(-1), kept.errors.at(-1)]) {
          assert.deepEqual([code, path], ["WRONG_TYPE", "body"]);
          assert.match(detail, /^a reply was made, and found .* returned in its place: return it/);
        }
      });
    }
  }

  it("is the reply to another call, which may have another order's tickets", async () => {
    const made = [];
    const orderPay = (call) => {
      made.push(call.ok(ISSUED));
      return made[0];
    };
    const kept = shop({ functions: { orderPay } });
    const other = (message) => ({ ...message, orderId: "77" });
    for (const change of [(message) => message, other]) await kept.call("orderCreate", change({ ...CREATE }));
    assert.equal((await kept.call("orderPay")).code, 200);
    assert.equal((await kept.call("orderPay", other(PAY))).code, 598);
    const { code, path, detail } = kept.errors.at(-1);
    assert.deepEqual([code, path, detail], ["WRONG_TYPE", "body", "found the reply to another call"]);
    assert.equal((await kept.orders.load("77")).issued, undefined);
  });

  it("is nothing where a reply was made for nothing, and another one is returned", async () => {
    const orderRefund = (call) => {
      call.fail(606, "不可退");
      return call.ok();
    };
    const plain = handler({ config: options, orderRefund });
    assert.equal((await (await plain(fetched("/mt/refund", wire(REFUND)))).json()).code, 200);
    const kept = shop({ functions: { orderPay: () => ISSUED, orderRefund } });
    for (const call of ["orderCreate", "orderPay", "orderRefund"]) assert.equal((await kept.call(call)).code, 200);
  });

  it("is refused inside of a message as well, where it would be nothing", () => {
    const pay = receive("/mt/pay", { orderId: 1, partnerOrderId: "P1" });
    const adding = (additionMap) => ({ voucherType: 1, vouchers: ["a"], voucherAdditionalList: [{ voucher: "a", additionMap }] });
    assert.equal(sent(pay.ok(adding({ gate: "1" }))).code, 200);
    assert.equal(sent(pay.ok(adding({}))).code, 200);
    assert.equal(sent(pay.ok(adding(there("({})")))).code, 200);
    assert.equal(sent(pay.ok(adding(Object.create(null)))).code, 200);
    const at = "body.voucherAdditionalList[0].additionMap";
    for (const additionMap of [new Map([["gate", "1"]]), new Denied(), new Error("no")]) {
      const { code, path, detail } = refusalOf(() => pay.ok(adding(additionMap)));
      assert.deepEqual([code, path], ["WRONG_TYPE", at]);
      assert.match(detail, /^expected an object with fields of its own, found /);
    }
  });

  it("is no notice, no event and no message to check", () => {
    const client = new RideClient({ entId: 617, accessKey: "CESHI-TK", secretKey: "AAECAwQFBgcICQoLDA0ODw==" });
    for (const make of [() => new Map(), () => new Response(""), () => new Denied(), () => new Error("no")]) {
      const doors = {
        notice: () => supplier.requests.consumeNotice(make()),
        list: () => supplier.requests.productChangeNotice([make()]),
        ride: () => client.requests.queryRealTimeOrder(make()),
        event: () => transition(undefined, { orderCreate: make() }, { now: 0 }),
        order: () => standing(make(), { now: 0 }),
      };
      for (const [name, open] of Object.entries(doors)) {
        const { code, detail } = refusalOf(open);
        assert.equal(code, "WRONG_TYPE", name);
        assert.match(detail, /found /, name);
      }
    }
  });

  it("nor is a number that is none, which JSON writes as nothing: neither in events, settings and replies nor in notices", async () => {
    const none = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, new Date(Number.NaN)];
    const notice = { orderId: "1", partnerOrderId: "P", quantity: 2, usedQuantity: 1, refundedQuantity: 0 };
    const pay = receive("/mt/pay", { orderId: 1, partnerOrderId: "P1" });
    const kept = shop({ functions: { orderPay: () => ISSUED } });
    for (const call of ["orderCreate", "orderPay"]) await kept.call(call);
    for (const number of none) {
      const consumed = (fields) => kept.orders.apply(ORDER, { consumed: { id: "e1", vouchers: ["a"], ...fields } });
      for (const [path, fields] of Object.entries({
        "event.consumed.quantity": { quantity: number },
        "event.consumed.at": { at: number },
      })) {
        await assert.rejects(consumed(fields), { code: "WRONG_TYPE", path });
      }
      const doors = {
        "body.voucherType": () => pay.ok({ voucherType: number, vouchers: ["a"] }),
        "body.quantity": () => supplier.requests.consumeNotice({ ...notice, quantity: number }),
        "body.voucherList[0].quantity": () =>
          supplier.requests.consumeNotice({ ...notice, voucherList: [{ voucher: "a", quantity: number, status: 1 }] }),
        "event.orderCreate.quantity": () => transition(undefined, { orderCreate: { quantity: number } }, { now: 0 }),
      };
      for (const [path, open] of Object.entries(doors)) {
        const error = refusalOf(open);
        assert.deepEqual([error.code, error.path], ["WRONG_TYPE", path]);
        assert.match(error.detail, /^expected a number, found /);
      }
      for (const setting of ["lease", "issuingDeadline", "functionLimit"]) {
        const settings = { [setting]: number };
        for (const open of [() => shop({ orders: settings }), () => supplier.orders(kept.store, settings)]) {
          const error = refusalOf(open);
          assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", `orders.${setting}`]);
        }
      }
    }
    const { counts } = await kept.orders.apply(ORDER, { consumed: { id: "e1", vouchers: ["a"] } });
    assert.equal(counts.used, 1);
  });

  it("a class may have the fields of a message, and an object of any realm", () => {
    class Reply {
      voucherType = 1;
      vouchers = ["a", "b"];
    }
    const pay = receive("/mt/pay", { orderId: 1, partnerOrderId: "P1" });
    const bare = Object.assign(Object.create(null), { voucherType: 1, vouchers: ["a", "b"] });
    for (const reply of [new Reply(), bare, there(`({ voucherType: 1, vouchers: ["a", "b"] })`)])
      assert.deepEqual(sent(pay.ok(reply)).body.vouchers, ["a", "b"]);
    const refund = receive("/mt/refund", REFUND);
    for (const reply of [undefined, {}, Object.create(null), there("({})")]) assert.equal(sent(refund.ok(reply)).code, 200);
  });
});
