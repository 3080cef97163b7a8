// Requests as a framework has received them.

import type { RawBody } from "./bodies.js";
import type { HeadersInput } from "./headers.js";

/** A request as any framework has it. */
export interface IncomingRequest {
  method: string;
  /** The whole URL, or path and query alone, as `request.url` of Node has it. */
  url: string;
  headers: HeadersInput;
  body: RawBody;
  /** The body is Base64 of the bytes as received: events of API gateways say so. */
  isBase64Encoded?: boolean | undefined;
}

/** When a request is received. */
export interface ReceiveOptions {
  /** The current time, as epoch milliseconds or a Date. */
  now?: number | Date | undefined;
}
