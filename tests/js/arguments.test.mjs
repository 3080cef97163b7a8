// Whatever is handed over, what comes out is a MeituanError with its place: every function, constructor, method and setting of every
// entry, with every kind of wrong value in every place.

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import * as index from "meituan-protocol";
import * as definitions from "meituan-protocol/definitions";
import * as diagnosis from "meituan-protocol/diagnosis";
import * as frameworks from "meituan-protocol/frameworks";
import * as ride from "meituan-protocol/ride";
import * as slim from "meituan-protocol/slim";
import * as d1 from "meituan-protocol/stores/d1";
import * as denoKv from "meituan-protocol/stores/deno-kv";
import * as durableObject from "meituan-protocol/stores/durable-object";
import * as dynamodb from "meituan-protocol/stores/dynamodb";
import * as ioredis from "meituan-protocol/stores/ioredis";
import * as libsql from "meituan-protocol/stores/libsql";
import * as mysql2 from "meituan-protocol/stores/mysql2";
import * as pg from "meituan-protocol/stores/pg";
import * as redis from "meituan-protocol/stores/redis";
import * as sqlite from "meituan-protocol/stores/sqlite";
import * as testing from "meituan-protocol/testing";
import * as ticket from "meituan-protocol/ticket";
import { latinIn } from "./chinese.mjs";
import { CREATE, fetched, NOW, options as SUPPLIER, signed, wire } from "./ticket-support.mjs";

const { MeituanError } = index;

const hostile = () => {
  throw new Error("thrown by a value");
};
const traps = ["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf"];

/** What is detached from its memory. @param {(buffer: ArrayBuffer) => any} make */
function detached(make) {
  const buffer = new ArrayBuffer(8);
  const made = make(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  return made;
}

/** Each kind of value that can be wrong; made anew for each use. @type {Record<string, () => unknown>} */
const KINDS = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  zero: () => 0,
  negative: () => -1,
  fraction: () => 1.5,
  NaN: () => Number.NaN,
  infinite: () => Number.POSITIVE_INFINITY,
  "beyond 2^53": () => 2 ** 60,
  bigint: () => 5n,
  symbol: () => Symbol("s"),
  "an empty string": () => "",
  "a string": () => "text",
  "the text undefined": () => "undefined",
  "a lone surrogate": () => "\ud800",
  "a string of control characters": () => "\u0000\n",
  "an empty list": () => [],
  "a list of numbers": () => [1],
  "a list with holes": () => Array(3),
  "an empty object": () => ({}),
  "an object without prototype": () => Object.create(null),
  "a nested object": () => ({ a: { b: [{}] } }),
  "a function": () => () => 1,
  "a class": () => class {},
  "a proxy that throws": () => new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, hostile]))),
  "a proxy whose fields throw": () => new Proxy({}, { get: hostile }),
  "a list as a proxy that throws": () => new Proxy([], { get: hostile }),
  "a function as a proxy that throws": () => new Proxy(() => 1, { get: hostile }),
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  "an object with a getter that throws": () => Object.defineProperty({}, "a", { get: hostile, enumerable: true }),
  "a list with a getter that throws": () => Object.defineProperty([], 0, { get: hostile, enumerable: true }),
  "an object that has no text": () => ({ toString: hostile, valueOf: hostile, [Symbol.toPrimitive]: hostile }),
  "an object whose toJSON throws": () => ({ toJSON: hostile }),
  "an object whose tag throws": () => Object.defineProperty({}, Symbol.toStringTag, { get: hostile }),
  "an iterable that throws": () => ({ [Symbol.iterator]: hostile }),
  "a circle": () => {
    const circle = {};
    circle.self = circle;
    return circle;
  },
  "a deep list": () => {
    let deep = [];
    for (let depth = 0; depth < 5000; depth++) deep = [deep];
    return deep;
  },
  "a bigint inside": () => ({ id: 5n }),
  "an invalid Date": () => new Date(Number.NaN),
  "a Date": () => new Date(0),
  "a Date as a proxy": () => new Proxy(new Date(0), {}),
  bytes: () => new Uint8Array(2),
  "bytes as a proxy": () => new Proxy(new Uint8Array(2), {}),
  "detached bytes": () => detached((buffer) => new Uint8Array(buffer)),
  "a detached buffer": () => detached((buffer) => buffer),
  "a DataView": () => new DataView(new ArrayBuffer(4)),
  floats: () => new Float64Array(1),
  "shared memory": () => new SharedArrayBuffer(4),
  "a view of shared memory": () => new Uint8Array(new SharedArrayBuffer(4)),
  "a Map": () => new Map([["a", 1]]),
  "a Set": () => new Set([1]),
  "a Promise": () => Promise.resolve(1),
  "an Error": () => new Error("e"),
  "an expression": () => /a/,
  // biome-ignore lint/suspicious/noThenProperty: it is one of the wrong values.
  "a thenable that throws": () => Object.defineProperty({}, "then", { get: hostile }),
};

