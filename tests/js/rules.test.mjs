// The rules about single ticket messages, as JavaScript meets them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { checkMessage, explain, RideClient } from "meituan-protocol";
import { handler, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, fetched, NOW, options, REFUND, refusalOf, signed, supplier, wire } from "./ticket-support.mjs";

const cases = JSON.parse(readFileSync(new URL("../vectors/check/ticket.json", import.meta.url), "utf8"));

describe("checking a message", () => {
  for (const { name, message, quantity, now, sent, text = JSON.stringify(sent), findings } of cases) {
    it(name, () => {
      const at = now === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(`${now.replace(" ", "T")}+08:00`);
      const { ok, issues } = checkMessage(message, text, { quantity, now: at });
      const found = issues.map(({ code, path, rule = null, refuses }) => JSON.stringify([code, path, rule, refuses]));
      assert.deepEqual(found.sort(), findings.map((finding) => JSON.stringify(finding)).sort());
      assert.equal(ok, !findings.some(([, , , refuses]) => refuses));
    });
  }

  it("takes the day that it is from the clock where it is not told", () => {
    const rulesAt = (travelDate, facts) =>
      checkMessage("ticket.orderCreate.request", wire({ ...CREATE, travelDate }), facts).issues.map(({ rule }) => rule);
    assert.deepEqual(rulesAt("2020-01-01"), ["create.travel-date"]);
    assert.deepEqual(rulesAt("9999-12-31"), []);
    assert.deepEqual(rulesAt("2020-01-01", { now: new Date("2020-01-01T15:59:59Z") }), []);
    assert.deepEqual(rulesAt("2020-01-01", { now: Date.parse("2020-01-01T16:00:00Z") }), ["create.travel-date"]);
    assert.equal(refusalOf(() => rulesAt("2020-01-01", { now: "today" })).path, "now");
  });
});

describe("codes for several guests", () => {
  const pay = () => supplier.receiveSync(signed("/mt/pay", wire({ orderId: 1, partnerOrderId: "P1" })));

  it("are refused where they are the same code, with a hint that names the type for it", () => {
    const error = refusalOf(() => pay().ok({ voucherType: 1, vouchers: ["K1", "K1"] }, { order: { quantity: 2 } }));
    assert.deepEqual([error.code, error.rule, error.path], ["RULE_BROKEN", "pay.codes-distinct", "body.vouchers"]);
    assert.match(error.hint, /several guests in is voucherType 2/);
    assert.match(error.hintZh, /多人共用一个码时请用 voucherType 2/);
    assert.deepEqual(explain(error).hint, { en: error.hint, zh: error.hintZh });
    assert.match(JSON.parse(JSON.stringify(error)).hint, /voucherType 2/);
  });

  it("are refused in a pay notice", () => {
    const body = { orderId: "1", partnerOrderId: "P1", voucherType: 1, vouchers: ["K1", "K1"] };
    const error = refusalOf(() => supplier.requests.payNotice({ issueType: 1, describe: "出票成功", body }));
    assert.equal(error.rule, "pay.codes-distinct");
  });

  it("leave no handler without a store", async () => {
    const errors = [];
    const handle = handler({
      config: options,
      orderPay: () => ({ voucherType: 1, vouchers: ["K1", "K1"] }),
      onError: (error) => errors.push(error.rule),
    });
    const response = await handle(fetched("/mt/pay", wire({ orderId: 1, partnerOrderId: "P1" })));
    assert.deepEqual([response.status, errors], [503, ["pay.codes-distinct"]]);
  });

  it("have their hint in each message that has codes, and an order as Meituan sent it has one of its own", () => {
    const hintOf = (rule) => explain({ code: "RULE_BROKEN", rule }).hint;
    for (const message of ["pay", "pay-notice", "query"]) {
      assert.match(hintOf(`${message}.one-code-per-ticket`).zh, /多人共用一个码时请用 voucherType 2/, message);
    }
    for (const message of ["pay", "query"]) assert.match(hintOf(`${message}.codes-distinct`).en, /several guests in/, message);
    for (const rule of ["create.total-price", "create.travel-date", "create.visitors"]) {
      assert.match(hintOf(rule).en, /^this is what Meituan sent/, rule);
    }
  });

  it("keep the hint of any rule where nothing more can be said of the one that was broken", () => {
    const error = refusalOf(() => pay().ok({ voucherType: 0, vouchers: ["K1"], realNameType: 1 }));
    assert.equal(error.rule, "real-name.list");
    assert.match(error.hint, /^rule names it/);
  });
});

