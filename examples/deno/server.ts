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

/** Whether a push is the first of its kind; `deduplicationKey` is the same for every repetition. */
const isNew = async (key: string, value: unknown) =>
  (
    await kv
      .atomic()
      .check({ key: [key], versionstamp: null })
      .set([key], value)
      .commit()
  ).ok;

const pushes = handler({
  config: settings,

  async capacityOffered({ body }) {
    const confirm = ride.requests.confirmOrder({ mtOrderId: body.mtOrderId, driverId: body.submitDriveInfo.driverId });
    await confirm.parseResponse(await fetch(confirm.toRequest())); // thrown: not taken, and Meituan pushes again
  },

  async orderChanged({ body, deduplicationKey }) {
    const { mtOrderId } = body;
    if (mtOrderId === undefined || !(await isNew(deduplicationKey, body))) return;
    // A push is a hint, may be late and is not signed: how things are, Meituan tells when asked.
    await kv.set(["ride", mtOrderId], await ask(mtOrderId));
  },

  async refunded({ body, deduplicationKey }) {
    if (await isNew(deduplicationKey, body)) console.log(`refunded: ${body.refundAmount} fen, ${body.sqtRefundNo}`);
  },
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
