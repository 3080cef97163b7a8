// Not benches/library.mjs: unbundled, each entry that is imported is loaded.

import { TicketSupplier } from "meituan-protocol/ticket";
import { CLIENT_ID, CLIENT_SECRET, NOW, PARTNER_ID, ROUTES } from "../settings.mjs";

const supplier = new TicketSupplier({
  partnerId: PARTNER_ID,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  routes: ROUTES,
  now: () => NOW,
});

/** @param {any} request */
export function answer(request) {
  const call = supplier.receiveSync(request);
  return call.ok({ partnerOrderId: `P${call.body.orderId}` });
}
