// An order's explanation: known facts, due work, and problems for people, as data and in words.

import { orderSentence } from "../definitions/order-sentences.js";
import type { Language } from "../errors/sentences.js";
import type { Notice } from "../generated/messages.js";
import * as texts from "../generated/order-texts.js";
import { Lifecycle, OrderStatus, RefundState } from "../generated/ticket-codes.js";
import { ownOf } from "../values/options.js";
import type { OrderExplanation } from "./orders.js";
import { openConflicts } from "./reports.js";
import type { TicketOrder } from "./store.js";
import type { OrderTransition } from "./transition.js";

/** Time limit for the first try to send a notice that is due: past it, nobody seems to send any. */
const SENT_WITHIN = 60_000;

/** A notice that waits in vain: none of its order was ever sent. */
export function unsentNotice(order: TicketOrder | undefined, now: number): Notice | undefined {
  const notices = order?.notices ?? [];
  return notices.some(({ tries }) => tries) ? undefined : notices.find(({ since }) => now - since > SENT_WITHIN);
}

/**
 * @param order as stored, and as time has changed it
 * @param transition of `timePassed`
 */
export function explainOrder(
  orderId: string,
  order: TicketOrder | undefined,
  transition: OrderTransition | undefined,
  now: number,
): OrderExplanation {
  if (order === undefined) {
    const nothing = (language: Language) => say(language, "nothing", { order: orderId });
    const meaning = { en: nothing("en"), zh: nothing("zh") };
    return { orderId, isKnown: false, functions: [], notices: [], givenUp: [], refunds: [], conflicts: [], meaning };
  }
  const { orderStatus, lifecycle, partnerOrderId } = order;
  const { counts, due, brokenOff = [] } = ownOf(transition ?? {}, "transition");
  const isAhead = (time: number | undefined) => (time !== undefined && time > now ? { notBefore: time } : {});
  const functions = order.attempts.map(({ call, key, startedAt, unusable, nextAt }) => ({
    call,
    key,
    isBrokenOff: brokenOff.includes(key),
    ...(startedAt > 0 && { startedAt }),
    ...(unusable && { unusable }),
    ...isAhead(nextAt),
  }));
  const notices = order.notices.map(({ id, name, since, tries = 0, nextAt, claimedUntil }) => ({
    id,
    name,
    since,
    tries,
    isBeingSent: claimedUntil !== undefined && claimedUntil > now,
    ...isAhead(nextAt),
  }));
  const givenUp = (order.givenUp ?? []).map(({ id, name, since, tries = 0 }) => ({ id, name, since, tries }));
  const refunds = order.refunds
    .filter(({ state }) => state === RefundState.PENDING)
    .map(({ refundId, quantity, requestedAt }) => ({ refundId, quantity, requestedAt }));
  const conflicts = openConflicts(order).map(({ id, breach, since }) => ({
    id,
    breach,
    since,
    meaning: orderSentence(texts.conflicts, breach),
  }));
  const known = { orderId, isKnown: true, partnerOrderId, orderStatus, lifecycle, counts, due };
  const facts = { ...known, functions, notices, givenUp, refunds, conflicts };
  const isUnsent = unsentNotice(order, now) !== undefined;
  return { ...facts, meaning: { en: inWords(facts, now, "en", isUnsent), zh: inWords(facts, now, "zh", isUnsent) } };
}

/** A wording of the table, with its places filled in. */
const say = (language: Language, id: string, values: Record<string, unknown> = {}) =>
  orderSentence(texts.explanation, id)[language].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));

function inWords(
  { orderId: order, orderStatus, lifecycle, counts, due, ...lists }: any,
  now: number,
  language: Language,
  isUnsent: boolean,
) {
  const words: (id: string, values?: Record<string, unknown>) => string = (id, values) => say(language, id, values);
  const status = orderStatus === undefined ? "–" : `${orderStatus} ${nameOf(OrderStatus, orderStatus)}`;
  const state = { order, orderStatus: status, lifecycle: nameOf(Lifecycle, lifecycle), ...counts };
  const pause: (id: string, at: number | undefined) => string = (id, at) => (at === undefined ? "" : words(id, { at: timeOf(at) }));
  const dueWords = () =>
    due <= now ? words("due", { at: timeOf(due), settle: `settle("${order}")` }) : words("due-later", { at: timeOf(due) });
  return [
    words("order", state),
    due === undefined ? words("nothing-due") : dueWords(),
    ...lists.functions.map(({ startedAt, isBrokenOff, unusable, notBefore, ...which }: any) =>
      words("function", {
        ...which,
        began: startedAt === undefined ? words("owed") : words("started", { at: timeOf(startedAt) }),
        goes: words(isBrokenOff ? "broken-off" : "running"),
        unusable: unusable ? words("unusable", { count: unusable }) : "",
        pause: pause("not-run", notBefore),
      }),
    ),
    ...lists.notices.map(({ id, since, tries, isBeingSent, notBefore }: any) =>
      words("notice", {
        id,
        since: timeOf(since),
        tries,
        sending: isBeingSent ? words("sending") : "",
        pause: pause("not-sent", notBefore),
      }),
    ),
    ...(isUnsent ? [words("unsent")] : []),
    ...lists.refunds.map(({ refundId, quantity, requestedAt }: any) =>
      words("refund", { id: refundId, quantity, since: timeOf(requestedAt) }),
    ),
    ...lists.givenUp.map(({ id, tries }: any) =>
      words("given-up", { id, tries, retry: `orders.retryNotice("${order}", "${id}")` }),
    ),
    ...lists.conflicts.map(({ id, since, meaning }: any) => {
      const resolve = `orders.resolveConflict("${order}", "${id}", note)`;
      return words("conflict", { id, since: timeOf(since), meaning: meaning[language], resolve });
    }),
  ].join("\n");
}

const nameOf = (table: Record<string, any>, value: number | undefined) =>
  Object.keys(table).find((name) => table[name] === value) ?? "";

/** Meituan's clock. */
const timeOf = (time: number) => `${new Date(time + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ")} UTC+8`;
