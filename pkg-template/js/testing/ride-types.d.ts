import type { RidePushName } from "../entries/ride.js";
import type { HeadersInput, RawBody } from "../entries/ticket.js";
import type { Finding } from "../errors/error.js";

export type { RidePushName };

/** What a car type costs; amounts in fen. */
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

/** An estimate that was given; it lives 10 minutes. */
export interface RideEstimate extends Omit<RideTariff, "start" | "perKilometre" | "perMinute"> {
  estimateId: string;
  /** Epoch milliseconds. */
  madeAt: number;
  /** Fen. */
  price: number;
  /** What the bill will be. */
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
  /** What the order may be driven by: ids of estimates. */
  estimates: string[];
  /** The estimate of the confirmed offer. */
  estimateId?: string;
  offers: RideOffer[];
  /** What happened, in order, whatever became of the pushes about it. */
  events: { eventCode: number; eventTime: number }[];
  /** What is charged, in fen; names as in userPriceInfo. */
  charges: Record<string, number>;
  /** As in driverInfo, once an offer was confirmed. */
  driver?: Record<string, string | number | null>;
  /** Once it was paid. */
  payInfo?: { payUtime: number; payMode: number; payType: string };
  /** Once it was paid; beyond 2^53, hence digits. */
  tradeOrderId?: string;
  refunds: { sqtRefundNo: string; refundAmount: number }[];
}

/** A push that is due; the body as {@link MeituanRide.push} takes it. */
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
  /** What has to be pushed, oldest first. */
  pushes: RidePush[];
}

export interface MeituanRideOptions {
  /** The enterprise's number at Meituan. */
  entId: number | string;
  /** What both sides know: the token, and the Base64 of the 16 bytes of the key. */
  accessKey: string;
  secretKey: string;
  /** The generation of the protocol: 1 (default) with `token`, seconds and plain replies; 2 with `accessKey`, milliseconds and encrypted ones. */
  version?: 1 | 2 | undefined;
  /** How replies of generation 1 come: `{code, message, data}`, as the examples have it, or `{status, msg, data}` around that. */
  replyForm?: "direct" | "nested" | undefined;
  /** How far the `ts` of a request may be from now; 600 by default. */
  toleranceSeconds?: number | undefined;
  /** The car types; two invented ones if not given. */
  tariffs?: readonly RideTariff[] | undefined;
  /** What a cancel costs in each state, in fen: `{ 3: 500, 4: 1000 }` if not given (invented), nothing in other states. */
  cancelFees?: Readonly<Record<number, number>> | undefined;
  /** What another instance kept; it is changed in place. */
  state?: RideState | undefined;
}

/** What came of a push. */
export interface RidePushReply {
  /** Code 0 over HTTP 200. Anything else has to be pushed again. */
  readonly accepted: boolean;
  readonly code: number | undefined;
  readonly message: string | undefined;
  readonly issues: readonly Finding[];
}

/**
 * Meituan's side of the ride API, as one enterprise meets it: opens, checks and seals like the real one, and keeps orders.
 * Values go in and values come out: no connection, no clock, no randomness.
 *
 * The ride spec lists the codes, and seldom says what each is for: where it does not, the choice is ours (a token, a
 * content, an entId or a ts that is not right is 1010; a method that is not the path's is 9; an unknown or old estimate 1000).
 */
export declare class MeituanRide {
  constructor(options: MeituanRideOptions);
  readonly state: RideState;
  /** Answers a request. The path may have anything before `/dache`. The HTTP status is always 200; the code decides. */
  receive(
    request: { method: string; url: string; headers: HeadersInput; body: RawBody },
    about: {
      now: number | Date;
      /** Eight bytes, for order numbers that nobody can guess; without them, they follow from the time and a counter. */
      random?: Uint8Array | undefined;
      /** Answers a good request with this code, and does nothing: for how the enterprise takes 2, 4, 5 … */
      fail?: number | undefined;
    },
  ): { readonly status: 200; readonly headers: Record<string, string>; readonly body: string };
  /**
   * A sealed push, checked by its definition: ids are strings, timestamps are epoch milliseconds, amounts are fen. A text is
   * sealed as it is, for what no definition allows.
   */
  push(
    name: RidePushName,
    body: object | string,
    options: {
      now: number | Date;
      /** The generation, where it is not this instance's. */
      version?: 1 | 2 | undefined;
      format?: "form" | "json" | undefined;
      /** `false` leaves entId and ts out, as the ride spec's examples do. */
      common?: boolean | undefined;
    },
  ): { readonly method: "POST"; readonly headers: Record<string, string>; readonly body: string };
  /** What the enterprise's answer to a push means. */
  readPushReply(text: RawBody, about?: { status?: number | undefined }): RidePushReply;
  /** What has to be pushed since the last call of this, in the order in which it happened. */
  takePushes(): RidePush[];
  /**
   * The next thing that happens without the enterprise: cars are offered (state 2); once one is confirmed, the driver starts,
   * arrives (4), drives (5), delivers (6), and the bill is made (7). Returns the event's code, or `undefined` when it is the
   * enterprise's turn or all is over.
   */
  advance(mtOrderId: string, when: { now: number | Date }): number | undefined;
  /** The driver (210), the dispatch (220) or the system (230) cancels; free of charge. */
  withdraw(mtOrderId: string, orderStatus: 210 | 220 | 230, when: { now: number | Date }): void;
  /** Pays back `amount` fen of a paid order, or all that is left. Returns the refund's number. */
  refund(mtOrderId: string, what: { now: number | Date; amount?: number | undefined }): string;
}
