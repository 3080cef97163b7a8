// What HTTP looks like in the frameworks that call us, made into plain texts and bytes.

import { MeituanError } from "./errors.js";
import { endsInTime, LATE, Limit } from "./time.js";

/** @typedef {import("./errors.js").Finding} Finding */

export const JSON_TYPE = "application/json; charset=utf-8";
export const ENCRYPTED = "encrypted";

/**
 * Path and query of an absolute URL, or of one that is only these.
 * @param {unknown} url
 */
export function uriOf(url) {
  const text = typeof url === "string" ? url : url instanceof URL ? url.href : undefined;
  if (text === undefined) throw new MeituanError("INVALID_CONFIG", { path: "url", detail: "expected a URL, or a path" });
  const fragment = text.indexOf("#");
  const whole = fragment < 0 ? text : text.slice(0, fragment);
  if (whole.startsWith("/")) return whole;
  const host = whole.indexOf("://");
  const path = host < 0 ? -1 : whole.slice(host + 3).search(/[/?]/);
  if (path < 0) return host < 0 ? whole : "/";
  const uri = whole.slice(host + 3 + path);
  return uri.startsWith("?") ? `/${uri}` : uri;
}

/** @param {string} uri */
export function pathOf(uri) {
  const query = uri.indexOf("?");
  return query < 0 ? uri : uri.slice(0, query);
}

/** The headers that are looked at, in the order in which the module wants them. */
const LOOKED_AT = ["partnerid", "date", "authorization", "x-encryption-status"];
/** @type {(number | undefined)[]} */
const PLACE_BY_LENGTH = Array.from({ length: 20 });
for (const [index, { length }] of LOOKED_AT.entries()) PLACE_BY_LENGTH[length] = index;

/**
 * The looked-at headers, "" for absent ones. Repeated ones are joined as HTTP says; the module refuses them.
 * @param {any} headers Headers, record or pairs
 * @returns {string[]}
 */
export function lookedAtHeaders(headers) {
  if (typeof headers !== "object" || headers === null) {
    throw new MeituanError("MALFORMED_HEADER", { path: "headers", detail: "expected Headers, a record or pairs" });
  }
  // By their tag: to name the class would make Node load all of its fetch, which takes longer than the rest of a cold start.
  if (headers[Symbol.toStringTag] === "Headers") return LOOKED_AT.map((name) => headers.get(name) ?? "");
  const found = ["", "", "", ""];
  if (typeof headers[Symbol.iterator] === "function") {
    for (const pair of headers) {
      // Node's rawHeaders is one flat list; its texts must not be taken for pairs of letters.
      if (!Array.isArray(pair))
        throw new MeituanError("MALFORMED_HEADER", { path: "headers", detail: "expected pairs of name and value" });
      note(found, pair[0], pair[1]);
    }
  } else {
    for (const name in headers) {
      // Most headers differ in length already, and each costs what is done to it in every call.
      if (PLACE_BY_LENGTH[name.length] !== undefined) note(found, name, headers[name]);
    }
  }
  return found;
}

/**
 * @param {string[]} found
 * @param {string} name
 * @param {unknown} value
 */
function note(found, name, value) {
  const index = PLACE_BY_LENGTH[name.length];
  if (index === undefined || value === undefined || value === null) return;
  if (name !== LOOKED_AT[index] && name.toLowerCase() !== LOOKED_AT[index]) return;
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  found[index] = found[index] === "" ? text : `${found[index]}, ${text}`;
}

/**
 * A body as it came. Anything that a framework has parsed is refused: what it is written as again is another text.
 * @param {unknown} body
 * @returns {string | Uint8Array}
 */
export function rawBody(body) {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  throw new MeituanError("BODY_NOT_RAW", { path: "body", detail: `found ${body === null ? "null" : typeof body}` });
}

/** In bytes, or in UTF-16 units of a string. */
const MOST_TEXT = 16 << 20;

