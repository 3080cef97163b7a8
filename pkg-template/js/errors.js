// What is thrown when input cannot be used. The sentences come from the definitions (texts.js); no secret is in them.

import { failureBody, NoReply, Reply } from "./reply.js";
import { errors, systemFailure } from "./texts.js";
import { insteadOf } from "./values.js";

/**
 * @typedef {import("./messages.js").ErrorCode} ErrorCode
 * @typedef {{ code: ErrorCode, refuses: boolean, path: string, rule?: string, detail: string, offset: number }} Finding
 * @typedef {object} Details
 * @property {string} [path]
 * @property {string | Text} [detail] what was found or expected
 * @property {string} [rule]
 * @property {Text} [demand] what the rule demands
 * @property {string} [stringToSign]
 * @property {readonly Finding[]} [issues]
 * @property {number} [remoteCode]
 * @property {string} [remoteName]
 * @property {{ en: string, zh: string }} [meaning]
 * @property {string} [describe]
 * @property {boolean} [retryable]
 * @property {string} [traceId]
 * @property {number} [httpStatus] where it says that a request has failed
 * @property {unknown} [cause]
 */

// Two copies of this package can be loaded at once (ESM and CommonJS), which breaks instanceof; a registered symbol
// is the same in both.
const BRAND = Symbol.for("meituan-protocol.error");

/**
 * Gives an error the reply that Meituan gets for it, unless it has one.
 * @type {(error: MeituanError, answer: () => Reply | NoReply) => void}
 */
export let answerWith;

/** @typedef {"en" | "zh"} Language */

/**
 * Says in which language an error is shown, unless that is known.
 * @type {(error: unknown, language: Language) => void}
 */
export let showIn;

/** In which one errors are shown of which nothing else is known. @type {Language} */
let shownIn = "en";

export class MeituanError extends Error {
  /** @type {(() => Reply | NoReply) | undefined} */
  #answer;
  #detail;
  /** @type {Language | undefined} */
  #language;

  static {
    answerWith = (error, answer) => {
      error.#answer ??= answer;
    };
    showIn = (error, language) => {
      // Another copy of the package has errors of its own.
      if (typeof error === "object" && error !== null && #language in error) error.#language ??= language;
    };
  }

  /**
   * @param {ErrorCode} code
   * @param {Details} [details]
   */
  constructor(code, details) {
    if (!isCode(code)) throw wrongArgument("code", code, "a code of the table", "错误码表中的代码");
    const given = details === undefined ? {} : readable(details);
    // What was added to every object says nothing about this error.
    const own = (/** @type {keyof Details} */ name) => (Object.hasOwn(given, name) ? given[name] : undefined);
    const [path, rule, cause] = [/** @type {any} */ (own("path")) ?? "", /** @type {any} */ (own("rule")), own("cause")];
    const said = bothOf(own("detail") ?? "", "details.detail");
    const demand = own("demand") === undefined ? undefined : bothOf(own("demand"), "details.demand");
    if (typeof path !== "string") throw wrongArgument("details.path", path, "a text", "字符串");
    if (rule !== undefined && typeof rule !== "string") throw wrongArgument("details.rule", rule, "a text", "字符串");
    super(sentence(code, path, said.en, rule, "en", demand), cause === undefined ? undefined : { cause });
    this.#detail = said;
    this.code = code;
    this.path = path;
    this.detail = said.en;
    /** @type {readonly Finding[]} */
    this.issues = /** @type {any} */ (own("issues")) ?? [];
    this.retryable = /** @type {boolean} */ (own("retryable") ?? false);
    // Fields that are not known are left out, so that a printed error shows those that are.
    if (rule !== undefined) this.rule = rule;
    if (demand !== undefined) this.demand = demand;
    if (details !== undefined) this.#learn(own);
  }

  /** @param {(name: keyof Details) => any} own */
  #learn(own) {
    for (const name of MORE) {
      const value = own(name);
      if (value !== undefined && value !== "") /** @type {any} */ (this)[name] = value;
    }
  }

  /** The language in which errors are shown where nothing else says it: `console.error(error)`. @returns {Language} */
  static get language() {
    return shownIn;
  }

  static set language(language) {
    shownIn = languageOf(language);
  }

  /**
   * @param {unknown} value
   * @returns {value is MeituanError}
   */
  static is(value) {
    try {
      return typeof value === "object" && value !== null && BRAND in value;
    } catch {
      // A proxy that was revoked, or throws.
      return false;
    }
  }

  get detailZh() {
    return this.#detail.zh;
  }

  get hint() {
    return textsOf(this.code, this.rule).hint.en;
  }

  get hintZh() {
    return textsOf(this.code, this.rule).hint.zh;
  }

  /** @param {Language} [language] */
  text(language = "en") {
    const detail = this.#detail[languageOf(language)];
    return sentence(this.code, this.path, detail, this.rule, language, this.demand);
  }

  toReply() {
    // What the call would have come to is not known.
    if (this.code === "MODULE_FAILED") return new NoReply();
    try {
      return this.#answer?.() ?? new Reply(300, failureBody(300, systemFailure, undefined));
    } catch (error) {
      if (MeituanError.is(error) && error.code === "MODULE_FAILED") return new NoReply();
      throw error;
    }
  }

  toResponse() {
    return this.toReply().toResponse();
  }

  /** What a log that keeps JSON is given: all that is known, in both languages. */
  toJSON() {
    const { name, message, detailZh, hint, hintZh } = this;
    return { ...this, name, message, detailZh, hint, hintZh };
  }

