// Compiled, never run: what users write compiles, and each wrong use does not.

import { checkMessage, explain } from "meituan-protocol";
import { conflicts, reasons } from "meituan-protocol/definitions";
import {
  type Call,
  type CallOf,
  type Counts,
  codes,
  type Fen,
  fen,
  handler,
  MeituanError,
  type OrderEvent,
  type OrderPaid,
  type OrderStore,
  type Orders,
  type PartnerConfig,
  partnerStore,
  type Reply,
  TicketPartners,
  TicketRequests,
  type TicketResponse,
  TicketSupplier,
  transition,
  yuan,
} from "meituan-protocol/ticket";

const supplier = new TicketSupplier({
  partnerId: "1122",
  clientId: "lvyou_x",
  clientSecret: ["new", "old"],
  toleranceSeconds: null,
  strictInferred: true,
  routes: { "/mt/order/create": "orderCreate" },
  signedUri: { strip: "/api", prepend: "/mt" },
  bodyEncryption: { key: "0123456789abcdef" },
  now: () => new Date(),
});

// @ts-expect-error the secret is missing
new TicketSupplier({ partnerId: 1, clientId: "x" });
// @ts-expect-error a misspelt call
new TicketSupplier({ partnerId: 1, clientId: "x", clientSecret: "s", routes: { "/a": "orderCreated" } });
// @ts-expect-error a notice is no route
new TicketSupplier({ partnerId: 1, clientId: "x", clientSecret: "s", routes: { "/a": "payNotice" } });
// @ts-expect-error neither true nor false
new TicketSupplier({ partnerId: 1, clientId: "x", clientSecret: "s", strictInferred: "yes" });
// @ts-expect-error a misspelt setting
new TicketSupplier({ partnerId: 1, clientId: "x", clientSecret: "s", tolerance: 1 });

declare const headers: Headers;
const head = { method: "POST", url: "/mt/order/create", headers };
supplier.receiveSync({ ...head, body: "{}" });
supplier.receiveSync({ ...head, body: new Uint8Array() });
supplier.receiveSync({ ...head, headers: { date: "x", partnerid: ["1"], other: undefined }, body: new ArrayBuffer(1) });
supplier.receiveSync({ ...head, headers: [["Date", "x"]], body: "" });
// @ts-expect-error a parsed object is not the raw body
supplier.receiveSync({ ...head, body: { partnerId: 1, body: {} } });
// @ts-expect-error the body is missing
supplier.receiveSync(head);

export function answer(call: Call): Reply {
  switch (call.type) {
    case "orderCreate": {
      const { orderId, totalPrice } = call.body;
      const id: string = orderId;
      const amount: Fen = totalPrice;
      // @ts-expect-error an id is no number
      const number: number = orderId;
      if (amount === number) return call.fail(codes.OrderCreateCode.STOCK_INSUFFICIENT, "库存不足");
      // @ts-expect-error 599 is a code of orderPay
      call.fail(599, "库存不足");
      // @ts-expect-error 200 is no failure
      call.fail(200, "库存不足");
      // @ts-expect-error the order number is missing
      call.ok({});
      // @ts-expect-error orderCreate is answered at once
      call.pending();
      call.failUnlisted(450, "库存不足");
      return call.ok({ partnerOrderId: `P${id}` });
    }
    case "orderPay": {
      const order = { quantity: 2, whatever: true };
      if (call.body.channel === "later") return call.issuing({ partnerOrderId: "P1" });
      if (call.body.channel === "later too") return call.pending();
      // @ts-expect-error another call's reply
      call.ok({ refundId: "R1" });
      // @ts-expect-error there is no voucherType 3
      call.ok({ voucherType: 3, vouchers: ["a"] });
      // @ts-expect-error 598 is no failure
      call.fail(598, "出票中");
      // @ts-expect-error no code of orderPay says that it was done before
      call.ok({ voucherType: 0 }, { already: true });
      // @ts-expect-error a field beside the body of another call
      call.ok({ voucherType: 0 }, { totalSize: 1 });
      return call.ok({ partnerOrderId: "P1", voucherType: 1, vouchers: ["a", "b"] }, { order });
    }
    case "orderQuery":
      return call.ok({
        orderStatus: codes.OrderStatus.ISSUED,
        orderQuantity: 2,
        usedQuantity: 0,
        refundedQuantity: 0,
        voucherType: 2,
        voucherList: [{ voucher: "a", voucherInvalidTime: Date.now(), quantity: 2, status: 0 }],
      });
    case "orderRefund":
      // @ts-expect-error only orderPay is issuing
      call.issuing();
      return call.body.refundPrice > fen(100) ? call.pending() : call.ok({}, { already: true });
    case "orderClose":
      // @ts-expect-error there is nothing to say beside the code
      call.ok({ orderId: "1" });
      return call.ok();
    case "productPull":
      // @ts-expect-error a count is a number
      call.ok([], { totalSize: "0" });
      return call.ok([], { totalSize: 0 });
    case "poiPull":
      return call.ok([], { totalSize: undefined });
    case "levelPricePull":
      return call.body.asyncType === codes.AsyncType.ASYNCHRONOUS ? call.pending() : call.ok([], { partnerDealId: "D1" });
    default:
      return call.failUnlisted(300, "接口未实现");
  }
}

