// Meituan Enterprise's books: estimates, orders, and what has to be pushed, as one plain object; and the rules by which the
// seven interfaces and the drivers change it. Facts that no page has (which refusal gets which code, when a cancel costs
// something) is invented here, and said so where it is.

import { CarType, ResultCode, RideEvent, RideStatus } from "../generated/codes.js";
import type { RideRequestName } from "../ride/interfaces.js";
import { anyString } from "../values/arguments.js";
import { invalid, unexpected } from "../values/faults.js";
import type { RideEstimate, RideOrder, RideState, RideTariff } from "./ride-state.js";

/** The place of orders. */
interface Books {
  state: RideState;
  tariffs: readonly RideTariff[];
  cancelFees: Readonly<Record<number, number>>;
}

/** When a request comes, and what is drawn for it. */
interface When {
  now: number;
  random: Uint8Array | undefined;
}

/** Why a request is refused, in the words of the reply. */
export class Refusal {
  declare readonly code: number;
  declare readonly message: string;

  constructor(code: number, message: string) {
    this.code = code;
    this.message = message;
  }
}

function refuse(code: number, message: string): never {
  throw new Refusal(code, message);
}

/** An estimate is valid as long (ride spec 2.4). */
const ESTIMATE_MILLISECONDS = 600_000;
const RESERVED = 2;
const ASK_FEE = 1;
const REFUNDED = 10;

/** The car types of an enterprise that has not been given others. Names and prices are invented; amounts in fen. */
export const TARIFFS = [
  {
    partnerId: 200000,
    partnerName: "聚合服务商",
    carTypeId: 2,
    carTypeName: "经济型",
    partnerCarTypeId: 2000001,
    partnerCarTypeName: "聚合经济型",
    start: 1500,
    perKilometre: 180,
    perMinute: 40,
  },
  {
    partnerId: 200000,
    partnerName: "聚合服务商",
    carTypeId: 3,
    carTypeName: "舒适型",
    partnerCarTypeId: 2000002,
    partnerCarTypeName: "聚合舒适型",
    start: 2000,
    perKilometre: 260,
    perMinute: 60,
  },
];

/** The fee for cancelling in each state, in fen; nothing in states that are not here. Invented: no page says. */
export const CANCEL_FEES = { [RideStatus.CONFIRMED]: 500, [RideStatus.DRIVER_ARRIVED]: 1000 };

export const emptyState = (): RideState => ({ serial: 0, estimates: {}, orders: {}, pushes: [] });

/** The drivers' own actions: after which event follows which, and in which state the order then is. */
const TRIP = new Map([
  [RideEvent.ORDER_CREATED, [RideEvent.ORDER_PUSHED, RideStatus.PUSHED]],
  [RideEvent.ORDER_CONFIRMED, [RideEvent.ORDER_SERVICE_STARTED, RideStatus.CONFIRMED]],
  [RideEvent.ORDER_SERVICE_STARTED, [RideEvent.DRIVER_ARRIVED, RideStatus.DRIVER_ARRIVED]],
  [RideEvent.DRIVER_ARRIVED, [RideEvent.TRIP_STARTED, RideStatus.DRIVING]],
  [RideEvent.TRIP_STARTED, [RideEvent.TRIP_DELIVERED, RideStatus.DELIVERED]],
  [RideEvent.TRIP_DELIVERED, [RideEvent.BILL_GENERATED, RideStatus.WAIT_PAY]],
]);

/** The states in which something is to be paid, and what the order is then. */
const PAID = new Map([
  [RideStatus.WAIT_PAY, RideStatus.COMPLETED],
  [RideStatus.PASSENGER_CANCELED_WAIT_PAY, RideStatus.PASSENGER_CANCELED_PAID],
]);

/** All amounts of a bill (ride spec 7.4), where nothing was charged. */
const NO_CHARGES = {
  userPayableTotalPrice: 0,
  userPayableBalancePrice: 0,
  cancelFee: 0,
  totalPrice: 0,
  driveStartPrice: 0,
  driveDistance: 0,
  driveDistancePrice: 0,
  driveTime: 0,
  driveTimePrice: 0,
  driveLongDistancePrice: 0,
  dynamicPrice: 0,
  servicePriceAmount: 0,
  taxiMeterFee: 0,
  driveHighwayPrice: 0,
  driveTollPrice: 0,
  driveParkPrice: 0,
  driveOtherPrice: 0,
  longDispatchPrice: 0,
  waitFee: 0,
  waitTime: 0,
  thanksFee: 0,
  eDispatchPrice: 0,
  partnerReducePrice: 0,
  priceDifference: 0,
};