const store = () => new testing.MemoryStore();
class SqlStorage {
  exec() {
    return { toArray: () => [] };
  }
}
/** One over a client that finds nothing. */
const database = () => pg.pgStore({ query: async () => ({ rows: [] }) });
const supplier = new ticket.TicketSupplier(SUPPLIER);
const RIDE = {
  entId: 617,
  accessKey: "key",
  secretKey: "AAECAwQFBgcICQoLDA0ODw==",
  routes: { "/push": "orderChanged" },
  now: () => NOW,
};
const { routes, now, ...ACCOUNT } = SUPPLIER;
const PARTNERS = { routes, partners: () => ({ ...ACCOUNT, now }) };
const partners = () => new ticket.TicketPartners(PARTNERS);
const created = () => ({ ...signed("/mt/create", wire(CREATE)) });
const client = new ride.RideClient(RIDE);
const functions = { orderCreate: (call) => call.ok(), orderPay: (call) => call.issuing(), orderRefund: (call) => call.pending() };
const meituan = () => new testing.MeituanTicket({ ...SUPPLIER, now: undefined, host: "http://supplier.example" });
const enterprise = () => new testing.MeituanRide(RIDE && { entId: 617, accessKey: "key", secretKey: RIDE.secretKey });
const PLAN = {
  ...{ firstOrderId: "1", products: { issues: "A", refuses: "B", instant: "C", unknown: "D" }, mtDealId: "5" },
  ...{ buyPrice: 100, unitPrice: 100, now: NOW },
};
const CHANGE = {
  ...{ pmsName: "pms", partnerId: 1122, kind: "upgrade", upgradeAt: NOW + 30 * 86_400_000, scope: "all" },
  ...{ restoredAt: NOW + 31 * 86_400_000, salesContact: "a@meituan.com" },
};
const create = () => supplier.receiveSync(signed("/mt/create", wire(CREATE)));
const notice = () =>
  supplier.requests.consumeNotice({ orderId: "1", partnerOrderId: "P", quantity: 1, usedQuantity: 1, refundedQuantity: 0 });
const pushed = () => enterprise().push("orderChanged", { mtOrderId: "1", eventCode: 1, eventTime: NOW }, { now: NOW });
const push = () => client.receiveSync({ url: "/push", ...pushed() });
const query = () => client.requests.queryRealTimeOrder({ mtOrderId: "1" });

/**
 * A door: how it is called, with arguments that are right. Of those that are objects, each field is a place of its own.
 * @type {Record<string, { call: (...args: any[]) => unknown, args: () => any[] }>}
 */
