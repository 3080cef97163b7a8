// What it costs to take a call apart in each of the two modules, without the JavaScript around them. Nothing public calls the
// module of orders for a call that is not kept, so its exports are called here, of instances of their own.

import { readFileSync } from "node:fs";
import { CLIENT_ID, CLIENT_SECRET, NOW, PARTNER_ID, ROUTES } from "./settings.mjs";

const DIST = new URL("../node_modules/meituan-protocol/dist/", import.meta.url);
const SETTINGS = JSON.stringify({
  partnerId: PARTNER_ID,
  clientId: CLIENT_ID,
  clientSecrets: [CLIENT_SECRET],
  toleranceSeconds: 600,
  maxBodyBytes: 1_000_000,
  signedWithoutQuery: true,
  routes: Object.entries(ROUTES).map(([path, call]) => ({ path, call })),
});
const ROOM = 100_000;

/** @param {string} glue @param {string} wasm */
async function receiver(glue, wasm) {
  // By another name it is another instance than the package's.
  const module = await import(new URL(`${glue}?receive`, DIST).href);
  const { memory } = module.initSync({ module: readFileSync(new URL(wasm, DIST)) });
  const inputAt = module.input(ROOM);
  const encoder = new TextEncoder();
  const put = (/** @type {string} */ text) => encoder.encodeInto(text, new Uint8Array(memory.buffer, inputAt)).written;
  const supplier = 0;
  module.ticket_supplier(supplier, put(SETTINGS));
  return (/** @type {any} */ { method, url, headers, body }) => {
    const head = put(`${method}\n${url}\n\n${headers.partnerid}\n${headers.date}\n${headers.authorization}\n`);
    new Uint8Array(memory.buffer, inputAt).set(body, head);
    return module.ticket_receive(supplier, head, body.length, NOW) === 0;
  };
}

export const messages = await receiver("loaders/glue.js", "meituan_protocol.wasm");
export const orders = await receiver("loaders/orders-glue.js", "meituan_protocol_orders.wasm");
