// Orders of many codes, and recordings of many exchanges: what the rules of orders and the judge work on.

import { checkTrace } from "meituan-protocol/testing";
import { transition } from "meituan-protocol/ticket";
import { NOW, PARTNER_ID } from "./settings.mjs";

/** @typedef {import("meituan-protocol/ticket").OrderEvent} OrderEvent */
/** @typedef {import("meituan-protocol/ticket").TicketOrder} TicketOrder */

const ORDER_ID = "2674629059054130";
const IDS = { orderId: ORDER_ID, partnerOrderId: "P1" };
const DONE = 1;
const ACCEPTED = { partnerId: PARTNER_ID, code: 200, describe: "success" };

const code = (/** @type {number} */ index) => `9${String(index).padStart(11, "0")}`;
const codesOf = (/** @type {number} */ count) => Array.from({ length: count }, (_, index) => code(index));

/** @param {{ order?: TicketOrder, event: OrderEvent }} input */
export const applied = ({ order, event }) => transition(order, event, { now: NOW });

/** @param {TicketOrder | undefined} order @param {OrderEvent[]} events */
const after = (order, ...events) => events.reduce((kept, event) => applied({ order: kept, event }).next ?? kept, order);

/** What happens to an order of so many codes, each with the order as it was stored before. @param {number} codes */
export function orderOf(codes) {
  const vouchers = codesOf(codes);
  const order = {
    ...{ orderId: ORDER_ID, partnerDealId: "D1", mtDealId: "7", buyPrice: 5800, unitPrice: 6000, totalPrice: 6000 * codes },
    ...{ quantity: codes, visitors: [], travelDate: "2026-11-22" },
  };
  const paying = after(
    undefined,
    { orderCreate: order },
    { attemptEnded: { key: `orderCreate:${ORDER_ID}`, outcome: DONE, created: { partnerOrderId: "P1" } } },
    { orderPay: IDS },
  );
  const issue = { attemptEnded: { key: `orderPay:${ORDER_ID}`, outcome: DONE, paid: { ...IDS, voucherType: 1, vouchers } } };
  const issued = after(paying, issue);
  const last = vouchers.slice(-1);
  const refund = {
    ...{ ...IDS, refundId: "R1", partnerDealId: "D1", voucherList: last, refundQuantity: 1 },
    ...{ unitPrice: 6000, refundPrice: 6000, refundFee: 0, refundTime: NOW },
  };
  return {
    issue: { order: paying, event: issue },
    query: { order: issued, event: { orderQuery: IDS } },
    entry: { order: issued, event: { consumed: { id: "gate 1", vouchers: last } } },
    refund: { order: issued, event: { orderRefund: refund } },
  };
}

/** A recording of so many exchanges: orders of two tickets, each created, issued, queried, used. @param {number} exchanges */
export function traceOf(exchanges) {
  const made = Array.from({ length: exchanges >> 2 }, (_, index) => lifeOf(index)).flat();
  return JSON.stringify({ version: 1, settings: { partnerId: PARTNER_ID }, exchanges: made });
}

export const judged = (/** @type {string} */ trace) => checkTrace(trace);

/** @param {number} index */
function lifeOf(index) {
  const ids = { orderId: 453361297221 + index, partnerOrderId: `P${index}` };
  const vouchers = [code(2 * index), code(2 * index + 1)];
  const product = { orderId: ids.orderId, partnerDealId: "D1", mtDealId: 7 };
  const sold = { buyPrice: 58, unitPrice: 66, totalPrice: 132, quantity: 2, visitors: [], travelDate: "2026-11-22" };
  const counts = (/** @type {number} */ used) => ({
    ...{ usedQuantity: 2 * used, refundedQuantity: 0, voucherType: 1 },
    voucherList: vouchers.map((voucher) => ({ voucher, voucherInvalidTime: "2026-12-31 23:59:59", quantity: 1, status: used })),
  });
  const answer = (/** @type {object} */ body) => ({ ...ACCEPTED, body });
  const exchange = (/** @type {string} */ call, /** @type {object} */ body, /** @type {object} */ response) => ({
    ...{ durationMs: 100, direction: "toSupplier", call, request: { partnerId: PARTNER_ID, body }, response },
  });
  const exchanges = [
    exchange("orderCreate", { ...product, ...sold }, answer({ partnerOrderId: ids.partnerOrderId })),
    exchange("orderPay", ids, answer({ ...ids, voucherType: 1, vouchers })),
    exchange("orderQuery", ids, answer({ ...ids, orderStatus: 4, orderQuantity: 2, ...counts(0) })),
    { ...exchange("consumeNotice", { ...ids, quantity: 2, ...counts(1) }, ACCEPTED), direction: "toMeituan" },
  ];
  return exchanges.map((each, place) => ({ at: NOW + 60_000 * index + 1000 * place, ...each }));
}