const DOORS = {
  "new MeituanError": {
    call: (...args) => new MeituanError(...args),
    args: () => [
      "BAD_SIGNATURE",
      {
        ...{
          path: "p",
          detail: "d",
          rule: undefined,
          stringToSign: "",
          issues: [],
          remoteCode: 1,
          remoteName: "",
          meaning: undefined,
        },
        ...{ describe: "", retryable: false, traceId: "", cause: undefined, demand: undefined },
      },
    ],
  },
  "MeituanError.is": { call: MeituanError.is, args: () => [new Error()] },
  "MeituanError.text": { call: (language) => new MeituanError("BAD_SIGNATURE").text(language), args: () => ["en"] },
  "MeituanError.language": {
    call: (language) => {
      MeituanError.language = language;
    },
    args: () => ["en"],
  },
  fen: { call: ticket.fen, args: () => [5800] },
  yuan: { call: ticket.yuan, args: () => ["58.00"] },
  formatYuan: { call: ticket.formatYuan, args: () => [5800] },
  checkMessage: {
    call: index.checkMessage,
    args: () => ["ticket.orderPay.request", "{}", { quantity: 1, now: NOW, maxBytes: 100 }],
  },
  acceptsMessage: { call: index.acceptsMessage, args: () => ["ticket.orderPay.request", "{}", { quantity: 1, maxBytes: 100 }] },
  explain: { call: index.explain, args: () => [{ code: "BAD_SIGNATURE", rule: undefined, detail: "d" }] },
  newOrderId: { call: ride.newOrderId, args: () => [new Uint8Array(16)] },
  sealEnvelope: { call: ride.sealEnvelope, args: () => [RIDE.secretKey, "text", { cipher: undefined, maxBytes: 100 }] },
  openEnvelope: {
    call: ride.openEnvelope,
    args: () => [RIDE.secretKey, ride.sealEnvelope(RIDE.secretKey, "a"), { cipher: undefined, maxBytes: 100 }],
  },
  signSorted: { call: ride.signSorted, args: () => ["secret", { a: "1" }, { scheme: "prefix" }] },
  nodeCipher: {
    call: ticket.nodeCipher,
    args: () => [{ createSecretKey: () => {}, createCipheriv: () => {}, createDecipheriv: () => {} }],
  },
  stringToSign: { call: ticket.stringToSign, args: () => ["POST", "/", "date"] },
  "ticket.transition": { call: ticket.transition, args: () => [null, { timePassed: {} }, { now: NOW, settings: {} }] },
  changeOfEndpointMail: { call: ticket.changeOfEndpointMail, args: () => [CHANGE, { now: NOW }] },
  "new TicketSupplier": {
    call: (options) => new ticket.TicketSupplier(options),
    args: () => [
      {
        ...SUPPLIER,
        ...{ toleranceSeconds: 600, strictInferred: false, maxBodyBytes: 1000, host: "https://a.example" },
        signedUri: { strip: "", prepend: "" },
        bodyEncryption: { key: "0123456789abcdef", appKey: "a", cipher: undefined, required: false },
      },
    ],
  },
  "new TicketRequests": { call: (options) => new ticket.TicketRequests(options), args: () => [SUPPLIER] },
  "new RideRequests": { call: (options) => new ride.RideRequests(options), args: () => [RIDE] },
  "new RideClient": {
    call: (options) => new ride.RideClient(options),
    args: () => [
      {
        ...RIDE,
        ...{ environment: "test", version: 1, toleranceSeconds: 600, strictInferred: false, requireToken: false },
        ...{ maxBodyBytes: 1000, cipher: undefined },
      },
    ],
  },
  "TicketSupplier.callFor": { call: (url) => supplier.callFor(url), args: () => ["/mt/create"] },
  "TicketSupplier.failFor": { call: (...args) => supplier.failFor(...args), args: () => ["/mt/create", "why"] },
  "TicketSupplier.receiveSync": {
    call: (...args) => supplier.receiveSync(...args),
    args: () => [{ ...signed("/mt/create", wire(CREATE)), isBase64Encoded: false }, { now: NOW }],
  },
  "TicketSupplier.receiveSync, its headers": {
    call: (headers) => supplier.receiveSync({ ...signed("/mt/create", wire(CREATE)), headers }),
    args: () => [{ ...signed("/mt/create", "").headers, "X-Encryption-Status": "" }],
  },
  "TicketSupplier.receive": {
    call: (...args) => supplier.receive(...args),
    args: () => [fetched("/mt/create", wire(CREATE)), { now: NOW }],
  },
  "TicketSupplier.receive, its parts": {
    call: (request, options) => supplier.receive(request, options),
    args: () => [{ ...signed("/mt/create", wire(CREATE)), bodyUsed: false }, { now: NOW }],
  },
  "TicketSupplier.orders": {
    call: (...args) => supplier.orders(...args),
    args: () => [store(), {}, { onConflict() {}, onError() {}, onWarning() {}, onNoticeGivenUp() {}, language: "zh" }],
  },
  "TicketSupplier.pendingNotices": { call: (...args) => supplier.pendingNotices(...args), args: () => [store(), "1"] },
  "TicketSupplier.observe": {
    call: (...args) => supplier.observe(...args),
    args: () => [() => new Response(), { report() {}, waitUntil() {}, onError() {}, language: "en" }],
  },
  "TicketSupplier.handler": { call: (options) => supplier.handler(options), args: () => [functions] },
  "ticket.handler": {
    call: ticket.handler,
    args: () => [
      { config: SUPPLIER, ...functions, fallback() {}, record() {}, onError() {}, language: "en", unknownOutcome: "pending" },
    ],
  },
  "ticket.handler with a store": {
    call: ticket.handler,
    args: () => [
      {
        ...{ config: SUPPLIER, ...functions, store: store(), orders: {}, deadlineMs: 1000, send() {}, waitUntil() {}, record() {} },
        ...{ onConflict() {}, onNoticeGivenUp() {} },
      },
    ],
  },
  "ticket.handler of several partners": {
    call: ticket.handler,
    args: () => [{ ...PARTNERS, partnersCache: { max: 2, maxAgeMs: 1000 }, ...functions, store: store() }],
  },
  "what partners returns": {
    call: (account) =>
      new ticket.TicketPartners({ ...PARTNERS, partners: () => account }).receive(fetched("/mt/create", wire(CREATE))),
    args: () => [{ ...ACCOUNT, toleranceSeconds: null }],
  },
  "handler.settle of several partners": {
    call: (key) => ticket.handler({ ...PARTNERS, ...functions, store: store() }).settle(key),
    args: () => ["1122:1"],
  },
  "new TicketPartners": {
    call: (options) => new ticket.TicketPartners(options),
    args: () => [{ ...PARTNERS, partnersCache: { max: 2, maxAgeMs: 1000 } }],
  },
  "TicketPartners.receiveSync": { call: (...args) => partners().receiveSync(...args), args: () => [created(), { now: NOW }] },
  "TicketPartners.receive": {
    call: (...args) => partners().receive(...args),
    args: () => [fetched("/mt/create", wire(CREATE)), { now: NOW }],
  },
  "frameworks.toNodeListener": { call: frameworks.toNodeListener, args: () => [async () => new Response()] },
  "frameworks.toKoa": { call: frameworks.toKoa, args: () => [async () => new Response()] },
  "frameworks.toFastify": { call: frameworks.toFastify, args: () => [async () => new Response()] },
  "frameworks.toHono": { call: frameworks.toHono, args: () => [async () => new Response()] },
  "frameworks.toGatewayFunction": { call: frameworks.toGatewayFunction, args: () => [async () => new Response()] },
  partnerStore: { call: (...args) => ticket.partnerStore(...args), args: () => [store(), 1122] },
  "handler.settle": {
    call: (orderId) => ticket.handler({ config: SUPPLIER, ...functions, store: store() }).settle(orderId),
    args: () => ["1"],
  },
  "ride.handler": {
    call: ride.handler,
    args: () => [{ config: RIDE, orderChanged() {}, onError() {}, language: "en" }],
  },
  "ride.handler with a store": {
    call: ride.handler,
    args: () => [
      {
        config: RIDE,
        store: store(),
        send() {},
        pay() {},
        chooseDriver() {},
        limits: { processes: 1, openOrders: 1 },
        deadlineMs: 10,
      },
    ],
  },
  "RideClient.handler": { call: (options) => client.handler(options), args: () => [{ orderChanged() {} }] },
  settler: {
    call: ticket.settler,
    args: () => [
      { settle: async () => 1 },
      store(),
      { concurrency: 1, limit: 1, leaseMs: 1, deadlineMs: 1, now: () => NOW, onError() {}, language: "en" },
    ],
  },
  "settler.every": {
    call: async (...args) => {
      const settle = ticket.settler({ settle: async () => 1 }, store());
      await settle.every(...args)();
    },
    args: () => [10],
  },
  "Call.ok": {
    call: (...args) => create().ok(...args),
    args: () => [{ partnerOrderId: "P" }, { order: { quantity: 2 }, already: false }],
  },
  "Call.fail": { call: (...args) => create().fail(...args), args: () => [410, "库存不足"] },
  "Call.failUnlisted": { call: (...args) => create().failUnlisted(...args), args: () => [499, "库存不足"] },
  "Call.pending": {
    call: (...args) => supplier.receiveSync(signed("/mt/pay", wire({ orderId: "ORDER", partnerOrderId: "P" }))).pending(...args),
    args: () => [{ partnerOrderId: "P" }],
  },
  "Call.issuing": {
    call: (...args) => supplier.receiveSync(signed("/mt/pay", wire({ orderId: "ORDER", partnerOrderId: "P" }))).issuing(...args),
    args: () => [{ partnerOrderId: "P" }],
  },
  "requests.payNotice": {
    call: (...args) => supplier.requests.payNotice(...args),
    args: () => [
      {
        body: { orderId: "1", partnerOrderId: "P", voucherType: 1, vouchers: ["A"] },
        code: 200,
        describe: "success",
        issueType: 1,
      },
      { now: NOW, url: "https://a.example/x", uri: "/x", signedUri: "/x", encrypted: false },
    ],
  },
  "requests.consumeNotice": {
    call: (...args) => supplier.requests.consumeNotice(...args),
    args: () => [{ orderId: "1", partnerOrderId: "P", quantity: 1, usedQuantity: 1, refundedQuantity: 0 }, { now: NOW }],
  },
  "SignedRequest.parse": {
    call: (...args) => notice().parse(...args),
    args: () => ['{"code":200,"describe":"success","partnerId":1122}', { order: { quantity: 1 } }],
  },
  "SignedRequest.parseResponse": {
    call: (...args) => notice().parseResponse(...args),
    args: () => [new Response('{"code":200,"describe":"success","partnerId":1122}'), { order: { quantity: 1 } }],
  },
  "Orders.load": { call: (...args) => supplier.orders(store()).load(...args), args: () => ["1"] },
  "Orders.apply": {
    call: (...args) => supplier.orders(store()).apply(...args),
    args: () => ["1", { timePassed: {} }, { now: NOW }],
  },
  "Orders.admit": {
    call: (...args) => supplier.orders(store()).admit(...args),
    args: () => ["1", { id: "g", codes: ["A"], credentials: [], quantity: 1, at: NOW }],
  },
  "Orders.explain": { call: (...args) => supplier.orders(store()).explain(...args), args: () => ["1", { now: NOW }] },
  "Orders.resolveConflict": {
    call: (...args) => supplier.orders(store()).resolveConflict(...args),
    args: () => ["1", "c", "note"],
  },
  "Orders.retryNotice": { call: (...args) => supplier.orders(store()).retryNotice(...args), args: () => ["1", "n"] },
  "Orders.pendingNotices": { call: (...args) => supplier.orders(store()).pendingNotices(...args), args: () => ["1"] },
  "RideClient.callFor": { call: (url) => client.callFor(url), args: () => ["/push"] },
  "RideClient.receiveSync": {
    call: (...args) => client.receiveSync(...args),
    args: () => [{ url: "/push", body: pushed().body }, { now: NOW }],
  },
  "RideClient.receive": {
    call: (...args) => client.receive(...args),
    args: () => [new Request("https://a.example/push", pushed()), { now: NOW }],
  },
  "Push.fail": { call: (...args) => push().fail(...args), args: () => [1, "why"] },
  "requests.queryRealTimeOrder": {
    call: (...args) => client.requests.queryRealTimeOrder(...args),
    args: () => [{ mtOrderId: "1" }, { now: NOW }],
  },
  "SealedRequest.parse": {
    call: (...args) => query().parse(...args),
    args: () => ['{"code":0,"message":"","data":{}}', { traceId: "t" }],
  },
  "SealedRequest.parseResponse": {
    call: (...args) => query().parseResponse(...args),
    args: () => [new Response('{"code":5,"message":""}')],
  },
  "RideClient.orders": {
    call: (...args) => client.orders(...args),
    args: () => [
      store(),
      {
        send() {},
        pay() {},
        chooseDriver() {},
        limits: { processes: 1 },
        deadlineMs: 5,
        waitUntil() {},
        onError() {},
        language: "en",
      },
    ],
  },
  "RideOrders.load": { call: (...args) => client.orders(store()).load(...args), args: () => ["1"] },
  "RideOrders.standing": { call: (...args) => client.orders(store()).standing(...args), args: () => ["1", { now: NOW }] },
  "RideOrders.due": { call: (...args) => client.orders(store()).due(...args), args: () => [NOW] },
  "RideOrders.apply": {
    call: (...args) => client.orders(store()).apply(...args),
    args: () => ["1", { sent: { call: "cancelOrder" } }],
  },
  "RideOrders.receive": {
    call: (...args) => client.orders(store()).receive(...args),
    args: () => [{ type: "orderChanged", body: { mtOrderId: "1" } }],
  },
  "RideOrders.settle": { call: (...args) => client.orders(store(), { send() {} }).settle(...args), args: () => ["1"] },
  "RideOrders.call": {
    call: (...args) => client.orders(store(), { send: () => new Response("{}"), onError() {} }).call(...args),
    args: () => ["queryRealTimeOrder", { mtOrderId: "1" }],
  },
  "ride.transition": {
    call: ride.transition,
    args: () => [null, { sent: { call: "cancelOrder" } }, { now: NOW, calls: { calls: [] }, openOrders: 1, processes: 1 }],
  },
  standing: { call: ride.standing, args: () => [null, { now: NOW, calls: { calls: [] }, openOrders: 1, processes: 1 }] },
  nextAction: { call: ride.nextAction, args: () => [null, { now: NOW }, { openOrders: 1 }] },
  "nextAction at a time": { call: ride.nextAction, args: () => [null, NOW, { openOrders: 1, processes: 1 }] },
  recordCall: { call: ride.recordCall, args: () => [{ calls: [] }, "queryRealTimeOrder", { now: NOW, processes: 1 }] },
  carTypeRequestOf: { call: ride.carTypeRequestOf, args: () => [{ estimateId: "1" }] },
  diagnose: {
    call: diagnosis.diagnose,
    args: () => [{ ...signed("/mt/create", "{}"), clientId: "lvyou_x", partnerId: 1122, secrets: ["s"] }],
  },
  "new MeituanTicket": { call: (options) => new testing.MeituanTicket(options), args: () => [{ ...SUPPLIER, now: undefined }] },
  "MeituanTicket.call": {
    call: (...args) => meituan().call(...args),
    args: () => ["orderQuery", { orderId: "1", partnerOrderId: "P" }, { now: NOW, forge: "date" }],
  },
  "MeituanTicket.readReply": {
    call: (...args) => meituan().readReply(...args),
    args: () => ["orderPay", "{}", { status: 200, request: {}, quantity: 1, expect: {} }],
  },
  "MeituanTicket.receiveNotice": {
    call: (...args) => meituan().receiveNotice(...args),
    args: () => [
      { method: "POST", url: notice().url, headers: notice().headers, body: notice().body },
      { now: NOW, quantity: 1, expect: {}, answer: { code: 200, describe: "a" } },
    ],
  },
  "MeituanTicket.addressOf": {
    call: (...args) => meituan().addressOf(...args),
    args: () => [{ url: notice().url, body: notice().body }],
  },
  compare: { call: testing.compare, args: () => [{ a: 1 }, { a: 1 }] },
  orderScenarios: { call: testing.orderScenarios, args: () => [PLAN] },
  exchangeOf: {
    call: testing.exchangeOf,
    args: () => [
      {
        at: NOW,
        durationMs: 1,
        direction: "toSupplier",
        call: "orderPay",
        authenticated: true,
        request: "{}",
        response: "{}",
        httpStatus: 200,
      },
    ],
  },
  traceOf: { call: testing.traceOf, args: () => [["{}"], { a: 1 }] },
  checkTrace: { call: testing.checkTrace, args: () => ['{"version":2,"exchanges":[]}', { strict: true, maxBytes: 1000 }] },
  "new MeituanRide": {
    call: (options) => new testing.MeituanRide(options),
    args: () => [
      {
        ...{ entId: 617, accessKey: "key", secretKey: RIDE.secretKey, version: 1, replyForm: "direct", toleranceSeconds: 600 },
        ...{ tariffs: undefined, cancelFees: undefined, state: undefined },
      },
    ],
  },
  "MeituanRide.receive": {
    call: (...args) => enterprise().receive(...args),
    args: () => {
      const { method, url, headers, body } = query();
      return [
        { method, url, headers, body },
        { now: NOW, random: new Uint8Array(16), fail: undefined },
      ];
    },
  },
  "MeituanRide.push": {
    call: (...args) => enterprise().push(...args),
    args: () => [
      "orderChanged",
      { mtOrderId: "1", eventCode: 1, eventTime: NOW },
      { now: NOW, version: 1, format: "form", common: true },
    ],
  },
  "MeituanRide.readPushReply": {
    call: (...args) => enterprise().readPushReply(...args),
    args: () => ['{"code":0,"message":""}', { status: 200 }],
  },
  "MeituanRide.advance": { call: (...args) => enterprise().advance(...args), args: () => ["1", { now: NOW }] },
  "MeituanRide.withdraw": { call: (...args) => enterprise().withdraw(...args), args: () => ["1", 200, { now: NOW }] },
  "MeituanRide.refund": { call: (...args) => enterprise().refund(...args), args: () => ["1", { now: NOW, amount: 1 }] },
  "MemoryStore.load": { call: (...args) => store().load(...args), args: () => ["1"] },
  "MemoryStore.save": { call: (...args) => store().save(...args), args: () => ["1", {}, null, { due: 1, conflicts: 0 }] },
  "MemoryStore.due": { call: (...args) => store().due(...args), args: () => [1] },
  "MemoryStore.claimDue": { call: (...args) => store().claimDue(...args), args: () => [1, 1, 1] },
  pgStore: { call: pg.pgStore, args: () => [{ query() {} }, { table: "a.b" }] },
  pgSchema: { call: pg.pgSchema, args: () => [{ table: "a.b" }] },
  mysqlStore: { call: mysql2.mysqlStore, args: () => [{ execute() {}, getConnection() {} }, { table: "a.b" }] },
  mysqlSchema: { call: mysql2.mysqlSchema, args: () => [{ table: "a.b" }] },
  redisStore: { call: redis.redisStore, args: () => [{ eval() {} }, { prefix: "a" }] },
  ioredisStore: { call: ioredis.ioredisStore, args: () => [{ eval() {} }, { prefix: "a" }] },
  sqliteStore: { call: sqlite.sqliteStore, args: () => [{ prepare() {} }, { table: "a" }] },
  sqliteSchema: { call: sqlite.sqliteSchema, args: () => [{ table: "a" }] },
  libsqlStore: { call: libsql.libsqlStore, args: () => [{ execute() {} }, { table: "a" }] },
  d1Store: { call: d1.d1Store, args: () => [{ prepare() {} }, { table: "a" }] },
  durableObjectStore: {
    call: durableObject.durableObjectStore,
    args: () => [
      { sql: new SqlStorage(), getAlarm() {}, setAlarm() {}, deleteAlarm() {} },
      { table: "a", alarm: true },
    ],
  },
  denoKvStore: {
    call: denoKv.denoKvStore,
    args: () => [
      { get() {}, list() {}, atomic() {} },
      { prefix: ["a"], keepMs: 1 },
    ],
  },
  dynamoStore: {
    call: dynamodb.dynamoStore,
    args: () => [
      { getItem() {}, updateItem() {}, query() {} },
      { table: "abc", shards: 1, keepDays: 1 },
    ],
  },
  dynamoSchema: { call: dynamodb.dynamoSchema, args: () => [{ table: "abc" }] },
  "DatabaseStore.load": { call: (...args) => database().load(...args), args: () => ["1"] },
  "DatabaseStore.save": { call: (...args) => database().save(...args), args: () => ["1", {}, null, { due: 1, conflicts: 0 }] },
  "DatabaseStore.due": { call: (...args) => database().due(...args), args: () => [1] },
  "DatabaseStore.claimDue": { call: (...args) => database().claimDue(...args), args: () => [1, 1, 1] },
  "DatabaseStore.deleteBefore": { call: (...args) => database().deleteBefore(...args), args: () => [1, 1] },
  seenInMemory: { call: ticket.seenInMemory, args: () => [{ keptMs: 1, max: 1 }] },
  storeContract: {
    call: (...args) => testing.storeContract(...args),
    args: () => [
      { load() {}, save() {} },
      { firstOrderId: "1", other: undefined, keeps: "tickets", deadlineMs: 1 },
    ],
  },
  "slim.initSync": { call: slim.initSync, args: () => [new Uint8Array(8), undefined] },
  "slim.init": { call: slim.init, args: () => [new Uint8Array(8), undefined] },
};