/** The action of each interface. A request has been read by its definition before; what is returned is the reply's `data`. */
export const INTERFACES: Readonly<Record<RideRequestName, (books: Books, request: any, when: When) => unknown>> = {
  queryNearByDrivers({ tariffs }, { longitude, latitude, carTypeIds }, { now }) {
    const wanted = numbersOf(carTypeIds);
    for (const carType of wanted ?? []) knownCarType(carType);
    const offered = tariffs.filter(({ carTypeId }) => wanted === undefined || wanted.has(carTypeId));
    // Two for each kind of car, some hundred metres away. -1 is what Meituan sends where it knows no heading.
    return offered.flatMap(({ carTypeId, partnerId, partnerCarTypeId }, index) =>
      [1, 2].map((place) => {
        const metres = 250 * place + 60 * index;
        return {
          longitude: degrees(longitude + metres / 85_000),
          latitude,
          direction: place === 1 ? 270 : -1,
          distance: metres,
          duration: metres * 200,
          timestamp: now - 1000 * place,
          carTypeId,
          partnerId,
          partnerCarTypeId,
        };
      }),
    );
  },

  queryEstimatedPrice({ state, tariffs }, request, { now }) {
    const { carTypeId, partnerId, reserveType, departureTime } = request;
    if (carTypeId !== undefined) knownCarType(carTypeId);
    if (reserveType === RESERVED) future(departureTime, now);
    const listed = numbersOf(request.partnerCarTypeIdList);
    const offered = tariffs.filter(
      (tariff) =>
        (carTypeId === undefined || tariff.carTypeId === carTypeId) &&
        (partnerId === undefined || tariff.partnerId === partnerId) &&
        (listed === undefined || listed.has(tariff.partnerCarTypeId)),
    );
    const distance = metresBetween(request);
    // As fast as a car in a city: 25 km/h.
    const seconds = Math.max(60, Math.round(distance / 6.9));
    const estimates = offered.map(({ start, perKilometre, perMinute, ...tariff }) => {
      const distancePrice = Math.round((distance * perKilometre) / 1000);
      const timePrice = Math.round((seconds * perMinute) / 60);
      const travelPrice = start + distancePrice + timePrice;
      const estimateId = `${tariff.partnerCarTypeId}-${nextSerial(state)}-${now}`;
      state.estimates[estimateId] = {
        estimateId,
        ...tariff,
        madeAt: now,
        price: travelPrice,
        charges: {
          userPayableTotalPrice: travelPrice,
          userPayableBalancePrice: travelPrice,
          totalPrice: travelPrice,
          driveStartPrice: start,
          driveDistance: distance,
          driveDistancePrice: distancePrice,
          driveTime: 1000 * seconds,
          driveTimePrice: timePrice,
        },
      };
      return {
        ...tariff,
        estimateId,
        estimatePrice: travelPrice,
        selfReduce: 0,
        partnerReduce: 0,
        distance,
        estimateTime: seconds,
        travelPrice,
        distancePrice,
        timePrice,
        initPrice: start,
        minPrice: 0,
        nightPrice: 0,
        driveLongDistancePrice: 0,
        driveHighwayPrice: 0,
        deliveringStartTime: 0,
        servicePrice: 0,
        dynamicPrice: 0,
        priceDifference: 0,
        priceTagGroupId: null,
        estimateUserPayableTotalPrice: travelPrice,
        estimateUserPayableBalancePrice: travelPrice,
        estimateTotalDiscounts: 0,
      };
    });
    // The ride spec's table calls it estimatePrices. Its example is what was seen on the wire.
    return { estimatePrice: estimates };
  },

  submitOrder({ state }, request, when) {
    const { channelPartnerOrderId, reserveType, reserveTime, carTypeRequestList } = request;
    const { now } = when;
    const isRepeated = Object.values(state.orders).some((order) => order.channelPartnerOrderId === channelPartnerOrderId);
    if (isRepeated) refuse(ResultCode.REPEAT_SUBMIT_ORDER_ERROR, "重复下单");
    if (reserveType === RESERVED) future(reserveTime, now);
    if (carTypeRequestList.length === 0) refuse(ResultCode.PARAM_ERROR, "参数错误：carTypeRequestList 为空");
    const estimates = carTypeRequestList.map((wanted: any) => wantedEstimate(state, wanted, now));
    const mtOrderId = orderNumber(state, when);
    const order: RideOrder = {
      mtOrderId,
      channelPartnerOrderId,
      orderStatus: RideStatus.SUBMITTED,
      updateTime: now,
      start: { longitude: request.fLng, latitude: request.fLat },
      estimates,
      offers: [],
      events: [],
      refunds: [],
      charges: {},
    };
    state.orders[mtOrderId] = order;
    happened(state, order, RideEvent.ORDER_CREATED, RideStatus.SUBMITTED, now);
    return { mtOrderId };
  },

  confirmOrder({ state }, { mtOrderId, driverId }, { now }) {
    const order = orderOf(state, { mtOrderId });
    // A repeat after a lost answer gets the first one (inferred).
    if (order.driver?.driverId === driverId) return undefined;
    if (order.orderStatus !== RideStatus.PUSHED) refuse(ResultCode.ILLEGAL_API_ACCESS, "无效访问：订单不在待派单状态");
    const offer = order.offers.find(({ submitDriveInfo }) => submitDriveInfo.driverId === driverId);
    if (offer === undefined) return refuse(ResultCode.DATA_NOT_EXIST, "数据不存在：该司机未被提交");
    const { submitCarInfo: car, submitDriveInfo: driver } = offer;
    order.driver = {
      name: driver.driverName,
      lng: Number(driver.lng),
      lat: Number(driver.lat),
      direction: null,
      phone: "13000000000",
      orderNum: 64,
      carBrand: car.brandName,
      carTypeId: car.carTypeId,
      carColor: car.carColor,
      carPlateNo: car.carNumber,
      driverId,
      driverPic: null,
      driverStar: null,
      carPic: null,
      companyId: null,
      companyName: null,
      partnerId: car.partnerId,
      partnerCarTypeId: car.partnerCarTypeId,
    };
    order.estimateId = offer.estimateId;
    happened(state, order, RideEvent.ORDER_CONFIRMED, RideStatus.CONFIRMED, now);
    return undefined;
  },

  cancelOrder({ state, cancelFees }, request, { now }) {
    const order = orderOf(state, request);
    const { orderStatus } = order;
    if (orderStatus >= RideStatus.PASSENGER_CANCELED) refuse(ResultCode.CANCELED_ORDER_NOT_CANCEL_AGAIN, "订单不能再次取消");
    // Nothing is published for an order that is too far to be cancelled.
    if (orderStatus > RideStatus.DRIVER_ARRIVED) refuse(ResultCode.ILLEGAL_API_ACCESS, "无效访问：行程已开始，不能取消");
    const cancelPrice = cancelFees[orderStatus] ?? 0;
    if (request.type === ASK_FEE) return { cancelPrice };
    // The fee is in the balance, and not in the total (ride spec 7.4).
    order.charges = { cancelFee: cancelPrice, userPayableBalancePrice: cancelPrice };
    if (cancelPrice > 0) {
      happened(state, order, RideEvent.ORDER_CANCELED_WITH_PAY, RideStatus.PASSENGER_CANCELED_WAIT_PAY, now);
    } else {
      happened(state, order, RideEvent.ORDER_CANCELED, RideStatus.PASSENGER_CANCELED, now);
    }
    return { cancelPrice };
  },

  queryRealTimeOrder({ state }, request) {
    const order = orderOf(state, request);
    const { orderStatus, updateTime, mtOrderId, channelPartnerOrderId, charges, driver, payInfo } = order;
    // Without a driver, or before payment, the object is not sent at all (ride spec 7.4: 其他情况不传).
    const userPriceInfo = { ...NO_CHARGES, ...charges };
    return { orderStatus, updateTime, mtOrderId, channelPartnerOrderId, userPriceInfo, driverInfo: driver, payInfo };
  },

  notifyPaidResult({ state }, request, { now }) {
    const order = orderOf(state, request);
    const after = PAID.get(order.orderStatus as any);
    if (after === undefined) return refuse(ResultCode.NOT_WAIT_PAY_ORDER_NOT_PAY, "非待支付订单不能支付");
    if (request.price !== order.charges.userPayableBalancePrice) refuse(ResultCode.ILLEGAL_PRICE, "支付金额不合法");
    order.payInfo = { payUtime: now, payMode: 1, payType: "meituanpay" };
    // Beyond 2^53, as Meituan's are.
    order.tradeOrderId = `526${now}${String(nextSerial(state) % 100).padStart(2, "0")}`;
    happened(state, order, RideEvent.ORDER_PAID, after, now);
    return null;
  },
};

