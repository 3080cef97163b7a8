// The lives of some orders as data: what Meituan sends, what is due in return, and which acceptance points that shows.
//
// Each life is a generator. It yields a step, and is given what came of it, because later steps repeat ids and codes
// that the supplier chose. The caller brings the connection and the clock.

import { acceptance } from "../generated/texts.js";
import { integer, moment, text } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { optionsOf, record } from "../values/options.js";

/** @typedef {import("../entries/testing.js").Plan} Plan */

/**
 * @typedef {Generator<any, void, any>} Life
 */
/** The acceptance points of the acceptance manual (验收点), by their ids. */
export const ACCEPTANCE_POINTS = acceptance;

const CREATED = 2;
const ISSUED = 4;
const ISSUING = 5;
const ISSUE_FAILED = 6;
const UNUSED = 0;
const USED = 1;
const REFUNDED = 2;
const VOID = 3;

/**
 * The lives that together show every acceptance point above.
 * @param {Plan} planned
 * @returns {{ name: string, product: keyof Plan["products"], title: { en: string, zh: string }, steps: Life }[]}
 */
export function orderLives(planned) {
  const plan = planOf(planned);
  const order = (/** @type {number} */ index, /** @type {string} */ product, /** @type {number} */ quantity) =>
    new Order(plan, String(BigInt(plan.firstOrderId) + BigInt(index)), product, quantity);
  const { issues, refuses, instant } = plan.products;
  return [
    {
      name: "issued-upstream",
      product: "issues",
      title: { en: "issued upstream: 598, 602, and their notices", zh: "上游出票：598、602 与通知" },
      steps: issuedUpstream(order(0, issues, 4)),
    },
    {
      name: "refused-upstream",
      product: "refuses",
      title: { en: "the upstream cannot issue", zh: "上游出票失败" },
      steps: refusedUpstream(order(1, refuses, 2)),
    },
    {
      name: "closed",
      product: "issues",
      title: { en: "never paid, and closed", zh: "未支付，关闭" },
      steps: closed(order(2, issues, 1), order(3, issues, 1)),
    },
    {
      name: "issued-at-once",
      product: "instant",
      title: { en: "issued and refunded at once", zh: "同步出票、同步退款" },
      steps: issuedAtOnce(order(4, instant, 3)),
    },
    {
      name: "refused",
      product: "instant",
      title: { en: "what must be refused", zh: "必须拒绝的请求" },
      steps: refused(order(5, instant, 2)),
    },
  ];
}

/** @param {unknown} planned @returns {Plan} */
function planOf(planned) {
  const names = ["firstOrderId", "products", "mtDealId", "buyPrice", "unitPrice", "travelDate", "now"];
  const plan = optionsOf(record(planned, "plan"), "plan", names, "");
  const { firstOrderId, products, travelDate } = plan;
  if (typeof firstOrderId !== "string" || !/^\d{1,19}$/.test(firstOrderId))
    unexpected("firstOrderId", firstOrderId, "digits", "数字字符串");
  plan.products = optionsOf(record(products, "products"), "products", PRODUCTS);
  // Without one of them its lives have no product.
  for (const name of PRODUCTS) if (plan.products[name] !== undefined) text(plan.products[name], `products.${name}`);
  text(plan.mtDealId, "mtDealId");
  for (const name of ["buyPrice", "unitPrice"]) integer(plan[name], name, 0, Number.MAX_SAFE_INTEGER);
  if (travelDate !== undefined) text(travelDate, "travelDate");
  moment(plan.now);
  return /** @type {any} */ (plan);
}

const PRODUCTS = ["issues", "refuses", "instant", "unknown"];

/** Each is a guest of their own: a supplier may count them. @param {number} index */
const visitor = (index) => ({
  name: `${"赵钱孙李周吴郑王"[index % 8]}三`,
  mobile: `135000000${10 + index}`,
  credentials: { 0: `1300000000000000${10 + index}` },
});

/** Writes the steps of one order. */
class Order {
  /** @param {Plan} plan @param {string} orderId @param {string} product @param {number} quantity */
  constructor(plan, orderId, product, quantity) {
    this.plan = plan;
    this.orderId = orderId;
    this.product = product;
    this.quantity = quantity;
    this.partnerOrderId = "";
    this.refundTime = plan.now;
  }