/** What is said by other errors, as it is documented. */
const DOCUMENTED = { storeContract: /^the store breaks its contract/ };

/** Where an argument is at fault, and nothing that was read. */
const OF_ARGUMENTS = ["INVALID_CONFIG", "WRONG_TYPE", "INVALID_MONEY", "BODY_NOT_RAW", "ILLEGAL_REPLY_CODE"];
/** What each says of what was found. */
const FOUND = /found|there is no|begins or ends|give the store|makes no|knows no orders|say |goes to the supplier/;

const plain = (value) =>
  typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** Every place of the arguments: each whole, and each field of those that are plain objects. */
function* placesIn(args) {
  for (let at = 0; at <= args.length; at++) {
    yield { name: `${at}`, put: (args, value) => Object.assign([], args, { [at]: value }) };
    if (!plain(args[at])) continue;
    for (const name of Object.keys(args[at])) {
      yield { name: `${at}.${name}`, put: (args, value) => Object.assign([], args, { [at]: { ...args[at], [name]: value } }) };
      if (!plain(args[at][name])) continue;
      for (const inner of Object.keys(args[at][name])) {
        const put = (args, value) =>
          Object.assign([], args, { [at]: { ...args[at], [name]: { ...args[at][name], [inner]: value } } });
        yield { name: `${at}.${name}.${inner}`, put };
      }
    }
  }
}

