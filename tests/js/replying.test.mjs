// What is answered: checked before it leaves, encrypted where the call was.

import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv } from "node:crypto";
import { describe, it } from "node:test";
import { checkMessage } from "meituan-protocol";
import { fen, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, fetched, options, REFUND, refusalOf, sent, signed, supplier, wire } from "./ticket-support.mjs";

const KEY = "0123456789abcdef";

describe("replying", () => {
  const receive = (path, body) => supplier.receiveSync(signed(path, wire(body)));
  const pay = () => receive("/mt/pay", { orderId: 9007199254740993n.toString(), partnerOrderId: "P1" });
  const order = { quantity: 2 };

  it("writes the envelope in the wire's notation", () => {
    const reply = receive("/mt/create", CREATE).ok({ partnerOrderId: "单号-1" });
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.headers, { "content-type": "application/json; charset=utf-8" });
    assert.deepEqual(sent(reply), { code: 200, describe: "success", partnerId: 1122, body: { partnerOrderId: "单号-1" } });
  });

  it("repeats the request's ids, exact beyond 2^53", () => {
    const text = '{"partnerId":1122,"body":{"orderId":9007199254740993,"partnerOrderId":"P1"}}';
    const call = supplier.receiveSync(signed("/mt/pay", text));
    const reply = call.ok({ voucherType: 1, vouchers: ["a", "b"] }, { order });
    assert.match(reply.body, /"orderId":9007199254740993,"partnerOrderId":"P1"/);
    assert.deepEqual(reply.warnings, []);
    assert.match(call.issuing().body, /"code":598.*"orderId":9007199254740993,"partnerOrderId":"P1"\}/);
    assert.deepEqual(sent(call.issuing({ partnerOrderId: "P2" })).body.partnerOrderId, "P2");
  });

  it("sends a reply without the order number that the request lacks, reports that, and takes one from the supplier", () => {
    const { partnerOrderId: _, ...refund } = REFUND;
    for (const number of [{}, { partnerOrderId: "" }]) {
      const call = receive("/mt/pay", { orderId: 1, ...number });
      const refunding = receive("/mt/refund", { ...refund, ...number });
      for (const [reply, code] of [
        [call.issuing(), 598],
        [call.ok({ voucherType: 0 }), 200],
        [refunding.pending(), 602],
        [refunding.ok(), 200],
      ]) {
        const { body, code: written } = sent(reply);
        assert.deepEqual([written, "partnerOrderId" in body], [code, false]);
        assert.deepEqual(
          reply.warnings.map(({ code, path, refuses }) => [code, path, refuses]),
          [["MISSING_FIELD", "body.partnerOrderId", false]],
        );
      }
      const named = call.issuing({ partnerOrderId: "P1" });
      assert.deepEqual([sent(named).body.partnerOrderId, named.warnings], ["P1", []]);
      // Nothing else that is required may be left out.
      assert.equal(refusalOf(() => call.issuing({ orderId: null })).path, "body.orderId");
    }
  });

  it("refuses codes that do not fit the tickets, by the rule's name", () => {
    const broken = [
      [{ voucherType: 1, vouchers: ["a"] }, "pay.one-code-per-ticket"],
      [{ voucherType: 2, vouchers: ["a", "b"] }, "pay.exactly-one-code"],
      [{ voucherType: 1 }, "pay.vouchers-present"],
    ];
    for (const [reply, rule] of broken) {
      const error = refusalOf(() => pay().ok(reply, { order }));
      assert.deepEqual([error.code, error.rule], ["RULE_BROKEN", rule]);
      assert.equal(sent(error.toReply()).code, 599);
    }
  });

  it("reports the rules that count as unchecked when the quantity is not known", () => {
    const { warnings } = pay().ok({ voucherType: 1, vouchers: ["a"] });
    assert.deepEqual(
      warnings.map(({ code, rule }) => [code, rule]),
      [["RULE_UNCHECKED", "pay.one-code-per-ticket"]],
    );
    const error = refusalOf(() => pay().ok({ voucherType: 1, vouchers: ["a"] }, { order: { quantity: "1" } }));
    assert.equal(error.path, "order.quantity");
    assert.equal(sent(error.toReply()).code, 599);
  });

  it("refuses what is misspelt, of the wrong type, or not JSON", () => {
    const wrong = [
      [{ voucher: ["a"] }, "UNKNOWN_FIELD", "body.voucher"],
      [{ voucherType: "1", vouchers: ["a", "b"] }, "WRONG_TYPE", "body.voucherType"],
      [{ voucherType: 3, vouchers: ["a", "b"] }, "UNKNOWN_VALUE", "body.voucherType"],
      [{ orderId: 1n, voucherType: 0 }, "WRONG_TYPE", "body.orderId"],
      [{ partnerOrderId: "\ud83d", voucherType: 0 }, "LONE_SURROGATE"],
      [["a"], "WRONG_TYPE", "body"],
    ];
    for (const [reply, code, path] of wrong) {
      const error = refusalOf(() => pay().ok(reply, { order }));
      assert.equal(error.code, code);
      if (path) assert.equal(error.path, path);
    }
  });

  it("tells when a refund was asked for and answered, and repeats its id", () => {
    const call = receive("/mt/refund", REFUND);
    const { body, code } = sent(call.ok());
    assert.equal(code, 200);
    assert.equal(body.refundId, REFUND.refundId);
    assert.equal(body.requestTime, "2015-05-06 18:34:20");
    assert.equal(body.responseTime, "2015-05-06 18:34:20");
    assert.equal(sent(call.ok({ requestTime: 0 })).body.requestTime, "1970-01-01 08:00:00");
    assert.equal(sent(call.ok({}, { already: true })).code, 601);
    const pending = sent(call.pending());
    assert.equal(pending.code, 602);
    assert.deepEqual(pending.body, { orderId: REFUND.orderId, refundId: REFUND.refundId, partnerOrderId: "305566" });
  });

  it("has no body where Meituan wants none", () => {
    const close = receive("/mt/close", { orderId: 1, closeType: 3 });
    assert.deepEqual(sent(close.ok()), { code: 200, describe: "success", partnerId: 1122 });
    const heartbeat = supplier.receiveSync(signed("/mt/heartbeat", '{"partnerId":1122}'));
    assert.deepEqual(sent(heartbeat.ok()), { code: 200, describe: "success", partnerId: 1122 });
    assert.equal(refusalOf(() => close.ok({ orderId: "1" })).code, "UNKNOWN_FIELD");
  });

  it("writes lists, and what stands beside them", () => {
    const prices = receive("/mt/price", { partnerDealId: "D1", startTime: "2026-05-01", endTime: "2026-05-01" });
    const day = {
      partnerDealId: "D1",
      date: "2026-05-01",
      marketPrice: fen(10050),
      mtPrice: fen(9000),
      settlementPrice: fen(8001),
      stock: 5,
    };
    const { body } = sent(prices.ok([day]));
    assert.deepEqual(body, [
      { partnerDealId: "D1", date: "2026-05-01", marketPrice: 100.5, mtPrice: 90, settlementPrice: 80.01, stock: 5 },
    ]);
    const products = receive("/mt/product", { method: "page", currentPage: 1, pageSize: 10 });
    assert.equal(sent(products.ok([], { totalSize: 0 })).totalSize, 0);
  });

  it("puts prices off with 999", () => {
    const call = receive("/mt/level", { partnerDealId: "D1", startTime: "2026-05-01", endTime: "2026-05-31", asyncType: 1 });
    assert.equal(sent(call.pending()).code, 999);
  });

  it("fails with listed codes alone, and with a reason", () => {
    const call = receive("/mt/create", CREATE);
    assert.deepEqual(sent(call.fail(420, "库存不足")), { code: 420, describe: "库存不足", partnerId: 1122 });
    for (const code of [200, 598, 599, 602, 423, "420", undefined]) {
      assert.equal(refusalOf(() => call.fail(code, "库存不足")).code, "ILLEGAL_REPLY_CODE");
    }
    for (const reason of ["", "  "]) assert.equal(refusalOf(() => call.fail(420, reason)).code, "EMPTY_STRING");
    assert.equal(refusalOf(() => call.fail(420)).code, "WRONG_TYPE");
    assert.equal(refusalOf(() => call.fail(420, "\ud83d")).code, "LONE_SURROGATE");
    assert.equal(refusalOf(() => pay().fail(598, "出票中")).code, "ILLEGAL_REPLY_CODE");
  });

  it("sends a placeholder as reason, and reports it", () => {
    const call = receive("/mt/create", CREATE);
    for (const placeholder of ["失败", "下单失败！", "Error", "500"]) {
      const { warnings } = call.fail(420, placeholder);
      assert.deepEqual(
        warnings.map(({ rule, path, refuses }) => [rule, path, refuses]),
        [["reply.true-reason", "describe", false]],
        placeholder,
      );
      assert.equal(call.failUnlisted(423, placeholder).warnings.length, 1, placeholder);
    }
    for (const reason of ["库存不足", "下单失败：库存不足"]) {
      assert.deepEqual(call.fail(420, reason).warnings, [], reason);
      assert.deepEqual(call.failUnlisted(423, reason).warnings, [], reason);
    }
  });

  it("fails with other codes on purpose, but never with one that means success", () => {
    const call = receive("/mt/create", CREATE);
    assert.equal(sent(call.failUnlisted(423, "尚未开售")).code, 423);
    for (const code of [200, 598, 601, 602, 4.5, "423", Number.NaN, 2 ** 40]) {
      assert.equal(refusalOf(() => call.failUnlisted(code, "尚未开售")).code, "ILLEGAL_REPLY_CODE");
    }
  });

  it("puts nothing off where Meituan waits for the answer", () => {
    assert.equal(refusalOf(() => receive("/mt/create", CREATE).pending()).code, "ILLEGAL_REPLY_CODE");
    assert.equal(refusalOf(() => receive("/mt/refund", REFUND).issuing()).code, "ILLEGAL_REPLY_CODE");
    assert.equal(refusalOf(() => pay().ok({}, { already: true })).code, "ILLEGAL_REPLY_CODE");
  });

  it("does not change what it was given", () => {
    const reply = Object.freeze({ voucherType: 0 });
    pay().ok(reply);
    const refund = Object.freeze({});
    receive("/mt/refund", REFUND).ok(refund);
    assert.deepEqual([reply, refund], [{ voucherType: 0 }, {}]);
  });

  it("names an option that there is not as an option, not as a field of the reply", () => {
    const error = refusalOf(() => receive("/mt/refund", REFUND).ok({}, { alreadyDone: true }));
    assert.deepEqual([error.code, error.path], ["UNKNOWN_FIELD", "options.alreadyDone"]);
    assert.equal(sent(error.toReply()).code, 699);
  });

  it("refuses an id that JavaScript has rounded", () => {
    const error = refusalOf(() => pay().issuing({ orderId: Number("9007199254740993") }));
    assert.deepEqual([error.code, error.path], ["WRONG_TYPE", "body.orderId"]);
  });

  it("finds the ids missing from a reply that puts the answer off", () => {
    for (const [name, code] of [
      ["ticket.orderPay.response", 598],
      ["ticket.orderRefund.response", 602],
      ["ticket.orderRefund.response", 601],
    ]) {
      const { ok, issues } = checkMessage(name, JSON.stringify({ code, describe: "x", partnerId: 1122 }));
      assert.equal(ok, false);
      assert.equal(issues[0].rule, "reply.complete-at-200");
    }
  });

  it("gives a Fetch response for a Fetch request, with the warnings on it", async () => {
    const call = await supplier.receive(fetched("/mt/pay", wire({ orderId: 1, partnerOrderId: "P1" })));
    const response = call.ok({ voucherType: 1, vouchers: ["a"] });
    assert.ok(response instanceof Response);
    assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
    assert.equal(response.code, 200);
    assert.equal(response.warnings[0].rule, "pay.one-code-per-ticket");
    assert.equal((await response.json()).body.vouchers[0], "a");
  });
});

