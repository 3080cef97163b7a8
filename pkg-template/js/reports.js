// What is reported: how each hook is called, and what the console gets where there is no hook. The console gets one line, with
// ids and no content: what was thrown, found or recorded may hold codes of tickets and data of visitors.

import { invalid } from "./configuration.js";
import { cutPath, MeituanError, sentence, textsOf } from "./errors.js";
import { orderSentence } from "./order-sentences.js";

/**
 * @typedef {import("./order.js").TicketOrder} TicketOrder
 * @typedef {import("./messages.js").Conflict} Conflict
 * @typedef {"en" | "zh"} Language
 * @typedef {{ orderId?: string, call?: string, key?: string, part?: "request" | "reply" }} About
 * @typedef {{ onError?: Hook, onWarning?: Hook, onConflict?: Hook, onNoticeGivenUp?: Hook, language?: Language }} Hooks
 * @typedef {(what: any, about: any) => unknown} Hook
 */

/** The hooks of every handler, and those of orders in a store. */
const HOOKS = ["onError", "onWarning"];
const ORDER_HOOKS = ["onConflict", "onNoticeGivenUp"];

/** A conflict of its own hook. */
const GIVEN_UP = "notice-given-up";
/** A report about the process, and not about one order. */
const CALENDAR_ENDS = "calendar-ends";

/** Warnings that were printed: each is printed once. Meituan's messages may vary without end. @type {Set<string>} */
const printed = new Set();
const MAX_PRINTED = 1000;

/** The conflicts that are open. @param {TicketOrder | undefined} order */
export const openConflicts = (order) => (order?.conflicts ?? []).filter(({ resolvedAt }) => resolvedAt === undefined);

/**
 * Which order, call and attempt or notice an event is about. Keys of attempts and ids of notices begin with the call's name.
 * @param {string} orderId
 * @param {object} event
 * @returns {About}
 */
export function aboutEvent(orderId, event) {
  const [[name, content] = ["", {}]] = Object.entries(event);
  const key = content?.key ?? (name.toLowerCase().includes("notice") ? content?.id : undefined);
  if (typeof key === "string") return { orderId, call: key.split(":", 1)[0], key };
  return name.startsWith("order") ? { orderId, call: name } : { orderId };
}

export class Reports {
  #hooks;
  #language;
  #knowsOfCalendar = false;

  /** @param {Hooks} [hooks] */
  constructor({ language = "en", ...hooks } = {}) {
    if (language !== "en" && language !== "zh") invalid("language", "expected en or zh");
    for (const [name, hook] of Object.entries(hooks)) {
      if (![...HOOKS, ...ORDER_HOOKS].includes(name)) invalid(name, "there is no such hook");
      if (hook !== undefined && typeof hook !== "function") invalid(name, "expected a function");
    }
    this.#hooks = hooks;
    this.#language = language;
  }

  /**
   * The reports of a handler, and its other options.
   * @param {Record<string, any>} options
   */
  static of({ onError, onWarning, language, ...others }) {
    if (others.store === undefined) {
      for (const name of ORDER_HOOKS) if (others[name] !== undefined) invalid(name, "a handler without a store knows no orders");
      return { reports: new Reports({ onError, onWarning, language }), others };
    }
    const { onConflict, onNoticeGivenUp, ...rest } = others;
    return { reports: new Reports({ onError, onWarning, onConflict, onNoticeGivenUp, language }), others: rest };
  }

  /**
   * What was thrown, or why Meituan got no reply.
   * @param {unknown} error
   * @param {About} about
   * @param {Request} [request] for the hook; it holds the signature, so it is not shown where `about` is printed
   */
  error(error, about, request) {
    const { onError } = this.#hooks;
    const known = Object.defineProperty({ ...about }, "request", { value: request });
    this.#report(onError, error, known, () => this.#print("error", about, this.#wordsOf(error)));
  }

