// Compiled, never run: what users write for the ride API compiles, and each wrong use does not.

import * as crypto from "node:crypto";
import {
  carTypeRequestOf,
  codes,
  type Finding,
  fen,
  handler,
  MeituanError,
  newOrderId,
  nextAction,
  nodeCipher,
  type Reply,
  RideClient,
  type RideOrderStore,
  type RidePush,
  RideRequests,
  recordCall,
  sealEnvelope,
  settler,
  signSorted,
  type TicketResponse,
  tables,
  transition,
} from "meituan-protocol/ride";
import { MemoryStore } from "meituan-protocol/testing";

const client = new RideClient({
  entId: "617",
  accessKey: "x",
  secretKey: "x",
  environment: "http://127.0.0.1:8080",
  version: 2,
  toleranceSeconds: null,
  strictInferred: true,
  routes: { "/event": "orderChanged" },
  now: () => new Date(),
  cipher: nodeCipher(crypto),
});
export const sealed: string = sealEnvelope("x", "{}", { cipher: nodeCipher(crypto) });
// A cipher of one's own; one that answers later cannot be used.
new RideClient({ entId: 1, accessKey: "x", secretKey: "x", cipher: () => ({ encrypt: (b) => b, decrypt: (b) => b }) });
// @ts-expect-error the platform's subtle crypto is not synchronous
new RideClient({ entId: 1, accessKey: "x", secretKey: "x", cipher: () => crypto.subtle });
// @ts-expect-error node:crypto itself is no cipher
new RideClient({ entId: 1, accessKey: "x", secretKey: "x", cipher: crypto });

new RideRequests({ entId: 1, accessKey: "x", secretKey: "x" }).queryRealTimeOrder({ mtOrderId: "1", channelPartnerOrderId: "2" });
// @ts-expect-error the key is missing
new RideRequests({ entId: 1, accessKey: "x" });
// @ts-expect-error the key is missing
new RideClient({ entId: 1, accessKey: "x" });
// @ts-expect-error a request is no route
new RideClient({ entId: 1, accessKey: "x", secretKey: "x", routes: { "/a": "submitOrder" } });
// @ts-expect-error there are two generations
new RideClient({ entId: 1, accessKey: "x", secretKey: "x", version: 3 });
// @ts-expect-error a misspelt setting
new RideClient({ entId: 1, accessKey: "x", secretKey: "x", tolerance: 1 });

export async function ask(response: Response) {
  const ids = { mtOrderId: "1", channelPartnerOrderId: newOrderId() };
  const query = client.requests.queryRealTimeOrder(ids, { now: Date.now() });
  const { orderStatus, userPriceInfo, warnings, traceId } = await query.parseResponse(response);
  const status: number = orderStatus;
  const trace: string | undefined = traceId;
  const found: readonly Finding[] = warnings;
  // @ts-expect-error a status is no text
  const text: string = orderStatus;
  // @ts-expect-error the price need not be there
  userPriceInfo.userPayableBalancePrice;
  if (userPriceInfo?.userPayableBalancePrice !== undefined) {
    client.requests.notifyPaidResult({ ...ids, price: userPriceInfo.userPayableBalancePrice });
  }
  client.requests.notifyPaidResult({ ...ids, price: fen(1000) });
  // @ts-expect-error a bare number may be yuan
  client.requests.notifyPaidResult({ ...ids, price: 1000 });
  // @ts-expect-error ids are texts
  client.requests.queryRealTimeOrder({ ...ids, mtOrderId: 1 });
  // @ts-expect-error the library writes ts
  client.requests.queryRealTimeOrder({ ...ids, ts: 1 });
  // @ts-expect-error what Meituan pushes is no request
  client.requests.orderChanged({});
  client.requests.cancelOrder({ ...ids, type: codes.CancelStep.CONFIRM, cancelCode: codes.CancelReason.PLANS_CHANGED });
  const fee: number | undefined = client.requests.cancelOrder({ ...ids, type: 1 }).parse("{}").cancelPrice;
  const { mtOrderId } = client.requests.submitOrder({} as Parameters<typeof client.requests.submitOrder>[0]).parse("{}");
  const id: string = mtOrderId;
  const near = client.requests.queryNearByDrivers({ longitude: 1, latitude: 1 }).parse("{}");
  // @ts-expect-error there may be no cars
  near.data.length;
  const [car] = near.data ?? [];
  return [status, trace, found, text, fee, id, car?.carTypeId];
}

