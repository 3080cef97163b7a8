// A supplier, and Meituan's calls to it, signed without the library.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { MeituanError, TicketSupplier } from "meituan-protocol/ticket";

export const NOW = 1430908460000;
export const DATE = "Wed, 06 May 2015 10:34:20 GMT";
export const SECRET = "123456ce8b61f8e608eaf2e9702864a9";
export const options = {
  partnerId: 1122,
  clientId: "lvyou_x",
  clientSecret: SECRET,
  now: () => NOW,
  routes: {
    "/mt/create": "orderCreate",
    "/mt/pay": "orderPay",
    "/mt/query": "orderQuery",
    "/mt/refund": "orderRefund",
    "/mt/close": "orderClose",
    "/mt/refunded": "orderRefunded",
    "/mt/price": "priceCalendar",
    "/mt/level": "levelPricePull",
    "/mt/product": "productPull",
    "/mt/status": "productStatus",
    "/mt/heartbeat": "heartbeat",
  },
};
export const supplier = new TicketSupplier(options);

export const hmac = (secret, text) => createHmac("sha1", secret).update(text).digest("base64");

export const CREATE = {
  orderId: "ORDER",
  partnerDealId: "12113",
  mtDealId: 111111,
  buyPrice: 1080.0,
  unitPrice: 1199.5,
  totalPrice: 2399.0,
  quantity: 2,
  visitors: [{ name: "张三", mobile: "13500000000", credentials: { 0: "130000000000000000" }, gender: 1 }, { name: "李四" }],
  travelDate: "2016-11-30",
};
export const REFUND = {
  orderId: 267462905905413,
  refundId: "267462905905413-20181226090557024",
  partnerOrderId: "305566",
  partnerDealId: "12885",
  voucherList: ["15456624941871613"],
  refundQuantity: 2,
  unitPrice: 290.0,
  refundPrice: 580.0,
  refundFee: 0.0,
  refundTime: "2018-12-26 09:05:57",
};
/** Ids are written as bare numbers, however long. */
export const wire = (body, orderId = "1453361297221") => JSON.stringify({ partnerId: 1122, body }).replace('"ORDER"', orderId);

/** A call of Meituan's, signed without the library. */
export function signed(path, body, { secret = SECRET, method = "POST", signedPath = path, headers = {} } = {}) {
  const signature = hmac(secret, `${method} ${signedPath}\n${DATE}`);
  return {
    method,
    url: path,
    headers: { PartnerId: "1122", Date: DATE, Authorization: `MWS lvyou_x:${signature}`, ...headers },
    body,
  };
}

/** The same as a Fetch request. */
export function fetched(path, body, how) {
  const { method, url, headers, body: text } = signed(path, body, how);
  return new Request(`https://supplier.example${url}`, { method, headers, body: text });
}

export function refusalOf(run) {
  try {
    run();
  } catch (error) {
    assert.ok(MeituanError.is(error), `not a MeituanError: ${error}`);
    return error;
  }
  assert.fail("it was taken");
}

export const sent = (reply) => JSON.parse(reply.body);
