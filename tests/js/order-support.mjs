// A process of the supplier's that keeps orders, and Meituan's calls to it.

import { MemoryStore } from "meituan-protocol/testing";
import { handler, TicketSupplier } from "meituan-protocol/ticket";

const PATHS = {
  ...{ orderCreate: "/create", orderPay: "/pay", orderQuery: "/query", orderRefund: "/refund", orderClose: "/close" },
};
export const SETTINGS = {
  ...{ partnerId: 1122, clientId: "lvyou_x", clientSecret: "123456ce8b61f8e608eaf2e9702864a9", host: "https://meituan.example" },
  routes: Object.fromEntries(Object.entries(PATHS).map(([name, path]) => [path, name])),
};
export const ORDER = "8985652356562370001";
export const CREATE = {
  ...{ orderId: ORDER, partnerDealId: "D1", mtDealId: "7", buyPrice: 5800, unitPrice: 6000, totalPrice: 12000, quantity: 2 },
};
export const PAY = { orderId: ORDER, partnerOrderId: "P1" };
export const REFUND = {
  ...{ orderId: ORDER, refundId: "R1", partnerOrderId: "P1", partnerDealId: "D1", voucherList: ["a"], refundQuantity: 1 },
  ...{ unitPrice: 6000, refundPrice: 6000, refundFee: 0, refundTime: 1795655157000 },
};
export const CLOSE = { orderId: ORDER, closeType: 3 };
export const ISSUED = { ...PAY, voucherType: 1, vouchers: ["a", "b"] };
/** The calls about an order that is created, with what each says. */
export const CALLS = { orderPay: PAY, orderQuery: PAY, orderRefund: REFUND, orderClose: CLOSE, orderCreate: CREATE };

export const accepted = () => Response.json({ code: 200, describe: "success", partnerId: 1122 });
export const never = () => new Promise(() => {});
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const supplier = new TicketSupplier(SETTINGS);

/** A call of Meituan's. */
export const called = (name, message) =>
  supplier.requests[name](message, { url: `https://shop.example${PATHS[name]}` }).toRequest();

/** A process of the supplier's on a store that others may share. */
export function shop({ store = new MemoryStore(), send = accepted, functions = {}, ...options } = {}) {
  const errors = [];
  const abouts = [];
  const serve = handler({
    ...{ config: SETTINGS, store, send: send ?? undefined, onConflict: () => {} },
    onError: (error, about) => abouts.push(about) && errors.push(error),
    ...{ orderCreate: () => ({ partnerOrderId: "P1" }), orderPay: (call) => call.issuing(), orderRefund: (call) => call.pending() },
    ...options,
    ...functions,
  });
  const call = async (name, message = CALLS[name], ...context) => {
    const response = await serve(called(name, message), ...context);
    return response.status === 200 ? response.json() : { status: response.status };
  };
  const orders = typeof store === "function" ? undefined : supplier.orders(store);
  return { store, serve, call, errors, abouts, orders, settle: (...context) => serve.settle(ORDER, ...context) };
}

/** A store whose answers can be changed while it works. */
export function changing() {
  const kept = new MemoryStore();
  const store = {
    kept,
    change: {},
    load: (...asked) => (store.change.load ?? kept.load.bind(kept))(...asked),
    save: (...asked) => (store.change.save ?? kept.save.bind(kept))(...asked),
  };
  return store;
}
