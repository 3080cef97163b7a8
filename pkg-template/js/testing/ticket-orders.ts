// The scenarios of some orders as data: what Meituan sends, what is due in return, and which acceptance points that shows.
//
// Each life is a generator. It yields a step, and is given what came of it, because later steps repeat ids and codes
// that the supplier chose. The caller brings the connection and the clock.

import type { AcceptancePointId, Fen } from "../generated/messages.js";
import { acceptance, type Text } from "../generated/texts.js";
import type { NoticeName, SupplierCallName } from "../ticket/calls.js";
import { integer, string, timestamp } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { optionsOf, record } from "../values/options.js";
import type { Forgery } from "./ticket.js";

/** The stable id of an acceptance point. */
export type AcceptancePoint = AcceptancePointId;

/** The parameters of the scenarios. All products are sold one code per ticket (voucherType 1) at the same price. */
export interface Plan {
  /** The first order's number; the others follow it. */
  firstOrderId: string;
  products: {
    /** Answers pay with 598 and issues some time later, refunds alike. */
    issues: string;
    /** Answers pay with 598 and then cannot issue. */
    refuses: string;
    /** Issues and refunds at once. */
    instant: string;
    /** Does not exist. */
    unknown: string;
  };
  mtDealId: string;
  buyPrice: Fen;
  unitPrice: Fen;
  /** The day on which guests can enter, or absent for tickets with a validity period. */
  travelDate?: string | undefined;
  /** The time of the refund applications, epoch milliseconds. */
  now: number;
}

interface StepBase {
  /** Stable, and different from all others. */
  readonly name: string;
  readonly orderId: string;
  /** The result that it must have, at least. */
  readonly expect: object;
  /** The acceptance points that it shows. */
  readonly shows: readonly AcceptancePoint[];
}

/** One thing that happens to an order. */
export type Step =
  | (StepBase & {
      /** Meituan calls: send `call(step.call, step.body)`, judge by `readReply`. */
      readonly kind: "call";
      readonly call: SupplierCallName;
      // The body of the call named beside it.
      readonly body: any;
      readonly quantity: number;
      readonly forge?: Forgery | undefined;
      /**
       * The answers to the notices that follow from this call, in the order in which they come; 200 where there is nothing (left).
       * A notice can come before its own step is reached, and should not be kept waiting.
       */
      readonly answers?: Readonly<Partial<Record<NoticeName, ReadonlyArray<{ readonly code: number; readonly describe: string }>>>>;
    })
  | (StepBase & {
      /** The supplier must send a notice: wait for it, judge and answer it by `receiveNotice`. */
      readonly kind: "notice";
      readonly notice: NoticeName;
      readonly quantity: number;
      readonly answer: { readonly code: number; readonly describe: string };
    })
  | (StepBase & {
      /** Guests at the supplier's own gate: let them in and `compare` with `{ entered }`, the codes that opened it. */
      readonly kind: "entry";
      readonly vouchers: readonly string[];
    });

export interface OrderScenario {
  readonly name: string;
  /** Which of the plan's products it is about: without that, it need not be played. */
  readonly product: keyof Plan["products"];
  readonly title: Text;
  /** Yields a step; expects what came of it, because later steps repeat what the supplier chose. */
  // A judged reply, a judged notice, or what the gate reported.
  readonly steps: Generator<Step, void, any>;
}

type Life = Generator<any, void, any>;
/** The acceptance points of the acceptance manual's part five (验收点) that single orders can show, by stable id. */
export const ACCEPTANCE_POINTS: Readonly<
  Record<AcceptancePoint, Text & { readonly section: string; readonly basis: "documented" | "inferred" }>
> = acceptance;

const CREATED = 2;
const ISSUED = 4;
const ISSUING = 5;
const ISSUE_FAILED = 6;
const UNUSED = 0;
const USED = 1;
const REFUNDED = 2;
const VOID = 3;

/** Scenarios that together show every acceptance point of {@link ACCEPTANCE_POINTS}. */
export function orderScenarios(planned: Plan): OrderScenario[] {
  const plan = planOf(planned);
  const order = (index: number, product: string, quantity: number) =>
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
      title: { en: "calls that must be refused", zh: "必须拒绝的请求" },
      steps: refused(order(5, instant, 2)),
    },
  ];
}

