import { handler } from "meituan-protocol/ticket";
import { pricesOf, productsFor } from "../../catalogue.ts";

export const runtime = "edge";
export const dynamic = "force-dynamic";

const meituan = handler({
  // Read at each call: a build does not have the secrets.
  config: () => ({
    partnerId: process.env.MEITUAN_PARTNER_ID ?? "",
    clientId: process.env.MEITUAN_CLIENT_ID ?? "",
    clientSecret: process.env.MEITUAN_CLIENT_SECRET ?? "",
    routes: {
      "/meituan/heartbeat": "heartbeat",
      "/meituan/prices": "priceCalendar",
      "/meituan/products": "productPull",
      "/meituan/products/status": "productStatus",
    },
  }),

  heartbeat() {},

  priceCalendar(call) {
    const { partnerDealId, startTime, endTime } = call.body;
    return pricesOf(partnerDealId, startTime, endTime) ?? call.fail(201, `没有该产品：${partnerDealId}`);
  },

  productPull(call) {
    const all = productsFor(call.partnerId);
    const { method, partnerDealIds = [], currentPage = 1, pageSize = 20 } = call.body;
    if (method === "multi") return all.filter(({ partnerDealId }) => partnerDealIds.includes(partnerDealId));
    const first = (currentPage - 1) * pageSize;
    return call.ok(all.slice(first, first + pageSize), { totalSize: all.length });
  },

  productStatus(call) {
    for (const { partnerDealId, status } of call.body) console.log(`${partnerDealId} is now ${status} at Meituan`);
  },
});

export const POST = (request: Request) => meituan(request);
