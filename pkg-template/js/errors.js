// What is thrown when input cannot be used. The sentences come from the definitions (texts.js); no secret is in them.

import { failureBody, NoReply, Reply } from "./http.js";
import { errors } from "./texts.js";

/**
 * @typedef {import("./messages.js").ErrorCode} ErrorCode
 * @typedef {{ code: ErrorCode, refuses: boolean, path: string, rule?: string, detail: string, offset: number }} Finding
 * @typedef {object} Details
 * @property {string} [path]
 * @property {string} [detail]
 * @property {string} [rule]
 * @property {string} [stringToSign]
 * @property {readonly Finding[]} [issues]
 * @property {number} [remoteCode]
 * @property {string} [remoteName]
 * @property {{ en: string, zh: string }} [meaning]
 * @property {string} [describe]
 * @property {boolean} [retryable]
 * @property {string} [traceId]
 * @property {unknown} [cause]
 */

// Two copies of this package can be loaded at once (ESM and CommonJS), which breaks instanceof; a registered symbol
// is the same in both.
const BRAND = Symbol.for("meituan-protocol.error");

/** What a reply says where the truth is our own fault and nobody else's business: true, and no more. */
export const NEUTRAL_DESCRIBE = "商家系统内部出错，未能处理本次请求，请稍后重试";

/**
 * Gives an error the reply that Meituan gets for it, unless it has one.
 * @type {(error: MeituanError, answer: () => Reply | NoReply) => void}
 */
export let answerWith;

export class MeituanError extends Error {
  /** @type {(() => Reply | NoReply) | undefined} */
  #answer;

  static {
    answerWith = (error, answer) => {
      error.#answer ??= answer;
    };
  }

  /**
   * @param {ErrorCode} code
   * @param {Details} [details]
   */
  constructor(code, details = {}) {
    const { path = "", detail = "", rule, cause } = details;
    super(sentence(code, path, detail, rule, "en"), cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
    this.detail = detail;
    this.rule = rule;
    this.stringToSign = details.stringToSign;
    this.issues = details.issues ?? [];
    this.remoteCode = details.remoteCode;
    this.remoteName = details.remoteName || undefined;
    this.meaning = details.meaning;
    this.describe = details.describe;
    this.retryable = details.retryable ?? false;
    this.traceId = details.traceId || undefined;
  }

  /**
   * @param {unknown} value
   * @returns {value is MeituanError}
   */
  static is(value) {
    return typeof value === "object" && value !== null && BRAND in value;
  }

  get hint() {
    return textsOf(this.code, this.rule).hint.en;
  }

  get hintZh() {
    return textsOf(this.code, this.rule).hint.zh;
  }

  /** @param {"en" | "zh"} [language] */
  text(language = "en") {
    return sentence(this.code, this.path, this.detail, this.rule, language);
  }

  toReply() {
    // What the call would have come to is not known.
    if (this.code === "MODULE_FAILED") return new NoReply();
    try {
      return this.#answer?.() ?? new Reply(300, failureBody(300, NEUTRAL_DESCRIBE, undefined));
    } catch (error) {
      if (MeituanError.is(error) && error.code === "MODULE_FAILED") return new NoReply();
      throw error;
    }
  }

  toResponse() {
    return this.toReply().toResponse();
  }

  toJSON() {
    return { ...this, name: this.name, message: this.message, hint: this.hint };
  }
}

Object.defineProperty(MeituanError.prototype, "name", { value: "MeituanError", writable: true, configurable: true });
Object.defineProperty(MeituanError.prototype, BRAND, { value: true });

/** @typedef {import("./texts.js").Text} Text */

/** @typedef {{ meaning: Text, hint: Text, told?: string }} Texts `told`: what a caller hears who has not proven to be Meituan */
/** @type {ReadonlyMap<string, Texts> | undefined} */
let texts;

/**
 * What a code means, and what to look at first, which may be known better of the rule that was broken. The table is a text until
 * the first error: as an object it would take its time at every start.
 * @param {ErrorCode} code
 * @param {string} [rule]
 */
export function textsOf(code, rule) {
  texts ??= new Map(
    errors.split("\n\n").map((lines) => {
      const [code, meaning, meaningZh, hint, hintZh, told] = lines.split("\n");
      return [code, { meaning: { en: meaning, zh: meaningZh }, hint: { en: hint, zh: hintZh }, told }];
    }),
  );
  const { meaning, hint, told } = /** @type {Texts} */ (texts.get(code));
  return { meaning, hint: (code === "RULE_BROKEN" && texts.get(rule ?? "")?.hint) || hint, told };
}

/**
 * @param {ErrorCode} code
 * @param {string} path
 * @param {string} detail
 * @param {string | undefined} rule
 * @param {"en" | "zh"} language
 */
export function sentence(code, path, detail, rule, language) {
  const place = path && (language === "zh" ? `（${path}）` : ` (at ${path})`);
  return `${code}: ${textsOf(code).meaning[language]}${place}${detail && `: ${detail}`}${rule ? ` [rule ${rule}]` : ""}`;
}

/** @param {string} path */
export const cutPath = (path) => (path.length > 100 ? `${path.slice(0, 100).replace(/[\ud800-\udbff]$/, "")}…` : path);

/**
 * The reason why a request was refused. Who has not proven to be Meituan hears one of three sentences about the headers; of an encrypted
 * body all that is wrong with it or in it sounds alike, because a difference would open other bodies, byte by byte.
 * @param {MeituanError} error
 * @param {boolean} encrypted
 */
export function describeRefusal(error, encrypted) {
  const isOfHeaders = error.path.startsWith("headers");
  const { told } = textsOf(error.code);
  if (told !== undefined && isOfHeaders && error.path !== "headers.x-encryption-status") return told;
  return (encrypted && !isOfHeaders && textsOf("DECRYPTION_FAILED").told) || describeInChinese(error);
}

/**
 * The true reason for Meituan to read: what is wrong and where, no more. A path can hold what the sender wrote, so it
 * is cut.
 * @param {MeituanError} error
 */
export function describeInChinese({ code, path }) {
  const place = cutPath(path);
  return `${textsOf(code).meaning.zh}（${place && `${place}，`}${code}）`;
}
