// A supplier that keeps its orders, as a careful engineer writes it: each call is verified and read, the order is loaded and
// looked at, the function runs, and what it did is saved by one compare-and-swap before the reply. A repeat is replied what is
// stored. There is no outbox, and no reservation before the function runs: what breaks off in between is nowhere.

import { NOW, PARTNER_ID } from "../settings.mjs";
import { codesAreDistinct, paysForAll, wallClockOf } from "./rules.mjs";
import { supplier } from "./supplier.mjs";

const HEADERS = { "content-type": "application/json; charset=utf-8" };
const [CREATED, PAID] = [2, 4];

/**
 * @typedef {import("meituan-protocol/ticket").OrderStore} Store
 * @typedef {Record<string, (body: any, life: any) => any>} Functions what the supplier does in each call
 */

/**
 * @param {import("./supplier.mjs").Signer} signer
 * @param {Record<string, import("./supplier.mjs").Validator>} validators
 * @param {Functions} functions
 * @returns {(request: Request, life: any, store: any) => Promise<Response>}
 */
export function storedSupplier(signer, validators, functions) {
  const { receive } = supplier(signer, validators, (text) => /** @type {any} */ (text));

  /** @type {Record<string, (body: any, order: any, life: any) => Promise<{ order?: any, reply: object }>>} */
  const calls = {
    async orderCreate(body, order, life) {
      if (order !== undefined) return { reply: { partnerOrderId: order.partnerOrderId } };
      const { partnerOrderId } = validators.orderCreated.read(await functions.orderCreate(body, life));
      const { orderId, partnerDealId, quantity, unitPrice, totalPrice, travelDate } = body;
      const facts = { orderId, partnerOrderId, partnerDealId, quantity, unitPrice, totalPrice, travelDate };
      return { order: { ...facts, status: CREATED, vouchers: [], refunds: [] }, reply: { partnerOrderId } };
    },

    async orderPay(body, order, life) {
      if (order === undefined) throw new Error("no such order");
      const { partnerOrderId, quantity } = order;
      const ids = { orderId: Number(body.orderId), partnerOrderId };
      if (order.status === PAID) {
        const vouchers = order.vouchers.map((/** @type {any} */ { voucher }) => voucher);
        return { reply: { ...ids, voucherType: order.voucherType, vouchers } };
      }
      const paid = validators.orderPaid.read({ ...ids, ...(await functions.orderPay(body, life)) });
      if (!paysForAll(paid, quantity) || !codesAreDistinct(paid)) throw new Error("not a code for each ticket");
      const vouchers = paid.vouchers.map((/** @type {string} */ voucher) => ({ voucher, status: 0 }));
      return { order: { ...order, status: PAID, voucherType: paid.voucherType, vouchers }, reply: paid };
    },

    async orderRefund(body, order, life) {
      if (order?.status !== PAID) throw new Error("nothing to refund");
      const { orderId, refundId } = body;
      const replyTo = (/** @type {any} */ { requestTime, responseTime }) => ({
        ...{ orderId: Number(orderId), refundId, partnerOrderId: order.partnerOrderId },
        ...{ requestTime: wallClockOf(requestTime), responseTime: wallClockOf(responseTime) },
      });
      const known = order.refunds.find((/** @type {any} */ refund) => refund.refundId === refundId);
      if (known !== undefined) return { reply: replyTo(known) };
      const refunded = new Set(body.voucherList);
      const isOfRefund = (/** @type {any} */ { voucher, status }) => status === 0 && refunded.has(voucher);
      const count = order.vouchers.filter(isOfRefund).length;
      if (count !== refunded.size || count !== body.refundQuantity) throw new Error("not tickets that can be refunded");
      await functions.orderRefund(body, life);
      const vouchers = order.vouchers.map((/** @type {any} */ one) => (isOfRefund(one) ? { ...one, status: 2 } : one));
      const refund = {
        refundId,
        voucherList: body.voucherList,
        refundPrice: body.refundPrice,
        requestTime: NOW,
        responseTime: NOW,
      };
      return { order: { ...order, vouchers, refunds: [...order.refunds, refund] }, reply: replyTo(refund) };
    },
  };

  return async (request, life, store) => {
    const { method, headers } = request;
    const url = request.url.slice(request.url.indexOf("/", 8));
    const header = (/** @type {string} */ name) => headers.get(name) ?? "";
    const seen = { partnerid: header("partnerid"), date: header("date"), authorization: header("authorization") };
    const { type, body } = receive({ method, url, headers: seen, body: /** @type {any} */ (await request.text()) });
    const loaded = await store.load(body.orderId);
    const { order, reply } = await calls[type](body, loaded?.snapshot, life);
    if (order !== undefined && !(await store.save(body.orderId, order, loaded?.revision ?? null))) {
      throw new Error("somebody else was first: Meituan asks again");
    }
    const text = JSON.stringify({ code: 200, describe: "success", partnerId: PARTNER_ID, body: reply });
    return new Response(text, { status: 200, headers: HEADERS });
  };
}
