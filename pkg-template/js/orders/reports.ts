// Reports of a saved order, and their lines for the console.

import { orderSentence } from "../definitions/order-sentences.js";
import type { Conflict, Notice, ReportId } from "../generated/messages.js";
import * as texts from "../generated/order-texts.js";
import { type About, isNew, type Reports } from "../handler/reports.js";
import type { TicketOrder } from "./store.js";

/** A conflict that has a hook of its own. */
const GIVEN_UP = "notice-given-up";
/** A report about the process, and not about one order. */
const CALENDAR_ENDS = "calendar-ends";
/** Those that have heard of it. */
const knowOfCalendar = new WeakSet<Reports>();

/** The conflicts that are open. */
export const openConflicts = (order: TicketOrder | undefined) =>
  (order?.conflicts ?? []).filter(({ resolvedAt }) => resolvedAt === undefined);

/** Which order, call and attempt or notice an event is about. Keys of attempts and ids of notices begin with the call's name. */
export function aboutEvent(orderId: string, event: object): About & { orderId: string } {
  const [[name, content] = ["", {}]] = Object.entries(event);
  const key = content?.key ?? (name.toLowerCase().includes("notice") ? content?.id : undefined);
  if (typeof key === "string") return { orderId, call: key.split(":", 1)[0], key };
  return name.startsWith("order") ? { orderId, call: name } : { orderId };
}

/** Reports what a saved order has to report: conflicts that were not open before, notices that were given up, and its reports. */
export function reportSaved(
  to: Reports,
  {
    conflicts: found = [],
    givenUp = [],
    reports = [],
  }: { conflicts?: readonly Conflict[]; givenUp?: readonly Notice[]; reports?: readonly ReportId[] },
  about: About & { orderId: string },
) {
  const { orderId } = about;
  const words = WORDS[to.language];
  const conflicts = found.filter(({ breach }) => breach !== GIVEN_UP);
  if (conflicts.length > 0) {
    to.report("onConflict", conflicts, about, () => {
      // Not its id: that may hold a ticket's code.
      for (const { breach } of conflicts) to.print("warn", about, words.conflict(breach, orderId));
    });
  }
  for (const { id, name, since, tries } of givenUp) {
    const whose = { ...about, call: name, key: id };
    // Not its body: that has codes, and credentials of visitors.
    to.report("onNoticeGivenUp", { id, name, since, tries }, whose, () => to.print("error", whose, words.givenUp(orderId)));
  }
  const news = reports.filter((report) => report !== CALENDAR_ENDS || !knowOfCalendar.has(to));
  if (news.length === 0) return;
  if (news.includes(CALENDAR_ENDS)) knowOfCalendar.add(to);
  const warnings = news.map((report) => ({ report }));
  to.report("onWarning", warnings, about, () => {
    for (const report of news) {
      if (isNew(report === CALENDAR_ENDS ? report : `${report} ${orderId}`)) to.print("warn", about, words.report(report));
    }
  });
}

const WORDS = {
  en: {
    conflict: (breach: string, orderId: string) =>
      `conflict ${breach}: ${orderSentence(texts.conflicts, breach).en} See orders.explain("${orderId}"), and end it by orders.resolveConflict("${orderId}", id, note)`,
    givenUp: (orderId: string) => `${orderSentence(texts.conflicts, GIVEN_UP).en} orders.retryNotice("${orderId}", key)`,
    report: (report: string) => `${report}: ${orderSentence(texts.reports, report).en}`,
  },
  zh: {
    conflict: (breach: string, orderId: string) =>
      `冲突 ${breach}：${orderSentence(texts.conflicts, breach).zh}。请用 orders.explain("${orderId}") 查看，处理后用 orders.resolveConflict("${orderId}", id, note) 关闭`,
    givenUp: (orderId: string) => `${orderSentence(texts.conflicts, GIVEN_UP).zh}：orders.retryNotice("${orderId}", key)`,
    report: (report: string) => `${report}：${orderSentence(texts.reports, report).zh}`,
  },
};
