// Requests and responses of Node's http server, which Express, Koa, Fastify, NestJS and Egg are built on, made into those of Fetch.

import { MeituanError } from "../errors/error.js";

/** A handler of Fetch requests, such as `handler` returns. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** A request of Node's http server, as far as it is read here. Frameworks add the rest. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, as received. Node leaves out of `headers` what some of them say a second time. */
  readonly rawHeaders?: readonly string[];
  readonly readableEnded?: boolean;
  /** Of strings that somebody has the body come as. */
  readonly readableEncoding?: string | null;
  /** Nothing comes any more. */
  readonly destroyed?: boolean;
  /** The whole path, where a framework cuts its own part off `url`. */
  readonly originalUrl?: string;
  /** The body as received, where a framework keeps it: `rawBody` of NestJS and of cloud functions. */
  readonly rawBody?: unknown;
  /** The body, where a parser has read it: bytes and strings are as received, objects are not. */
  readonly body?: unknown;
  on(event: string, listener: (value: any) => void): unknown;
  off(event: string, listener: (value: any) => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** A response of Node's http server. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent?: boolean;
  setHeader(name: string, value: string | string[]): unknown;
  end(body: Uint8Array): unknown;
}

/** A body as a framework has it: `raw` is as received, `parsed` may be. */
interface Had {
  url?: string | undefined;
  raw?: unknown;
  parsed?: unknown;
}

/** The parts of the handler's response to a request that a framework has. */
export async function answered(handler: FetchHandler, message: NodeRequest, had?: Had) {
  const isFetched = canBeFetched(message.method ?? "GET");
  return partsOf(isFetched ? await handler(fetchRequest(message, had)) : notImplemented(), message);
}

/** The same where the handler failed. */
export const failed = (message: NodeRequest) => partsOf(new Response(null, { status: 500 }), message);

/** The request as Fetch has it, its body unread where that is possible. */
function fetchRequest(message: NodeRequest, had: Had = {}): Request {
  const { method = "GET" } = message;
  const headers = headersOf(message);
  const url = urlOf(had.url ?? message.originalUrl ?? message.url ?? "/", message.headers.host);
  if (!isMethodWithBody(method)) return new Request(url, { method, headers });
  const body = bodyOf(message, had.raw ?? message.rawBody, had.parsed ?? message.body);
  // A stream needs `duplex`, which the types of the platform do not have everywhere.
  return new Request(url, { method, headers, body, duplex: "half" } as RequestInit);
}

/**
 * The headers as they are now, and what Node has left out of them: of a signature that comes twice it keeps the first. A program may have
 * set others.
 */
function headersOf({ headers: now, rawHeaders = [] }: NodeRequest): Headers {
  const came = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at].toLowerCase();
    came.set(name, [...(came.get(name) ?? []), rawHeaders[at + 1]]);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(now)) {
    // HTTP/2 has names of its own, which no other request has.
    if (value === undefined || name.startsWith(":")) continue;
    const all = came.get(name);
    const values = all !== undefined && all[0] === value ? all : Array.isArray(value) ? value : [value];
    for (const one of values) headers.append(name, one);
  }
  return headers;
}

/** The path is as it came, also behind a host, as requests to a proxy have it; the host may be anything. */
export function urlOf(target: string, host: unknown): string {
  const url = target.replace(/^https?:\/\/[^/?#]*/i, "").replace(/^\?/, "/?");
  const path = url.startsWith("/") ? url : "/";
  for (const name of [host, "localhost"]) {
    const whole = `http://${name}${path}`;
    if (typeof name === "string" && /^[\w.:[\]-]+$/.test(name) && URL.canParse(whole)) return whole;
  }
  return "http://localhost/";
}

function bodyOf(message: NodeRequest, raw: unknown, parsed: unknown): any {
  for (const body of [raw, parsed]) if (typeof body === "string" || ArrayBuffer.isView(body)) return body;
  if (message.readableEnded !== true) return streamOf(message);
  const detail = {
    en: "a body parser has read it, and kept nothing as received: have the parser leave this route alone, or keep it as rawBody",
    zh: "已被 body 解析中间件读取，且未保留原始报文：请让其跳过该路由，或保留为 rawBody",
  };
  return failing(new MeituanError("BODY_NOT_RAW", { path: "body", detail }));
}

/** A body that cannot be had. The handler reports why, and answers by which call it is. */
export const failing = (error: unknown) => new ReadableStream({ start: (controller) => controller.error(error) });

/** Fetch has no request of the others. */
export const canBeFetched = (method: string) => !/^(?:connect|trace|track)$/i.test(method);

export const notImplemented = () => new Response(null, { status: 501 });

/** Others may have none in a Request. */
export const isMethodWithBody = (method: string) => method !== "GET" && method !== "HEAD";

/** Others lose what was received. */
const LOSSLESS = ["latin1", "binary", "hex", "base64", "base64url"];

/** The bytes of a piece of a body, also where somebody has them come as strings. */
function bytesOfPiece(piece: Uint8Array | string, encoding: string | null | undefined): Uint8Array {
  if (typeof piece !== "string") return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  const name = String(encoding ?? "utf8").toLowerCase();
  // Bytes that are no UTF-8 have become U+FFFD.
  const isKept = LOSSLESS.includes(name) || (/^utf-?8$/.test(name) && !piece.includes("\ufffd"));
  if (isKept) return new Uint8Array(Buffer.from(piece, name as BufferEncoding));
  const detail = {
    en: `it comes as strings that are not what was received: leave out setEncoding("${name}")`,
    zh: `请求体以有损的字符串形式到达：请去掉 setEncoding("${name}")`,
  };
  throw new MeituanError("BODY_NOT_RAW", { path: "body", detail });
}

const broken = () => new Error("the connection broke");

/** The bytes as they come, no faster than they are read. Node's own conversion would break the connection where nobody reads on. */
function streamOf(message: NodeRequest): ReadableStream<Uint8Array> {
  // Nothing would ever come, and nobody would say so.
  if (message.destroyed) return failing(broken());
  let stop = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const data = (piece: Uint8Array | string) => {
          try {
            controller.enqueue(bytesOfPiece(piece, message.readableEncoding));
            message.pause();
          } catch (error) {
            fail(error);
          }
        };
        const end = () => {
          stop();
          controller.close();
        };
        const fail = (error?: unknown) => {
          stop();
          controller.error(error ?? broken());
        };
        const listeners: [string, (value: any) => void][] = [
          ["data", data],
          ["end", end],
          ["error", fail],
          ["close", fail],
        ];
        stop = () => {
          for (const [event, listener] of listeners) message.off(event, listener);
          // Without a listener an error of the connection would end the process.
          message.on("error", () => {});
        };
        for (const [event, listener] of listeners) message.on(event, listener);
        message.pause();
      },
      pull: () => void message.resume(),
      cancel: () => stop(),
    },
    { highWaterMark: 0 },
  );
}

/**
 * The parts of a response that frameworks want. The rest of a body that nobody has read is not waited for: the connection ends with
 * the answer.
 */
async function partsOf(response: Response, message: NodeRequest) {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of response.headers) if (name !== "set-cookie") headers[name] = value;
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  if (isMethodWithBody(message.method ?? "GET") && message.readableEnded === false) headers.connection = "close";
  return { status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) };
}

/** @param parts as `answered` has them */
export function write({ status, headers, body }: Awaited<ReturnType<typeof answered>>, to: NodeResponse): void {
  to.statusCode = status;
  for (const [name, value] of Object.entries(headers)) to.setHeader(name, value);
  to.end(body);
}
