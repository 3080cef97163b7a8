import { handler, TicketSupplier } from "meituan-protocol/ticket";
import { isOnSale, pricesOf, setPrice } from "./prices.ts";

const required = (name: string) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const settings = {
  partnerId: required("MEITUAN_PARTNER_ID"),
  clientId: required("MEITUAN_CLIENT_ID"),
  clientSecret: required("MEITUAN_CLIENT_SECRET"),
  host: process.env.MEITUAN_HOST,
  routes: { "/meituan/heartbeat": "heartbeat", "/meituan/prices": "priceCalendar" },
} as const;

const meituan = handler({
  config: settings,

  heartbeat() {},

  priceCalendar(call) {
    const { partnerDealId, startTime, endTime } = call.body;
    if (!isOnSale(partnerDealId)) return call.fail(201, `没有该产品：${partnerDealId}`);
    return pricesOf(partnerDealId, startTime, endTime);
  },
});

const supplier = new TicketSupplier(settings);

/** Our own office sets a price, and Meituan gets a notice that the product has changed. */
async function priceChanged(request: Request) {
  if (request.headers.get("authorization") !== `Bearer ${required("OFFICE_TOKEN")}`) return new Response(null, { status: 401 });
  const price = (await request.json()) as Parameters<typeof setPrice>[0];
  setPrice(price);
  const notice = supplier.requests.productChangeNotice([{ partnerDealId: price.product, status: 2 }]);
  const { code } = await notice.parseResponse(await fetch(notice.toRequest()));
  return Response.json({ toldMeituan: code === 200 });
}

const server = Bun.serve({
  port: Number(process.env.PORT ?? 3000),
  fetch: (request) => (new URL(request.url).pathname === "/office/price" ? priceChanged(request) : meituan(request)),
});
console.log(`listening on port ${server.port}`);