/**
 * The next thing that happens without the enterprise: Meituan finds drivers, and the driver drives.
 * @returns the event's code; undefined when it is the enterprise's turn, and when all is over
 */
export function advance(state: RideState, mtOrderId: string, now: number): number | undefined {
  const order = known(state, mtOrderId);
  const last = order.events[order.events.length - 1].eventCode;
  const next = TRIP.get(last as any);
  if (next === undefined) return undefined;
  const [event, status] = next;
  if (status === RideStatus.WAIT_PAY) order.charges = state.estimates[order.estimateId as string].charges;
  happened(state, order, event, status, now);
  if (status === RideStatus.PUSHED) {
    for (const estimateId of order.estimates) {
      const offer = offerOf(state, order, state.estimates[estimateId]);
      order.offers.push(offer);
      state.pushes.push({ name: "capacityOffered", body: offer });
    }
  }
  return event;
}

/** Somebody else than the passenger cancels. */
export function withdraw(state: RideState, mtOrderId: string, orderStatus: number, now: number) {
  const order = known(state, mtOrderId);
  const kinds = [RideStatus.DRIVER_CANCELED, RideStatus.DISPATCH_CANCELED, RideStatus.SYSTEM_CANCELED] as number[];
  if (!kinds.includes(orderStatus))
    unexpected("orderStatus", orderStatus, `one of ${kinds.join(", ")}`, `以下之一：${kinds.join("、")}`);
  if (order.orderStatus > RideStatus.DRIVER_ARRIVED)
    invalid("mtOrderId", `found an order in state ${order.orderStatus}`, `订单的状态实为 ${order.orderStatus}`);
  happened(state, order, RideEvent.ORDER_CANCELED, orderStatus, now);
}

