// Writes the inputs of the native benchmarks: `node native-inputs.mjs <file>`.

import { writeFileSync } from "node:fs";
import * as bodies from "./bodies.mjs";
import { SECRET_KEY } from "./cases.mjs";
import { CLIENT_ID, CLIENT_SECRET, NOW, PARTNER_ID, ROUTES } from "./settings.mjs";

const KILOBYTE = 1024;

/** @param {Record<string, any>} call @param {object} [body] @param {number} [quantity] */
const withReply = ({ url, headers, body }, reply, quantity) => ({
  url,
  headers,
  body: body.toString(),
  quantity,
  reply: JSON.stringify({ code: 200, describe: "success", partnerId: PARTNER_ID, body: reply }),
});
/** @param {number[]} sizes @param {string} start @param {(bytes: number) => any[]} make */
const bySize = (sizes, start, make) => Object.fromEntries(sizes.map((size) => [`${start}${size}k`, make(size * KILOBYTE)]));

const creates = (/** @type {number} */ bytes) =>
  bodies.orderCreateCalls(bytes, "ascii").map((call) => withReply(call, { partnerOrderId: "P2674629059054130" }));
const pays = (/** @type {number} */ bytes) =>
  bodies.orderPayCalls(bodies.vouchersIn(bytes)).map(({ request, reply, quantity }) => {
    const { orderId } = JSON.parse(request.body.toString()).body;
    return withReply(request, { orderId: String(orderId), ...reply }, quantity);
  });

const inputs = {
  partnerId: PARTNER_ID,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  secretKey: SECRET_KEY,
  now: NOW,
  routes: ROUTES,
  calls: {
    verify: bodies.heartbeatCalls().map((call) => withReply(call)),
    ...bySize([0.5, 1.5, 4, 64], "call-", creates),
    ...bySize([0.5, 1.5, 4], "pay-", pays),
  },
  states: bySize([0.5, 1.5, 4, 64], "verdict-", (bytes) => bodies.orderStates(bytes, "ascii").map(String)),
  texts: bySize([0.25, 1.5, 64], "", (bytes) => bodies.texts(bytes, "ascii").map(String)),
};
writeFileSync(process.argv[2], JSON.stringify(inputs));
