// The Fetch handler: a Request comes in, a Response goes out, and its body is read.

import { supplier } from "./library.mjs";
import { fetchSupplier } from "./peers/fetch.mjs";
import { CLIENT_SECRET } from "./settings.mjs";

const ORIGIN = "https://supplier.example.com";
/** Nothing but a success has this in it. */
const SUCCESS = '"code":200,';

/** @param {(request: Request) => Promise<Response>} handle @returns {(call: any) => Promise<{ status: number, body: string }>} */
const answering =
  (handle) =>
  async ({ url, ...how }) => {
    const response = await handle(new Request(ORIGIN + url, how));
    const body = await response.text();
    if (!body.includes(SUCCESS)) throw new Error(`no success: ${body}`);
    return { status: response.status, body };
  };

const handler = supplier.handler({
  orderCreate: (/** @type {any} */ { body }) => ({ partnerOrderId: `P${body.orderId}` }),
  onError: () => {},
  onWarning: () => {},
});

export const library = answering(/** @type {any} */ (handler));

/** @param {(secret: string) => any} signer @param {Record<string, import("./peers/supplier.mjs").Validator>} validators */
export const peer = (signer, validators) => answering(fetchSupplier(signer(CLIENT_SECRET), validators));