/**
 * Meituan pays back what was paid, or a part of it.
 * @param amount all that is left when it is not given
 */
export function refund(state: RideState, mtOrderId: string, amount: number | undefined, now: number) {
  const order = known(state, mtOrderId);
  const { payInfo, tradeOrderId, charges, refunds } = order;
  if (payInfo === undefined || tradeOrderId === undefined)
    return invalid("mtOrderId", "found an order that is not paid", "订单尚未支付");
  const left = refunds.reduce((sum, { refundAmount }) => sum - refundAmount, charges.userPayableBalancePrice ?? 0);
  const refundAmount = amount ?? left;
  if (!Number.isInteger(refundAmount) || refundAmount < 1 || refundAmount > left)
    unexpected("amount", refundAmount, `1 to ${left} fen`, `1 至 ${left} 分`);
  const sqtRefundNo = `R${now}${nextSerial(state)}`;
  const body = { mtOrderId, sqtRefundNo, tradeOrderId, paySerialNum: tradeOrderId, refundTime: now, refundAmount };
  refunds.push({ sqtRefundNo, refundAmount });
  state.pushes.push({ name: "refunded", body: { ...body, refundStatus: REFUNDED } });
  return sqtRefundNo;
}

/** Writes down an event, and that it has to be pushed. */
function happened(state: RideState, order: RideOrder, eventCode: number, orderStatus: number, eventTime: number) {
  order.orderStatus = orderStatus;
  order.updateTime = eventTime;
  order.events.push({ eventCode, eventTime });
  const { mtOrderId, channelPartnerOrderId } = order;
  state.pushes.push({ name: "orderChanged", body: { mtOrderId, channelPartnerOrderId, eventCode, eventTime } });
}

/** A car for an order. Driver and car are invented. */
function offerOf(state: RideState, { mtOrderId, start }: RideOrder, estimate: RideEstimate) {
  const { estimateId, partnerId, partnerName, carTypeId, carTypeName, partnerCarTypeId, partnerCarTypeName } = estimate;
  const serial = nextSerial(state);
  return {
    mtOrderId,
    mtDispatchSubOrderId: String(120_000_000 + serial),
    estimateId,
    submitCarInfo: {
      partnerId,
      partnerName,
      carTypeId,
      carTypeName,
      partnerCarTypeId,
      partnerCarTypeName,
      carColor: "白色",
      carNumber: `京A${String(serial).padStart(5, "0")}`,
      brandName: "模拟车型",
    },
    submitDriveInfo: {
      driverId: String(7_500_000_000 + serial),
      driverName: "模拟师傅",
      driverPic: "",
      lng: String(degrees(start.longitude + 0.003)),
      lat: String(start.latitude),
    },
  };
}

