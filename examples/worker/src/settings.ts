import type { TicketSupplierOptions } from "meituan-protocol/ticket";
import type { Order } from "./order.js";

/** The bindings that wrangler.jsonc and the secrets provide. */
export interface Env {
  ORDERS: DurableObjectNamespace<Order>;
  MEITUAN_PARTNER_ID: string;
  MEITUAN_CLIENT_ID: string;
  MEITUAN_CLIENT_SECRET: string;
  MEITUAN_HOST: string;
  GATE_TOKEN: string;
  UPSTREAM_MILLISECONDS: string;
}

/** The order's own object: calls come to it one at a time, and its database holds this order only. */
export const orderOf = (env: Env, orderId: string) => env.ORDERS.getByName(orderId);

/** Our account at Meituan. The paths are of our own choice; register them with Meituan exactly so. */
export const settings = (env: Env): TicketSupplierOptions => ({
  partnerId: env.MEITUAN_PARTNER_ID,
  clientId: env.MEITUAN_CLIENT_ID,
  clientSecret: env.MEITUAN_CLIENT_SECRET,
  host: env.MEITUAN_HOST,
  routes: {
    "/meituan/order/create": "orderCreate",
    "/meituan/order/pay": "orderPay",
    "/meituan/order/query": "orderQuery",
    "/meituan/order/refund": "orderRefund",
    "/meituan/order/close": "orderClose",
    "/meituan/order/refunded": "orderRefunded",
  },
});
