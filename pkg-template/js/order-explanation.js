// What is known of an order, what is due, and what somebody has to look into: as facts, and in words.

import { openConflicts } from "./order-reports.js";
import { orderSentence } from "./order-sentences.js";
import { Lifecycle, OrderStatus, RefundState } from "./ticket-codes.js";

/**
 * @typedef {import("./order.js").TicketOrder} TicketOrder
 * @typedef {import("./order.js").OrderTransition} OrderTransition
 */

/** So long after it has become due somebody has tried to send a notice, where anybody does. */
const SENT_WITHIN = 60_000;

/**
 * A notice that waits in vain: none of its order was ever sent.
 * @param {TicketOrder | undefined} order
 * @param {number} now
 */
export function unsentNotice(order, now) {
  const notices = order?.notices ?? [];
  return notices.some(({ tries }) => tries) ? undefined : notices.find(({ since }) => now - since > SENT_WITHIN);
}

/**
 * @param {string} orderId
 * @param {TicketOrder | undefined} order as stored, and as time has changed it
 * @param {OrderTransition | undefined} transition of `timePassed`
 * @param {number} now
 */
export function explainOrder(orderId, order, transition, now) {
  if (order === undefined) {
    const meaning = { en: `Order ${orderId}: nothing is stored of it.`, zh: `订单 ${orderId}：没有任何记录。` };
    return { orderId, isKnown: false, functions: [], notices: [], givenUp: [], refunds: [], conflicts: [], meaning };
  }
  const { orderStatus, lifecycle, partnerOrderId } = order;
  const { counts, due, brokenOff = [] } = transition ?? {};
  const isAhead = (/** @type {number | undefined} */ time) => (time !== undefined && time > now ? { notBefore: time } : {});
  const functions = order.attempts.map(({ call, key, startedAt, unusable, nextAt }) => ({
    ...{ call, key, isBrokenOff: brokenOff.includes(key) },
    ...(startedAt > 0 && { startedAt }),
    ...(unusable && { unusable }),
    ...isAhead(nextAt),
  }));
  const notices = order.notices.map(({ id, name, since, tries = 0, nextAt, claimedUntil }) => ({
    ...{ id, name, since, tries, isBeingSent: claimedUntil !== undefined && claimedUntil > now },
    ...isAhead(nextAt),
  }));
  const givenUp = (order.givenUp ?? []).map(({ id, name, since, tries = 0 }) => ({ id, name, since, tries }));
  const refunds = order.refunds
    .filter(({ state }) => state === RefundState.PENDING)
    .map(({ refundId, quantity, requestedAt }) => ({ refundId, quantity, requestedAt }));
  const conflicts = openConflicts(order).map(({ id, breach, since }) => ({
    ...{ id, breach, since, meaning: orderSentence("conflicts", breach) },
  }));
  const known = { orderId, isKnown: true, partnerOrderId, orderStatus, lifecycle, counts, due };
  const facts = { ...known, functions, notices, givenUp, refunds, conflicts };
  const isUnsent = unsentNotice(order, now) !== undefined;
  return { ...facts, meaning: { en: inWords(facts, now, EN, isUnsent), zh: inWords(facts, now, ZH, isUnsent) } };
}

/**
 * @param {any} facts
 * @param {number} now
 * @param {typeof EN} words
 * @param {boolean} isUnsent
 */
function inWords({ orderId, orderStatus, lifecycle, counts, due, ...lists }, now, words, isUnsent) {
  const status = `orderStatus ${orderStatus ?? "–"} ${nameOf(OrderStatus, orderStatus)}, lifecycle ${nameOf(Lifecycle, lifecycle)}`;
  return [
    words.order(orderId, status, counts),
    due === undefined ? words.nothingDue : words.due(timeOf(due), due <= now),
    ...lists.functions.map(words.function),
    ...lists.notices.map(words.notice),
    ...(isUnsent ? [words.unsent] : []),
    ...lists.refunds.map(words.refund),
    ...lists.givenUp.map((/** @type {any} */ notice) => words.givenUp(notice, orderId)),
    ...lists.conflicts.map((/** @type {any} */ conflict) => words.conflict(conflict, orderId)),
  ].join("\n");
}

/** @param {Record<string, any>} table @param {number | undefined} value */
const nameOf = (table, value) => Object.keys(table).find((name) => table[name] === value) ?? "";

