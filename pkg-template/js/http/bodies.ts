// Bodies as frameworks have them, made into strings and bytes.

import { MeituanError } from "../errors/error.js";
import { ofPlatform } from "../runtime/platform.js";
import { endsInTime, LATE, Limit, steady } from "../runtime/time-limits.js";
import { reading, unexpected, unreadable } from "../values/faults.js";
import { bytesOf, kindOf } from "../values/kinds.js";

/** The body exactly as received. Never a parsed object: written again, it is another string. */
export type RawBody = string | Uint8Array | ArrayBuffer;

/** A body as it came. Anything that a framework has parsed is refused: written again, it is another string. */
export function rawBody(body: unknown): string | Uint8Array {
  if (typeof body === "string") return body;
  const bytes = bytesOf(body);
  if (bytes !== undefined) return bytes;
  const { en, zh } = kindOf(body);
  const isParsed = typeof body === "object" && body !== null;
  throw new MeituanError("BODY_NOT_RAW", {
    path: "body",
    detail: {
      en: `expected the string or bytes as received, found ${en}${isParsed ? ": a body parser has read it" : ""}`,
      zh: `应为收到的原始字符串或字节，实为${zh}${isParsed ? "：已被 body 解析中间件读取" : ""}`,
    },
  });
}

/**
 * The body of a call or a reply, as it came. Each needs it, so a string and bytes are returned at once: the module copies bytes, so memory
 * that threads share needs no copy before.
 */
export const receivedBody = (body: unknown): string | Uint8Array =>
  typeof body === "string" || (ArrayBuffer.isView(body) && body instanceof Uint8Array && body.length > 0) ? body : rawBody(body);

/** The error of an empty body: Meituan sends none, so somebody has read it before. */
export function emptied(error: MeituanError): MeituanError {
  const isEmpty = error.code === "TRUNCATED_JSON" || error.code === "BODY_NOT_RAW";
  if (!isEmpty && !(error.code === "MISSING_FIELD" && error.path === "content")) return error;
  const detail = {
    en: "found an empty body: a body parser has most likely read it before, so have it leave this route alone",
    zh: "实为空的请求体：多半已被 body 解析中间件读取，请让其跳过该路由",
  };
  return new MeituanError(error.code, { ...error, path: error.path || "body", detail });
}

/** No more of a body than shows that it is too large. */
export function cut(body: string | Uint8Array, max: number): string | Uint8Array {
  if (body.length <= max) return body;
  return typeof body === "string" ? body.slice(0, max + 1) : body.subarray(0, max + 1);
}

/** Whether a body has yet to be read: who it is from can be judged before. */
export const isArriving = (request: { body?: any }) => {
  const body = reading("body", () => request?.body);
  return body !== null && typeof body !== "string" && bytesOf(body) === undefined;
};

function requestOf(message: unknown): { bodyUsed: boolean; body: any } {
  if (typeof message !== "object" || message === null) return unexpected("request", message, "a Request", "Request");
  try {
    const { bodyUsed, body, arrayBuffer } = message as any;
    if (body !== undefined || typeof arrayBuffer === "function") return { bodyUsed, body };
  } catch (cause) {
    throw unreadable("request", cause);
  }
  return unexpected("request", message, "a Request", "Request");
}

function isStream(body: any) {
  try {
    return typeof body.getReader === "function";
  } catch (cause) {
    throw unreadable("body", cause);
  }
}

/** Limit of pieces without a byte: past it, the body counts as one that does not come. */
const MAX_EMPTY = 1000;

/**
 * Reads a body, and stops as soon as it is larger than `max`: what is returned is then more than `max` bytes.
 * @param until time limit by the steady clock: a body of which only half is sent is not waited for any longer
 */
export async function readBody(
  message: Request | Response,
  max: number,
  until: number = Number.POSITIVE_INFINITY,
): Promise<string | Uint8Array> {
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
  // An object like a request that has its body at hand; or a stream of another kind, as older clients on Node have it.
  if (!isStream(body)) {
    const isAtHand = typeof body === "string" || ArrayBuffer.isView(body) || typeof message.arrayBuffer !== "function";
    return isAtHand ? rawBody(body) : whole();
  }
  const reader = readerOf(body, max);
  try {
    const { bytes, isEnd } = await readStream(reader, max, until);
    if (!isEnd) stop(reader);
    return bytes;
  } catch (error) {
    if (MeituanError.is(error)) stop(reader);
    throw error;
  }
}

/** Room for the first part of a body, in bytes: most bodies are shorter. Each further part has four times as much. */
const FIRST_ROOM = 1 << 13;

/**
 * A reader that fills its room before it returns, where the platform has one: in workerd a piece costs what the rest of a call does.
 * No more is read than shows that a body is too large.
 */
function readerOf(body: any, max: number) {
  const reader = fillingReader(body);
  if (reader === undefined) return body.getReader();
  let isEnd = false;
  let left = max + 1;
  let next = FIRST_ROOM;
  const read = async () => {
    if (isEnd) return { done: true };
    const room = Math.min(next, left);
    const { value } = await reader.readAtLeast(room, new Uint8Array(room));
    // There is less only where it ends.
    isEnd = !value || value.length < room;
    left -= room;
    next *= 4;
    return { done: !value?.length, value };
  };
  return { read, cancel: () => reader.cancel() };
}

/** Streams of other makers may have readers of another kind, and a stream that is not of bytes has pieces of its own. */
function fillingReader(body: any): any {
  if (!hasReadAtLeast() || !(body instanceof ReadableStream)) return undefined;
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

let canReadAtLeast: boolean | undefined;

function hasReadAtLeast(): boolean {
  canReadAtLeast ??= typeof ofPlatform(() => (globalThis as any).ReadableStreamBYOBReader.prototype.readAtLeast) === "function";
  return canReadAtLeast;
}

/** Reads no further. Whether the sender reacts is its own affair. */
export function stop(reader: any) {
  try {
    Promise.resolve(reader.cancel()).catch(() => {});
  } catch {
    // It is reported to nobody.
  }
}

const NO_PIECE = { done: false, value: undefined };

/** @returns its bytes, of which there are more than `max` where it does not end before */
export async function readStream(reader: any, max: number, until: number): Promise<{ bytes: Uint8Array; isEnd: boolean }> {
  let bytes: Uint8Array = new Uint8Array(0);
  let length = 0;
  let empty = 0;
  const limit = new Limit();
  try {
    for (;;) {
      const reading = reader.read();
      const read = until === Number.POSITIVE_INFINITY ? await reading : await limit.inTime(reading, until);
      const { done, value } = read === LATE || !read ? NO_PIECE : read;
      if (done) return { bytes: bytes.subarray(0, length), isEnd: true };
      // A stream without a pause lets no timer run.
      if (read === LATE || empty > MAX_EMPTY || steady() >= until) throw new MeituanError("TIMED_OUT", { path: "body" });
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
      if (length > max) return { bytes: bytes.subarray(0, length), isEnd: false };
    }
  } finally {
    limit.end();
  }
}

/**
 * The same with room for more.
 * @param length at least
 */
function copied(bytes: Uint8Array, length: number) {
  const copy = new Uint8Array(Math.max(length, 2 * bytes.length));
  copy.set(bytes);
  return copy;
}
