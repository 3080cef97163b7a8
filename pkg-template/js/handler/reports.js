// What is reported: how each hook is called, and what the console gets where there is no hook. The console gets one line, with
// ids and no content: what was thrown, found or recorded may hold codes of tickets and data of visitors.

import { showIn } from "../errors/answers.js";
import { MeituanError } from "../errors/error.js";
import { cutPath, sentence, textsOf } from "../errors/sentences.js";
import { oneOf } from "../values/arguments.js";
import { invalid, reading } from "../values/faults.js";
import { func } from "../values/functions.js";
import { isError } from "../values/kinds.js";
import { ownOf } from "../values/options.js";

/**
 * @typedef {"en" | "zh"} Language
 * @typedef {{ orderId?: string, call?: string, key?: string, part?: "request" | "reply" }} About
 * @typedef {{ onError?: Hook, onWarning?: Hook, onConflict?: Hook, onNoticeGivenUp?: Hook, language?: Language }} Hooks
 * @typedef {(what: any, about: any) => unknown} Hook
 */
/** The hooks of every handler, and those of orders in a store. */
const HOOKS = ["onError", "onWarning"];
const ORDER_HOOKS = ["onConflict", "onNoticeGivenUp"];

/** Warnings that were printed: each is printed once. Meituan's messages may vary without end. @type {Set<string>} */
const printed = new Set();
const MAX_PRINTED = 1000;

export class Reports {
  #hooks;

  /** @param {Hooks} [given] */
  constructor(given) {
    const { language = "en", ...hooks } = /** @type {Hooks} */ (ownOf(given ?? {}, "hooks"));
    oneOf(language, "language", ["en", "zh"]);
    for (const [name, hook] of Object.entries(hooks)) {
      if (![...HOOKS, ...ORDER_HOOKS].includes(name)) invalid(name, "there is no such hook", "没有这个钩子函数");
      if (hook !== undefined) func(hook, name);
    }
    this.#hooks = /** @type {Hooks} */ (ownOf(hooks, "hooks"));
    this.language = language;
  }

  /** @param {Hooks | Reports | null | undefined} given */
  static from(given) {
    return reading("hooks", () => (given instanceof Reports ? given : new Reports(given ?? undefined)));
  }

  /**
   * The reports of a handler, and its other options.
   * @param {Record<string, any>} options
   */
  static of(options) {
    const { onError, onWarning, language, ...own } = ownOf(options, "options");
    const others = ownOf(own, "options");
    if (others.store === undefined) {
      for (const name of ORDER_HOOKS)
        if (others[name] !== undefined)
          invalid(name, "a handler without a store knows no orders", "没有 store 的 handler 不保存订单");
      return { reports: new Reports({ onError, onWarning, language }), others };
    }
    const { onConflict, onNoticeGivenUp, ...rest } = others;
    return { reports: new Reports({ onError, onWarning, onConflict, onNoticeGivenUp, language }), others: ownOf(rest, "options") };
  }