/** Meituan's clock. @param {number} time */
const timeOf = (time) => `${new Date(time + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ")} UTC+8`;

const EN = {
  order: (/** @type {string} */ id, /** @type {string} */ status, /** @type {any} */ { quantity, used, refunded, pending, free }) =>
    `Order ${id}: ${status}. Tickets ${quantity}: used ${used}, refunded ${refunded}, refund pending ${pending}, free ${free}.`,
  nothingDue: "Nothing is due.",
  due: (/** @type {string} */ at, /** @type {boolean} */ isNow) =>
    isNow ? `Due since ${at}: settle(orderId) does it.` : `Next due at ${at}.`,
  function: (/** @type {any} */ { call, key, startedAt, isBrokenOff, unusable, notBefore }) =>
    `Function ${call}, key ${key}: ` +
    `${startedAt === undefined ? "still to be run" : `started ${timeOf(startedAt)}`}${isBrokenOff ? ", broke off, settle runs it again" : ", runs, or broke off"}` +
    `${unusable ? `; unusable results: ${unusable}` : ""}${notBefore ? `; not again before ${timeOf(notBefore)}` : ""}.`,
  notice: (/** @type {any} */ { id, since, tries, isBeingSent, notBefore }) =>
    `Notice ${id}: due since ${timeOf(since)}, sent ${tries} times${isBeingSent ? ", being sent now" : ""}${notBefore ? `; not again before ${timeOf(notBefore)}` : ""}.`,
  unsent:
    "Nobody has tried to send a notice: has the handler `send`, and does somebody call settle? Who sends them otherwise takes pendingNotices.",
  refund: (/** @type {any} */ { refundId, quantity, requestedAt }) =>
    `Refund ${refundId}, tickets ${quantity}: not decided, requested ${timeOf(requestedAt)}. Decide it by refundAgreed or refundRefused.`,
  givenUp: (/** @type {any} */ { id, tries }, /** @type {string} */ orderId) =>
    `Notice ${id}: given up after ${tries} times. orders.retryNotice("${orderId}", "${id}") sends it again.`,
  conflict: (/** @type {any} */ { id, since, meaning }, /** @type {string} */ orderId) =>
    `Conflict ${id}, since ${timeOf(since)}: ${meaning.en} When that is done: orders.resolveConflict("${orderId}", "${id}", note).`,
};

/** @type {typeof EN} */
const ZH = {
  order: (id, status, { quantity, used, refunded, pending, free }) =>
    `订单 ${id}：${status}。共 ${quantity} 张：已使用 ${used}，已退款 ${refunded}，退款审批中 ${pending}，可入园 ${free}。`,
  nothingDue: "暂无待办。",
  due: (at, isNow) => (isNow ? `自 ${at} 起有待办：请调用 settle(orderId)。` : `下次待办时间：${at}。`),
  function: ({ call, key, startedAt, isBrokenOff, unusable, notBefore }) =>
    `函数 ${call}，key ${key}：${startedAt === undefined ? "尚未运行" : `${timeOf(startedAt)} 开始`}${isBrokenOff ? "，已中断，settle 会再次运行" : "，正在运行或已中断"}` +
    `${unusable ? `；返回结果不可用 ${unusable} 次` : ""}${notBefore ? `；${timeOf(notBefore)} 之前不再运行` : ""}。`,
  notice: ({ id, since, tries, isBeingSent, notBefore }) =>
    `通知 ${id}：${timeOf(since)} 起待发送，已发送 ${tries} 次${isBeingSent ? "，正在发送" : ""}${notBefore ? `；${timeOf(notBefore)} 之前不再发送` : ""}。`,
  unsent: "尚无人尝试发送通知：handler 是否设置了 `send`，是否有人调用 settle？若由其他方式发送，请使用 pendingNotices。",
  refund: ({ refundId, quantity, requestedAt }) =>
    `退款 ${refundId}，${quantity} 张：${timeOf(requestedAt)} 申请，尚未处理，请用 refundAgreed 或 refundRefused 告知结果。`,
  givenUp: ({ id, tries }, orderId) =>
    `通知 ${id}：发送 ${tries} 次仍未被接受，已停止发送。可用 orders.retryNotice("${orderId}", "${id}") 重发。`,
  conflict: ({ id, since, meaning }, orderId) =>
    `冲突 ${id}（${timeOf(since)}）：${meaning.zh}。处理后请调用 orders.resolveConflict("${orderId}", "${id}", note)。`,
};
