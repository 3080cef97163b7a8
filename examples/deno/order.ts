import { carTypeRequestOf, codes, MeituanError, type RideClient } from "meituan-protocol/ride";

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
 * Orders the cheapest car that is to be had now, under this number of ours. Where the outcome is not known it throws; order
 * again with the same number then, and it is still one ride.
 */
export async function order(ride: RideClient, channelPartnerOrderId: string, { user, mobile, from, to }: Journey) {
  const estimate = ride.requests.queryEstimatedPrice({
    ...{ fromLongitude: from.longitude, fromLatitude: from.latitude, toLongitude: to.longitude, toLatitude: to.latitude },
    reserveType: 1,
  });
  const { estimatePrices } = await estimate.parseResponse(await send(estimate));
  const cars = estimatePrices.flatMap((one) => carTypeRequestOf(one) ?? []);
  const [cheapest] = cars.sort((left, right) => left.estimateAmount - right.estimateAmount);
  if (!cheapest) throw new Error("no car");
  for (let tries = 1; ; tries++) {
    const submit = ride.requests.submitOrder({
      ...{ channelPartnerOrderId, identifyType: 30, userIdentifyCode: user, mobile, reserveType: 1 },
      ...{ fLng: from.longitude, fLat: from.latitude, fromAddress: from.address },
      ...{ tLng: to.longitude, tLat: to.latitude, toAddress: to.address },
      carTypeRequestList: [cheapest],
    });
    try {
      return (await submit.parseResponse(await send(submit))).mtOrderId;
    } catch (error) {
      // An earlier attempt has arrived, and only its answer is lost.
      if (isRepeated(error)) return numberOf(ride, channelPartnerOrderId);
      if (tries === TRIES || !isUnknown(error)) throw error;
    }
  }
}

const isRepeated = (error: unknown) => MeituanError.is(error) && error.remoteCode === codes.ResultCode.REPEAT_SUBMIT_ORDER_ERROR;

/** A time-out, a broken connection, or an answer that says: not now. */
export const isUnknown = (error: unknown) => !MeituanError.is(error) || error.retryable === true;

async function numberOf(ride: RideClient, channelPartnerOrderId: string) {
  const query = ride.requests.queryRealTimeOrder({ channelPartnerOrderId });
  const { mtOrderId } = await query.parseResponse(await send(query));
  if (mtOrderId === undefined) throw new Error("the order is there, and its number is not");
  return mtOrderId;
}

export const send = (request: { toRequest(): Request }) =>
  fetch(request.toRequest(), { signal: AbortSignal.timeout(1000 * SECONDS) });
