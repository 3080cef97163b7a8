// What HTTP looks like in the frameworks that call us, made into plain texts and bytes.

import { mostBytes, reading, unexpected, unreadable } from "./arguments.js";
import { MeituanError } from "./errors.js";
import { endsInTime, LATE, Limit, steady } from "./time.js";
import { bytesOf, isUrl, kindOf } from "./values.js";

export { asReply, asResponse, ENCRYPTED, failureBody, JSON_TYPE, NoReply, noReply, Reply, replyOf } from "./reply.js";

/**
 * Path and query of an absolute URL, or of one that is only these.
 * @param {unknown} url
 */
export function uriOf(url) {
  const text = typeof url === "string" ? url : isUrl(url) ? url.href : unexpected("url", url, "a URL, or a path", "URL 或路径");
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
    return unexpected("headers", headers, "Headers, a record or pairs", "Headers、对象或键值对", "MALFORMED_HEADER");
  }
  // By their tag: to name the class would make Node load all of its fetch, which takes longer than the rest of a cold start.
  if (headers[Symbol.toStringTag] === "Headers") return LOOKED_AT.map((name) => headers.get(name) ?? "");
  /** @type {(string | undefined)[]} */
  const found = [undefined, undefined, undefined, undefined];
  if (typeof headers[Symbol.iterator] === "function") {
    for (const pair of headers) {
      // Node's rawHeaders is one flat list; its texts must not be taken for pairs of letters.
      if (!Array.isArray(pair) || typeof pair[0] !== "string")
        return unexpected("headers", pair, "pairs of name and value", "名称与值的键值对", "MALFORMED_HEADER");
      note(found, pair[0], pair[1]);
    }
  } else {
    // Its own: what was added to every object is no header.
    for (const name of Object.keys(headers)) {
      // Most headers differ in length already, and each costs what is done to it in every call.
      if (PLACE_BY_LENGTH[name.length] !== undefined) note(found, name, headers[name]);
    }
  }
  return [found[0] ?? "", found[1] ?? "", found[2] ?? "", found[3] ?? ""];
}

/**
 * One header, "" where it is absent.
 * @param {any} headers Headers, record or pairs
 * @param {string} name in small letters
 * @returns {string}
 */
export function headerOf(headers, name) {
  if (typeof headers !== "object" || headers === null) {
    return unexpected("headers", headers, "Headers, a record or pairs", "Headers、对象或键值对", "MALFORMED_HEADER");
  }
  return reading("headers", () => {
    if (headers[Symbol.toStringTag] === "Headers") return headers.get(name) ?? "";
    const pairs = typeof headers[Symbol.iterator] === "function" ? [...headers] : Object.entries(headers);
    return pairs
      .filter(([key]) => String(key).toLowerCase() === name)
      .map(([, value]) => value)
      .join(", ");
  });
}

/**
 * @param {(string | undefined)[]} found
 * @param {string} name
 * @param {unknown} value
 */
function note(found, name, value) {
  const index = PLACE_BY_LENGTH[name.length];
  if (index === undefined || value === undefined || value === null) return;
  if (name !== LOOKED_AT[index] && name.toLowerCase() !== LOOKED_AT[index]) return;
  const text = typeof value === "string" ? value : textOf(LOOKED_AT[index], value);
  found[index] = found[index] === undefined ? text : `${found[index]}, ${text}`;
}

/** @param {string} name @param {unknown} value */
function textOf(name, value) {
  const path = `headers.${name}`;
  const texts = Array.isArray(value) ? value : [value];
  for (const text of texts) {
    if (typeof text !== "string" && typeof text !== "number") unexpected(path, text, "a text", "字符串", "MALFORMED_HEADER");
  }
  return reading(path, () => texts.join(", "));
}

/**
 * A body as it came. Anything that a framework has parsed is refused: what it is written as again is another text.
 * @param {unknown} body
 * @returns {string | Uint8Array}
 */
