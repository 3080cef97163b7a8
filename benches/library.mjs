// The library, as its users call it: by its public functions alone.

import { acceptsMessage } from "meituan-protocol";
import { openEnvelope, sealEnvelope } from "meituan-protocol/ride";
import { TicketSupplier } from "meituan-protocol/ticket";
import { CLIENT_ID, CLIENT_SECRET, NOW, PARTNER_ID, ROUTES } from "./settings.mjs";

/** What it is called among the contenders. */
export const NAME = "meituan-protocol";

export const supplier = new TicketSupplier({
  partnerId: PARTNER_ID,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  routes: ROUTES,
  now: () => NOW,
});
const query = /* @__PURE__ */ supplier.requests.orderQuery({ orderId: "1", partnerOrderId: "P1" }, { uri: "/mt/order/query" });

/** @param {any} request */
export const heartbeat = (request) => supplier.receiveSync(request).ok();

/** @param {any} request */
export function orderCreate(request) {
  const call = supplier.receiveSync(request);
  return call.ok({ partnerOrderId: `P${call.body.orderId}` });
}

/** @param {any} input */
export const orderPay = ({ request, reply, quantity }) => supplier.receiveSync(request).ok(reply, { order: { quantity } });

/** The same where the reply repeats a value of the request. @param {any} input */
export function orderPayEchoing({ request, reply, quantity }) {
  const call = supplier.receiveSync(request);
  return call.ok({ ...reply, partnerOrderId: call.body.partnerOrderId }, { order: { quantity } });
}

/** @param {Uint8Array} text */
export const readOrderState = (text) => query.parse(text);

/** @param {Uint8Array} text */
export const judgeOrderState = (text) => acceptsMessage("ticket.orderQuery.response", text);

/** @param {{ url: string, now: number }} request */
export const signHeartbeat = ({ url, now }) => supplier.requests.heartbeat(undefined, { uri: url, now });

/** @param {string} secretKey @param {import("meituan-protocol/ride").HostCipher} [cipher] */
export const envelope = (secretKey, cipher) => ({
  seal: (/** @type {string} */ text) => sealEnvelope(secretKey, text, { cipher }),
  open: (/** @type {string} */ content) => openEnvelope(secretKey, content, { cipher }),
});