  /**
   * What was thrown, or why Meituan got no reply.
   * @param {unknown} error
   * @param {About} about
   * @param {Request} [request] for the hook; it holds the signature, so it is not shown where `about` is printed
   */
  error(error, about, request) {
    showIn(error, this.language);
    const known = Object.defineProperty({ ...about }, "request", { value: request });
    this.report("onError", error, known, () => this.print("error", about, this.#wordsOf(error)));
  }

  /**
   * What was accepted or sent although it deviates.
   * @param {readonly import("../errors/error.js").Finding[]} findings
   * @param {About} about
   */
  warnings(findings, about) {
    this.report("onWarning", findings, about, () => {
      for (const { code, rule, path } of findings) {
        const id = `${about.call} ${about.part} ${code} ${rule} ${path.replace(/\d+/g, "")}`;
        if (isNew(id)) this.print("warn", about, this.#wordsOfCode(code, rule, path));
      }
    });
  }

  /**
   * What a hook does must not change a reply, nor keep it waiting: what it throws is only printed.
   * @param {"onError" | "onWarning" | "onConflict" | "onNoticeGivenUp"} name
   * @param {unknown} what
   * @param {About} about
   * @param {() => void} print where there is no such hook
   */
  report(name, what, about, print) {
    const hook = this.#hooks[name];
    const failed = (/** @type {unknown} */ error) => quietly(() => this.print("error", about, this.#wordsOf(error)));
    if (hook === undefined) return quietly(print);
    try {
      Promise.resolve(hook(what, about)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** @param {"error" | "warn"} level @param {About} about @param {string} words */
  print(level, { orderId, call, key }, words) {
    const { order, colon, comma } = this.#words;
    const place = [orderId !== undefined && `${order} ${orderId}`, call, key !== undefined && `key ${cutPath(key)}`]
      .filter(Boolean)
      .join(comma);
    // One line, whatever is in it.
    console[level](`meituan-protocol${place && `${comma}${place}`}${colon}${words}`.replace(/[\p{Cc}\u2028\u2029]+/gu, " "));
  }

  /** @param {unknown} error */
  #wordsOf(error) {
    if (!MeituanError.is(error)) return this.#words.thrown(nameOf(error), placeOf(error));
    return this.#wordsOfCode(error.code, error.rule, error.path, error.remoteCode);
  }

  /**
   * @param {import("../generated/messages.js").ErrorCode} code
   * @param {string | undefined} rule
   * @param {string} path
   * @param {number} [remoteCode]
   */
  #wordsOfCode(code, rule, path, remoteCode) {
    const { language } = this;
    const remote = remoteCode === undefined ? "" : ` (${remoteCode})`;
    return `${sentence(code, cutPath(path && withoutKeys(path)), "", rule, language)}${remote}${this.#words.end}${textsOf(code, rule).hint[language]}`;
  }

  get #words() {
    return WORDS[this.language];
  }
}

/**
 * Whether it was not printed yet; from now on it was.
 * @param {string} id
 */
export function isNew(id) {
  if (printed.has(id)) return false;
  if (printed.size >= MAX_PRINTED) printed.clear();
  printed.add(id);
  return true;
}

/**
 * What is thrown can be anything, and reading it may throw again: that must not change a reply.
 * @param {() => void} print
 */
function quietly(print) {
  try {
    print();
  } catch {
    console.error("meituan-protocol: something was thrown that cannot be read");
  }
}

/**
 * Of a path, what looks like the name of a field: it has keys of maps in it as well, and names that nobody knows, such as the number of
 * a passport, or a guest's.
 * @param {string} path
 */
const withoutKeys = (path) =>
  path
    .split(".")
    .map((name) => (/^[A-Za-z][A-Za-z-]*(?:\[\d+\])*$/.test(name) ? name : "…"))
    .join(".");

/** @param {unknown} error */
const nameOf = (error) => (isError(error) ? error.name : typeof error);

/**
 * Where it was thrown: the first line of the stack, without what the error says.
 * @param {unknown} error
 */
function placeOf(error) {
  if (!isError(error) || typeof error.stack !== "string") return "";
  const { message, stack } = error;
  const said = message === "" ? -1 : stack.indexOf(message);
  const rest = said < 0 ? stack : stack.slice(said + message.length);
  // V8 writes "at name (file:line:column)", others "name@file:line:column".
  const line = rest.split("\n").find((one) => /^\s+at .+:\d+:\d+\)?$|^\S*@\S+:\d+:\d+$/.test(one));
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
  },
  zh: {
    order: "订单",
    comma: "，",
    colon: "：",
    end: "。",
    thrown: (/** @type {string} */ name, /** @type {string} */ place) =>
      `抛出 ${name}${place && ` ${place}`}。错误信息可能含个人数据，故不打印，请用 onError 接收；美团收到什么应答，见 README.zh-CN.md 的“抛出异常时美团收到什么”`,
  },
};
