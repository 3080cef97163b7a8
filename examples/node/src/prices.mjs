// The calls of the ticket API that need no orders, with Express.

import express from "express";
import { fen, MeituanError, TicketSupplier } from "meituan-protocol/ticket";

/** @param {string} name */
const required = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const supplier = new TicketSupplier({
  partnerId: required("MEITUAN_PARTNER_ID"),
  clientId: required("MEITUAN_CLIENT_ID"),
  clientSecret: required("MEITUAN_CLIENT_SECRET"),
  routes: { "/meituan/heartbeat": "heartbeat", "/meituan/prices": "priceCalendar" },
});

/** The price of each product on any day, in fen. Yours to replace. */
const PRICES = new Map([["garden-day", { marketPrice: fen(5800), mtPrice: fen(5000), settlementPrice: fen(4500), stock: 200 }]]);

/** @param {import("meituan-protocol/ticket").Call} call */
function answer(call) {
  switch (call.type) {
    case "heartbeat":
      return call.ok();
    case "priceCalendar": {
      const { partnerDealId, startTime, endTime } = call.body;
      const price = PRICES.get(partnerDealId);
      if (price === undefined) return call.fail(201, `没有该产品：${partnerDealId}`);
      const days = [];
      for (let day = Date.parse(startTime); day <= Date.parse(endTime) && days.length < 366; day += 86_400_000) {
        days.push({ partnerDealId, date: new Date(day).toISOString().slice(0, 10), ...price });
      }
      return call.ok(days);
    }
    default:
      return call.failUnlisted(300, "接口未实现");
  }
}

const meituan = express.Router();
// The body as it came, whatever its type. A JSON parser before this would leave an object, whose JSON is another one.
meituan.use(express.raw({ type: () => true, limit: "1mb" }));
meituan.use((request, response) => {
  let reply;
  try {
    // Within a router `url` lacks the router's own path, and the signature is over the whole: `originalUrl` has it.
    const { method, originalUrl: url, headers } = request;
    reply = answer(supplier.receiveSync({ method, url, headers, body: request.body ?? "" }));
  } catch (error) {
    console.error(error);
    reply = MeituanError.is(error) ? error.toReply() : supplier.failFor(request.originalUrl, "系统异常");
  }
  response.status(reply.status).set(reply.headers).end(reply.body);
});

const app = express();
app.use("/meituan", meituan);
// Whatever else the server does may parse bodies, after this.
app.use(express.json());

const server = app.listen(Number(process.env.PORT ?? 3000), () => console.log("listening on", server.address()));
