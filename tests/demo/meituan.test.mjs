// Meituan's side judges by what the acceptance manual demands: a supplier that does otherwise learns it by name.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MeituanTicket, orderScenarios } from "meituan-protocol/testing";
import { fen, TicketSupplier } from "meituan-protocol/ticket";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const PAIR = { partnerId: 1122, clientId: "test_client", clientSecret: "test-secret-not-a-real-one" };
const ROUTES = { "/create": "orderCreate", "/pay": "orderPay", "/refund": "orderRefund", "/query": "orderQuery" };
const meituan = new MeituanTicket({ ...PAIR, routes: ROUTES, host: "http://supplier.invalid" });
const supplier = new TicketSupplier({ ...PAIR, routes: ROUTES, host: "http://meituan.invalid" });
// Beyond 2^53.
const IDS = { orderId: "8985652356562370001", partnerOrderId: "P1" };

const wire = (code, body, describe = "因故") =>
  JSON.stringify({ code, describe, partnerId: 1122, body }).replace(/"orderId":"(\d+)"/, '"orderId":$1');
const ids = ({ issues, verdict }) => [verdict, ...issues.filter(({ refuses }) => refuses).map(({ id }) => id)];

describe("a reply", () => {
  const judged = {
    "pay: issued, with a code for each ticket": ["orderPay", 200, { ...IDS, voucherType: 1, vouchers: ["a", "b"] }, ["passed"]],
    "pay: two tickets, one code": [
      "orderPay",
      200,
      { ...IDS, voucherType: 1, vouchers: ["a"] },
      ["failed", "pay.one-code-per-ticket"],
    ],
    "pay: one code for all, twice": [
      ...["orderPay", 200, { ...IDS, voucherType: 2, vouchers: ["a", "b"] }],
      ["failed", "pay.exactly-one-code"],
    ],
    "pay: issuing": ["orderPay", 598, IDS, ["passed"]],
    "pay: issuing, and yet with codes": [
      "orderPay",
      598,
      { ...IDS, voucherType: 1, vouchers: ["a", "b"] },
      ["failed", "pay.issuing-bare"],
    ],
    "refund: pending, refundId as it came": ["orderRefund", 602, { ...IDS, refundId: "r1" }, ["passed"]],
    "refund: pending, another refundId": ["orderRefund", 602, { ...IDS, refundId: "r2" }, ["failed", "reply.echo"]],
    "refund: pending, no refundId at all": ["orderRefund", 602, undefined, ["failed", "reply.complete-at-200"]],
    "refund: a code of no family": ["orderRefund", 506, undefined, ["failed", "reply.listed-code"]],
    "create: refused for a reason": ["orderCreate", 420, undefined, ["passed"]],
  };
  for (const [name, [call, code, body, expected]] of Object.entries(judged)) {
    test(name, () => {
      assert.deepEqual(
        ids(meituan.readReply(call, wire(code, body), { request: { ...IDS, refundId: "r1" }, quantity: 2 })),
        expected,
      );
    });
  }

  test("that fails must say why", () => {
    assert.deepEqual(ids(meituan.readReply("orderCreate", wire(420, undefined, ""))), ["failed", "reply.true-reason"]);
    assert.deepEqual(ids(meituan.readReply("orderCreate", wire(420, undefined, "success"))), ["failed", "reply.true-reason"]);
    const { verdict, issues } = meituan.readReply("orderCreate", wire(499, undefined, "系统异常"));
    assert.equal(verdict, "passed");
    assert.deepEqual(
      issues.map(({ id }) => id),
      ["reply.true-reason"],
    );
  });

  test("is an envelope, over HTTP 200, from the right partner", () => {
    assert.equal(meituan.readReply("orderPay", "<html>").verdict, "failed");
    assert.deepEqual(ids(meituan.readReply("orderPay", wire(598, IDS), { status: 502 })), ["failed", "reply.http-200"]);
    assert.deepEqual(ids(meituan.readReply("orderPay", wire(598, IDS).replace("1122", "1123"))), ["failed", "reply.partner-id"]);
  });

  test("is compared with what is due, lists in any order", () => {
    const reply = wire(200, { ...IDS, voucherType: 1, vouchers: ["a", "b"] });
    const about = { request: IDS, quantity: 2 };
    assert.equal(
      meituan.readReply("orderPay", reply, { ...about, expect: { code: 200, body: { vouchers: ["b", "a"] } } }).verdict,
      "passed",
    );
    const { issues } = meituan.readReply("orderPay", reply, { ...about, expect: { body: { vouchers: ["a", "c"] } } });
    assert.deepEqual(
      issues.map(({ id, path, detail }) => [id, path, detail]),
      [["expected", "body.vouchers[1]", 'expected "c", found "b"']],
    );
  });
});

