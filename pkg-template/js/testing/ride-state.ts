// The state of Meituan's side of the ride API: plain JSON.

import type { RidePushName } from "../ride/interfaces.js";

/** The tariff of a car type; amounts in fen. */
export interface RideTariff {
  partnerId: number;
  partnerName: string;
  carTypeId: number;
  carTypeName: string;
  partnerCarTypeId: number;
  partnerCarTypeName: string;
  start: number;
  perKilometre: number;
  perMinute: number;
}

/** An estimate that was given; it is valid for 10 minutes. */
export interface RideEstimate extends Omit<RideTariff, "start" | "perKilometre" | "perMinute"> {
  estimateId: string;
  /** Epoch milliseconds. */
  madeAt: number;
  /** Fen. */
  price: number;
  /** The amounts of the bill to come. */
  charges: Record<string, number>;
}

/** A car that was offered for an order: the body of a `capacityOffered`. */
export interface RideOffer {
  mtOrderId: string;
  mtDispatchSubOrderId: string;
  estimateId: string;
  submitCarInfo: Omit<RideTariff, "start" | "perKilometre" | "perMinute"> & {
    carColor: string;
    carNumber: string;
    brandName: string;
  };
  submitDriveInfo: { driverId: string; driverName: string; driverPic: string; lng: string; lat: string };
}

export interface RideOrder {
  mtOrderId: string;
  channelPartnerOrderId: string;
  /** 1 to 8, or 200 to 230. */
  orderStatus: number;
  /** Epoch milliseconds. */
  updateTime: number;
  start: { longitude: number; latitude: number };
  /** The car types that the order allows: ids of estimates. */
  estimates: string[];
  /** The estimate of the confirmed offer. */
  estimateId?: string;
  offers: RideOffer[];
  /** The events, in order, whatever became of the pushes about them. */
  events: { eventCode: number; eventTime: number }[];
  /** The charges, in fen; names as in userPriceInfo. */
  charges: Record<string, number>;
  /** As in driverInfo, once an offer was confirmed. */
  driver?: Record<string, string | number | null>;
  /** Once it was paid. */
  payInfo?: { payUtime: number; payMode: number; payType: string };
  /** Once it was paid; beyond 2^53, hence digits. */
  tradeOrderId?: string;
  refunds: { sqtRefundNo: string; refundAmount: number }[];
}

/** A push that is due; the body as {@link MeituanRide.push} accepts it. */
export interface RidePush {
  name: RidePushName;
  body: object;
}

/** All that is kept: plain JSON, which may be stored and handed to another instance. */
export interface RideState {
  /** How many numbers were given out. */
  serial: number;
  estimates: Record<string, RideEstimate>;
  /** By mtOrderId. */
  orders: Record<string, RideOrder>;
  /** Pushes that are due, oldest first. */
  pushes: RidePush[];
}