describe("a real-name order", () => {
  const ids = { orderId: "1", partnerOrderId: "P1" };
  const pay = () => supplier.receiveSync(signed("/mt/pay", wire({ orderId: 1, partnerOrderId: "P1" })));
  const query = () => supplier.receiveSync(signed("/mt/query", wire({ orderId: 1, partnerOrderId: "P1" })));
  const card = (credentialNo, more) => ({ credentialType: 0, credentialNo, ...more });
  const both = (one, other) => [card("A", { voucher: one }), card("B", { voucher: other })];
  const since = NOW;
  const shapes = {
    "a code for each credential": { vouchers: ["K1", "K2"], credentialList: both("K1", "K2") },
    "one code for all credentials": { vouchers: ["K1"], credentialList: both("K1", "K1") },
    "credentials without codes": { vouchers: [], credentialList: both() },
  };
  for (const [name, { vouchers, credentialList }] of Object.entries(shapes)) {
    it(`is sent as it is seen live, with ${name}`, () => {
      const issued = { voucherType: 0, realNameType: 1, vouchers, voucherPics: [], credentialList };
      assert.deepEqual(pay().ok(issued, { order: { quantity: 2 } }).warnings, []);
      const { warnings } = supplier.requests.payNotice({ issueType: 1, describe: "出票成功", body: { ...ids, ...issued } });
      assert.deepEqual([...new Set(warnings.map(({ code }) => code))], ["RULE_UNCHECKED"], "a notice is told no quantity");
      const [, used] = credentialList;
      const voucherList = vouchers.map((voucher, index) => ({
        ...{ voucher, voucherInvalidTime: since, quantity: 2 / vouchers.length, status: vouchers.length === 2 ? index : 1 },
      }));
      const usedQuantity = vouchers.length === 1 ? 2 : 1;
      const state = {
        ...{ orderStatus: 4, orderQuantity: 2, usedQuantity, refundedQuantity: 0, voucherType: 0, voucherList, realNameType: 1 },
        credentialList: credentialList.map((each, index) => ({ ...each, status: index })),
      };
      assert.deepEqual(query().ok(state).warnings, []);
      const consumed = {
        ...{ ...ids, quantity: 2, usedQuantity, refundedQuantity: 0, useStartDate: "2015-05-06", useEndDate: "2015-05-07" },
        voucherList: voucherList.filter(({ status }) => status === 1),
        credentialList: [{ ...used, status: 1 }],
      };
      const request = supplier.requests.consumeNotice(consumed);
      assert.deepEqual(request.warnings, []);
      const { body } = JSON.parse(request.body);
      assert.deepEqual(body.credentialList, [{ ...JSON.parse(JSON.stringify(used)), status: 1 }]);
      assert.deepEqual([body.voucherList.length, body.useStartDate], [consumed.voucherList.length, "2015-05-06"]);
      const refund = supplier.receiveSync(signed("/mt/refund", wire({ ...REFUND, voucherList: vouchers, credentialList })));
      assert.deepEqual(
        refund.body.credentialList.map(({ credentialNo, voucher }) => [credentialNo, voucher]),
        credentialList.map(({ credentialNo, voucher }) => [credentialNo, voucher]),
      );
      assert.deepEqual(refund.warnings, []);
    });
  }

  it("is refused without its credentials, and reported where there are fewer than tickets", () => {
    const issued = { voucherType: 0, realNameType: 1, vouchers: ["K1", "K2"] };
    for (const credentialList of [undefined, []]) {
      const error = refusalOf(() => pay().ok({ ...issued, credentialList }, { order: { quantity: 2 } }));
      assert.deepEqual([error.rule, error.path], ["real-name.list", "body.credentialList"]);
    }
    const fewer = pay().ok({ ...issued, credentialList: [card("A", { voucher: "K1" })] }, { order: { quantity: 2 } });
    assert.deepEqual(
      fewer.warnings.map(({ rule }) => rule),
      ["real-name.credential-per-ticket"],
    );
  });
});

