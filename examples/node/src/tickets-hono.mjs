// The ticket supplier, served by Hono.

import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { happened, meituan } from "./tickets.mjs";

const app = new Hono();
// The raw request: a body that `context.req.json()` has read is gone.
app.post("/meituan/*", (context) => meituan(context.req.raw));
// Our own side: `{ "consumed": { "id": "gate-7:1", "vouchers": ["…"] } }`, and whatever else happens to an order.
app.use("/office/*", bearerAuth({ token: process.env.OFFICE_TOKEN || crypto.randomUUID() }));
app.post("/office/orders/:orderId", async (context) =>
  context.json(await happened(context.req.param("orderId"), await context.req.json())),
);

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => console.log(`listening on port ${port}`));