  get ids() {
    return { orderId: this.orderId, partnerOrderId: this.partnerOrderId };
  }

  /**
   * @param {string} name
   * @param {string} call
   * @param {object} body
   * @param {object} expect
   * @param {readonly (keyof typeof ACCEPTANCE_POINTS)[]} [shows]
   * @param {{ forge?: "signature" | "date" | undefined, answers?: Record<string, object[]> | undefined }} [how]
   */
  #call(name, call, body, expect, shows = [], { forge, answers } = {}) {
    return { name, kind: "call", call, orderId: this.orderId, quantity: this.quantity, body, expect, shows, forge, answers };
  }

  /**
   * @param {string} name
   * @param {object} expect
   * @param {{ shows?: readonly (keyof typeof ACCEPTANCE_POINTS)[], forge?: "signature" | "date", with?: object }} [how]
   */
  create(name, expect, { shows, forge, with: other } = {}) {
    const { buyPrice, unitPrice, mtDealId, travelDate } = this.plan;
    const body = {
      ...{ orderId: this.orderId, partnerDealId: this.product, mtDealId, buyPrice, unitPrice, quantity: this.quantity, travelDate },
      totalPrice: unitPrice * this.quantity,
      visitors: Array.from({ length: this.quantity }, (_, index) => visitor(index)),
      ...other,
    };
    return this.#call(name, "orderCreate", body, expect, shows, { forge });
  }

  /**
   * @param {string} name
   * @param {object} expect
   * @param {readonly (keyof typeof ACCEPTANCE_POINTS)[]} [shows]
   * @param {Record<string, object[]>} [answers] to the notices that follow, where they are not simply accepted
   */
  pay(name, expect, shows, answers) {
    return this.#call(name, "orderPay", this.ids, expect, shows, { answers });
  }

  /** @param {string} name @param {object} body what the reply's body must hold @param {readonly (keyof typeof ACCEPTANCE_POINTS)[]} [shows] */
  query(name, body, shows) {
    return this.#call(
      name,
      "orderQuery",
      this.ids,
      { code: 200, body: { ...this.ids, orderQuantity: this.quantity, ...body } },
      shows,
    );
  }

  /**
   * @param {string} name
   * @param {string} refundId
   * @param {readonly string[]} voucherList
   * @param {object} expect
   * @param {readonly (keyof typeof ACCEPTANCE_POINTS)[]} [shows]
   */
  refund(name, refundId, voucherList, expect, shows) {
    const { unitPrice } = this.plan;
    const refundQuantity = voucherList.length;
    const body = {
      ...{ ...this.ids, refundId, partnerDealId: this.product, voucherList, refundQuantity, unitPrice },
      ...{ refundPrice: unitPrice * refundQuantity, refundFee: 0, refundTime: this.refundTime },
    };
    return this.#call(name, "orderRefund", body, expect, shows);
  }

  /** @param {string} name @param {1 | 2 | 3} closeType */
  close(name, closeType) {
    return this.#call(name, "orderClose", { orderId: this.orderId, closeType }, { code: 200 });
  }

  /** @param {string} name @param {readonly string[]} voucherList @param {string} refundSerialNo */
  refundedMessage(name, voucherList, refundSerialNo) {
    const body = {
      ...{ ...this.ids, refundSerialNo, voucherList, voucherType: 1, refundPrice: -1, refundMessageType: 1, operator: "美团客服" },
      ...{ reason: "用户行程变更", refundTime: this.refundTime, count: voucherList.length },
    };
    return this.#call(name, "orderRefunded", body, { code: 200 });
  }

  /**
   * A notice that the supplier must send, and what Meituan answers if it is as it must be.
   * @param {string} name
   * @param {string} notice
   * @param {object} expect
   * @param {{ shows?: readonly (keyof typeof ACCEPTANCE_POINTS)[], answer?: { code: number, describe: string } }} [how]
   */
  notice(name, notice, expect, { shows = [], answer = { code: 200, describe: "success" } } = {}) {
    return { name, kind: "notice", notice, orderId: this.orderId, quantity: this.quantity, expect, answer, shows };
  }

  /**
   * Guests at the supplier's own gate. That is no call of Meituan's: the caller that plays this scenario lets them in.
   * @param {string} name
   * @param {readonly string[]} vouchers
   * @param {{ entered: readonly string[] }} expect
   */
  entry(name, vouchers, expect = { entered: vouchers }) {
    return { name, kind: "entry", orderId: this.orderId, vouchers, expect, shows: [] };
  }

  /**
   * The quantities and codes of a query's reply.
   * @param {readonly string[]} vouchers
   * @param {readonly number[]} statuses
   */
  state(vouchers, statuses) {
    const count = (/** @type {number} */ wanted) => statuses.filter((status) => status === wanted).length;
    const voucherList = vouchers.map((voucher, index) => ({ voucher, quantity: 1, status: statuses[index] }));
    return { voucherType: 1, usedQuantity: count(USED), refundedQuantity: count(REFUNDED), voucherList };
  }
}