describe("what a call names", () => {
  const { partnerOrderId: _, ...refund } = REFUND;
  const reached = [];
  const functions = Object.fromEntries(
    ["orderPay", "orderQuery", "orderRefund", "orderClose", "orderRefunded"].map((name) => [
      name,
      (call) => {
        reached.push([name, call.body.partnerOrderId]);
        return call.failUnlisted(777, "测试");
      },
    ]),
  );
  const errors = [];
  const handle = handler({ config: options, ...functions, onError: (error) => errors.push(error) });
  const post = async (path, body) => (await handle(fetched(path, wire(body)))).json();

  it("is refused before any function runs where it names nothing", async () => {
    const refused = [
      ["/mt/pay", { orderId: 0 }, "OUT_OF_RANGE", "body.orderId", 599],
      ["/mt/query", { orderId: "0" }, "OUT_OF_RANGE", "body.orderId", 399],
      ["/mt/refund", { ...refund, refundId: "" }, "EMPTY_STRING", "body.refundId", 699],
      ["/mt/refund", { ...refund, refundId: " \u3000" }, "EMPTY_STRING", "body.refundId", 699],
      ["/mt/close", { orderId: 0, closeType: 1 }, "OUT_OF_RANGE", "body.orderId", 300],
    ];
    for (const [path, body, code, field, failure] of refused) {
      const reply = await post(path, body);
      assert.equal(reply.code, failure);
      assert.ok(reply.describe.includes(field) && reply.describe.includes(code), reply.describe);
      const error = errors.pop();
      assert.deepEqual([error.code, error.path], [code, field]);
      assert.match(error.hint, code === "EMPTY_STRING" ? /refundId or rescheduleNo that is blank/ : /An id that is 0/);
      assert.match(error.hintZh, code === "EMPTY_STRING" ? /refundId、rescheduleNo 为空/ : /id 为 0/);
    }
    assert.deepEqual(reached, []);
  });

  it("reaches its function without our order number, which may be absent or empty", async () => {
    for (const number of [{}, { partnerOrderId: "" }]) {
      const calls = [
        ["orderPay", "/mt/pay", { orderId: 1 }],
        ["orderQuery", "/mt/query", { orderId: 1 }],
        ["orderRefund", "/mt/refund", refund],
        ["orderClose", "/mt/close", { orderId: 1, closeType: 1 }],
      ];
      for (const [name, path, body] of calls) {
        assert.equal((await post(path, { ...body, ...number })).code, 777, name);
        assert.deepEqual(reached.pop(), [name, number.partnerOrderId]);
      }
    }
  });
});

describe("strictInferred", () => {
  const strict = new TicketSupplier({ ...options, strictInferred: true });
  const voucherList = [{ voucher: "K1", voucherInvalidTime: NOW, quantity: 2, status: 1 }];
  const notice = { orderId: "1", partnerOrderId: "P1", quantity: 2, usedQuantity: 1, refundedQuantity: 0, voucherList };

  it("refuses replies and notices that break an inferred rule, which are only reported without it", () => {
    const body = wire({ orderId: 1, partnerOrderId: "P1" });
    const untyped = (of) => of.receiveSync(signed("/mt/pay", body)).ok({ voucherType: 0, vouchers: ["K1"] });
    assert.deepEqual(
      untyped(supplier).warnings.map(({ rule }) => rule),
      ["pay.codes-untyped"],
    );
    assert.equal(refusalOf(() => untyped(strict)).rule, "pay.codes-untyped");
    assert.deepEqual(
      supplier.requests.consumeNotice(notice).warnings.map(({ rule }) => rule),
      ["consume.quantities-agree"],
    );
    assert.equal(refusalOf(() => strict.requests.consumeNotice(notice)).rule, "consume.quantities-agree");
  });

  it("refuses nothing that Meituan sends, and nothing that could not be checked", () => {
    const doubtful = wire({ ...CREATE, totalPrice: 1 });
    assert.deepEqual(
      strict.receiveSync(signed("/mt/create", doubtful), { now: NOW }).warnings.map(({ rule }) => rule),
      ["create.total-price"],
    );
    const pay = strict.receiveSync(signed("/mt/pay", wire({ orderId: 1, partnerOrderId: "P1" })));
    assert.equal(pay.ok({ voucherType: 1, vouchers: ["K1"] }).warnings[0].code, "RULE_UNCHECKED");
  });

  it("is true or false, in both APIs", () => {
    const ride = { entId: 1, accessKey: "a", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
    for (const wrong of ["yes", 1, null]) {
      assert.equal(refusalOf(() => new TicketSupplier({ ...options, strictInferred: wrong })).path, "strictInferred");
      assert.equal(refusalOf(() => new RideClient({ ...ride, strictInferred: wrong })).path, "strictInferred");
    }
    assert.ok(new RideClient({ ...ride, strictInferred: true }));
  });
});
