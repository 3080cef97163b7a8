import { handler, newOrderId, RideClient } from "meituan-protocol/ride";
import { isUnknown, order } from "./order.ts";
import { Rides } from "./rides.ts";

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
const rides = new Rides(ride, kv);

// Pushes may be lost, doubled and reordered, and are not signed: each is a fact of its order, which knows it when it comes
// again, and queries Meituan where only that can show the state.
const pushes = handler({
  config: settings,

  async capacityOffered({ body }) {
    await rides.tell(body.mtOrderId, { capacityOffered: body });
    await rides.follow(body.mtOrderId);
  },

  async orderChanged({ body }) {
    if (body.mtOrderId === undefined) return;
    await rides.tell(body.mtOrderId, { orderChanged: body });
    await rides.follow(body.mtOrderId);
  },

  async refunded({ body }) {
    const { kind, standing } = await rides.tell(body.mtOrderId, { refunded: body });
    if (kind === "moved") console.log(`refunded: ${standing.refunded} fen in all`);
  },
});

/** Our own front end orders. It may choose the number, and must repeat it where it does not know what came of it. */
async function take(request: Request) {
  const { channelPartnerOrderId = newOrderId(), ...journey } = await request.json();
  const key = ["submitted", channelPartnerOrderId];
  try {
    const known = (await kv.get<string>(key)).value;
    const mtOrderId = known ?? (await order(ride, channelPartnerOrderId, journey));
    await kv.set(key, mtOrderId);
    await rides.tell(mtOrderId, { sent: { call: "submitOrder", channelPartnerOrderId } });
    await rides.tell(mtOrderId, { answered: { call: "submitOrder", code: 0, mtOrderId } });
    await rides.follow(mtOrderId);
    return Response.json({ mtOrderId, channelPartnerOrderId }, { status: 201 });
  } catch (error) {
    console.error(error);
    return Response.json({ channelPartnerOrderId }, { status: isUnknown(error) ? 503 : 422 });
  }
}

Deno.serve({ port: Number(Deno.env.get("PORT") ?? 3000) }, async (request) => {
  const [, first, mtOrderId] = new URL(request.url).pathname.split("/");
  if (first !== "rides") return pushes(request);
  // Our own front end; put whatever guards your other services before this.
  if (mtOrderId === undefined) return take(request);
  return Response.json({ mtOrderId, orderStatus: await rides.status(mtOrderId) });
});
