// The supplier of all cases, and the time of every call.

export const PARTNER_ID = 1122;
export const CLIENT_ID = "bench-client";
export const CLIENT_SECRET = "0123456789abcdef0123456789abcdef";
export const ROUTES = {
  "/mt/order/create": "orderCreate",
  "/mt/order/pay": "orderPay",
  "/mt/order/query": "orderQuery",
  "/mt/order/refund": "orderRefund",
  "/mt/heartbeat": "heartbeat",
};
/** The time of every call: the clocks of both sides are part of the input. */
export const NOW = Date.UTC(2026, 10, 22, 4, 30, 0);