function planOf(planned: unknown): Plan {
  const names = ["firstOrderId", "products", "mtDealId", "buyPrice", "unitPrice", "travelDate", "now"];
  const plan = optionsOf(record(planned, "plan"), "plan", names, "");
  const { firstOrderId, products, travelDate } = plan;
  if (typeof firstOrderId !== "string" || !/^\d{1,19}$/.test(firstOrderId))
    unexpected("firstOrderId", firstOrderId, "digits", "数字字符串");
  plan.products = optionsOf(record(products, "products"), "products", PRODUCTS);
  // Without one of them its scenarios have no product.
  for (const name of PRODUCTS) if (plan.products[name] !== undefined) string(plan.products[name], `products.${name}`);
  string(plan.mtDealId, "mtDealId");
  for (const name of ["buyPrice", "unitPrice"]) integer(plan[name], name, 0, Number.MAX_SAFE_INTEGER);
  if (travelDate !== undefined) string(travelDate, "travelDate");
  timestamp(plan.now);
  return plan as unknown as Plan;
}

const PRODUCTS = ["issues", "refuses", "instant", "unknown"];

/** Each is a guest of their own: a supplier may count them. */
const visitor = (index: number) => ({
  name: `${"赵钱孙李周吴郑王"[index % 8]}三`,
  mobile: `135000000${10 + index}`,
  credentials: { 0: `1300000000000000${10 + index}` },
});

/** Writes the steps of one order. */
class Order {
  declare readonly plan: Plan;
  declare readonly orderId: string;
  declare readonly product: string;
  declare readonly quantity: number;
  /** As the supplier has called it. */
  declare partnerOrderId: string;
  declare readonly refundTime: number;

  constructor(plan: Plan, orderId: string, product: string, quantity: number) {
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

  #call(
    name: string,
    call: string,
    body: object,
    expect: object,
    shows: readonly (keyof typeof ACCEPTANCE_POINTS)[] = [],
    { forge, answers }: { forge?: "signature" | "date" | undefined; answers?: Record<string, object[]> | undefined } = {},
  ) {
    return { name, kind: "call", call, orderId: this.orderId, quantity: this.quantity, body, expect, shows, forge, answers };
  }

  create(
    name: string,
    expect: object,
    {
      shows,
      forge,
      with: other,
    }: { shows?: readonly (keyof typeof ACCEPTANCE_POINTS)[]; forge?: "signature" | "date"; with?: object } = {},
  ) {
    const { buyPrice, unitPrice, mtDealId, travelDate } = this.plan;
    const body = {
      orderId: this.orderId,
      partnerDealId: this.product,
      mtDealId,
      buyPrice,
      unitPrice,
      quantity: this.quantity,
      travelDate,
      totalPrice: unitPrice * this.quantity,
      visitors: Array.from({ length: this.quantity }, (_, index) => visitor(index)),
      ...other,
    };
    return this.#call(name, "orderCreate", body, expect, shows, { forge });
  }

  /** @param answers to the notices that follow, where they are not simply accepted */
  pay(name: string, expect: object, shows?: readonly (keyof typeof ACCEPTANCE_POINTS)[], answers?: Record<string, object[]>) {
    return this.#call(name, "orderPay", this.ids, expect, shows, { answers });
  }

