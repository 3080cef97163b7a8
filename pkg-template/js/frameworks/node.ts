// Requests and responses of Node's http server, which Express, Koa, Fastify, NestJS and Egg are built on, made into those of Fetch.

import { MeituanError } from "../errors/error.js";

/** A handler of Fetch requests, such as `handler` returns. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** A request of Node's http server, as far as it is read here. Frameworks add the rest. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly readableEnded?: boolean;
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
  setHeader(name: string, value: string | string[]): unknown;
  end(body: Uint8Array): unknown;
}

/** A body as a framework has it: `raw` is as received, `parsed` may be. */
interface Had {
  url?: string | undefined;
  raw?: unknown;
  parsed?: unknown;
}

/** The request as Fetch has it, its body unread where that is possible. */
export function fetchRequest(message: NodeRequest, had: Had = {}): Request {
  const { method = "GET" } = message;
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    // HTTP/2 has names of its own, which no other request has.
    if (value === undefined || name.startsWith(":")) continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  const url = urlOf(had.url ?? message.originalUrl ?? message.url ?? "/", message.headers.host);
  if (!isMethodWithBody(method)) return new Request(url, { method, headers });
  const body = bodyOf(message, had.raw ?? message.rawBody, had.parsed ?? message.body);
  // A stream needs `duplex`, which the types of the platform do not have everywhere.
  return new Request(url, { method, headers, body, duplex: "half" } as RequestInit);
}

/** The path is as it came; the host may be anything. */
export function urlOf(url: string, host: unknown): string {
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

/** Others may have none in a Request. */
export const isMethodWithBody = (method: string) => method !== "GET" && method !== "HEAD";

/** The bytes as they come, no faster than they are read. Node's own conversion would break the connection where nobody reads on. */
function streamOf(message: NodeRequest): ReadableStream<Uint8Array> {
  let stop = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const data = (piece: Uint8Array) => {
          controller.enqueue(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
          message.pause();
        };
        const end = () => {
          stop();
          controller.close();
        };
        const fail = (error?: unknown) => {
          stop();
          controller.error(error ?? new Error("the connection broke"));
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
export async function partsOf(response: Response, message: NodeRequest) {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of response.headers) if (name !== "set-cookie") headers[name] = value;
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  if (isMethodWithBody(message.method ?? "GET") && message.readableEnded === false) headers.connection = "close";
  return { status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) };
}

export async function write(response: Response, message: NodeRequest, to: NodeResponse): Promise<void> {
  const { status, headers, body } = await partsOf(response, message);
  to.statusCode = status;
  for (const [name, value] of Object.entries(headers)) to.setHeader(name, value);
  to.end(body);
}
