// Events of gateways in front of cloud functions, made into requests of Fetch.

import { decoded } from "../http/encodings.js";
import { flag } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { func } from "../values/functions.js";
import { isRecord } from "../values/kinds.js";
import { canBeFetched, type FetchHandler, failing, isMethodWithBody, notImplemented, urlOf } from "./node.js";

/** An event of a gateway: AWS API Gateway of either format, function URLs, load balancers, and those that copy it. */
export interface GatewayEvent {
  readonly httpMethod?: string | undefined;
  readonly path?: string | undefined;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null | undefined;
  readonly rawPath?: string | undefined;
  readonly rawQueryString?: string | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  /** Every value of each header, where a gateway has them: `headers` has the last one alone, or is not there. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  readonly requestContext?: unknown;
}

/** The answer that such a gateway wants. */
export interface GatewayReply {
  statusCode: number;
  headers: Record<string, string>;
  /** Where the event had some: load balancers look at nothing else then. */
  multiValueHeaders?: Record<string, string[]>;
  body: string;
  isBase64Encoded: false;
}

/** More than any gateway lets pass. */
const MAX_BYTES = 2 ** 28;

/**
 * For cloud functions behind a gateway that sends events: AWS Lambda with API Gateway, a function URL or a load balancer, and those that
 * copy it. A body that the gateway has encoded as Base64 is decoded where `isBase64Encoded` says so.
 *
 * @example
 * export const main = toGatewayFunction(meituan);
 */
export function toGatewayFunction(handler: FetchHandler) {
  func(handler, "handler");
  return async (event: GatewayEvent): Promise<GatewayReply> => {
    const { method, hasLists } = read(event);
    const response = await (canBeFetched(method) ? handler(gatewayRequest(event, method)) : notImplemented());
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      ...(hasLists && { multiValueHeaders: listsOf(response.headers) }),
      body: await response.text(),
      isBase64Encoded: false,
    };
  };
}

function read(event: GatewayEvent): { method: string; hasLists: boolean } {
  if (!isRecord(event)) unexpected("event", event, "an event of a gateway", "网关事件");
  const method = event.httpMethod ?? (event.requestContext as any)?.http?.method;
  if (typeof method !== "string") unexpected("event", event, "an event of a gateway, with a method", "带有请求方法的网关事件");
  return { method, hasLists: isRecord(event.multiValueHeaders) };
}

/** Cookies come one by one, and other headers together. */
function listsOf(headers: Headers): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of headers) lists[name] = [...(lists[name] ?? []), value];
  return lists;
}

function headersOf({ headers: single, multiValueHeaders }: GatewayEvent): Headers {
  const headers = new Headers();
  const append = (name: string, values: readonly unknown[]) => {
    try {
      for (const value of values) if (value !== undefined && value !== null) headers.append(name, String(value));
    } catch {
      // Some gateway's own, which is none of HTTP's: nothing of Meituan's is in it.
    }
  };
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) append(name, [values].flat());
  const listed = new Set(headers.keys());
  for (const [name, value] of Object.entries(single ?? {})) if (!listed.has(name.toLowerCase())) append(name, [value].flat());
  return headers;
}

function gatewayRequest(event: GatewayEvent, method: string): Request {
  const headers = headersOf(event);
  const query = event.rawQueryString ?? queryOf(event);
  const url = urlOf(`${event.rawPath ?? event.path ?? "/"}${query && `?${query}`}`, headers.get("host"));
  if (!isMethodWithBody(method)) return new Request(url, { method, headers });
  return new Request(url, { method, headers, body: bodyOf(event), duplex: "half" } as RequestInit);
}

/** The older format has the query in parts; load balancers have these as they came. */
function queryOf({ queryStringParameters, multiValueQueryStringParameters, requestContext }: GatewayEvent): string {
  const values = multiValueQueryStringParameters ?? queryStringParameters;
  if (!isRecord(values)) return "";
  const encoded = isRecord(requestContext) && isRecord((requestContext as any).elb) ? (text: string) => text : encodeURIComponent;
  return Object.entries(values)
    .flatMap(([name, value]) => [value].flat().map((one) => `${encoded(name)}=${encoded(String(one ?? ""))}`))
    .join("&");
}

function bodyOf({ body, isBase64Encoded }: GatewayEvent): any {
  try {
    const isEncoded =
      isBase64Encoded === undefined || isBase64Encoded === null ? false : flag(isBase64Encoded, "event.isBase64Encoded");
    if (body !== undefined && body !== null && typeof body !== "string")
      unexpected(
        "event.body",
        body,
        "the body as the gateway received it, a string",
        "网关收到的原始请求体（字符串）",
        "BODY_NOT_RAW",
      );
    return decoded(body ?? "", isEncoded, MAX_BYTES);
  } catch (error) {
    return failing(error);
  }
}