/**
 * A text that is no larger than the module should ever have to hold.
 * @template {string | Uint8Array} Text
 * @param {Text} text
 * @param {string} path
 * @param {number} [maxBytes]
 */
export function limited(text, path, maxBytes = MOST_TEXT) {
  if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes >= 2 ** 29)
    throw new MeituanError("INVALID_CONFIG", { path: "maxBytes", detail: "expected a whole number from 1 to 536870911" });
  if (text.length > maxBytes)
    throw new MeituanError("BODY_TOO_LARGE", { path, detail: `${text.length} bytes, and maxBytes is ${maxBytes}` });
  return text;
}

/** In UTF-16 units: what servers accept in all is a tenth of it. */
const MOST_HEAD = 1 << 17;

/**
 * URL and headers that are no larger than what a server lets pass.
 * @param {string} head
 * @param {string} path
 */
export function limitedHead(head, path) {
  if (head.length > MOST_HEAD)
    throw new MeituanError("MALFORMED_HEADER", { path, detail: `${head.length} characters, and at most ${MOST_HEAD} are read` });
  return head;
}

/**
 * By its looks: servers such as @hono/node-server put a class of their own in the place of the platform's, and what `fetch`
 * returns is then none of it.
 * @param {any} value
 * @returns {value is Response}
 */
export const isResponse = (value) =>
  typeof value === "object" && value !== null && typeof value.status === "number" && typeof value.arrayBuffer === "function";

/**
 * No more of a body than shows that it is too large.
 * @param {string | Uint8Array} body
 * @param {number} most
 */
export function cut(body, most) {
  if (body.length <= most) return body;
  return typeof body === "string" ? body.slice(0, most + 1) : body.subarray(0, most + 1);
}

/**
 * Whether a body has yet to be read: who it is from can be judged before.
 * @param {{ body?: any }} request
 */
export const isArriving = ({ body }) =>
  body !== null && typeof body !== "string" && !ArrayBuffer.isView(body) && !(body instanceof ArrayBuffer);

/**
 * Reads a body, and stops as soon as it is larger than `most`: what is returned is then more than `most` bytes.
 * @param {Request | Response} message
 * @param {number} most
 * @param {number} [until] by the steady clock: who sends half of a body, and no more, is not waited for
 * @returns {Promise<string | Uint8Array>}
 */
export async function readBody(message, most, until = Number.POSITIVE_INFINITY) {
  if (message.bodyUsed)
    throw new MeituanError("BODY_NOT_RAW", { path: "body", detail: "it was read before: clone the request first" });
  const { body } = message;
  if (body === null) return new Uint8Array(0);
  const whole = async () => {
    const reading = message.arrayBuffer();
    return new Uint8Array(await (until === Number.POSITIVE_INFINITY ? reading : endsInTime(reading, until, "body")));
  };
  // Not every runtime shows a body as a stream.
  if (body === undefined) return whole();
  // What is like a request, but has its body at hand; or a stream of another kind, as older clients on Node have it.
  if (typeof body.getReader !== "function") {
    const isAtHand = typeof body === "string" || ArrayBuffer.isView(body) || typeof message.arrayBuffer !== "function";
    return isAtHand ? rawBody(body) : whole();
  }
  const reader = body.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  // Whether the sender takes notice is its own affair.
  const cancel = () => reader.cancel().catch(() => {});
  const limit = new Limit();
  try {
    for (;;) {
      const reading = reader.read();
      const read = until === Number.POSITIVE_INFINITY ? await reading : await limit.inTime(reading, until);
      if (read === LATE) {
        cancel();
        throw new MeituanError("TIMED_OUT", { path: "body" });
      }
      if (read.done) break;
      chunks.push(read.value);
      length += read.value.length;
      if (length > most) {
        cancel();
        break;
      }
    }
  } finally {
    limit.end();
  }
  if (chunks.length === 1) return chunks[0];
  const joined = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

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
    return Object.defineProperties(/** @type {import("./ticket.js").TicketResponse} */ (response), {
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
