// What is thrown when input cannot be used. Its sentences come from the definitions; no secret is in them.

import { systemFailure } from "../generated/texts.js";
import { failureBody, NoReply, Reply } from "../http/reply.js";
import { insteadOf } from "../values/kinds.js";
import { answerTo, languageFor } from "./answers.js";
import { isCode, sentence, textsOf } from "./sentences.js";

/**
 * @typedef {import("../generated/messages.js").ErrorCode} ErrorCode
 * @typedef {import("../generated/texts.js").Text} Text
 */

/**
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

/** @typedef {"en" | "zh"} Language */
// Two copies of this package can be loaded at once (ESM and CommonJS), which breaks instanceof; a registered symbol
// is the same in both.
const BRAND = Symbol.for("meituan-protocol.error");

/** In which one errors are shown of which nothing else is known. @type {Language} */
let shownIn = "en";

export class MeituanError extends Error {
  #detail;

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
      return answerTo(this)?.() ?? new Reply(300, failureBody(300, systemFailure, undefined));
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
    const language = languageFor(this) ?? shownIn;
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
