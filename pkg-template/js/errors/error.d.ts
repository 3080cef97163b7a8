import type { ErrorCode, RuleId } from "../generated/messages.js";
import type { Text } from "../generated/texts.js";

/** One finding about a message. */
export interface Finding {
  readonly code: ErrorCode;
  /** Whether the message is refused for it; one that does not refuse is a warning. */
  readonly refuses: boolean;
  /** The field, such as `body.visitors[0].name`; empty for the message itself. */
  readonly path: string;
  /** The rule, where a rule was broken or could not be checked. */
  readonly rule?: RuleId;
  /** What was found or expected, in English; `explain` has it in both languages. */
  readonly detail: string;
  /** Where in the text it was found, in bytes. */
  readonly offset: number;
}

/**
 * A reply to Meituan as plain values. The HTTP status is 200, because Meituan reads the envelope's code alone; of the errors
 * MODULE_FAILED, INVALID_CONFIG and TIMED_OUT it is 503, without a body, because what the call would have come to is not known.
 */
export interface Reply {
  readonly status: 200 | 503;
  /** The envelope's code; 0 where there is none. */
  readonly code: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** What was found in it that does not refuse it. */
  readonly warnings: readonly Finding[];
  toResponse(): TicketResponse;
}

/** A reply to Meituan as a Fetch `Response`. */
export interface TicketResponse extends Response {
  /** The envelope's code. */
  readonly code: number;
  /** What was found in it that does not refuse it. */
  readonly warnings: readonly Finding[];
}

/**
 * Input that cannot be used. Holds no secret, so it may be logged whole: `console.error(error)` prints all that is known of it, in the
 * language of the handler that has reported it, else in {@link MeituanError.language}; `JSON.stringify(error)` has both languages.
 *
 * Of a copy by `structuredClone` (a message between threads), the platform keeps `message`, which begins with the code and has the
 * path, `stack` and `cause`; send `error.toJSON()` to keep all.
 *
 * Recognise one with {@link MeituanError.is}: `instanceof` fails where two copies of the package are loaded.
 */
export declare class MeituanError extends Error {
  constructor(
    code: ErrorCode,
    details?: {
      path?: string;
      detail?: string | Text;
      rule?: RuleId;
      demand?: Text;
      stringToSign?: string;
      issues?: readonly Finding[];
      remoteCode?: number;
      remoteName?: string;
      meaning?: Text;
      describe?: string;
      retryable?: boolean;
      traceId?: string;
      cause?: unknown;
    },
  );
  static is(value: unknown): value is MeituanError;
  /** The language in which `console.error(error)` shows errors that no handler has reported; `"en"` by default. */
  static language: "en" | "zh";
  readonly name: "MeituanError";
  /** The stable name of what is wrong. */
  readonly code: ErrorCode;
  /** The field, header or setting; empty where it is about the whole. */
  readonly path: string;
  /** What was found or expected, in English. */
  readonly detail: string;
  /** What was found or expected, in Chinese. */
  readonly detailZh: string;
  /** What to look at first, in English. */
  readonly hint: string;
  /** What to look at first, in Chinese. */
  readonly hintZh: string;
  /** The rule, where one was broken. */
  readonly rule?: RuleId;
  /** What that rule demands. */
  readonly demand?: Text;
  /** What the signature was computed over, where the signature was looked at: compare it with the other side's. */
  readonly stringToSign?: string;
  /** All findings, warnings included, where a message was read. */
  readonly issues: readonly Finding[];
  /** `REMOTE_REJECTED`: the code that Meituan gave. */
  readonly remoteCode?: number;
  /** `REMOTE_REJECTED`: Meituan's name of the code, such as `AUTH_ERROR`, where it is documented (ride). */
  readonly remoteName?: string;
  /** `REMOTE_REJECTED`: what the document says that the code means, where it does (ride). */
  readonly meaning?: Text;
  /** `REMOTE_REJECTED`: the reason that Meituan gave. */
  readonly describe?: string;
  /** Whether sending the same again is safe and may help. */
  readonly retryable: boolean;
  /** `REMOTE_REJECTED`: the reply's `M-TraceId`, which Meituan's support asks for (ride). */
  readonly traceId?: string;
  /** The HTTP status, where it says that a request has failed, whatever else was said. */
  readonly httpStatus?: number;
  /** The whole message in a language. */
  text(language?: "en" | "zh"): string;
  /** For a call that was not taken, or a reply that may not go out: the failure envelope to answer with. */
  toReply(): Reply;
  /** The same as a Fetch `Response`. */
  toResponse(): TicketResponse;
  /** All that is known, both languages of detail and hint included. */
  toJSON(): Record<string, unknown>;
}

// Below: for the package's own modules; no entry exports it.

export type Details = ConstructorParameters<typeof MeituanError>[1];
