// The error that is thrown when input cannot be used. Its sentences come from the definitions; no secret is in them.

import type { ErrorCode, RuleId } from "../generated/messages.js";
import { anyFailure, type Text } from "../generated/texts.js";
import { EnvelopeReply, NoReply, type Reply, type TicketResponse } from "../http/reply.js";
import { insteadOf } from "../values/kinds.js";
import { answerTo, languageFor } from "./answers.js";
import type { Finding } from "./finding.js";
import { isCode, type Language, sentence, textsOf } from "./sentences.js";

/** The facts of an error beside its code. */
export interface Details {
  path?: string;
  /** The value that was found or expected. */
  detail?: string | Text;
  rule?: RuleId;
  /** The demand of the rule. */
  demand?: Text;
  stringToSign?: string;
  issues?: readonly Finding[];
  remoteCode?: number;
  remoteName?: string;
  meaning?: Text;
  describe?: string;
  retryable?: boolean;
  traceId?: string;
  /** Of an error that says that a request has failed. */
  httpStatus?: number;
  cause?: unknown;
}

// Two copies of this package can be loaded at once (ESM and CommonJS), which breaks instanceof; a registered symbol
// is the same in both.
const BRAND = Symbol.for("meituan-protocol.error");

/** In which one errors are shown of which nothing else is known. */
let shownIn: Language = "en";

/**
 * Input that cannot be used. Holds no secret, so it may be logged whole: `console.error(error)` prints all that is known of it, in the
 * language of the handler that has reported it, else in {@link MeituanError.language}; `JSON.stringify(error)` has both languages.
 *
 * Of a copy by `structuredClone` (a message between threads), the platform keeps `message`, which begins with the code and has the
 * path, `stack` and `cause`; send `error.toJSON()` to keep all.
 *
 * Recognise one with {@link MeituanError.is}: `instanceof` fails where two copies of the package are loaded.
 *
 * @example
 * try {
 *   await supplier.receive(request);
 * } catch (error) {
 *   if (!MeituanError.is(error)) throw error;
 *   console.error(error.code, error.path, error.hint);
 *   return error.toResponse();
 * }
 */
export class MeituanError extends Error {
  // Assigned by the constructor, or found on the prototype: no field is defined for them.
  declare readonly name: "MeituanError";
  /** The stable name of what is wrong. */
  declare readonly code: ErrorCode;
  /** The field, header or setting; empty where it is about the whole. */
  declare readonly path: string;
  /** The value that was found or expected, in English. */
  declare readonly detail: string;
  /** The rule, where one was broken. */
  declare readonly rule?: RuleId;
  /** The demand of that rule. */
  declare readonly demand?: Text;
  /** The string that is signed, where the signature was looked at: compare it with the other side's. */
  declare readonly stringToSign?: string;
  /** All findings, warnings included, where a message was read. */
  declare readonly issues: readonly Finding[];
  /** `REMOTE_REJECTED`: the code that Meituan gave. */
  declare readonly remoteCode?: number;
  /** `REMOTE_REJECTED`: Meituan's name of the code, such as `AUTH_ERROR`, where it is documented (ride). */
  declare readonly remoteName?: string;
  /** `REMOTE_REJECTED`: the meaning of the code in the ride spec, where it has one. */
  declare readonly meaning?: Text;
  /** `REMOTE_REJECTED`: the reason that Meituan gave. */
  declare readonly describe?: string;
  /** Whether sending the same again is safe and may help. */
  declare readonly retryable: boolean;
  /** `REMOTE_REJECTED`: the reply's `M-TraceId`, which Meituan's support asks for (ride). */
  declare readonly traceId?: string;
  /** The HTTP status, where it says that a request has failed, whatever else was said. */
  declare readonly httpStatus?: number;
  #detail: Text;

  constructor(code: ErrorCode, details?: Details) {
    if (!isCode(code)) throw wrongArgument("code", code, "a code of the table", "错误码表中的代码");
    const given = factsOf(details);
    const [path, rule, cause] = [given.path ?? "", given.rule, given.cause] as const;
    const said = bothOf(given.detail ?? "", "details.detail");
    const demand = given.demand === undefined ? undefined : bothOf(given.demand, "details.demand");
    if (typeof path !== "string") throw wrongArgument("details.path", path, "a string", "字符串");
    if (rule !== undefined && typeof rule !== "string") throw wrongArgument("details.rule", rule, "a string", "字符串");
    super(sentence(code, path, said.en, rule, "en", demand), cause === undefined ? undefined : { cause });
    this.#detail = said;
    this.code = code;
    this.path = path;
    this.detail = said.en;
    this.issues = given.issues ?? [];
    this.retryable = given.retryable ?? false;
    // Fields that are not known are left out, so that a printed error shows those that are.
    if (rule !== undefined) this.rule = rule;
    if (demand !== undefined) this.demand = demand;
    for (const name of MORE) {
      const value = given[name];
      if (value !== undefined && value !== "") Object.assign(this, { [name]: value });
    }
  }

