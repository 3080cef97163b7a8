import { type Fen, fen, formatYuan, type OrderCreate, type TicketCalls } from "meituan-protocol/ticket";

/** Our products. A real supplier asks its own catalogue; here the product also decides how the upstream behaves. */
interface Product {
  readonly settlementPrice: Fen;
  readonly maxPerOrder: number;
  /** Issued and refunded by somebody else, later. Without it we decide at once. */
  readonly upstream?: "issues" | "refuses";
}

const products: Readonly<Record<string, Product>> = {
  "garden-day-instant": { settlementPrice: fen(5800), maxPerOrder: 10 },
  "tower-night-upstream": { settlementPrice: fen(5800), maxPerOrder: 10, upstream: "issues" },
  "ferry-stopped-upstream": { settlementPrice: fen(5800), maxPerOrder: 10, upstream: "refuses" },
};

export const product = (partnerDealId = ""): Product | undefined =>
  Object.hasOwn(products, partnerDealId) ? products[partnerDealId] : undefined;

/** Today at the sight: Meituan's dates are those of UTC+8. */
export const today = () => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);

/** Why an order cannot be accepted. Meituan's staff read the reason, so it says what we found, in Chinese. */
export function objection(order: OrderCreate): { code: TicketCalls["orderCreate"]["failure"]; reason: string } | undefined {
  const ordered = product(order.partnerDealId);
  if (!ordered) return { code: 421, reason: `产品 ${order.partnerDealId} 不存在或已下架` };
  const { settlementPrice, maxPerOrder } = ordered;
  if (order.buyPrice !== settlementPrice) {
    return { code: 410, reason: `进货单价应为 ${formatYuan(settlementPrice)} 元，收到 ${formatYuan(order.buyPrice)} 元` };
  }
  if (order.quantity > maxPerOrder) return { code: 410, reason: `每单最多 ${maxPerOrder} 张，收到 ${order.quantity} 张` };
  if (order.travelDate && order.travelDate < today()) return { code: 422, reason: `游玩日期 ${order.travelDate} 已过` };
}
