// A supplier with a store, as somebody writes it who deploys Workers: orders here are in the memory of the process.

import { handler } from "meituan-protocol/ticket";
import expected from "./expected.mjs";

const { partnerId, clientId, clientSecret } = expected.ticket;
const orders = new Map();

const store = {
  load: (/** @type {string} */ orderId) => orders.get(orderId) ?? null,
  save(/** @type {string} */ orderId, /** @type {object} */ snapshot, /** @type {number | null} */ expectedRevision) {
    const revision = orders.get(orderId)?.revision ?? null;
    if (revision !== expectedRevision) return false;
    orders.set(orderId, { snapshot: structuredClone(snapshot), revision: (revision ?? 0) + 1 });
    return true;
  },
};

/** Answers Meituan's calls to `/meituan/…`. */
export const respond = handler({
  config: {
    ...{ partnerId, clientId, clientSecret },
    routes: { "/meituan/create": "orderCreate", "/meituan/pay": "orderPay", "/meituan/refund": "orderRefund" },
  },
  store,
  orderCreate: ({ body }) => ({ partnerOrderId: `P${body.orderId}` }),
  orderPay: ({ body }) => ({ voucherType: 1, vouchers: [`${body.orderId}`.slice(-10), `${body.orderId}`.slice(-11, -1)] }),
  orderRefund: () => undefined,
  onError() {},
  onWarning() {},
});
