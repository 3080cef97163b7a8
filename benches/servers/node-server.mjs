// One contender behind node:http: `node node-server.mjs <contender>`, on a free port of the loopback. Its parent gets the port, and
// on request how much of the processor's time was used, in microseconds.

import { createServer } from "node:http";
import { RUNTIMES } from "../cases.mjs";
import * as library from "../library.mjs";

const constant = {
  status: 200,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: '{"code":200,"describe":"success","partnerId":1122,"body":{"partnerOrderId":"P2674629059054130"}}',
};

/** What reads the body and writes the reply is the same for all. @type {Record<string, (request: any) => any>} */
const contenders = {
  bare: () => constant,
  [library.NAME]: library.orderCreate,
  ...Object.fromEntries(Object.entries(RUNTIMES.node.suppliers).map(([name, { orderCreate }]) => [name, orderCreate])),
};
const answer = contenders[process.argv[2]];

const server = createServer((request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const { method, url, headers } = request;
    const reply = answer({ method, url, headers, body: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks) });
    response.writeHead(reply.status, { ...reply.headers, "content-length": Buffer.byteLength(reply.body) });
    response.end(reply.body);
  });
});

server.listen(0, "127.0.0.1", () => {
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  process.send?.({ port });
});
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system });
});
process.on("disconnect", () => process.exit());
