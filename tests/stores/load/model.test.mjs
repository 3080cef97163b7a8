// The model of a load run, by traces that were written by hand: what Meituan is sent in them is a violation, or is none.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Model } from "./model.mjs";

const ORDER = "1453361297221";
const CODES = ["A1", "A2"];

/** A model of an order of two tickets. */
function begun() {
  const model = new Model();
  model.begin(ORDER, CODES.length);
  return model;
}

/** A call and its reply. @param {Model} model @param {string} name @param {object} body @param {object} reply */
const call = (model, name, body, reply) => model.calls(name, { orderId: ORDER, ...body })(reply);

const create = (model) => call(model, "orderCreate", {}, { code: 200, body: { partnerOrderId: "P" } });
const pay = (model, vouchers = CODES) => call(model, "orderPay", {}, { code: 200, body: { vouchers } });
const refund = (model, code, refundId = "R", voucherList = ["A1"]) =>
  call(model, "orderRefund", { refundId, voucherList }, { code, body: {} });

/** What a query replies: which codes are used, and which refunded. */
const state = (used, refunded, { codes = CODES, orderStatus = 4 } = {}) => ({
  ...{ orderStatus, orderQuantity: 2, usedQuantity: used.length, refundedQuantity: refunded.length, partnerOrderId: "P" },
  voucherList: codes.map((voucher) => ({ voucher, status: used.includes(voucher) ? 1 : refunded.includes(voucher) ? 2 : 0 })),
});
const query = (model, body) => call(model, "orderQuery", {}, { code: 200, body });

describe("what Meituan is sent", () => {
  it("is no violation in an order that is issued, refunded in part, and used", () => {
    const model = begun();
    create(model);
    call(model, "orderPay", {}, { code: 598 });
    model.notice("payNotice", { issueType: 1 }, { orderId: ORDER, partnerOrderId: "P", vouchers: CODES }, true);
    refund(model, 602);
    model.notice("refundNotice", { code: 200 }, { orderId: ORDER, partnerOrderId: "P", refundId: "R" }, true);
    refund(model, 601);
    const last = state(["A2"], ["A1"]);
    const consumed = { orderId: ORDER, quantity: 2, ...last };
    model.notice("consumeNotice", {}, consumed, true);
    query(model, last);
    model.ends(ORDER, last);
    assert.deepEqual(model.violations, []);
  });

  it("is none where a refund is refused by a code that says so, and is one where the code says something else", () => {
    for (const code of [604, 606, 607, 699]) {
      const model = begun();
      create(model);
      pay(model);
      refund(model, code);
      assert.deepEqual(model.violations, [], String(code));
    }
    for (const code of [300, 301, 498, 499, 599, 500]) {
      const model = begun();
      create(model);
      pay(model);
      refund(model, code);
      assert.deepEqual(model.violations, [`${ORDER}: the refund R is replied ${code}`]);
    }
  });

  for (const [what, work, violation] of [
    ["other codes than before", (model) => pay(model, ["A1", "B2"]), /its codes change/],
    ["too few codes", (model) => pay(model, ["A1"]), /1 codes for 2 tickets/],
    ["one code twice", (model) => pay(model, ["A1", "A1"]), /2 codes for 2 tickets/],
    ["another order number of ours", (model) => query(model, state([], [])) || create2(model), /P becomes Q/],
    ["598 after codes", (model) => call(model, "orderPay", {}, { code: 598 }), /598 after it was issued/],
    ["a refusal after an agreement", (model) => refund(model, 200) || refund(model, 606), /refused after it was agreed/],
    ["602 after a decision", (model) => refund(model, 606) || refund(model, 602), /602 of the refund R after it was decided/],
    [
      "a code that is used, and whose money went back",
      (model) => refund(model, 200) || query(model, state(["A1"], [])),
      /A1 is used, and its money went back/,
    ],
    ["a refund that is not known any more", (model) => refund(model, 200) || query(model, state([], [])), /does not know any more/],
    ["a lower state than before", (model) => query(model, state([], [], { orderStatus: 5 })), /state 5 after it was issued/],
    [
      "fewer used in a notice than before",
      (model) => {
        for (const used of [["A1", "A2"], ["A1"]])
          model.notice("consumeNotice", {}, { orderId: ORDER, quantity: 2, ...state(used, []) }, true);
      },
      /1 used after 2/,
    ],
    [
      "nothing about a refund in the end",
      (model) => refund(model, 602) || model.ends(ORDER, state([], [])),
      /the refund R is not decided/,
    ],
    ["no consume notice", (model) => model.ends(ORDER, state(["A1"], [])), /1 used, and 0 in the last notice/],
  ])
    it(`is a violation: ${what}`, () => {
      const model = begun();
      create(model);
      pay(model);
      work(model);
      assert.match(model.violations.join("\n"), violation);
    });

  it("is a violation where one code belongs to two orders", () => {
    const model = begun();
    const other = "1453361297222";
    model.begin(other, 2);
    pay(model);
    model.calls("orderPay", { orderId: other })({ code: 200, body: { vouchers: ["A2", "C1"] } });
    assert.match(model.violations.join("\n"), /the code A2 is that of 1453361297221/);
  });

  it("is a violation where 598 is replied, and no notice follows", () => {
    const model = begun();
    create(model);
    call(model, "orderPay", {}, { code: 598 });
    model.ends(ORDER, state([], []));
    assert.match(model.violations.join("\n"), /it was paid, and is not issued/);
  });
});

/** Another number of ours for the same order. @param {Model} model */
function create2(model) {
  call(model, "orderCreate", {}, { code: 200, body: { partnerOrderId: "Q" } });
}