// @ts-expect-error a bare number may be yuan
export const price: Fen = 580;
export const prices: Fen[] = [fen(58000), yuan("580.00")];

const request = supplier.requests.consumeNotice({
  orderId: "1453361297221",
  partnerOrderId: "P1",
  quantity: 2,
  usedQuantity: 1,
  refundedQuantity: 0,
});
export const accepted: Promise<{ code: number; describe: string }> = request.parseResponse(new Response("{}"));
// @ts-expect-error ids are texts
supplier.requests.consumeNotice({ orderId: 1, partnerOrderId: "P1", quantity: 2, usedQuantity: 1, refundedQuantity: 0 });
supplier.requests.payNotice({ issueType: 2, describe: "余票不足", body: { orderId: "1", partnerOrderId: "P1" } });
// @ts-expect-error the pay notice has fields beside its body
supplier.requests.payNotice({ orderId: "1", partnerOrderId: "P1" });
supplier.requests.productChangeNotice([{ partnerDealId: "D1", status: 5 }], { now: 0, signedUri: "/rhone/x" });
new TicketRequests({ partnerId: 1, clientId: "x", clientSecret: "s" }).productChangeNotice([{ partnerDealId: "D1", status: 5 }]);
// @ts-expect-error the secret is missing
new TicketRequests({ partnerId: 1, clientId: "x" });
supplier.requests.heartbeat(undefined, { uri: "/mt/heartbeat" });
// @ts-expect-error where does it go?
supplier.requests.orderQuery({ orderId: "1" });
supplier.requests.orderQuery({ orderId: "1" }, { url: new URL("https://supplier.example/mt/query") });

interface Env {
  SECRET: string;
}

export default {
  fetch: handler<[env: Env, context: { waitUntil(promise: Promise<unknown>): void }]>({
    config: (env) => ({ partnerId: 1, clientId: "x", clientSecret: env.SECRET }),
    orderCreate: (call, env) => (env.SECRET ? { partnerOrderId: call.body.orderId } : call.fail(421, "产品不可售")),
    async orderPay(call, _env, context) {
      context.waitUntil(Promise.resolve());
      const reply: TicketResponse = call.issuing();
      return reply;
    },
    // @ts-expect-error the statuses are missing
    orderQuery: () => ({ partnerOrderId: "P1" }),
    async orderClose(call) {
      if (call.body.closeType === codes.CloseType.ISSUE_FAILED) return;
    },
    orderRefunded() {},
    fallback: () => new Response("not here", { status: 404 }),
    onError: (error, { orderId, call, key, request }) =>
      console.error(orderId, call, key, request?.url, MeituanError.is(error) && error.hint),
    onWarning: (warnings, { call, part }) => console.warn(call, part, warnings[0]?.path, warnings[0]?.report),
    language: "zh",
    unknownOutcome: "pending",
  }),
  // @ts-expect-error there is no such call
  other: supplier.handler({ orderCreated: () => undefined }),
  one: supplier.handler({ heartbeat: () => undefined }),
};

// With a store, the functions get the order, its counts and the attempt key, whatever kind of store it is.
declare const store: OrderStore<{ readonly etag: string }> & { close(): void };
export const keeping = supplier.handler({
  store,
  send: (request) => fetch(request),
  orderCreate: (call) => ({ partnerOrderId: call.attemptKey }),
  orderPay: (call) => (call.order.quantity > 1 ? call.issuing() : { voucherType: 1, vouchers: [call.attemptKey] }),
  async orderRefund(call) {
    // @ts-expect-error numbers of tickets are counts
    if (call.order.usedQuantity > 0) return;
    if (call.counts.used > 0) return call.fail(606, "已使用");
  },
  onConflict(found, { orderId, call }) {
    for (const { id, breach, since, resolvedAt } of found)
      console.warn(orderId, call, id, explain({ breach }).meaning.zh, since, resolvedAt);
  },
  onNoticeGivenUp: ({ id, tries }, { orderId, key }) => console.error(orderId, key, id, tries),
  orders: { issuingDeadline: 600_000, refundDeadline: 86_400_000, issueFailedStatus: 2 },
});
// @ts-expect-error a handler without a store knows of no conflicts
supplier.handler({ onConflict: () => undefined });
keeping.settle("1").then((due: number | undefined) => due);
// @ts-expect-error a handler with a store sends the notice itself
supplier.handler({ store, orderCreate: keepNothing, orderPay: keepNothing, orderRefund: keepNothing, unknownOutcome: "pending" });
declare function keepNothing(): undefined;

