import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";
import { MeituanError, newOrderId, type Reply, RideClient, type RidePush } from "meituan-protocol/ride";

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
  if (path === "/rides" && method === "POST") return { statusCode: 201, body: JSON.stringify(await order(JSON.parse(`${body}`))) };

  let reply: Reply;
  try {
    const push = ride.receiveSync({ method, url: path, headers: event.headers, body });
    await take(push);
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

/** Orders the cheapest car that is to be had now. */
async function order({ user, mobile, from, to }: Journey) {
  const estimate = ride.requests.queryEstimatedPrice({
    ...{ fromLongitude: from.longitude, fromLatitude: from.latitude, toLongitude: to.longitude, toLatitude: to.latitude },
    reserveType: 1,
  });
  const { estimatePrices } = await estimate.parseResponse(await fetch(estimate.toRequest()));
  const cars = estimatePrices.flatMap(({ estimatePrice, carTypeId, partnerId, partnerCarTypeId, estimateId }) => {
    if (estimatePrice === undefined || carTypeId === undefined || partnerCarTypeId === undefined) return [];
    return [{ estimateId, estimateAmount: estimatePrice, originFee: estimatePrice, carTypeId, partnerId, partnerCarTypeId }];
  });
  const [cheapest] = cars.sort((left, right) => left.estimateAmount - right.estimateAmount);
  if (!cheapest) throw new Error("no car");
  const submit = ride.requests.submitOrder({
    ...{ channelPartnerOrderId: newOrderId(), identifyType: 30, userIdentifyCode: user, mobile, reserveType: 1 },
    ...{ fLng: from.longitude, fLat: from.latitude, fromAddress: from.address },
    ...{ tLng: to.longitude, tLat: to.latitude, toAddress: to.address },
    carTypeRequestList: [cheapest],
  });
  const { mtOrderId } = await submit.parseResponse(await fetch(submit.toRequest()));
  return { mtOrderId };
}

/** Everything here may come twice, late, or out of order; so it asks Meituan how things are instead of believing the push. */
async function take(push: RidePush<Reply>) {
  if (push.type === "capacityOffered") {
    const { mtOrderId, submitDriveInfo } = push.body;
    const confirm = ride.requests.confirmOrder({ mtOrderId, driverId: submitDriveInfo.driverId });
    await confirm.parseResponse(await fetch(confirm.toRequest()));
  }
  console.log(JSON.stringify({ taken: push.type, key: push.deduplicationKey, body: push.body }));
}
