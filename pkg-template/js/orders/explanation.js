// What is known of an order, what is due, and what somebody has to look into: as facts, and in words.

import { orderSentence } from "../definitions/order-sentences.js";
import { Lifecycle, OrderStatus, RefundState } from "../generated/ticket-codes.js";
import { ownOf } from "../values/options.js";
import { openConflicts } from "./reports.js";

/**
 * @typedef {import("./types.js").TicketOrder} TicketOrder
 * @typedef {import("./types.js").OrderTransition} OrderTransition
 */

/** @typedef {"en" | "zh"} Language */
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
    const nothing = (/** @type {Language} */ language) => say(language, "nothing", { order: orderId });
    const meaning = { en: nothing("en"), zh: nothing("zh") };
    return { orderId, isKnown: false, functions: [], notices: [], givenUp: [], refunds: [], conflicts: [], meaning };
  }
  const { orderStatus, lifecycle, partnerOrderId } = order;
  const { counts, due, brokenOff = [] } = ownOf(transition ?? {}, "transition");
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
  return { ...facts, meaning: { en: inWords(facts, now, "en", isUnsent), zh: inWords(facts, now, "zh", isUnsent) } };
}

/**
 * A wording of the table, with its places filled in.
 * @param {Language} language
 * @param {string} id
 * @param {Record<string, unknown>} [values]
 */
const say = (language, id, values = {}) =>
  orderSentence("explanation", id)[language].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));

/**
 * @param {any} facts
 * @param {number} now
 * @param {Language} language
 * @param {boolean} isUnsent
 */
function inWords({ orderId: order, orderStatus, lifecycle, counts, due, ...lists }, now, language, isUnsent) {
  /** @type {(id: string, values?: Record<string, unknown>) => string} */
  const words = (id, values) => say(language, id, values);
  const status = orderStatus === undefined ? "–" : `${orderStatus} ${nameOf(OrderStatus, orderStatus)}`;
  const state = { order, orderStatus: status, lifecycle: nameOf(Lifecycle, lifecycle), ...counts };
  /** @type {(id: string, at: number | undefined) => string} */
  const pause = (id, at) => (at === undefined ? "" : words(id, { at: timeOf(at) }));
  const dueWords = () =>
    due <= now ? words("due", { at: timeOf(due), settle: `settle("${order}")` }) : words("due-later", { at: timeOf(due) });
  return [
    words("order", state),
    due === undefined ? words("nothing-due") : dueWords(),
    ...lists.functions.map((/** @type {any} */ { startedAt, isBrokenOff, unusable, notBefore, ...which }) =>
      words("function", {
        ...which,
        began: startedAt === undefined ? words("owed") : words("started", { at: timeOf(startedAt) }),
        goes: words(isBrokenOff ? "broken-off" : "running"),
        unusable: unusable ? words("unusable", { count: unusable }) : "",
        pause: pause("not-run", notBefore),
      }),
    ),
    ...lists.notices.map((/** @type {any} */ { id, since, tries, isBeingSent, notBefore }) =>
      words("notice", {
        ...{ id, since: timeOf(since), tries },
        sending: isBeingSent ? words("sending") : "",
        pause: pause("not-sent", notBefore),
      }),
    ),
    ...(isUnsent ? [words("unsent")] : []),
    ...lists.refunds.map((/** @type {any} */ { refundId, quantity, requestedAt }) =>
      words("refund", { id: refundId, quantity, since: timeOf(requestedAt) }),
    ),
    ...lists.givenUp.map((/** @type {any} */ { id, tries }) =>
      words("given-up", { id, tries, retry: `orders.retryNotice("${order}", "${id}")` }),
    ),
    ...lists.conflicts.map((/** @type {any} */ { id, since, meaning }) => {
      const resolve = `orders.resolveConflict("${order}", "${id}", note)`;
      return words("conflict", { id, since: timeOf(since), meaning: meaning[language], resolve });
    }),
  ].join("\n");
}

/** @param {Record<string, any>} table @param {number | undefined} value */
const nameOf = (table, value) => Object.keys(table).find((name) => table[name] === value) ?? "";

/** Meituan's clock. @param {number} time */
const timeOf = (time) => `${new Date(time + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ")} UTC+8`;