// What somebody asks of an order, and puts right.
const orders = supplier.orders(
  store,
  {},
  { language: "zh", onConflict: (found) => found.length, onNoticeGivenUp: () => undefined },
);
export const state = orders.explain("1").then(({ due, meaning, conflicts }) => [due, meaning.zh, conflicts[0]?.meaning.en]);
export const settled = orders.resolveConflict("1", "entered-twice:gate-1", "the gate").then(({ kind }) => kind);
export const again = orders.retryNotice("1", "payNotice:1").then(({ reason }) => reason && explain({ reason }).meaning.en);
export const clashing = orders.conflicts().then((list) => list.map(({ orderId, conflicts }) => [orderId, conflicts.length]));
export const heard = explain({ report: "accepted-at-last" }).meaning.zh;

// What happens at the supplier, and what comes of it.
export const events: OrderEvent[] = [
  { consumed: { id: "gate-1", credentials: [{ credentialNo: "130000000000000000" }] } },
  { admit: { id: "gate-1", vouchers: ["a"] } },
  { refundAgreed: { refundId: "R1", vouchers: ["a"] } },
  { refundAgreed: { refundId: "S1", sameAs: "R1" } },
  { conflictResolved: { id: "entered-early:gate-1", note: "was let in by hand" } },
  { personalDataCleared: {} },
  // @ts-expect-error there is no such event
  { conflictForgotten: {} },
];
export const letIn = async (orders: Orders) => {
  const { admitted, refused } = await orders.admit("1", { id: "gate-1", codes: ["a"], at: new Date() });
  await orders.admit("1", { id: "gate-2", credentials: [{ credentialNo: "130000000000000000" }], quantity: 2 });
  // @ts-expect-error the same entry has an id
  await orders.admit("1", { codes: ["a"] });
  const why: string[] = refused.map(({ reason }) => explain({ reason }).meaning.en);
  return [...admitted.map(({ voucher, quantity }) => `${voucher}: ${quantity}`), ...why];
};
const outcome = transition(null, { timePassed: {} }, { now: 0 });
export const counted: Counts | undefined = outcome.counts;
export const why: string | undefined = outcome.reason && reasons[outcome.reason].zh;
export const clashes: string[] = outcome.conflicts.map((id) => conflicts[id].en);
// @ts-expect-error there is no such reason
export const unlisted = outcome.reason === "no-such-reason";
// @ts-expect-error a sentence about nothing
explain({});
for (const { state, voucher, credentials } of outcome.next?.units ?? []) {
  if (state === codes.UnitState.PENDING)
    console.log(
      voucher,
      credentials?.map((place) => outcome.next?.issued?.credentialList?.[place]),
    );
}

// A reply written as a function of its own is typed by the call's name.
export const paid = (call: CallOf<"orderPay">, reply: OrderPaid) => call.ok(reply).warnings.map((warning) => warning.rule);

// @ts-expect-error a misspelt message
checkMessage("ticket.orderPaid.response", "{}");
checkMessage("ticket.orderCreate.request", "{}", { now: new Date() });
export const found = checkMessage("ticket.orderPay.response", "{}", { quantity: 2 }).issues.filter((issue) => issue.refuses);

declare const accounts: Map<number, PartnerConfig>;
declare const shared: OrderStore;
const several = handler({
  routes: { "/mt/order/create": "orderCreate" },
  partners: async (partnerId: number, env: { prefix: string }) => accounts.get(partnerId + env.prefix.length),
  partnersCache: { maxAgeMs: 1000 },
  store: (partnerId, env) => (partnerId > env.prefix.length ? shared : shared),
  orderCreate: (call, env) => ({ partnerOrderId: `${env.prefix}${call.partnerId}${call.attemptKey}` }),
  orderPay: () => ({ voucherType: 0 }),
  orderRefund: (call) => call.pending(),
});
several.settle("7:1", { prefix: "" });
const answering: (request: Request, env: { prefix: string }) => Promise<Response> = handler({
  routes: {},
  partners: (partnerId: number, _env: { prefix: string }) => accounts.get(partnerId) ?? null,
  orderCreate: (call, env) => ({ partnerOrderId: env.prefix + call.partnerId }),
});
answering(new Request(""), { prefix: "" });
// @ts-expect-error the routes are those of all partners
handler({ partners: (partnerId: number) => accounts.get(partnerId) });
// @ts-expect-error one or the other
handler({ config: accounts.get(1) as PartnerConfig, routes: {}, partners: (partnerId: number) => accounts.get(partnerId) });
// @ts-expect-error a partner has no routes of its own
accounts.set(1, { partnerId: 1, clientId: "x", clientSecret: "s", routes: {} });
const partners = new TicketPartners({ routes: {}, partners: (partnerId) => accounts.get(partnerId) });
export const whose: number = partners.receiveSync({ ...head, body: "" }).partnerId;
supplier.orders(partnerStore(shared, 1122));
// @ts-expect-error nobody may claim the orders of all partners for one
partnerStore(shared, 1122).claimDue;