/** What is wrong with what was thrown, if anything is. */
function complaint(error, door) {
  if (DOCUMENTED[door]?.test(error?.message)) return undefined;
  if (!MeituanError.is(error)) return `${error?.name}: ${String(error?.message).slice(0, 80)}`;
  const english = latinIn(error.detailZh).filter((word) => word !== "text");
  if (english.length > 0) return `English in Chinese (${english.join(" ")}): ${error.detailZh}`;
  if (error.code === "MODULE_FAILED") return `MODULE_FAILED ${error.cause}`;
  if (!OF_ARGUMENTS.includes(error.code)) return undefined;
  if (error.path === "") return `no path: ${error.message}`;
  return FOUND.test(error.detail) ? undefined : `not what was found: ${error.message}`;
}

let tried = 0;
let refused = 0;
/** @type {Map<string, string[]>} */
const wrong = new Map();

async function sweep(door, { call, args }) {
  for (const place of placesIn(args())) {
    for (const [kind, make] of Object.entries(KINDS)) {
      tried += 1;
      try {
        await call(...place.put(args(), make()));
      } catch (error) {
        refused += 1;
        const said = complaint(error, door);
        if (said === undefined) continue;
        const id = `${door} at ${place.name}: ${said}`;
        wrong.set(id, [...(wrong.get(id) ?? []), kind]);
      }
    }
  }
}