  /**
   * What `console.error` of Node, Bun and Deno prints: all that is known of it, in one language.
   * @param {unknown} [_depth]
   * @param {object} [options]
   * @param {(value: unknown, options?: object) => string} [inspect]
   */
  [Symbol.for("nodejs.util.inspect.custom")](_depth, options, inspect) {
    return this.#shown((value) => inspect?.(value, options) ?? String(value));
  }

  /** @param {(value: unknown, options?: object) => string} inspect @param {object} [options] */
  [Symbol.for("Deno.customInspect")](inspect, options) {
    return this.#shown((value) => inspect(value, options));
  }

  /** @param {(value: unknown) => string} inspect */
  #shown(inspect) {
    const language = this.#language ?? shownIn;
    const { code: _, path, detail: __, rule: ___, demand: ____, issues, retryable, ...more } = { ...this };
    const rows = {
      path,
      [language === "zh" ? "detailZh" : "detail"]: this.#detail[language],
      ...more,
      ...(retryable && { retryable }),
      hint: textsOf(this.code, this.rule).hint[language],
    };
    // Beside the first finding, which the message says.
    const findings = issues.length > 1 ? { issues } : {};
    const fields = Object.entries({ ...rows, ...findings }).filter(([, value]) => value !== "");
    const lines = fields.map(([name, value]) => `  ${name}: ${typeof value === "string" ? value : inspect(value)}`);
    const { message, stack = "" } = this;
    const at = stack.indexOf(message);
    const calls = at < 0 ? stack : stack.slice(at + message.length);
    const cause = this.cause === undefined ? [] : [`  [cause]: ${inspect(this.cause)}`];
    return [`${this.name}: ${this.text(language)}${calls.trimEnd()}`, ...lines, ...cause].join("\n");
  }
}

/** What few errors have. */
const MORE = /** @type {const} */ (["stringToSign", "remoteCode", "remoteName", "meaning", "describe", "traceId", "httpStatus"]);

/** @param {Details} details @returns {Details} */
function readable(details) {
  try {
    return { ...details };
  } catch {
    throw wrongArgument("details", details, "an object that can be read", "可读取的对象");
  }
}

/** @param {any} detail @param {string} path @returns {Text} */
function bothOf(detail, path) {
  if (typeof detail === "string") return { en: detail, zh: detail };
  try {
    // Not copied: Chinese may be looked up when it is asked for.
    if (typeof detail.en === "string" && "zh" in detail) return detail;
  } catch {
    // Whatever it throws, it is none.
  }
  throw wrongArgument(path, detail, "a text, or one in each language", "字符串，或 { en, zh }");
}

/** @param {string} path @param {unknown} value @param {string} en @param {string} zh */
const wrongArgument = (path, value, en, zh) => new MeituanError("INVALID_CONFIG", { path, detail: insteadOf(value, en, zh) });

/** @param {unknown} language @returns {Language} */
export function languageOf(language) {
  if (language === "en" || language === "zh") return language;
  throw wrongArgument("language", language, "en or zh", "en 或 zh");
}

Object.defineProperty(MeituanError.prototype, "name", { value: "MeituanError", writable: true, configurable: true });
Object.defineProperty(MeituanError.prototype, BRAND, { value: true });
// Whatever was added to every object, what is not known of an error is undefined.
for (const name of ["rule", "demand", ...MORE]) {
  Object.defineProperty(MeituanError.prototype, name, { value: undefined, writable: true, configurable: true });
}

/** @typedef {import("./texts.js").Text} Text */

/** @typedef {{ meaning: Text, hint: Text }} Texts */
/** @type {ReadonlyMap<string, Texts> | undefined} */
let texts;

/**
 * What a code means, and what to look at first, which may be known better of the rule that was broken. The table is a text until
 * the first error: as an object it would take its time at every start.
 * @param {ErrorCode} code
 * @param {string} [rule]
 */
export function textsOf(code, rule) {
  const { meaning, hint } = /** @type {Texts} */ (tableOf().get(code));
  return { meaning, hint: (code === "RULE_BROKEN" && tableOf().get(rule ?? "")?.hint) || hint };
}

function tableOf() {
  texts ??= new Map(
    errors.split("\n\n").map((lines) => {
      const [code, meaning, meaningZh, hint, hintZh] = lines.split("\n");
      return [code, { meaning: { en: meaning, zh: meaningZh }, hint: { en: hint, zh: hintZh } }];
    }),
  );
  return texts;
}

/** @param {unknown} code @returns {code is ErrorCode} */
export const isCode = (code) => typeof code === "string" && code === code.toUpperCase() && tableOf().has(code);

/**
 * @param {ErrorCode} code
 * @param {string} path
 * @param {string} detail
 * @param {string | undefined} rule
 * @param {Language} language
 * @param {Text} [demand]
 */
export function sentence(code, path, detail, rule, language, demand) {
  const [colon, end] = language === "zh" ? ["：", "；"] : [": ", "; "];
  const place = path && (language === "zh" ? `（${path}）` : ` (at ${path})`);
  const said = [demand?.[language].replace(/\.$/, ""), detail].filter(Boolean).join(end);
  return `${code}: ${textsOf(code).meaning[language]}${place}${said && `${colon}${said}`}${rule ? ` [rule ${rule}]` : ""}`;
}

/** @param {string} path */
export const cutPath = (path) => (path.length > 100 ? `${path.slice(0, 100).replace(/[\ud800-\udbff]$/, "")}…` : path);
