// Bodies as gateways pass them on: compressed, or as Base64. Only what is declared is undone, and no further than bodies may be long,
// before and after.

import { MeituanError } from "../errors/error.js";
import { readStream, stop } from "./bodies.js";
import { headerOf, namesOf } from "./headers.js";

/** Neither JSON nor a form begins so. */
export const isGzip = (body: string | Uint8Array): body is Uint8Array =>
  typeof body !== "string" && body[0] === 0x1f && body[1] === 0x8b;

const bad = (en: string, zh: string, cause?: unknown) =>
  new MeituanError("BODY_NOT_RAW", { path: "body", detail: { en, zh }, ...(cause !== undefined && { cause }) });

const CONTENT_ENCODING = /* @__PURE__ */ namesOf(["content-encoding"]);

/** Encodings as `Content-Encoding` lists them. */
const declaredIn = (headers: unknown): readonly string[] =>
  headerOf(headers, CONTENT_ENCODING)
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");

const isGzipAlone = ([first, ...more]: readonly string[]) => more.length === 0 && /^(?:x-)?gzip$/.test(first);

/** Longer lists are a stranger's joke. */
const LONGEST_LIST = 64;

function notUnderstood(declared: readonly string[]): MeituanError {
  const list = declared.join(", ").slice(0, LONGEST_LIST);
  return bad(
    `found Content-Encoding ${list}, and only gzip is understood, once: have the gateway leave the body as it was sent`,
    `Content-Encoding 为 ${list}，而这里只支持单层 gzip：请让网关原样转发请求体`,
  );
}

/** Neither JSON nor a form has other control characters. */
function isText(body: Uint8Array) {
  try {
    return !/[^\t\n\r -\u{10ffff}]/u.test(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return false;
  }
}

/**
 * Why a body could not be read, if that is because of its encoding. One that a platform has decompressed by itself, and left the header
 * of, has only characters that a message may have.
 */
export function encodedOtherwise(body: string | Uint8Array, headers: unknown): MeituanError | undefined {
  if (typeof body === "string") return undefined;
  let declared: readonly string[];
  try {
    declared = declaredIn(headers);
  } catch {
    // It is not what is wrong with the body.
    return undefined;
  }
  if (declared.length === 0 || isText(body)) return undefined;
  if (!isGzipAlone(declared)) return notUnderstood(declared);
  return bad(
    "found bytes that are not UTF-8, with Content-Encoding gzip: have the gateway leave the body as it was sent",
    "Content-Encoding 为 gzip，但内容不是 UTF-8：请让网关原样转发请求体",
  );
}

/** A body at hand, which nothing can be waited for to decompress. */
export function plain(body: string | Uint8Array): string | Uint8Array {
  if (!isGzip(body)) return body;
  throw bad(
    "found gzip: use receive, or decompress it before by zlib.gunzipSync with maxOutputLength",
    "实为 gzip：请改用 receive，或先以 zlib.gunzipSync（设置 maxOutputLength）解压",
  );
}

/** A body is decompressed in pieces, because some platforms decompress the whole of what they get at once. */
const PIECE = 4096;

/**
 * A body as it was before a gateway compressed it. Some platforms decompress it and leave the header, so its first bytes are checked as
 * well.
 * @param until time limit by the steady clock
 * @returns more than `max` bytes if it is longer
 */
export async function decompressed(
  body: string | Uint8Array,
  headers: unknown,
  max: number,
  until: number,
): Promise<string | Uint8Array> {
  if (!isGzip(body)) return body;
  if (body.length > max) throw tooLarge();
  const declared = declaredIn(headers);
  if (declared.length === 0) throw bad("found gzip, which no Content-Encoding declares", "实为 gzip，但没有 Content-Encoding 声明");
  if (!isGzipAlone(declared)) throw notUnderstood(declared);
  if (typeof DecompressionStream === "undefined")
    throw bad("found gzip, and this platform has no DecompressionStream", "实为 gzip，而当前平台没有 DecompressionStream");
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    const gunzip = new DecompressionStream("gzip");
    reader = gunzip.readable.getReader();
    feed(gunzip.writable.getWriter(), body);
    const { bytes, isEnd } = await readStream(reader, max, until);
    if (!isEnd) stop(reader);
    if (isGzip(bytes)) throw bad("found gzip in gzip, of which only one is undone", "gzip 内仍是 gzip：只解压一层");
    return bytes;
  } catch (cause) {
    if (reader) stop(reader);
    if (MeituanError.is(cause)) throw cause;
    throw bad("found gzip that cannot be decompressed", "gzip 内容无法解压", cause);
  }
}

function tooLarge(): MeituanError {
  const detail = {
    en: "found gzip that is longer itself: the limit holds for a body as it comes, and for what it becomes",
    zh: "压缩后的请求体已超过限制：解压前后的大小均受此限制",
  };
  return new MeituanError("BODY_TOO_LARGE", { path: "body", detail });
}

/** Writes a body to the decompressor. Errors are dropped here: the reader gets the same ones. */
async function feed(writer: WritableStreamDefaultWriter<any>, body: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < body.length; at += PIECE) {
      await writer.ready;
      await writer.write(body.subarray(at, at + PIECE));
    }
    await writer.close();
  } catch {
    // Nobody reads on, or it is no gzip.
  }
}

/**
 * A body in Base64, decoded where that is declared.
 * @param isEncoded as a gateway says so
 * @returns more than `max` bytes where it is longer
 */
export function decoded(body: unknown, isEncoded: boolean, max: number): unknown {
  if (!isEncoded) return body;
  if (typeof body !== "string") throw bad("expected Base64 as a string", "应为 Base64 字符串");
  // No more than shows that it is too long; a multiple of four. Mail's notation has line ends in it.
  const most = 4 * Math.ceil((max + 1) / 3);
  const text = /\s/.test(body) ? body.replace(/\s+/g, "") : body;
  try {
    return Uint8Array.from(atob(text.slice(0, most)), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw bad("found no Base64", "不是合法的 Base64", cause);
  }
}
