import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";
import { carTypeRequestOf, codes, MeituanError, newOrderId, type Reply, RideClient, type RidePush } from "meituan-protocol/ride";

const required = (name: string) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const ride = new RideClient({
  entId: required("MEITUAN_ENT_ID"),
  accessKey: required("MEITUAN_ACCESS_KEY"),
  secretKey: required("MEITUAN_SECRET_KEY"),
  environment: process.env.MEITUAN_ENVIRONMENT ?? "test",
  routes: {
    "/meituan/capacity": "capacityOffered",
    "/meituan/event": "orderChanged",
    "/meituan/refund": "refunded",
  },
});

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> {
  // API Gateway decides by the content type whether it encodes a body. Forgotten, a push does not open.
  const body = event.isBase64Encoded ? Buffer.from(event.body ?? "", "base64") : (event.body ?? "");
  const { method, path } = event.requestContext.http;
  // Our own front end; leave who may call this to an authorizer of API Gateway.
  if (path === "/rides" && method === "POST") return take(JSON.parse(`${body}`));

  let reply: Reply;
  try {
    const push = ride.receiveSync({ method, url: path, headers: event.headers, body });
    await accept(push);
    reply = push.ok();
  } catch (error) {
    console.error(error);
    // Not taken, for whatever reason: Meituan pushes it again.
    reply = MeituanError.is(error) ? error.toReply() : new MeituanError("REMOTE_REJECTED").toReply();
  }
  return { statusCode: reply.status, headers: reply.headers, body: reply.body };
}

interface Journey {
  user: string;
  mobile: string;
  from: { longitude: number; latitude: number; address: string };
  to: { longitude: number; latitude: number; address: string };
}

/** How often an order is submitted whose outcome is not known. */
const TRIES = 3;
const SECONDS = 5;

const send = (request: { toRequest(): Request }) => fetch(request.toRequest(), { signal: AbortSignal.timeout(1000 * SECONDS) });

/** Our own front end orders. It may choose the number, and must repeat it where it does not know what came of it. */
async function take({ channelPartnerOrderId = newOrderId(), ...journey }: Journey & { channelPartnerOrderId?: string }) {
  try {
    const mtOrderId = await order(channelPartnerOrderId, journey);
    return { statusCode: 201, body: JSON.stringify({ mtOrderId, channelPartnerOrderId }) };
  } catch (error) {
    console.error(error);
    return { statusCode: isUnknown(error) ? 503 : 422, body: JSON.stringify({ channelPartnerOrderId }) };
  }
}

/** A time-out, a broken connection, or an answer that says: not now. */
const isUnknown = (error: unknown) => !MeituanError.is(error) || error.retryable === true;

/** Orders the cheapest car that is to be had now, under this number of ours: repeated with the same one, it is one ride. */
async function order(channelPartnerOrderId: string, { user, mobile, from, to }: Journey) {
  const estimate = ride.requests.queryEstimatedPrice({
    fromLongitude: from.longitude,
    fromLatitude: from.latitude,
    toLongitude: to.longitude,
    toLatitude: to.latitude,
    reserveType: 1,
  });
  const { estimatePrices } = await estimate.parseResponse(await send(estimate));
  const cars = estimatePrices.flatMap((one) => carTypeRequestOf(one) ?? []);
  const [cheapest] = cars.sort((left, right) => left.estimateAmount - right.estimateAmount);
  if (!cheapest) throw new Error("no car");
  for (let tries = 1; ; tries++) {
    const submit = ride.requests.submitOrder({
      channelPartnerOrderId,
      identifyType: 30,
      userIdentifyCode: user,
      mobile,
      reserveType: 1,
      fLng: from.longitude,
      fLat: from.latitude,
      fromAddress: from.address,
      tLng: to.longitude,
      tLat: to.latitude,
      toAddress: to.address,
      carTypeRequestList: [cheapest],
    });
    try {
      return (await submit.parseResponse(await send(submit))).mtOrderId;
    } catch (error) {
      const isRepeated = MeituanError.is(error) && error.remoteCode === codes.ResultCode.REPEAT_SUBMIT_ORDER_ERROR;
      // An earlier attempt has arrived, and only its answer is lost.
      if (isRepeated) return (await query({ channelPartnerOrderId })).mtOrderId;
      if (tries === TRIES || !isUnknown(error)) throw error;
    }
  }
}

async function query(number: { mtOrderId: string } | { channelPartnerOrderId: string }) {
  const request = ride.requests.queryRealTimeOrder(number);
  return request.parseResponse(await send(request));
}

/**
 * The orders that this instance has confirmed, or is about to. A function that runs many instances needs more: put a write to
 * your database here that only the first one wins.
 */
const confirmed = new Map<string, Promise<unknown>>();

/** Confirms one offer of an order. Another one that comes meanwhile, or later, is left alone. */
async function confirmOnce(mtOrderId: string, driverId: string) {
  const first = confirmed.get(mtOrderId);
  // Where the first one fails, this one has to come again.
  if (first !== undefined) return first;
  const confirming = confirm(mtOrderId, driverId);
  confirmed.set(mtOrderId, confirming);
  try {
    await confirming;
  } catch (error) {
    confirmed.delete(mtOrderId);
    throw error;
  }
}

async function confirm(mtOrderId: string, driverId: string) {
  // Another instance may have confirmed one.
  const { orderStatus } = await query({ mtOrderId });
  if (orderStatus > codes.RideStatus.PUSHED) return;
  const request = ride.requests.confirmOrder({ mtOrderId, driverId });
  await request.parseResponse(await send(request));
}

/** Everything here may come twice, late, or out of order; so it asks Meituan how things are instead of believing the push. */
async function accept(push: RidePush<Reply>) {
  if (push.type === "capacityOffered") await confirmOnce(push.body.mtOrderId, push.body.submitDriveInfo.driverId);
  console.log(JSON.stringify({ taken: push.type, key: push.deduplicationKey, body: push.body }));
}
