import { handler, RideClient } from "meituan-protocol/ride";
import { order } from "./order.ts";

const required = (name: string) => {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const settings = {
  entId: required("MEITUAN_ENT_ID"),
  accessKey: required("MEITUAN_ACCESS_KEY"),
  secretKey: required("MEITUAN_SECRET_KEY"),
  environment: Deno.env.get("MEITUAN_ENVIRONMENT") ?? "test",
  routes: { "/meituan/capacity": "capacityOffered", "/meituan/event": "orderChanged", "/meituan/refund": "refunded" },
} as const;

const ride = new RideClient(settings);
const kv = await Deno.openKv(Deno.env.get("DATABASE"));

/** `deduplicationKey` is the same for every repetition of a push. Only what was done is remembered: the rest shall come again. */
async function once(key: string, work: () => unknown) {
  if ((await kv.get(["done", key])).value) return;
  await work();
  await kv.set(["done", key], true);
}

const pushes = handler({
  config: settings,

  capacityOffered: ({ body: { mtOrderId, submitDriveInfo }, deduplicationKey }) =>
    once(deduplicationKey, async () => {
      const confirm = ride.requests.confirmOrder({ mtOrderId, driverId: submitDriveInfo.driverId });
      await confirm.parseResponse(await fetch(confirm.toRequest())); // thrown: not taken, and Meituan pushes again
    }),

  orderChanged: ({ body: { mtOrderId }, deduplicationKey }) =>
    once(deduplicationKey, async () => {
      // A push is a hint, may be late and is not signed: how things are, Meituan tells when asked.
      if (mtOrderId !== undefined) await kv.set(["ride", mtOrderId], await ask(mtOrderId));
    }),

  refunded: ({ body, deduplicationKey }) =>
    once(deduplicationKey, () => console.log(`refunded: ${body.refundAmount} fen, ${body.sqtRefundNo}`)),
});

async function ask(mtOrderId: string) {
  const { value: channelPartnerOrderId } = await kv.get<string>(["submitted", mtOrderId]);
  const query = ride.requests.queryRealTimeOrder({ mtOrderId, channelPartnerOrderId: channelPartnerOrderId ?? "" });
  const { orderStatus } = await query.parseResponse(await fetch(query.toRequest()));
  return { mtOrderId, orderStatus };
}

Deno.serve({ port: Number(Deno.env.get("PORT") ?? 3000) }, async (request) => {
  const [, first, mtOrderId] = new URL(request.url).pathname.split("/");
  if (first !== "rides") return pushes(request);
  // Our own front end; put whatever guards your other services before this.
  if (mtOrderId !== undefined) return Response.json((await kv.get(["ride", mtOrderId])).value);
  const ordered = await order(ride, await request.json());
  await kv.set(["submitted", ordered.mtOrderId], ordered.channelPartnerOrderId);
  return Response.json({ mtOrderId: ordered.mtOrderId }, { status: 201 });
});