/** @param {Order} order @returns {Life} */
function* issuedUpstream(order) {
  const created = yield order.create("create", { code: 200 });
  order.partnerOrderId = created.body.partnerOrderId;
  yield order.create("create-again", { code: 200, body: { partnerOrderId: order.partnerOrderId } });
  yield order.query("query-untouched", { orderStatus: CREATED }, ["query.untouched"]);

  // Refused the first time: it must come again, and say the same. (300 would do too, but is sent again only after a minute.)
  const notYet = { code: 599, describe: "系统异常" };
  yield order.pay("pay", { code: 598, body: order.ids }, ["pay.issuing"], { payNotice: [notYet] });
  yield order.query("query-while-issuing", { orderStatus: ISSUING }, ["query.issuing"]);
  yield order.pay("pay-while-issuing", { code: 598, body: order.ids }, ["pay.issuing"]);
  const issued = { issueType: 1, body: { ...order.ids, voucherType: 1 } };
  const first = yield order.notice("pay-notice", "payNotice", issued, {
    shows: ["pay.issuing", "pay-notice.vouchers"],
    answer: notYet,
  });
  const vouchers = first.body.vouchers;
  yield order.notice(
    "pay-notice-repeated",
    "payNotice",
    { ...issued, body: { ...issued.body, vouchers } },
    { shows: ["pay-notice.vouchers"] },
  );
  const [one, two, three, four] = vouchers;
  const unused = order.state(vouchers, [UNUSED, UNUSED, UNUSED, UNUSED]);
  yield order.query("query-issued", { orderStatus: ISSUED, ...unused }, ["query.issued", "query.vouchers", "pay-notice.query"]);
  const paid = { code: 200, body: { ...order.ids, voucherType: 1, vouchers } };
  yield order.pay("pay-after-issue", paid, ["pay.vouchers", "pay.code-per-ticket"]);

  const [early, late, beyond] = ["1", "2", "3"].map((suffix) => `${order.orderId}-${suffix}`);
  const pending = (/** @type {string} */ refundId) => ({ code: 602, body: { ...order.ids, refundId } });
  const agreed = (/** @type {string} */ refundId) => ({ code: 200, body: { ...order.ids, refundId } });
  yield order.refund("refund", early, [one], pending(early), ["refund.pending", "refund.id"]);
  yield order.refund("refund-while-pending", early, [one], pending(early), ["refund.pending"]);
  yield order.query("query-while-pending", { orderStatus: ISSUED, usedQuantity: 0, refundedQuantity: 0 }, ["query.quantities"]);
  yield order.refund("refund-too-many", beyond, vouchers, { code: 606 }, ["refund.true-reason"]);
  yield order.notice("refund-notice", "refundNotice", agreed(early), { shows: ["refund.pending", "refund.id"] });
  yield order.refund("refund-after-notice", early, [one], { code: 601, body: { refundId: early } }, ["refund.id"]);
  yield order.query("query-refunded", { orderStatus: ISSUED, ...order.state(vouchers, [REFUNDED, UNUSED, UNUSED, UNUSED]) }, [
    "query.quantities",
  ]);
  yield order.refund("second-refund", late, [two], pending(late), ["refund.id"]);
  yield order.notice("second-refund-notice", "refundNotice", agreed(late), { shows: ["refund.id"] });

  const totals = (/** @type {string} */ voucher, /** @type {number} */ usedQuantity) => ({
    body: { ...order.ids, quantity: 4, usedQuantity, refundedQuantity: 2, voucherList: [{ voucher, quantity: 1, status: USED }] },
  });
  /** @type {{ shows: (keyof typeof ACCEPTANCE_POINTS)[] }} */
  const consumed = { shows: ["consume.quantities", "consume.vouchers"] };
  yield order.entry("enter", [three]);
  yield order.notice("consume-notice", "consumeNotice", totals(three, 1), consumed);
  yield order.entry("enter-next", [four, three, one], { entered: [four] });
  yield order.notice("consume-notice-totals", "consumeNotice", totals(four, 2), consumed);
  yield order.refund("refund-used", beyond, [four], { code: 606 }, ["refund.true-reason"]);
  yield order.query("query-used", { orderStatus: ISSUED, ...order.state(vouchers, [REFUNDED, REFUNDED, USED, USED]) }, [
    "query.quantities",
  ]);
}

