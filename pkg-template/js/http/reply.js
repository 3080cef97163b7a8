// What Meituan is answered with, as plain values and as a Fetch response.

/** @typedef {import("../errors/error.js").Finding} Finding */

/**
 * An answer as a module has written it; without a code there is nothing true to answer.
 * @typedef {{ code: number, body: string, encrypted: boolean, warnings?: readonly Finding[] }} Written
 */
export const JSON_TYPE = "application/json; charset=utf-8";
export const ENCRYPTED = "encrypted";

/** A reply to Meituan. The HTTP status is always 200: Meituan reads the outcome from the envelope's code alone. */
export class Reply {
  /**
   * @param {number} code
   * @param {string} body
   * @param {{ encrypted?: boolean, warnings?: readonly Finding[] }} [how]
   */
  constructor(code, body, { encrypted = false, warnings = [] } = {}) {
    this.status = /** @type {const} */ (200);
    this.code = code;
    /** @type {Record<string, string>} */
    this.headers = encrypted ? { "content-type": JSON_TYPE, "x-encryption-status": ENCRYPTED } : { "content-type": JSON_TYPE };
    this.body = body;
    this.warnings = warnings;
  }

  toResponse() {
    const response = new Response(this.body, { status: this.status, headers: this.headers });
    return Object.defineProperties(/** @type {import("../entries/ticket.js").TicketResponse} */ (response), {
      code: { value: this.code },
      warnings: { value: this.warnings },
    });
  }
}

/**
 * No reply at all: Meituan sees that something is wrong with the connection, and not that the call has failed. That it takes 503
 * for a time-out is inferred.
 */
export class NoReply {
  status = /** @type {const} */ (503);
  code = 0;
  /** @type {Record<string, string>} */
  headers = { "retry-after": "1" };
  body = "";
  /** @type {readonly Finding[]} */
  warnings = [];

  toResponse() {
    return new Response(null, { status: this.status, headers: this.headers });
  }
}

/** @param {Written} written */
export const replyOf = ({ code, body, ...how }) => (code === 0 ? new NoReply() : new Reply(code, body, how));

export const noReply = () => new NoReply().toResponse();

/** @param {Reply} reply */
export const asReply = (reply) => reply;
/** @param {Reply} reply */
export const asResponse = (reply) => reply.toResponse();

/**
 * @param {number} code
 * @param {string} describe
 * @param {number | undefined} partnerId
 */
export const failureBody = (code, describe, partnerId) => JSON.stringify({ code, describe, partnerId });
