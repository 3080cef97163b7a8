// Reports: how each hook is called, and what the console gets where there is no hook. The console gets one line, with
// ids and no content: what was thrown, found or recorded may hold codes of tickets and data of visitors.

import { showIn } from "../errors/answers.js";
import { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import { cutPath, type Language, sentence, textsOf } from "../errors/sentences.js";
import type { ErrorCode } from "../generated/messages.js";
import { oneOf } from "../values/arguments.js";
import { invalid, reading } from "../values/faults.js";
import { func } from "../values/functions.js";
import { isError } from "../values/kinds.js";
import { ownOf } from "../values/options.js";
import type { ReportAbout } from "./hooks.js";

/** The subject of a report, as far as it is known. */
export interface About extends ReportAbout {
  readonly part?: "request" | "reply";
}

/** The part of an order that a report is about. */
export type Where = Pick<About, "call" | "key">;

/** Receives failures. */
export type ReportError = (error: unknown, where?: Where) => void;

interface Hooks {
  onError?: Hook;
  onWarning?: Hook;
  onConflict?: Hook;
  onNoticeGivenUp?: Hook;
  language?: Language;
}

type Hook = (what: any, about: any) => unknown;

/** The hooks of every handler, and those of orders in a store. */
const HOOKS = ["onError", "onWarning"];
const ORDER_HOOKS = ["onConflict", "onNoticeGivenUp"];

/** Warnings that were printed: each is printed once. Meituan's messages may vary without end. */
const printed = new Set<string>();
const MAX_PRINTED = 1000;

export class Reports {
  declare readonly language: Language;
  #hooks: Omit<Hooks, "language">;

  constructor(given?: Hooks) {
    const { language = "en", ...hooks } = ownOf(given ?? {}, "hooks") as Hooks;
    oneOf(language, "language", ["en", "zh"]);
    for (const [name, hook] of Object.entries(hooks)) {
      if (![...HOOKS, ...ORDER_HOOKS].includes(name)) invalid(name, "there is no such hook", "没有这个钩子函数");
      if (hook !== undefined) func(hook, name);
    }
    this.#hooks = ownOf(hooks, "hooks") as Hooks;
    this.language = language;
  }

  static from(given: Hooks | Reports | null | undefined): Reports {
    return reading("hooks", () => (given instanceof Reports ? given : new Reports(given ?? undefined)));
  }

  /** The reports of a handler, and its other options. */
  static of(options: Record<string, any>): { reports: Reports; others: Record<string, any> } {
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
   * An error that was thrown, or why Meituan got no reply.
   * @param request for the hook; it holds the signature, so it is not shown where `about` is printed
   */
  error(error: unknown, about: About, request?: Request): void {
    showIn(error, this.language);
    const known = Object.defineProperty({ ...about }, "request", { value: request });
    this.report("onError", error, known, () => this.print("error", about, this.#wordsOf(error)));
  }

  /** Deviations that were accepted or sent. */
  warnings(findings: readonly Finding[], about: About): void {
    this.report("onWarning", findings, about, () => {
      for (const { code, rule, path } of findings) {
        const id = `${about.call} ${about.part} ${code} ${rule} ${path.replace(/\d+/g, "")}`;
        if (isNew(id)) this.print("warn", about, this.#wordsOfCode(code, rule, path));
      }
    });
  }

  /**
   * A hook must not change a reply, nor keep it waiting: its error is only printed.
   * @param print where there is no such hook
   */
  report(name: "onError" | "onWarning" | "onConflict" | "onNoticeGivenUp", what: unknown, about: About, print: () => void): void {
    const hook = this.#hooks[name];
    const failed = (error: unknown) => quietly(() => this.print("error", about, this.#wordsOf(error)));
    if (hook === undefined) {
      quietly(print);
      return;
    }
    try {
      Promise.resolve(hook(what, about)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  print(level: "error" | "warn", { partnerId, orderId, call, key }: About, words: string): void {
    const { partner, order, colon, comma } = this.#words;
    const place = [
      partnerId !== undefined && `${partner} ${partnerId}`,
      orderId !== undefined && `${order} ${orderId}`,
      call,
      key !== undefined && `key ${cutPath(key)}`,
    ]
      .filter(Boolean)
      .join(comma);
    // One line, whatever is in it.
    console[level](`meituan-protocol${place && `${comma}${place}`}${colon}${words}`.replace(/[\p{Cc}\u2028\u2029]+/gu, " "));
  }

  #wordsOf(error: unknown): string {
    if (!MeituanError.is(error)) return this.#words.thrown(nameOf(error), placeOf(error));
    return this.#wordsOfCode(error.code, error.rule, error.path, error.remoteCode);
  }

  #wordsOfCode(code: ErrorCode, rule: string | undefined, path: string, remoteCode?: number): string {
    const { language } = this;
    const remote = remoteCode === undefined ? "" : ` (${remoteCode})`;
    return `${sentence(code, cutPath(path && withoutKeys(path)), "", rule, language)}${remote}${this.#words.end}${textsOf(code, rule).hint[language]}`;
  }

  get #words(): Words {
    return WORDS[this.language];
  }
}

/** Whether it was not printed yet; from now on it was. */
export function isNew(id: string): boolean {
  if (printed.has(id)) return false;
  if (printed.size >= MAX_PRINTED) printed.clear();
  printed.add(id);
  return true;
}

/** A thrown value can be anything, and reading it may throw again: that must not change a reply. */
function quietly(print: () => void): void {
  try {
    print();
  } catch {
    console.error("meituan-protocol: something was thrown that cannot be read");
  }
}

/**
 * A path without its parts that do not look like names of fields. Those may be keys of maps, or names that nobody knows, such as a
 * passport number or a guest's name.
 */
const withoutKeys = (path: string) =>
  path
    .split(".")
    .map((name) => (/^[A-Za-z][A-Za-z-]*(?:\[\d+\])*$/.test(name) ? name : "…"))
    .join(".");

const nameOf = (error: unknown) => (isError(error) ? error.name : typeof error);

/** The place where it was thrown: the first line of the stack, without what the error says. */
function placeOf(error: unknown): string {
  if (!isError(error) || typeof error.stack !== "string") return "";
  const { message, stack } = error;
  const said = message === "" ? -1 : stack.indexOf(message);
  const rest = said < 0 ? stack : stack.slice(said + message.length);
  // V8 writes "at name (file:line:column)", others "name@file:line:column".
  const line = rest.split("\n").find((one) => /^\s+at .+:\d+:\d+\)?$|^\S*@\S+:\d+:\d+$/.test(one));
  return line === undefined ? "" : line.trim().slice(0, 200);
}

interface Words {
  partner: string;
  order: string;
  comma: string;
  colon: string;
  end: string;
  thrown: (name: string, place: string) => string;
}

/** The lines of the console. */
const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    partner: "partner",
    order: "order",
    comma: ", ",
    colon: ": ",
    end: ". ",
    thrown: (name, place) =>
      `${name} thrown${place && ` ${place}`}. Its message may hold personal data and is not printed: onError receives it. ` +
      "What Meituan got instead of a reply is in README, What Meituan gets when something throws",
  },
  zh: {
    partner: "合作方",
    order: "订单",
    comma: "，",
    colon: "：",
    end: "。",
    thrown: (name, place) =>
      `抛出 ${name}${place && ` ${place}`}。错误信息可能含个人数据，故不打印，请用 onError 接收；美团收到什么应答，见 README.zh-CN.md 的“抛出异常时美团收到什么”`,
  },
};
