// Products, and why an order cannot be accepted. Yours to replace.

import { fen, formatYuan } from "meituan-protocol/ticket";

const PRODUCTS = new Map([
  ["garden-day", { buyPrice: fen(5800), isOurs: true }],
  ["tower-night", { buyPrice: fen(5800), isOurs: false }],
]);

/** Whether the tickets are our own; the others are issued by an upstream. */
export const isOurs = (partnerDealId = "") => PRODUCTS.get(partnerDealId)?.isOurs === true;

/**
 * Meituan's staff read the reason, so it says what we found, in Chinese.
 * @param {import("meituan-protocol/ticket").OrderCreate} order
 * @returns {{ code: 410 | 421, reason: string } | undefined}
 */
export function objection({ partnerDealId, buyPrice }) {
  const product = PRODUCTS.get(partnerDealId);
  if (!product) return { code: 421, reason: `产品 ${partnerDealId} 不存在或已下架` };
  if (buyPrice === product.buyPrice) return undefined;
  return { code: 410, reason: `进货单价应为 ${formatYuan(product.buyPrice)} 元，收到 ${formatYuan(buyPrice)} 元` };
}