export function take(push: RidePush): Reply {
  switch (push.type) {
    case "orderChanged":
      // @ts-expect-error a refund has this
      push.body.sqtRefundNo;
      return push.body.eventCode === codes.RideEvent.ORDER_PAID ? push.ok() : push.fail(2, "x");
    case "refunded":
      push.body.sqtRefundNo.slice();
      // @ts-expect-error the reason is missing
      push.fail(2);
      // @ts-expect-error there is nothing to say
      push.ok({});
      return push.ok();
    case "capacityOffered":
      push.body.submitDriveInfo.driverId.slice();
      return push.ok();
    case "otherPush":
      push.body.sqtType?.toFixed();
      return push.ok();
    default: {
      const rest: Exclude<RidePush, { type: "orderChanged" | "refunded" | "capacityOffered" | "otherPush" }> = push;
      throw new Error(JSON.stringify(rest));
    }
  }
}

export const fetch = handler({
  config: (env: { key: string }) => ({ entId: 617, accessKey: "x", secretKey: env.key }),
  refunded(push, env) {
    env.key.slice();
    // @ts-expect-error the amount may be unknown
    push.body.refundAmount.toFixed();
    const response: TicketResponse = push.ok();
    return response;
  },
  async orderChanged() {},
  otherPush: (push, env) => void [push.body.sqtBizOrderId, env.key],
  // @ts-expect-error nothing else counts as an answer
  capacityOffered: () => ({ code: 0 }),
});
// @ts-expect-error Meituan makes no such push
client.handler({ submitOrder: () => {} });

// With a store, the functions of pushes receive what was recorded; what is made of it is up to the options.
declare const store: RideOrderStore<{ readonly etag: string }> & { close(): void };
export const keeping = client.handler({
  store: (env: { key: string }) => (env.key === "" ? store : new MemoryStore()),
  send: (request, env) => globalThis.fetch(request, { headers: { key: env.key } }),
  pay: async ({ key, price, order }) => key.length + price > 0 && order.payments !== undefined,
  chooseDriver: ({ offers }, env) => offers.find((offer) => offer.submitDriveInfo.driverName === env.key)?.submitDriveInfo.driverId,
  limits: { processes: 2, openOrders: 20 },
  refunded: ({ kind, standing, orderId }) => void [kind === "moved", standing.refunded.toFixed(), orderId.slice()],
  // @ts-expect-error an event may name no order
  orderChanged: ({ orderId }) => void orderId.slice(),
  onConflict: ([conflict], { orderId }) => void [conflict === "event", orderId.slice()],
  onWarning: ([first]) => void [first?.report === "amountUnknown", first?.rule?.slice()],
});
// @ts-expect-error what is paid is said by true and false
client.handler({ store, pay: () => "paid" });
keeping.settle("1", { key: "" }).then((due) => due?.toFixed());
settler(keeping, store);
const rides = client.orders(new MemoryStore(), { send: (request) => globalThis.fetch(request) });
export async function cancelled() {
  const asked = await rides.call("cancelOrder", { mtOrderId: "1", type: codes.CancelStep.ASK_FEE });
  if (asked.outcome === "answered") return asked.reply.cancelPrice;
  if (asked.outcome === "refused") return asked.error.remoteCode;
  // @ts-expect-error only what is limited says when
  if (asked.outcome !== "limited") return asked.at;
  return asked.at;
}
// @ts-expect-error a call of no one order
rides.call("queryNearByDrivers", {});
// @ts-expect-error without a store there is nothing to send about
client.handler({ send: (request: Request) => globalThis.fetch(request) });

// The words of our own are offered by name, and those of a later version compile.
type Why = NonNullable<ReturnType<typeof nextAction>>["why"];
const known: Extract<Why, "silence"> = "silence";
const later: Why = "a word of a later version";
// @ts-expect-error there is no such word
const unknown: Extract<Why, "hunger"> = "hunger";
const told: Extract<ReturnType<typeof transition>["kind"], "stale"> = "stale";
export const ours = [known, later, unknown, told];
transition(undefined, { failed: { call: "submitOrder" } }, { now: 0 });
const calls = recordCall(undefined, "confirmOrder", { now: new Date(), processes: 2 });
nextAction(undefined, 0, { calls, openOrders: 20_000 })?.call.slice();
nextAction(undefined, { now: 0, calls })?.call.slice();
// @ts-expect-error there is no such interface
recordCall(undefined, 7, { now: 0 });
const [car] = client.requests
  .queryEstimatedPrice({} as never)
  .parse("{}")
  .estimatePrices.flatMap((one) => carTypeRequestOf(one) ?? []);
export const carTypeRequestList = car && client.requests.submitOrder({ carTypeRequestList: [car] } as never);

// @ts-expect-error a parsed object is not the raw body
client.receiveSync({ url: "/", body: {} });

signSorted("s", { a: 1, b: true, c: null });
// @ts-expect-error nested objects are signed as the text that is sent
signSorted("s", { a: {} });
const question: string = tables.questions[0]?.question.zh ?? "";
const retryable: boolean | undefined = tables.resultCodes.find(({ code }) => code === codes.ResultCode.SYSTEM_ERROR)?.retryable;
export const words = (error: unknown) => (MeituanError.is(error) ? [error.meaning?.zh, error.remoteName, question, retryable] : []);
