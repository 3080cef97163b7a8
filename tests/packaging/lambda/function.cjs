// The same as a CommonJS author writes it.

const { TicketSupplier } = require("meituan-protocol/ticket");
const { default: expected } = require("./expected.mjs");
const { smoke } = require("./smoke.mjs");

const library = {
  root: require("meituan-protocol"),
  ticket: require("meituan-protocol/ticket"),
  ride: require("meituan-protocol/ride"),
  testing: require("meituan-protocol/testing"),
};
const { partnerId, clientId, clientSecret, routes, reply, now } = expected.ticket;
const supplier = new TicketSupplier({ partnerId, clientId, clientSecret, routes, now: () => now });

exports.handler = async (event) => {
  if (event.rawPath === "/smoke") return { statusCode: 200, body: JSON.stringify(await smoke(library, expected)) };
  const call = supplier.receiveSync({
    method: event.requestContext.http.method,
    url: event.rawQueryString ? `${event.rawPath}?${event.rawQueryString}` : event.rawPath,
    headers: event.headers,
    body: event.isBase64Encoded ? Buffer.from(event.body, "base64") : event.body,
  });
  const { status, headers, body } = call.ok(reply);
  return { statusCode: status, headers, body };
};
