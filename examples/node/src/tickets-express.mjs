// The ticket supplier, served by Express. The two traps are the raw body, and the URL within a router.

import { createHash, timingSafeEqual } from "node:crypto";
import express from "express";
import { happened, meituan } from "./tickets.mjs";

const router = express.Router();
// The body as it came, whatever its type. A JSON parser before this would leave an object, whose JSON is another one.
router.use(express.raw({ type: () => true, limit: "1mb" }));
router.post("/*call", async (request, response) => {
  // Within a router `url` lacks the router's own path, and the signature is over the whole: `originalUrl` has it.
  const url = new URL(request.originalUrl, "http://localhost");
  const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, `${value}`]));
  const reply = await meituan(new Request(url, { method: "POST", headers, body: request.body }));
  response
    .status(reply.status)
    .set(Object.fromEntries(reply.headers))
    .end(await reply.text());
});

const digest = (text = "") => createHash("sha256").update(text).digest();
const office = digest(`Bearer ${process.env.OFFICE_TOKEN || crypto.randomUUID()}`);

const app = express();
app.use("/meituan", router);
// Whatever else the server does may parse bodies, after this.
app.use(express.json());
// Our own side: `{ "consumed": { "id": "gate-7:1", "vouchers": ["…"] } }`, and whatever else happens to an order.
app.post("/office/orders/:orderId", async (request, response) => {
  if (!timingSafeEqual(digest(request.headers.authorization), office)) return response.status(401).end();
  response.json(await happened(request.params.orderId, request.body));
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => console.log("listening on", server.address()));
