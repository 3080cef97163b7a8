// A supplier of tickets over a store, and Meituan's calls to it.

import assert from "node:assert/strict";
import { MemoryStore } from "meituan-protocol/testing";
import { handler, TicketSupplier } from "meituan-protocol/ticket";

export const SETTINGS = {
  partnerId: 1122,
  clientId: "lvyou_x",
  clientSecret: "123456ce8b61f8e608eaf2e9702864a9",
  host: "https://meituan.example",
  routes: {
    "/create": "orderCreate",
    "/pay": "orderPay",
    "/query": "orderQuery",
    "/refund": "orderRefund",
    "/close": "orderClose",
    "/refunded": "orderRefunded",
    "/reschedule": "orderReschedule",
    "/heartbeat": "heartbeat",
  },
};
export const PATHS = Object.fromEntries(Object.entries(SETTINGS.routes).map(([path, name]) => [name, path]));
export const meituan = new TicketSupplier(SETTINGS);

export const ORDER = "8985652356562370001";
export const CREATE = {
  ...{ orderId: ORDER, partnerDealId: "D1", mtDealId: "7", buyPrice: 5800, unitPrice: 6000, totalPrice: 12000 },
  ...{ quantity: 2, visitors: [], travelDate: "2016-11-30" },
};
export const PAY = { orderId: ORDER, partnerOrderId: "P1" };
export const QUERY = PAY;
export const refundOf = (refundId, vouchers, quantity = vouchers.length) => ({
  ...{ orderId: ORDER, refundId, partnerOrderId: "P1", partnerDealId: "D1", voucherList: vouchers, refundQuantity: quantity },
  ...{ unitPrice: 6000, refundPrice: 6000, refundFee: 0, refundTime: Date.now() },
});

/** A supplier with everything that can be watched and steered. */
export class Shop {
  runs = [];
  errors = [];
  sent = [];
  background = [];
  store = new MemoryStore();
  /** How Meituan answers notices. */
  accepts = true;

  constructor({ functions = {}, now, ...options } = {}) {
    this.now = now;
    const count =
      (name, act) =>
      (call, ...context) => {
        this.runs.push(`${name} ${call.attemptKey}`);
        return act(call, ...context);
      };
    const own = {
      orderCreate: () => ({ partnerOrderId: "P1" }),
      orderPay: () => ({ voucherType: 1, vouchers: ["a", "b"] }),
      orderRefund: () => {},
      ...functions,
    };
    const counted = Object.fromEntries(Object.entries(own).map(([name, act]) => [name, count(name, act)]));
    this.serve = handler({
      config: { ...SETTINGS, ...(now && { now: () => this.now }) },
      store: this.store,
      send: async (request) => {
        const message = await request.json();
        this.sent.push({ path: new URL(request.url).pathname, ...message });
        return Response.json({ code: this.accepts ? 200 : 300, describe: "x", partnerId: 1122 });
      },
      waitUntil: (working) => this.background.push(working),
      onError: (error) => this.errors.push(error),
      ...options,
      ...counted,
    });
  }

  async call(name, message) {
    const request = meituan.requests[name](message, { url: `https://shop.example${PATHS[name]}`, now: this.now });
    const response = await this.serve(request.toRequest());
    if (response.status !== 200) return { status: response.status };
    const { code, describe, body } = await response.json();
    return { code, describe, ...body };
  }

  get order() {
    return this.store.load(ORDER).snapshot;
  }

  /** As if so much time had gone by for the order. */
  age(milliseconds) {
    const { snapshot, revision } = this.store.load(ORDER);
    for (const attempt of snapshot.attempts) attempt.startedAt -= milliseconds;
    assert.ok(this.store.save(ORDER, snapshot, revision));
  }
}

export const created = async (options) => {
  const shop = new Shop(options);
  assert.equal((await shop.call("orderCreate", CREATE)).code, 200);
  return shop;
};
export const issued = async (options) => {
  const shop = await created(options);
  assert.equal((await shop.call("orderPay", PAY)).code, 200);
  return shop;
};

/** Noon in UTC+8 on a day that the shipped calendar covers, so that no test fails by the date of its run. */
export const NOON = Date.UTC(2026, 2, 2, 4);

export const RESCHEDULE = {
  ...{ orderId: ORDER, partnerOrderId: "P1", rescheduleType: 1, rescheduleNo: "S1" },
  ...{ originDate: "2016-11-30", targetDate: "2016-12-01" },
};

export const tick = () => new Promise((resolve) => setTimeout(resolve, 5));