describe("whole-body encryption", () => {
  const secure = new TicketSupplier({ ...options, bodyEncryption: { key: KEY, appKey: "app" } });
  const vector = KEY.slice(8) + KEY.slice(0, 8);
  const seal = (text) => {
    const cipher = createCipheriv("aes-128-cbc", KEY, vector);
    return cipher.update(text, "utf8", "base64") + cipher.final("base64");
  };
  const unseal = (text) => {
    const cipher = createDecipheriv("aes-128-cbc", KEY, vector);
    return JSON.parse(cipher.update(text, "base64", "utf8") + cipher.final("utf8"));
  };
  const headers = { "x-encryption-status": "encrypted" };

  it("opens an encrypted call and answers it encrypted, failures too", () => {
    const call = secure.receiveSync(signed("/mt/create", seal(wire(CREATE)), { headers }));
    assert.ok(call.encrypted);
    assert.equal(call.body.visitors[0].name, "张三");
    const reply = call.ok({ partnerOrderId: "P1" });
    assert.equal(reply.headers["x-encryption-status"], "encrypted");
    assert.deepEqual(unseal(reply.body), { code: 200, describe: "success", partnerId: 1122, body: { partnerOrderId: "P1" } });
    assert.deepEqual(unseal(call.fail(420, "库存不足").body), { code: 420, describe: "库存不足", partnerId: 1122 });
    const error = refusalOf(() => secure.receiveSync(signed("/mt/create", "bm90IG91cnM=", { headers })));
    assert.equal(error.code, "DECRYPTION_FAILED");
    assert.equal(error.toReply().headers["x-encryption-status"], "encrypted");
  });

  it("answers a plain call in plain", () => {
    const reply = secure.receiveSync(signed("/mt/create", wire(CREATE))).ok({ partnerOrderId: "P1" });
    assert.equal(reply.headers["x-encryption-status"], undefined);
    assert.equal(sent(reply).code, 200);
  });

  it("encrypts the notices that have to be, and reads encrypted replies", async () => {
    const price = { partnerPrimaryKey: "S", priceDate: "2026-05-01", marketPrice: 1, mtPrice: 1, settlementPrice: 1, stock: 1 };
    const notice = { partnerDealId: "D", startTime: "2026-05-01", endTime: "2026-05-01", body: [price] };
    const request = secure.requests.levelPriceNotice(notice);
    assert.equal(request.headers["X-Encryption-Status"], "encrypted");
    assert.equal(request.headers.AppKey, "app");
    assert.match(request.body, /^[A-Za-z0-9+/]+=*$/);
    const reply = '{"code":200,"describe":"成功","partnerId":1122}';
    for (const body of [reply, seal(reply), Buffer.from(seal(reply)), new Response(seal(reply))]) {
      assert.equal((await request.parseResponse(body)).describe, "成功");
    }
    const plain = supplier.requests.levelPriceNotice(notice);
    assert.equal(plain.headers["X-Encryption-Status"], undefined);
    assert.equal(JSON.parse(plain.body).body[0].marketPrice, 0.01);
  });

  it("encrypts any request on demand", () => {
    const request = secure.requests.orderCreate(
      { ...CREATE, orderId: "1", mtDealId: "2", buyPrice: 1, unitPrice: 1, totalPrice: 2 },
      { uri: "/mt/create", encrypted: true },
    );
    const { url, method, headers: own, body } = request;
    assert.equal(secure.receiveSync({ url, method, headers: own, body }).body.quantity, 2);
    assert.equal(
      refusalOf(() => supplier.requests.heartbeat(undefined, { uri: "/x", encrypted: true })).code,
      "ENCRYPTION_NOT_CONFIGURED",
    );
  });
});
