import { newOrderId, RideClient } from "meituan-protocol/ride";
import { order, send } from "./order.ts";
import { KvStore } from "./store.ts";

const required = (name: string) => {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const ride = new RideClient({
  entId: required("MEITUAN_ENT_ID"),
  accessKey: required("MEITUAN_ACCESS_KEY"),
  secretKey: required("MEITUAN_SECRET_KEY"),
  environment: Deno.env.get("MEITUAN_ENVIRONMENT") ?? "test",
  routes: { "/meituan/capacity": "capacityOffered", "/meituan/event": "orderChanged", "/meituan/refund": "refunded" },
});
const store = new KvStore(await Deno.openKv(Deno.env.get("DATABASE")));

// Pushes may be lost, doubled and reordered, and are not signed: each is a fact of its order, and what only a query can show is
// queried. Paying is another program's affair: a function `pay` would do it here.
const options = { send, chooseDriver: ({ driverIds }: { driverIds: readonly string[] }) => driverIds[0] };
const pushes = ride.handler({
  store,
  ...options,
  refunded({ kind, standing }) {
    if (kind === "moved") console.log(`refunded: ${standing?.refunded} fen in all`);
  },
});
const rides = ride.orders(store, options);

store.isDue = (key) => {
  rides.settle(key).then((due) => store.wake(key, due), console.error);
};
await store.wakeAll();

/** Our own front end orders. It may choose the number, and must repeat it where it does not know what came of it. */
async function take(request: Request) {
  const { channelPartnerOrderId = newOrderId(), ...journey } = await request.json();
  try {
    const mtOrderId = await order(ride, rides, channelPartnerOrderId, journey);
    return Response.json({ mtOrderId, channelPartnerOrderId }, { status: mtOrderId === undefined ? 503 : 201 });
  } catch (error) {
    console.error(error);
    return Response.json({ channelPartnerOrderId }, { status: 422 });
  }
}

Deno.serve({ port: Number(Deno.env.get("PORT") ?? 3000) }, async (request) => {
  const [, first, mtOrderId] = new URL(request.url).pathname.split("/");
  if (first !== "rides") return pushes(request);
  // Our own front end; put whatever guards your other services before this.
  if (mtOrderId === undefined) return take(request);
  return Response.json({ mtOrderId, orderStatus: (await rides.standing(mtOrderId)).status });
});