  /** The language in which `console.error(error)` shows errors that no handler has reported; `"en"` by default. */
  static get language(): Language {
    return shownIn;
  }

  static set language(language: Language) {
    shownIn = languageOf(language);
  }

  /** Recognises an error of this package, whichever copy of it has made it. */
  static is(value: unknown): value is MeituanError {
    try {
      return typeof value === "object" && value !== null && BRAND in value;
    } catch {
      // A proxy that was revoked, or throws.
      return false;
    }
  }

  /** The value that was found or expected, in Chinese. */
  get detailZh(): string {
    return this.#detail.zh;
  }

  /** The hint where to look first, in English. */
  get hint(): string {
    return textsOf(this.code, this.rule).hint.en;
  }

  /** The hint where to look first, in Chinese. */
  get hintZh(): string {
    return textsOf(this.code, this.rule).hint.zh;
  }

  /** The whole message in a language. */
  text(language: Language = "en"): string {
    const detail = this.#detail[languageOf(language)];
    return sentence(this.code, this.path, detail, this.rule, language, this.demand);
  }

  /**
   * For a call that was not taken, or a reply that may not go out: the failure envelope to answer with, or HTTP 503 without a body
   * where an identical call may have acted.
   */
  toReply(): Reply {
    // The result that the call would have had is not known.
    if (this.code === "MODULE_FAILED" || this.code === "WASM_UNAVAILABLE") return new NoReply();
    try {
      return answerTo(this)?.() ?? new EnvelopeReply(anyFailure.code, anyFailure.body);
    } catch (error) {
      if (MeituanError.is(error) && error.code === "MODULE_FAILED") return new NoReply();
      throw error;
    }
  }

  /** The same as a Fetch `Response`. */
  toResponse(): TicketResponse {
    return this.toReply().toResponse();
  }

  /** All that is known, both languages of detail and hint included, for a log that keeps JSON. */
  toJSON(): Record<string, unknown> {
    const { name, message, detailZh, hint, hintZh } = this;
    return { ...(this as object), name, message, detailZh, hint, hintZh };
  }

  /**
   * The string that `console.error` of Node, Bun and Deno prints: all facts of the error, in one language.
   * @internal
   */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth?: unknown,
    options?: object,
    inspect?: (value: unknown, options?: object) => string,
  ): string {
    return this.#shown((value) => inspect?.(value, options) ?? String(value));
  }

  /** @internal */
  [Symbol.for("Deno.customInspect")](inspect: (value: unknown, options?: object) => string, options?: object): string {
    return this.#shown((value) => inspect(value, options));
  }

  #shown(inspect: (value: unknown) => string): string {
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

/** Facts that few errors have. */
const MORE = ["stringToSign", "remoteCode", "remoteName", "meaning", "describe", "traceId", "httpStatus"] as const;

/** Its own facts alone: what was added to every object says nothing about an error. */
function factsOf(details: Details | undefined): Details {
  try {
    return { __proto__: null, ...details } as Details;
  } catch {
    throw wrongArgument("details", details, "an object that can be read", "可读取的对象");
  }
}

function bothOf(detail: string | Text | undefined, path: string): Text {
  if (typeof detail === "string") return { en: detail, zh: detail };
  try {
    // Not copied: Chinese may be looked up when it is first read.
    if (typeof detail?.en === "string" && "zh" in detail) return detail;
  } catch {
    // Whatever it throws, it is none.
  }
  throw wrongArgument(path, detail, "a string, or one in each language", "字符串，或 { en, zh }");
}

const wrongArgument = (path: string, value: unknown, en: string, zh: string) =>
  new MeituanError("INVALID_CONFIG", { path, detail: insteadOf(value, en, zh) });

function languageOf(language: unknown): Language {
  if (language === "en" || language === "zh") return language;
  throw wrongArgument("language", language, "en or zh", "en 或 zh");
}

Object.defineProperty(MeituanError.prototype, "name", { value: "MeituanError", writable: true, configurable: true });
Object.defineProperty(MeituanError.prototype, BRAND, { value: true });
// Whatever was added to every object, what is not known of an error is undefined.
for (const name of ["rule", "demand", ...MORE]) {
  Object.defineProperty(MeituanError.prototype, name, { value: undefined, writable: true, configurable: true });
}