describe("whatever is handed over", () => {
  after(() => {
    MeituanError.language = "en";
    console.log(
      `${Object.keys(DOORS).length} doors, ${Object.keys(KINDS).length} kinds, ${tried} values, ${refused} refused, ${wrong.size} kinds of complaints`,
    );
    for (const [id, kinds] of wrong) console.log(`  ${id} (${kinds.slice(0, 4).join(", ")}${kinds.length > 4 ? ", …" : ""})`);
  });

  for (const [door, how] of Object.entries(DOORS)) {
    it(`${door} throws MeituanErrors, with their place and what was found`, async () => {
      const error = console.error;
      const warn = console.warn;
      console.error = console.warn = () => {};
      const before = wrong.size;
      try {
        await sweep(door, how);
      } finally {
        console.error = error;
        console.warn = warn;
        MeituanError.language = "en";
      }
      const found = [...wrong.keys()].slice(before);
      assert.deepEqual(found, []);
    });
  }

  it("every function of every entry is among these doors", () => {
    const doors = Object.keys(DOORS).join("\n");
    const stores = { d1, denoKv, durableObject, dynamodb, ioredis, libsql, mysql2, pg, redis, sqlite };
    const entries = { index, ticket, ride, testing, diagnosis, definitions, frameworks, slim, ...stores };
    for (const [entry, exported] of Object.entries(entries)) {
      for (const [name, value] of Object.entries(exported)) {
        if (typeof value === "function") assert.match(doors, new RegExp(`\\b${name}\\b`), `${entry}.${name}`);
      }
    }
    const of = {
      TicketSupplier: supplier,
      RideClient: client,
      MeituanTicket: meituan(),
      MeituanRide: enterprise(),
      MemoryStore: store(),
    };
    const others = { Orders: supplier.orders(store()), RideOrders: client.orders(store()), Call: create(), Push: push() };
    for (const [name, object] of Object.entries({ ...of, ...others, SignedRequest: notice(), SealedRequest: query() })) {
      const prototype = Object.getPrototypeOf(object);
      for (const method of Object.getOwnPropertyNames(prototype)) {
        const { value } = Object.getOwnPropertyDescriptor(prototype, method);
        // Without parameters nothing can be wrong; the last is for the package alone.
        const isOpen = typeof value === "function" && method !== "constructor" && value.length > 0 && method !== "ordersOf";
        if (isOpen) assert.match(doors, new RegExp(`${name}\\.${method}\\b`), `${name}.${method}`);
      }
    }
  });
});