export function rawBody(body) {
  if (typeof body === "string") return body;
  const bytes = bytesOf(body);
  if (bytes !== undefined) return bytes;
  const { en, zh } = kindOf(body);
  const isParsed = typeof body === "object" && body !== null;
  throw new MeituanError("BODY_NOT_RAW", {
    path: "body",
    detail: {
      en: `expected the text or bytes as received, found ${en}${isParsed ? ": a body parser has read it" : ""}`,
      zh: `应为收到的原始文本或字节，实为${zh}${isParsed ? "：已被 body 解析中间件读取" : ""}`,
    },
  });
}

/**
 * The same of a call, in every one of which it is looked at: the module copies bytes once, so memory that threads share needs no copy
 * before.
 * @param {unknown} body
 * @returns {string | Uint8Array}
 */
export const bodyOfCall = (body) =>
  typeof body === "string" || (ArrayBuffer.isView(body) && body instanceof Uint8Array && body.length > 0) ? body : rawBody(body);

/**
 * The error of an empty body: Meituan sends none, so somebody has read it before.
 * @param {MeituanError} error
 * @returns {MeituanError}
 */
export function emptied(error) {
  if (error.code !== "TRUNCATED_JSON" && !(error.code === "MISSING_FIELD" && error.path === "content")) return error;
  const detail = {
    en: "found an empty body: a body parser has most likely read it before, so have it leave this route alone",
    zh: "实为空的请求体：多半已被 body 解析中间件读取，请让其跳过该路由",
  };
  return new MeituanError(error.code, { ...error, path: error.path || "body", detail });
}

/** In bytes, or in UTF-16 units of a string. */
const MAX_TEXT = 16 << 20;

/**
 * A text that is no larger than the module should ever have to hold.
 * @template {string | Uint8Array} Text
 * @param {Text} text
 * @param {string} path
 * @param {number} [maxBytes]
 */
export function limited(text, path, maxBytes) {
  const most = maxBytes === undefined ? MAX_TEXT : mostBytes(maxBytes);
  if (text.length <= most) return text;
  const detail = {
    en: `found ${text.length} bytes, and maxBytes is ${most}`,
    zh: `实为 ${text.length} 字节，而 maxBytes 为 ${most}`,
  };
  throw new MeituanError("BODY_TOO_LARGE", { path, detail });
}

/** In UTF-16 units: what servers accept in all is a tenth of it. */
const MAX_HEAD = 1 << 17;

/**
 * URL and headers that are no larger than what a server lets pass.
 * @param {string} head
 * @param {string} path
 */
export function limitedHead(head, path) {
  if (head.length <= MAX_HEAD) return head;
  const detail = {
    en: `found ${head.length} characters, and at most ${MAX_HEAD} are read`,
    zh: `实为 ${head.length} 个字符，最多读取 ${MAX_HEAD} 个`,
  };
  throw new MeituanError("MALFORMED_HEADER", { path, detail });
}

/**
 * A request as the platform wants it.
 * @param {{ url: string, method: string, headers: Record<string, string>, body: string }} request
 */
export function fetchable({ url, method, headers, body }) {
  try {
    return new Request(url, { method, headers, body });
  } catch (cause) {
    const detail = { en: "found a URL that nothing can be sent to", zh: "无法向该 URL 发送请求" };
    throw new MeituanError("INVALID_CONFIG", { path: "url", detail, cause });
  }
}

/**
 * By its looks: servers such as @hono/node-server put a class of their own in the place of the platform's, and what `fetch`
 * returns is then none of it.
 * @param {any} value
 * @returns {value is Response}
 */
export const isResponse = (value) => {
  try {
    return (
      typeof value === "object" && value !== null && typeof value.status === "number" && typeof value.arrayBuffer === "function"
    );
  } catch {
    return false;
  }
};

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
export const isArriving = (request) => {
  const body = reading("body", () => request?.body);
  return body !== null && typeof body !== "string" && bytesOf(body) === undefined;
};

/**
 * @param {unknown} message
 * @returns {{ bodyUsed: boolean, body: any }}
 */
function requestOf(message) {
  if (typeof message !== "object" || message === null) return unexpected("request", message, "a Request", "Request");
  try {
    const { bodyUsed, body, arrayBuffer } = /** @type {any} */ (message);
    if (body !== undefined || typeof arrayBuffer === "function") return { bodyUsed, body };
  } catch (cause) {
    throw unreadable("request", cause);
  }
  return unexpected("request", message, "a Request", "Request");
}