  /** @param body what the reply's body must hold */
  query(name: string, body: object, shows?: readonly (keyof typeof ACCEPTANCE_POINTS)[]) {
    return this.#call(
      name,
      "orderQuery",
      this.ids,
      { code: 200, body: { ...this.ids, orderQuantity: this.quantity, ...body } },
      shows,
    );
  }

  refund(
    name: string,
    refundId: string,
    voucherList: readonly string[],
    expect: object,
    shows?: readonly (keyof typeof ACCEPTANCE_POINTS)[],
  ) {
    const { unitPrice } = this.plan;
    const refundQuantity = voucherList.length;
    const body = {
      ...this.ids,
      refundId,
      partnerDealId: this.product,
      voucherList,
      refundQuantity,
      unitPrice,
      refundPrice: unitPrice * refundQuantity,
      refundFee: 0,
      refundTime: this.refundTime,
    };
    return this.#call(name, "orderRefund", body, expect, shows);
  }

  close(name: string, closeType: 1 | 2 | 3) {
    return this.#call(name, "orderClose", { orderId: this.orderId, closeType }, { code: 200 });
  }

  refundedMessage(name: string, voucherList: readonly string[], refundSerialNo: string) {
    const body = {
      ...this.ids,
      refundSerialNo,
      voucherList,
      voucherType: 1,
      refundPrice: -1,
      refundMessageType: 1,
      operator: "美团客服",
      reason: "用户行程变更",
      refundTime: this.refundTime,
      count: voucherList.length,
    };
    return this.#call(name, "orderRefunded", body, { code: 200 });
  }

  /** A notice that the supplier must send, and what Meituan answers if it is as it must be. */
  notice(
    name: string,
    notice: string,
    expect: object,
    {
      shows = [],
      answer = { code: 200, describe: "success" },
    }: { shows?: readonly (keyof typeof ACCEPTANCE_POINTS)[]; answer?: { code: number; describe: string } } = {},
  ) {
    return { name, kind: "notice", notice, orderId: this.orderId, quantity: this.quantity, expect, answer, shows };
  }

  /** Guests at the supplier's own gate. That is no call of Meituan's: the caller that plays this scenario lets them in. */
  entry(name: string, vouchers: readonly string[], expect: { entered: readonly string[] } = { entered: vouchers }) {
    return { name, kind: "entry", orderId: this.orderId, vouchers, expect, shows: [] };
  }

  /** The quantities and codes of a query's reply. */
  state(vouchers: readonly string[], statuses: readonly number[]) {
    const count = (wanted: number) => statuses.filter((status) => status === wanted).length;
    const voucherList = vouchers.map((voucher, index) => ({ voucher, quantity: 1, status: statuses[index] }));
    return { voucherType: 1, usedQuantity: count(USED), refundedQuantity: count(REFUNDED), voucherList };
  }
}

function* issuedUpstream(order: Order): Life {
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
  const pending = (refundId: string) => ({ code: 602, body: { ...order.ids, refundId } });
  const agreed = (refundId: string) => ({ code: 200, body: { ...order.ids, refundId } });
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

  const totals = (voucher: string, usedQuantity: number) => ({
    body: { ...order.ids, quantity: 4, usedQuantity, refundedQuantity: 2, voucherList: [{ voucher, quantity: 1, status: USED }] },
  });
  const consumed: { shows: (keyof typeof ACCEPTANCE_POINTS)[] } = { shows: ["consume.quantities", "consume.vouchers"] };
  yield order.entry("enter", [three]);
  yield order.notice("consume-notice", "consumeNotice", totals(three, 1), consumed);
  yield order.entry("enter-next", [four, three, one], { entered: [four] });
  yield order.notice("consume-notice-totals", "consumeNotice", totals(four, 2), consumed);
  yield order.refund("refund-used", beyond, [four], { code: 606 }, ["refund.true-reason"]);
  yield order.query("query-used", { orderStatus: ISSUED, ...order.state(vouchers, [REFUNDED, REFUNDED, USED, USED]) }, [
    "query.quantities",
  ]);
}

function* refusedUpstream(order: Order): Life {
  const created = yield order.create("create-unissuable", { code: 200 });
  order.partnerOrderId = created.body.partnerOrderId;
  yield order.pay("pay-unissuable", { code: 598 }, ["pay.issuing"]);
  yield order.notice("pay-notice-of-failure", "payNotice", { issueType: 2, body: order.ids }, { shows: ["pay.issuing"] });
  yield order.query("query-failed", { orderStatus: ISSUE_FAILED, usedQuantity: 0, refundedQuantity: 0 }, ["query.issued"]);
  yield order.pay("pay-after-failure", { code: 599 }, ["pay.true-reason"]);
  yield order.close("close-failed", 3);
}

function* closed(order: Order, unknown: Order): Life {
  const created = yield order.create("create-unpaid", { code: 200 });
  order.partnerOrderId = created.body.partnerOrderId;
  yield order.close("close", 1);
  yield order.close("close-again", 1);
  yield order.query("query-closed", { orderStatus: CREATED, usedQuantity: 0, refundedQuantity: 0 }, ["query.issued"]);
  yield order.pay("pay-closed", { code: 599 }, ["pay.true-reason"]);
  yield unknown.close("close-unknown", 2);
  yield unknown.create("create-after-close", { code: 499 }, { shows: ["create.true-reason"] });
}

function* issuedAtOnce(order: Order): Life {
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

function* refused(order: Order): Life {
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
