// The answer to Meituan, as plain values and as a Fetch response.

import type { Finding } from "../errors/finding.js";

/**
 * A reply to Meituan as plain values. The HTTP status of an envelope is 200, because Meituan reads its code alone. The errors
 * MODULE_FAILED, WASM_UNAVAILABLE, INVALID_CONFIG, TIMED_OUT and BODY_NOT_RAW are replied with 503 and no body, because it is not known what
 * the call would have come to. So are calls that act about an order where a plain body is no whole JSON (TRUNCATED_JSON, INVALID_JSON,
 * INVALID_UTF8, LONE_SURROGATE), or the settings do not expect its encryption (ENCRYPTION_NOT_CONFIGURED, ENCRYPTION_REQUIRED,
 * DUPLICATE_HEADER of X-Encryption-Status): an earlier call with the same content may have acted.
 */
export interface Reply {
  readonly status: 200 | 503;
  /** The envelope's code; 0 where there is none. */
  readonly code: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** Findings in it that do not refuse it. */
  readonly warnings: readonly Finding[];
  toResponse(): TicketResponse;
}

/** A reply to Meituan as a Fetch `Response`. */
export interface TicketResponse extends Response {
  /** The envelope's code. */
  readonly code: number;
  /** Findings in it that do not refuse it. */
  readonly warnings: readonly Finding[];
}

/** An answer as a module has written it; without a code there is nothing true to answer. */
export interface Written {
  code: number;
  body: string;
  encrypted: boolean;
  warnings?: readonly Finding[];
}

export const JSON_TYPE = "application/json; charset=utf-8";
export const ENCRYPTED = "encrypted";

/** A reply with an envelope. Its HTTP status is 200 whatever the code is: Meituan reads the outcome from the code alone. */
export class EnvelopeReply implements Reply {
  declare readonly status: 200;
  declare readonly code: number;
  declare readonly headers: Record<string, string>;
  declare readonly body: string;
  declare readonly warnings: readonly Finding[];

  constructor(
    code: number,
    body: string,
    { encrypted = false, warnings = [] }: { encrypted?: boolean; warnings?: readonly Finding[] } = {},
  ) {
    this.status = 200;
    this.code = code;
    this.headers = encrypted ? { "content-type": JSON_TYPE, "x-encryption-status": ENCRYPTED } : { "content-type": JSON_TYPE };
    this.body = body;
    this.warnings = warnings;
  }

  toResponse(): TicketResponse {
    return withFacts(new Response(this.body, { status: this.status, headers: this.headers }), this);
  }
}

/**
 * No reply at all: Meituan sees that something is wrong with the connection, and not that the call has failed. That it treats 503
 * as a time-out is inferred.
 */
export class NoReply implements Reply {
  readonly status = 503;
  readonly code = 0;
  readonly headers: Record<string, string> = { "retry-after": "1" };
  readonly body = "";
  readonly warnings: readonly Finding[] = [];

  toResponse(): TicketResponse {
    return withFacts(new Response(null, { status: this.status, headers: this.headers }), this);
  }
}

const withFacts = (response: Response, { code, warnings }: Reply): TicketResponse =>
  Object.defineProperties(response as TicketResponse, { code: { value: code }, warnings: { value: warnings } });

export const replyOf = ({ code, body, ...how }: Written): Reply =>
  code === 0 ? new NoReply() : new EnvelopeReply(code, body, how);

export const noReply = (): TicketResponse => new NoReply().toResponse();

export const asReply = (reply: Reply): Reply => reply;
export const asResponse = (reply: Reply): TicketResponse => reply.toResponse();
