// Requests and responses of the platform's `fetch`.

import { MeituanError } from "../errors/error.js";

/** A request as the platform wants it. */
export function fetchable({
  url,
  method,
  headers,
  body,
}: {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string;
}) {
  try {
    return sendable(new Request(url, { method, headers, body }), headers);
  } catch (cause) {
    if (MeituanError.is(cause)) throw cause;
    const detail = { en: "found a URL that nothing can be sent to", zh: "无法向该 URL 发送请求" };
    throw new MeituanError("INVALID_CONFIG", { path: "url", detail, cause });
  }
}

/** Browsers leave out what programs may not set, and say nothing. */
function sendable(request: Request, { Date: date }: Record<string, string>) {
  if (date === undefined || request.headers.get("date") === date) return request;
  const detail = { en: "the platform has left it out of the request", zh: "平台已将其从请求中移除" };
  throw new MeituanError("FORBIDDEN_HEADER", { path: "headers.date", detail });
}

/**
 * Whether a value is a response, by its looks: servers such as `@hono/node-server` put a class of their own in the place of the
 * platform's, and the responses of `fetch` are no instances of it.
 */
export const isResponse = (value: any): value is Response => {
  try {
    return (
      typeof value === "object" && value !== null && typeof value.status === "number" && typeof value.arrayBuffer === "function"
    );
  } catch {
    return false;
  }
};