describe("a call", () => {
  test("is one that the supplier takes, with ids exact", () => {
    const request = meituan.call("orderQuery", IDS, { now: NOW });
    assert.equal(request.url, "http://supplier.invalid/query");
    assert.deepEqual(supplier.receiveSync(request, { now: NOW }).body, IDS);
  });

  test("can be forged", () => {
    for (const [forge, code] of [
      ["signature", "BAD_SIGNATURE"],
      ["date", "STALE_DATE"],
    ]) {
      assert.throws(() => supplier.receiveSync(meituan.call("orderQuery", IDS, { now: NOW, forge }), { now: NOW }), { code });
    }
  });

  test("needs to be told the time", () => {
    assert.throws(() => meituan.call("orderQuery", IDS, {}), { code: "INVALID_CONFIG", path: "now" });
  });
});

describe("a notice", () => {
  const message = { issueType: 1, describe: "出票成功", body: { ...IDS, voucherType: 1, vouchers: ["a", "b"] } };
  const notice = supplier.requests.payNotice(message, { now: NOW });
  const receive = (changes, about) => meituan.receiveNotice({ ...notice, ...changes }, { now: NOW, quantity: 2, ...about });

  test("that is as it must be is accepted", async () => {
    const judged = receive({}, { expect: { issueType: 1, body: { vouchers: ["a", "b"] } } });
    assert.deepEqual([judged.type, judged.verdict, judged.issues], ["payNotice", "passed", []]);
    assert.deepEqual(judged.body.vouchers, ["a", "b"]);
    assert.equal((await notice.parseResponse(judged.reply.toResponse())).code, 200);
    assert.deepEqual(meituan.addressOf(notice), { type: "payNotice", orderId: IDS.orderId });
  });

  test("that is not is refused, and told why", () => {
    const other = new TicketSupplier({ ...PAIR, clientSecret: "another-secret-not-real" });
    const { headers: forged } = other.requests.payNotice(message, { now: NOW });
    const { PartnerId, ...without } = notice.headers;
    for (const [changes, about, expected] of [
      [{ headers: forged }, {}, "BAD_SIGNATURE"],
      [{ headers: without }, {}, "MISSING_HEADER"],
      [{ headers: { ...notice.headers, PartnerId: "1123" } }, {}, "WRONG_PARTNER_ID"],
      [{}, { now: NOW + 3_600_000 }, "STALE_DATE"],
      [{ url: "http://meituan.invalid/elsewhere" }, {}, "UNKNOWN_ROUTE"],
      [{ body: notice.body.slice(0, -2) }, {}, "TRUNCATED_JSON"],
      [{}, { quantity: 3 }, "pay-notice.one-code-per-ticket"],
      [{}, { expect: { issueType: 2 } }, "expected"],
    ]) {
      const judged = receive(changes, about);
      assert.deepEqual(ids(judged), ["failed", expected]);
      assert.equal(judged.reply.code, 300);
      assert.ok(JSON.parse(judged.reply.body).describe.length > 3);
    }
  });

  test("can be kept waiting although it is right", () => {
    const judged = receive({}, { answer: { code: 300, describe: "美团内部处理中" } });
    assert.deepEqual([judged.verdict, judged.reply.code], ["passed", 300]);
  });
});

test("the scenarios are data: every first step is a create, and names differ", () => {
  const products = { issues: "a", refuses: "b", instant: "c", unknown: "d" };
  const plan = { firstOrderId: IDS.orderId, products, mtDealId: "1", buyPrice: fen(5800), unitPrice: fen(6600), now: NOW };
  const scenarios = orderScenarios(plan);
  const first = scenarios.map(({ steps }) => steps.next().value);
  for (const step of first) assert.equal(step.call, "orderCreate");
  assert.equal(new Set(first.map(({ name }) => name)).size, scenarios.length);
  assert.equal(first[0].orderId, IDS.orderId);
});