/** @param {any} body */
function isStream(body) {
  try {
    return typeof body.getReader === "function";
  } catch (cause) {
    throw unreadable("body", cause);
  }
}

/** So many pieces without a byte, and the body counts as one that does not come. */
const MOST_EMPTY = 1000;

/**
 * Reads a body, and stops as soon as it is larger than `most`: what is returned is then more than `most` bytes.
 * @param {Request | Response} message
 * @param {number} most
 * @param {number} [until] by the steady clock: who sends half of a body, and no more, is not waited for
 * @returns {Promise<string | Uint8Array>}
 */
export async function readBody(message, most, until = Number.POSITIVE_INFINITY) {
  const { bodyUsed, body } = requestOf(message);
  if (bodyUsed) {
    const detail = { en: "found a body that was read before: clone the request first", zh: "请求体已被读取过：请先 clone 再读取" };
    throw new MeituanError("BODY_NOT_RAW", { path: "body", detail });
  }
  if (body === null) return new Uint8Array(0);
  const whole = async () => {
    const reading = message.arrayBuffer();
    return rawBody(await (until === Number.POSITIVE_INFINITY ? reading : endsInTime(reading, until, "body")));
  };
  // Not every runtime shows a body as a stream.
  if (body === undefined) return whole();
  // What is like a request, but has its body at hand; or a stream of another kind, as older clients on Node have it.
  if (!isStream(body)) {
    const isAtHand = typeof body === "string" || ArrayBuffer.isView(body) || typeof message.arrayBuffer !== "function";
    return isAtHand ? rawBody(body) : whole();
  }
  const reader = body.getReader();
  try {
    const { bytes, isEnd } = await readStream(reader, most, until);
    if (!isEnd) stop(reader);
    return bytes;
  } catch (error) {
    if (MeituanError.is(error)) stop(reader);
    throw error;
  }
}

/**
 * Whether the sender takes notice is its own affair.
 * @param {any} reader
 */
function stop(reader) {
  try {
    Promise.resolve(reader.cancel()).catch(() => {});
  } catch {
    // Nobody is told.
  }
}

/**
 * @param {any} reader
 * @param {number} most
 * @param {number} until
 * @returns {Promise<{ bytes: Uint8Array, isEnd: boolean }>}
 */
async function readStream(reader, most, until) {
  /** @type {Uint8Array} */
  let bytes = new Uint8Array(0);
  let length = 0;
  let empty = 0;
  const limit = new Limit();
  try {
    for (;;) {
      const reading = reader.read();
      const read = until === Number.POSITIVE_INFINITY ? await reading : await limit.inTime(reading, until);
      const { done = false, value = undefined } = read === LATE ? {} : (read ?? {});
      if (done) return { bytes: bytes.subarray(0, length), isEnd: true };
      // What comes without a pause lets no timer run.
      if (read === LATE || empty > MOST_EMPTY || steady() >= until) throw new MeituanError("TIMED_OUT", { path: "body" });
      const piece = bytesOf(value);
      if (piece === undefined) {
        const { en, zh } = kindOf(value);
        const detail = { en: `expected a stream of bytes, found ${en} in it`, zh: `应为字节流，其中却有${zh}` };
        throw new MeituanError("BODY_NOT_RAW", { path: "body", detail });
      }
      if (piece.length === 0) empty += 1;
      // Mostly there is one piece, and it is not copied.
      else if (length === 0) bytes = piece;
      else {
        if (length + piece.length > bytes.length) bytes = copied(bytes, length + piece.length);
        bytes.set(piece, length);
      }
      length += piece.length;
      if (length > most) return { bytes: bytes.subarray(0, length), isEnd: false };
    }
  } finally {
    limit.end();
  }
}

/**
 * The same with room for more.
 * @param {Uint8Array} bytes
 * @param {number} length at least
 */
function copied(bytes, length) {
  const copy = new Uint8Array(Math.max(length, 2 * bytes.length));
  copy.set(bytes);
  return copy;
}