function orderOf(
  { orders }: RideState,
  { mtOrderId, channelPartnerOrderId }: { mtOrderId?: string; channelPartnerOrderId?: string },
): RideOrder {
  const all = Object.values(orders);
  const order = all.find((other) =>
    mtOrderId ? other.mtOrderId === mtOrderId : other.channelPartnerOrderId === channelPartnerOrderId,
  );
  const isOther = channelPartnerOrderId && order?.channelPartnerOrderId !== channelPartnerOrderId;
  return order === undefined || isOther ? refuse(ResultCode.ILLEGAL_ORDER_ID, "非法订单号") : order;
}

/** For what plays Meituan, which must know which orders there are. */
function known({ orders }: RideState, mtOrderId: string) {
  const isKnown = Object.hasOwn(orders, anyString(mtOrderId, "mtOrderId"));
  return isKnown ? orders[mtOrderId] : invalid("mtOrderId", "found a number that no order has", "没有这个订单");
}

/** @param wanted a CarTypeRequestDTO */
function wantedEstimate(
  { estimates }: RideState,
  { estimateId, estimateAmount, carTypeId, partnerCarTypeId }: any,
  now: number,
): string {
  knownCarType(carTypeId);
  const estimate = Object.hasOwn(estimates, estimateId) ? estimates[estimateId] : undefined;
  // Which code these get is not published.
  if (estimate === undefined) return refuse(ResultCode.DATA_NOT_EXIST, "数据不存在：没有该预估");
  if (now - estimate.madeAt > ESTIMATE_MILLISECONDS) refuse(ResultCode.DATA_NOT_EXIST, "数据不存在：预估已过期（10 分钟）");
  if (carTypeId !== estimate.carTypeId || partnerCarTypeId !== estimate.partnerCarTypeId) {
    refuse(ResultCode.ILLEGAL_CAR_TYPE_ID, "编码选择错误：与预估的车型不同");
  }
  if (estimateAmount !== estimate.price) refuse(ResultCode.PARAM_ERROR, "参数错误：estimateAmount 与预估价不同");
  return estimateId;
}

function knownCarType(carTypeId: number) {
  const isListed = Object.values(CarType as Record<string, number>).includes(carTypeId);
  if (!isListed) refuse(ResultCode.ILLEGAL_CAR_TYPE_ID, `编码选择错误：${carTypeId}`);
}

function future(time: number | undefined, now: number) {
  if (time === undefined || time <= now) refuse(ResultCode.RESERVE_TIME_ERROR, "预约单预约时间校验错误");
}

/** @param list numbers, separated by commas */
const numbersOf = (list: string | undefined) => (list ? new Set(list.split(",").map(Number)) : undefined);

/** 30 digits, as in the ride spec's examples. */
function orderNumber(state: RideState, { now, random }: When) {
  const drawn = (random ?? new Uint8Array(8)).subarray(0, 8).reduce((number, byte) => (number * 256 + byte) % 1_000_000_000, 0);
  return `${String(now).padStart(13, "0")}${String(nextSerial(state)).padStart(8, "0")}${String(drawn).padStart(9, "0")}`;
}

function nextSerial(state: RideState) {
  state.serial += 1;
  return state.serial;
}

const degrees = (angle: number) => Number(angle.toFixed(6));

/** How far it is by road: a third more than as the crow flies. */
function metresBetween({
  fromLongitude,
  fromLatitude,
  toLongitude,
  toLatitude,
}: {
  fromLongitude: number;
  fromLatitude: number;
  toLongitude: number;
  toLatitude: number;
}) {
  const radians = (angle: number) => (angle * Math.PI) / 180;
  const [south, north] = [radians(fromLatitude), radians(toLatitude)];
  const part = (angle: number) => Math.sin(angle / 2) ** 2;
  const haversine = part(north - south) + Math.cos(south) * Math.cos(north) * part(radians(toLongitude - fromLongitude));
  return Math.max(1, Math.round(1.33 * 2 * 6_371_000 * Math.asin(Math.sqrt(haversine))));
}
