// Meituan's calls to the processes of the tests, and what these do about them.

import { TicketSupplier } from "meituan-protocol/ticket";

export const SETTINGS = {
  ...{ partnerId: 1122, clientId: "stores_x", clientSecret: "stores-secret-not-a-real-one", host: "https://meituan.example" },
  routes: { "/create": "orderCreate", "/pay": "orderPay" },
};
/** Orders are issued later, so that a notice follows. */
export const CALLS = {
  orderCreate: ({ body }) => ({ partnerOrderId: `P${body.orderId}` }),
  orderPay: (call) => call.issuing(),
  orderRefund: (call) => call.pending(),
};

const supplier = new TicketSupplier(SETTINGS);

/** Creates and pays an order through a handler over the store. */
export async function paid(store, orderId, quantity) {
  const errors = [];
  const handler = supplier.handler({
    store,
    ...CALLS,
    onError: (error) => errors.push(error),
    onConflict: () => {},
    onWarning: () => {},
  });
  const call = async (name, path, message) => {
    const request = supplier.requests[name](message, { url: `https://shop.example${path}` });
    const response = await handler(request.toRequest());
    if (response.status !== 200) throw new Error(`${name}: HTTP ${response.status}`, { cause: errors[0] });
    const { code } = await response.json();
    return code;
  };
  const prices = { buyPrice: 5800, unitPrice: 6000, totalPrice: 6000 * quantity, quantity };
  const created = await call("orderCreate", "/create", { orderId, partnerDealId: "D1", mtDealId: "7", ...prices });
  const answered = await call("orderPay", "/pay", { orderId, partnerOrderId: `P${orderId}` });
  if (created !== 200 || answered !== 598) throw new Error(`create: ${created}, pay: ${answered}`);
}

/** The supplier's own system has issued. @param {string[]} vouchers */
export const issued = (store, orderId, vouchers) =>
  supplier.orders(store).apply(orderId, { issued: { orderId, partnerOrderId: `P${orderId}`, voucherType: 1, vouchers } });
