// The contenders as Workers: which one answers is a binding.

import { TicketSupplier } from "meituan-protocol/ticket";
import { validators as byHand } from "../peers/by-hand.mjs";
import { fetchSupplier } from "../peers/fetch.mjs";
import { signer } from "../peers/webcrypto.mjs";
import { validators } from "../peers/zod.mjs";
import { CLIENT_ID, CLIENT_SECRET, NOW, PARTNER_ID, ROUTES } from "../settings.mjs";

const HEADERS = { "content-type": "application/json; charset=utf-8" };
const CONSTANT = '{"code":200,"describe":"success","partnerId":1122,"body":{"partnerOrderId":"P2674629059054130"}}';

/** Made when it is first used: a Worker may not make keys before. @type {Record<string, () => (request: Request) => Promise<Response>>} */
const contenders = {
  bare: () => async (request) => {
    await request.text();
    return new Response(CONSTANT, { headers: HEADERS });
  },
  "meituan-protocol": () => {
    const supplier = new TicketSupplier({
      ...{ partnerId: PARTNER_ID, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, routes: ROUTES, now: () => NOW },
    });
    const orderCreate = (/** @type {any} */ { body }) => ({ partnerOrderId: `P${body.orderId}` });
    return /** @type {any} */ (supplier.handler({ orderCreate }));
  },
  "WebCrypto + by hand": () => fetchSupplier(signer(CLIENT_SECRET), byHand),
  "WebCrypto + zod jitless": () => fetchSupplier(signer(CLIENT_SECRET), validators({ jitless: true })),
};

/** @type {((request: Request) => Promise<Response>) | undefined} */
let answer;

export default {
  /** @param {Request} request @param {{ CONTENDER: string }} env */
  fetch(request, { CONTENDER }) {
    answer ??= contenders[CONTENDER]();
    return answer(request);
  },
};
