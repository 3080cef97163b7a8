// The library, as its users call it: by its public functions alone.

import { openEnvelope, sealEnvelope } from "meituan-protocol/ride";
import { TicketSupplier } from "meituan-protocol/ticket";
import { CLIENT_ID, CLIENT_SECRET, NOW, PARTNER_ID, ROUTES } from "./bodies.mjs";

/** What it is called among the contenders. */
export const NAME = "meituan-protocol";

const supplier = new TicketSupplier({
  partnerId: PARTNER_ID,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  routes: ROUTES,
  now: () => NOW,
});
const query = supplier.requests.orderQuery({ orderId: "1", partnerOrderId: "P1" }, { uri: "/mt/order/query" });

/** @param {any} request */
export const heartbeat = (request) => supplier.receiveSync(request).ok();

/** @param {any} request */
export function orderCreate(request) {
  const call = supplier.receiveSync(request);
  return call.ok({ partnerOrderId: `P${call.body.orderId}` });
}

/** @param {any} input */
export const orderPay = ({ request, reply, quantity }) => supplier.receiveSync(request).ok(reply, { order: { quantity } });

/** @param {Buffer} text */
export const readOrderState = (text) => query.parse(text);

/** Reads it too: there is no public function that only judges. @param {Buffer} text */
export function judgeOrderState(text) {
  try {
    query.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @param {{ url: string, now: number }} request */
export const signHeartbeat = ({ url, now }) => supplier.requests.heartbeat(undefined, { uri: url, now });

/** @param {string} secretKey */
export const envelope = (secretKey) => ({
  seal: (/** @type {string} */ text) => sealEnvelope(secretKey, text),
  open: (/** @type {string} */ content) => openEnvelope(secretKey, content),
});
