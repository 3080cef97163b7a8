// Orders that are kept in a store: requests go in, responses come out, and the same store is behind both.
//
// Most of the time of such a call is the platform's own: a Request and a Response. So there is a second case, with what servers
// like @hono/node-server put in their place.

import { MemoryStore } from "meituan-protocol/testing";
import { supplier } from "./library.mjs";
import { validators as byHand } from "./peers/by-hand.mjs";
import { signer } from "./peers/node-crypto.mjs";
import { storedSupplier } from "./peers/stored.mjs";
import { CLIENT_SECRET } from "./settings.mjs";

const ORIGIN = "https://supplier.example.com";
const CALLS = /** @type {const} */ (["create", "pay", "refund"]);
/** Nothing but a success has this in it. */
const SUCCESS = '"code":200,';

/** What the supplier does: the same for everybody. */
const functions = {
  orderCreate: (/** @type {any} */ _, /** @type {any} */ { partnerOrderId }) => ({ partnerOrderId }),
  orderPay: (/** @type {any} */ _, /** @type {any} */ { vouchers }) => ({ voucherType: 1, vouchers }),
  orderRefund: () => undefined,
};

const handler = supplier.handler({
  ...functions,
  store: (/** @type {any} */ _life, /** @type {any} */ store) => store,
  onError: () => {},
  onWarning: () => {},
});

/** @type {Record<string, (request: Request, life: any, store: MemoryStore) => Promise<Response>>} */
const handlers = {
  library: /** @type {any} */ (handler),
  "node:crypto + by hand": storedSupplier(signer(CLIENT_SECRET), byHand, functions),
};

class LightHeaders {
  #record;
  /** @param {Record<string, string>} record */
  constructor(record) {
    this.#record = record;
  }
  get [Symbol.toStringTag]() {
    return "Headers";
  }
  /** @param {string} name */
  get(name) {
    return this.#record[name] ?? null;
  }
}

class LightRequest {
  bodyUsed = false;
  /** @param {string} url @param {{ method: string, headers: Record<string, string>, body: Buffer }} how */
  constructor(url, { method, headers, body }) {
    this.url = url;
    this.method = method;
    this.headers = new LightHeaders(headers);
    this.body = body;
  }
  async text() {
    return this.body.toString();
  }
}

class LightResponse {
  /** @param {string} body @param {{ status: number, headers: Record<string, string> }} how */
  constructor(body, { status, headers }) {
    this.body = body;
    this.status = status;
    this.headers = headers;
  }
  async text() {
    return this.body;
  }
}

const platform = { Request, Response };
const light = { Request: LightRequest, Response: LightResponse };

/**
 * An order's whole life in a store of its own.
 * @param {(request: Request, life: any, store: MemoryStore) => Promise<Response>} handle
 * @param {{ Request: any, Response: any }} types
 */
const living = (handle, types) => async (/** @type {any} */ life) => {
  const store = new MemoryStore();
  const replies = [];
  globalThis.Response = types.Response;
  try {
    for (const call of CALLS) {
      const { url, ...how } = life[call];
      const response = await handle(new types.Request(ORIGIN + url, how), life, store);
      const reply = await response.text();
      if (!reply.includes(SUCCESS)) throw new Error(`no success: ${reply}`);
      replies.push(reply);
    }
    return replies;
  } finally {
    globalThis.Response = platform.Response;
  }
};

/** @param {{ Request: any, Response: any }} types */
const contenders = (types) => {
  const { library, ...peers } = Object.fromEntries(Object.entries(handlers).map(([name, handle]) => [name, living(handle, types)]));
  return { library, peers };
};

export const onPlatform = contenders(platform);
export const onLight = contenders(light);