  /**
   * What was accepted or sent although it deviates.
   * @param {readonly import("./errors.js").Finding[]} findings
   * @param {About} about
   */
  warnings(findings, about) {
    this.#report(this.#hooks.onWarning, findings, about, () => {
      for (const { code, rule, path } of findings) {
        const id = `${about.call} ${about.part} ${code} ${rule} ${path.replace(/\d+/g, "")}`;
        if (isNew(id)) this.#print("warn", about, this.#wordsOf({ code, rule, path }));
      }
    });
  }

  /**
   * What a saved transition has to report: conflicts that were not open before, notices that were given up, and its reports.
   * @param {TicketOrder | undefined} before
   * @param {import("./order.js").OrderTransition} transition
   * @param {About & { orderId: string }} about
   */
  saved(before, { next, reports = [] }, about) {
    const { onConflict, onNoticeGivenUp, onWarning } = this.#hooks;
    const { orderId } = about;
    // Format 1 had the breach alone.
    const known = new Set(openConflicts(before).map(({ id, breach }) => id ?? breach));
    const found = openConflicts(next).filter(({ id }) => !known.has(id));
    const conflicts = found.filter(({ breach }) => breach !== GIVEN_UP);
    if (conflicts.length > 0) {
      this.#report(onConflict, conflicts, about, () => {
        for (const { breach } of conflicts) this.#print("warn", about, this.#words.conflict(breach, orderId));
      });
    }
    if (conflicts.length < found.length) {
      const old = new Set((before?.givenUp ?? []).map(({ id }) => id));
      for (const { id, name, since, tries } of (next?.givenUp ?? []).filter(({ id }) => !old.has(id))) {
        // Not its body: that has codes, and credentials of visitors.
        this.#report(onNoticeGivenUp, { id, name, since, tries }, { orderId, call: name, key: id }, () =>
          this.#print("error", { orderId, call: name, key: id }, this.#words.givenUp(orderId)),
        );
      }
    }
    const news = reports.filter((report) => report !== CALENDAR_ENDS || !this.#knowsOfCalendar);
    this.#knowsOfCalendar ||= news.includes(CALENDAR_ENDS);
    if (news.length === 0) return;
    this.#report(
      onWarning,
      news.map((report) => ({ report })),
      about,
      () => {
        for (const report of news) {
          if (isNew(report === CALENDAR_ENDS ? report : `${report} ${orderId}`))
            this.#print("warn", about, this.#words.report(report));
        }
      },
    );
  }

  /**
   * What a hook does must not change a reply, nor keep it waiting: what it throws is only printed.
   * @param {Hook | undefined} hook
   * @param {unknown} what
   * @param {About} about
   * @param {() => void} print where there is no hook
   */
  #report(hook, what, about, print) {
    if (hook === undefined) return print();
    const failed = (/** @type {unknown} */ error) => this.#print("error", about, this.#wordsOf(error));
    try {
      Promise.resolve(hook(what, about)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** @param {"error" | "warn"} level @param {About} about @param {string} words */
  #print(level, { orderId, call, key }, words) {
    const { order, colon, comma } = this.#words;
    const place = [orderId !== undefined && `${order} ${orderId}`, call, key !== undefined && `key ${key}`]
      .filter(Boolean)
      .join(comma);
    // One line, whatever is in it.
    console[level](`meituan-protocol${place && `${comma}${place}`}${colon}${words}`.replace(/[\p{Cc}\u2028\u2029]+/gu, " "));
  }

  /** @param {unknown} error */
  #wordsOf(error) {
    const language = this.#language;
    const isFinding = typeof error === "object" && error !== null && !(error instanceof Error) && "code" in error;
    if (!MeituanError.is(error) && !isFinding) return this.#words.thrown(nameOf(error), placeOf(error));
    const { code, rule, path, remoteCode } = /** @type {MeituanError} */ (error);
    const remote = remoteCode === undefined ? "" : ` (${remoteCode})`;
    const { end } = this.#words;
    return `${sentence(code, cutPath(path), "", rule, language)}${remote}${end}${textsOf(code, rule).hint[language]}`;
  }

  get #words() {
    return WORDS[this.#language];
  }
}

/** @param {string} id */
function isNew(id) {
  if (printed.has(id)) return false;
  if (printed.size >= MAX_PRINTED) printed.clear();
  printed.add(id);
  return true;
}

/** @param {unknown} error */
const nameOf = (error) => (error instanceof Error ? error.name : typeof error);

/**
 * Where it was thrown: the first line of the stack, without what the error says.
 * @param {unknown} error
 */
function placeOf(error) {
  if (!(error instanceof Error) || typeof error.stack !== "string") return "";
  const { message, stack } = error;
  const said = message === "" ? -1 : stack.indexOf(message);
  const rest = said < 0 ? stack : stack.slice(said + message.length);
  // V8 writes "at name (file:line)", others "name@file:line".
  const line = rest.split("\n").find((one) => /^\s*at .*\d|^\S*@.*\d/.test(one));
  return line === undefined ? "" : line.trim().slice(0, 200);
}

/** The lines of the console. */
const WORDS = {
  en: {
    order: "order",
    comma: ", ",
    colon: ": ",
    end: ". ",
    thrown: (/** @type {string} */ name, /** @type {string} */ place) =>
      `${name} thrown${place && ` ${place}`}. Its message may hold personal data and is not printed: onError receives it. ` +
      "What Meituan got instead of a reply is in README, What Meituan gets when something throws",
    conflict: (/** @type {string} */ breach, /** @type {string} */ orderId) =>
      `conflict ${breach}: ${orderSentence("conflicts", breach).en} See orders.explain("${orderId}"), and end it by orders.resolveConflict("${orderId}", id, note)`,
    givenUp: (/** @type {string} */ orderId) => `${orderSentence("conflicts", GIVEN_UP).en} orders.retryNotice("${orderId}", key)`,
    report: (/** @type {string} */ report) => `${report}: ${orderSentence("reports", report).en}`,
  },
  zh: {
    order: "订单",
    comma: "，",
    colon: "：",
    end: "。",
    thrown: (/** @type {string} */ name, /** @type {string} */ place) =>
      `抛出 ${name}${place && ` ${place}`}。错误信息可能含个人数据，故不打印，请用 onError 接收；美团收到什么应答，见 README 的 What Meituan gets when something throws`,
    conflict: (/** @type {string} */ breach, /** @type {string} */ orderId) =>
      `冲突 ${breach}：${orderSentence("conflicts", breach).zh}。请用 orders.explain("${orderId}") 查看，处理后用 orders.resolveConflict("${orderId}", id, note) 关闭`,
    givenUp: (/** @type {string} */ orderId) => `${orderSentence("conflicts", GIVEN_UP).zh}：orders.retryNotice("${orderId}", key)`,
    report: (/** @type {string} */ report) => `${report}：${orderSentence("reports", report).zh}`,
  },
};
