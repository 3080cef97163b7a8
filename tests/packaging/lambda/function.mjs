// A function behind API Gateway (payload format 2.0), as its author writes it before bundling.

import { TicketSupplier } from "meituan-protocol/ticket";
import expected from "./expected.mjs";
import { suite } from "./suite.mjs";

const { partnerId, clientId, clientSecret, routes, reply, now } = expected.ticket;
const supplier = new TicketSupplier({ partnerId, clientId, clientSecret, routes, now: () => now });

/** @param {any} event */
export async function handler(event) {
  if (event.rawPath === "/smoke") return { statusCode: 200, body: JSON.stringify(await suite()) };
  const call = supplier.receiveSync({
    method: event.requestContext.http.method,
    url: event.rawQueryString ? `${event.rawPath}?${event.rawQueryString}` : event.rawPath,
    headers: event.headers,
    body: event.isBase64Encoded ? Buffer.from(event.body, "base64") : event.body,
  });
  const { status, headers, body } = call.ok(reply);
  return { statusCode: status, headers, body };
}
