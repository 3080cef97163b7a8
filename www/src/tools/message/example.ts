// A good example of each message, made from its definition.

import { type Definition, definitions, type FieldDefinition, type MessageName, values } from "../../library.ts";

/** The day of the visit has not passed. */
const TOMORROW = new Date(Date.now() + 32 * 3_600_000).toISOString().slice(0, 10);

/**
 * Values that look like real ones, or that rules demand: of a field of any name, or of the field of one object. A field that is
 * named with its object is in the example even if it is optional.
 */
const CHOSEN: Readonly<Record<string, unknown>> = {
  partnerId: 1122,
  partnerOrderId: "P20261001000001",
  partnerDealId: "12113",
  describe: "success",
  quantity: 1,
  orderQuantity: 1,
  usedQuantity: 0,
  refundedQuantity: 0,
  entId: 1001,
  ts: 1790818200,
  mtOrderId: "2610010930000001",
  channelPartnerOrderId: "R20261001000001",
  fromAddress: "北京市朝阳区望京东路 4 号",
  toAddress: "北京首都国际机场 T3",
  fLng: 116.4815,
  fLat: 39.9967,
  tLng: 116.6031,
  tLat: 40.0799,
  "OrderCreate.travelDate": TOMORROW,
  "OrderCreate.visitors": [{ name: "张三", mobile: "13500000000", credentials: { 0: "130000000000000000" } }],
  "OrderPaid.voucherType": 2,
  "OrderPaid.vouchers": ["15456624941871613"],
  "PayNotice.voucherType": 2,
  "PayNotice.vouchers": ["15456624941871613"],
  "ProductPull.method": "page",
  "PoiPull.method": "page",
  "ride.submitOrder.request.identifyType": 50,
  "ride.submitOrder.request.mobile": "13500000000",
  "ride.cancelOrder.request.channelPartnerOrderId": "R20261001000001",
  "ride.queryRealTimeOrder.request.mtOrderId": "2610010930000001",
  "ride.queryRealTimeOrder.request.channelPartnerOrderId": "R20261001000001",
  "ride.refunded.request.refundAmount": 1000,
  "ride.orderChanged.request.mtOrderId": "2610010930000001",
  "ride.orderChanged.request.eventCode": 50,
  "ride.orderChanged.request.eventTime": 1790818200000,
};

/** The example as the wire has it. */
export const exampleOf = (name: MessageName): string => JSON.stringify(objectOf(definitions[name], name), null, 2);

function objectOf(definition: Definition | undefined, name: string): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const field of definition?.fields ?? []) {
    if (field.needed === undefined && !(`${name}.${field.name}` in CHOSEN)) continue;
    object[field.name] = fieldValue(field, name);
  }
  return object;
}

function fieldValue(field: FieldDefinition, name: string): unknown {
  const { method } = definitions[name] ?? {};
  if (field.name === "method" && method !== undefined) return method;
  const chosen = CHOSEN[`${name}.${field.name}`] ?? CHOSEN[field.name];
  if (chosen !== undefined) return chosen;
  const one = single(field);
  return field.list ? [one] : one;
}

export function single(field: FieldDefinition): unknown {
  switch (field.type) {
    case "object":
      return objectOf(definitions[field.of ?? ""], field.of ?? "");
    case "code": {
      const known = Object.keys(values[field.of ?? ""] ?? {}).map(Number);
      // The code of success where it is one of codes.
      return known.find((value) => value === 200) ?? known.find((value) => value >= 0) ?? 0;
    }
    case "id":
      return 1453361297221;
    case "integer":
      return Math.max(field.min ?? 1, 1);
    case "decimal":
      return 39.9;
    case "yuan":
      return 580;
    case "fen":
      return 58000;
    case "flag":
      return true;
    case "date":
      return "2026-10-01";
    case "wallClock":
      return "2026-10-01 09:30:00";
    case "timestamp":
      return 1790818200000;
    case "stringMap":
      return {};
    case "raw":
      return {};
    case "string":
      return field.name;
  }
}