/** @param {Order} order @returns {Life} */
function* refusedUpstream(order) {
  const created = yield order.create("create-unissuable", { code: 200 });
  order.partnerOrderId = created.body.partnerOrderId;
  yield order.pay("pay-unissuable", { code: 598 }, ["pay.issuing"]);
  yield order.notice("pay-notice-of-failure", "payNotice", { issueType: 2, body: order.ids }, { shows: ["pay.issuing"] });
  yield order.query("query-failed", { orderStatus: ISSUE_FAILED, usedQuantity: 0, refundedQuantity: 0 }, ["query.issued"]);
  yield order.pay("pay-after-failure", { code: 599 }, ["pay.true-reason"]);
  yield order.close("close-failed", 3);
}

/** @param {Order} order @param {Order} unknown @returns {Life} */
function* closed(order, unknown) {
  const created = yield order.create("create-unpaid", { code: 200 });
  order.partnerOrderId = created.body.partnerOrderId;
  yield order.close("close", 1);
  yield order.close("close-again", 1);
  yield order.query("query-closed", { orderStatus: CREATED, usedQuantity: 0, refundedQuantity: 0 }, ["query.issued"]);
  yield order.pay("pay-closed", { code: 599 }, ["pay.true-reason"]);
  yield unknown.close("close-unknown", 2);
  yield unknown.create("create-after-close", { code: 499 }, { shows: ["create.true-reason"] });
}

/** @param {Order} order @returns {Life} */
function* issuedAtOnce(order) {
  const created = yield order.create("create-instant", { code: 200 });
  order.partnerOrderId = created.body.partnerOrderId;
  const issued = yield order.pay("pay-instant", { code: 200, body: { ...order.ids, voucherType: 1 } }, [
    "pay.vouchers",
    "pay.code-per-ticket",
  ]);
  const { vouchers } = issued.body;
  const [one, two, three] = vouchers;
  yield order.pay("pay-instant-again", { code: 200, body: { vouchers } }, ["pay.vouchers"]);
  const refundId = `${order.orderId}-1`;
  yield order.refund("refund-instant", refundId, [one], { code: 200, body: { ...order.ids, refundId } }, ["refund.id"]);
  yield order.refund("refund-instant-again", refundId, [one], { code: 601, body: { refundId } }, ["refund.id"]);
  yield order.refundedMessage("refunded-message", [two], `${order.orderId}-2`);
  yield order.refundedMessage("refunded-message-again", [two], `${order.orderId}-2`);
  yield order.query("query-instant", { orderStatus: ISSUED, ...order.state(vouchers, [REFUNDED, REFUNDED, UNUSED]) }, [
    "query.quantities",
  ]);
  yield order.close("close-issued", 3);
  yield order.query("query-void", order.state(vouchers, [REFUNDED, REFUNDED, VOID]), ["query.quantities"]);
  yield order.entry("enter-void", [three], { entered: [] });
}

/** @param {Order} order @returns {Life} */
function* refused(order) {
  const { plan } = order;
  yield order.create(
    "unknown-product",
    { code: 421 },
    { shows: ["create.true-reason"], with: { partnerDealId: plan.products.unknown } },
  );
  yield order.create("wrong-price", { code: 410 }, { shows: ["create.true-reason"], with: { buyPrice: plan.buyPrice + 1 } });
  yield order.create("forged-signature", { code: 499 }, { forge: "signature" });
  yield order.create("stale-date", { code: 499 }, { forge: "date" });
  yield { ...order.query("query-unknown", {}), expect: { code: 301 } };
}
