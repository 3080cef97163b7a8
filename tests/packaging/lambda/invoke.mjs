// Calls the bundled function with API Gateway's events, as Lambda does: the bundle is all that was deployed.

import { deepStrictEqual } from "node:assert";
import { pathToFileURL } from "node:url";
import expected from "./expected.mjs";

const { handler } = await import(pathToFileURL(process.argv[2]).href);
const { passed, failures } = JSON.parse((await handler(event("/smoke", {}, ""))).body);
let more = 0;

const { call, answer } = expected.ticket;
const headers = Object.fromEntries(Object.entries(call.headers).map(([name, value]) => [name.toLowerCase(), value]));
for (const isBase64Encoded of [false, true]) {
  try {
    const body = isBase64Encoded ? Buffer.from(call.body).toString("base64") : call.body;
    const response = await handler({ ...event(new URL(call.url).pathname, headers, body), isBase64Encoded });
    deepStrictEqual(JSON.parse(response.body), answer);
    more += 1;
  } catch (error) {
    failures.push(`isBase64Encoded ${isBase64Encoded}: ${error.message}`);
  }
}
console.log(JSON.stringify({ passed: passed + more, failures }));

function event(rawPath, headers, body) {
  const http = { method: "POST", path: rawPath, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "Meituan" };
  return { version: "2.0", routeKey: "$default", rawPath, rawQueryString: "", headers, requestContext: { http }, body };
}
