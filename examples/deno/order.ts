import { newOrderId, type RideClient } from "meituan-protocol/ride";

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

/** Orders the cheapest car that is to be had now. */
export async function order(ride: RideClient, { user, mobile, from, to }: Journey) {
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
  const channelPartnerOrderId = newOrderId();
  const submit = ride.requests.submitOrder({
    ...{ channelPartnerOrderId, identifyType: 30, userIdentifyCode: user, mobile, reserveType: 1 },
    ...{ fLng: from.longitude, fLat: from.latitude, fromAddress: from.address },
    ...{ tLng: to.longitude, tLat: to.latitude, toAddress: to.address },
    carTypeRequestList: [cheapest],
  });
  const { mtOrderId } = await submit.parseResponse(await fetch(submit.toRequest()));
  return { mtOrderId, channelPartnerOrderId };
}
