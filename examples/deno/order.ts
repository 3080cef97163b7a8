import { carTypeRequestOf, codes, type RideClient, type RideOrders } from "meituan-protocol/ride";

interface Place {
  longitude: number;
  latitude: number;
  address: string;
}

export interface Journey {
  user: string;
  mobile: string;
  from: Place;
  to: Place;
}

/** How often an order is submitted whose outcome is not known. */
const TRIES = 3;
const SECONDS = 10;

/**
 * Orders the cheapest car that is to be had now, under this number of ours. Where the outcome is not known there is no number of
 * Meituan's; order again with the same number then, and it is still one ride.
 */
export async function order(ride: RideClient, rides: RideOrders, channelPartnerOrderId: string, journey: Journey) {
  const known = await rides.load(channelPartnerOrderId);
  if (known?.mtOrderId !== undefined) return known.mtOrderId;
  const { user, mobile, from, to } = journey;
  const estimate = ride.requests.queryEstimatedPrice({
    fromLongitude: from.longitude,
    fromLatitude: from.latitude,
    toLongitude: to.longitude,
    toLatitude: to.latitude,
    reserveType: 1,
  });
  const { estimatePrices } = await estimate.parseResponse(await send(estimate.toRequest()));
  const cars = estimatePrices.flatMap((one) => carTypeRequestOf(one) ?? []);
  const [cheapest] = cars.sort((left, right) => left.estimateAmount - right.estimateAmount);
  if (!cheapest) throw new Error("no car");
  for (let tries = 1; tries <= TRIES; tries++) {
    const submitted = await rides.call("submitOrder", {
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
    if (submitted.outcome === "answered") return submitted.orderId;
    if (submitted.outcome !== "refused") continue;
    // An earlier attempt has arrived, and only its answer is lost: it is queried.
    if (submitted.error.remoteCode === codes.ResultCode.REPEAT_SUBMIT_ORDER_ERROR) await rides.settle(channelPartnerOrderId);
    else if (submitted.error.retryable !== true) throw submitted.error;
    const found = await rides.load(channelPartnerOrderId);
    if (found?.mtOrderId !== undefined) return found.mtOrderId;
  }
  return undefined;
}

export const send = (request: Request) => fetch(request, { signal: AbortSignal.timeout(1000 * SECONDS) });
