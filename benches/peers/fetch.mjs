// A supplier behind fetch: a Request comes in, a Response goes out.

import { asyncSupplier } from "./supplier.mjs";

/**
 * @param {import("./supplier.mjs").Verifier} signer
 * @param {Record<string, import("./supplier.mjs").Validator>} validators
 * @returns {(request: Request) => Promise<Response>}
 */
export function fetchSupplier(signer, validators) {
  const orderCreate = asyncSupplier(signer, validators, (text) => /** @type {any} */ (text));
  return async (request) => {
    const { method, headers: given } = request;
    const header = (/** @type {string} */ name) => given.get(name) ?? "";
    const headers = { partnerid: header("partnerid"), date: header("date"), authorization: header("authorization") };
    const url = request.url.slice(request.url.indexOf("/", 8));
    const { body, ...how } = await orderCreate({ method, url, headers, body: () => request.text() });
    return new Response(body, how);
  };
}
