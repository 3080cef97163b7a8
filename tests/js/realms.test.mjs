// Values of another realm, and settings that nobody set: what a test runner, a plugin or a careless polyfill brings.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createContext, runInContext } from "node:vm";
import {
  checkMessage,
  codes,
  MeituanError,
  newOrderId,
  openEnvelope,
  RideClient,
  sealEnvelope,
  signSorted,
  TicketSupplier,
  tables,
} from "meituan-protocol";
import { diagnose } from "meituan-protocol/diagnosis";
import { handler as rideHandler } from "meituan-protocol/ride";
import { checkTrace, exchangeOf, MeituanRide, MemoryStore } from "meituan-protocol/testing";
import { handler, settler, transition } from "meituan-protocol/ticket";
import { CREATE, NOW, options, refusalOf, signed, supplier, wire } from "./ticket-support.mjs";

const other = createContext({ SharedArrayBuffer });
/** @param {string} source */
const there = (source) => runInContext(source, other);

/** The same bytes, in each form that another realm has. @param {string} text */
function bytesThere(text) {
  const list = `[${[...Buffer.from(text)]}]`;
  return {
    "a Uint8Array": there(`Uint8Array.from(${list})`),
    "an ArrayBuffer": there(`Uint8Array.from(${list}).buffer`),
    "a DataView": there(`new DataView(Uint8Array.from(${list}).buffer)`),
    "shared memory": there(
      `(() => { const b = new SharedArrayBuffer(${list}.length); new Uint8Array(b).set(${list}); return b; })()`,
    ),
    "a view of shared memory": there(
      `(() => { const v = new Uint8Array(new SharedArrayBuffer(${list}.length)); v.set(${list}); return v; })()`,
    ),
  };
}

describe("values of another realm", () => {
  const date = there(`new Date(${NOW})`);

  it("are bodies, times and headers", () => {
    assert.ok(!(date instanceof Date));
    const text = wire(CREATE);
    const { headers } = signed("/mt/create", text);
    const kinds = [
      there(`(${JSON.stringify(headers)})`),
      there(`Object.entries(${JSON.stringify(headers)})`),
      there(`new Map(Object.entries(${JSON.stringify(headers)}))`),
      there(`({ get [Symbol.toStringTag]() { return "Headers"; }, get: (name) => ({
        partnerid: ${JSON.stringify(headers.PartnerId)}, date: ${JSON.stringify(headers.Date)}, authorization: ${JSON.stringify(headers.Authorization)},
      })[name] ?? null })`),
    ];
    for (const [kind, body] of Object.entries(bytesThere(text))) {
      for (const given of kinds) {
        const call = supplier.receiveSync({ ...signed("/mt/create", body), headers: given }, { now: date });
        assert.equal(call.body.visitors[0].name, "张三", kind);
      }
      assert.equal(checkMessage("ticket.orderCreate.request", body, { now: date }).ok, true, kind);
    }
    const ofThere = there("(options) => Object.assign({}, options)")({ ...options, now: () => date });
    assert.equal(new TicketSupplier(ofThere).receiveSync(signed("/mt/create", text)).type, "orderCreate");
  });

  it("are requests", async () => {
    const text = wire(CREATE);
    const { headers } = signed("/mt/create", text);
    for (const body of Object.values(bytesThere(text))) {
      const request = there("(parts) => Object.assign({ bodyUsed: false, method: 'POST' }, parts)")({
        url: "/mt/create",
        headers,
        body,
      });
      assert.equal((await supplier.receive(request)).type, "orderCreate");
    }
  });

  it("are envelopes, traces, and what is asked of orders", () => {
    const key = "AAECAwQFBgcICQoLDA0ODw==";
    for (const content of Object.values(bytesThere(sealEnvelope(key, "订单")))) assert.equal(openEnvelope(key, content), "订单");
    for (const random of Object.values(bytesThere("0123456789abcdef"))) assert.match(newOrderId(random), /^\w{8}-/);
    for (const trace of Object.values(bytesThere('{"version":2,"exchanges":[]}')))
      assert.deepEqual(checkTrace(trace), checkTrace('{"version":2,"exchanges":[]}'));
    assert.equal(
      transition(null, there("({ timePassed: {} })"), { now: date }).kind,
      transition(null, { timePassed: {} }, { now: NOW }).kind,
    );
    assert.equal(signSorted("s", there('new Map([["a", 1]])')), signSorted("s", { a: 1 }));
    for (const request of Object.values(bytesThere("{}"))) {
      const facts = { at: NOW, direction: "toSupplier", call: "orderPay" };
      assert.equal(exchangeOf({ ...facts, at: date, request }), exchangeOf({ ...facts, request: "{}" }));
    }
  });

  it("are errors: what one of another realm's functions throws is reported by its name, without its message", async () => {
    const printed = [];
    const { error } = console;
    console.error = (line) => printed.push(line);
    try {
      const orderCreate = there("() => { throw new RangeError('13500000000'); }");
      const { method, headers, body } = signed("/mt/create", wire(CREATE));
      const serve = handler({ config: options, orderCreate });
      await serve(new Request("https://supplier.example/mt/create", { method, headers, body }));
    } finally {
      console.error = error;
    }
    assert.match(printed[0], /RangeError thrown/);
    assert.doesNotMatch(printed[0], /13500000000/);
  });

  it("are read once: shared memory may change meanwhile", () => {
    const text = wire(CREATE);
    const shared = new Uint8Array(new SharedArrayBuffer(Buffer.byteLength(text)));
    shared.set(Buffer.from(text));
    const call = supplier.receiveSync(signed("/mt/create", shared));
    shared.fill(0);
    assert.equal(call.body.visitors[0].name, "张三");
    assert.deepEqual(supplier.receiveSync(signed("/mt/create", text)).body, call.body);
  });
});

describe("what every object inherits", () => {
  /** What is set nowhere: every setting and option that there is, and what would come of it. */
  const WRONG = {
    ...{
      toleranceSeconds: 0,
      strictInferred: 1,
      maxBodyBytes: 1,
      routes: 5,
      signedUri: 5,
      host: "x",
      bodyEncryption: 5,
      now: 5,
      cipher: 5,
    },
    ...{
      environment: "x",
      version: 9,
      requireToken: 5,
      quantity: -5,
      maxBytes: 1,
      settings: 5,
      scheme: 5,
      strict: 5,
      order: 5,
      already: true,
    },
    ...{
      uri: 5,
      url: 5,
      encrypted: 5,
      until: 1,
      warnings: 5,
      detail: 5,
      rule: "r",
      path: "p",
      cause: 5,
      issues: 5,
      fallback: 5,
      record: 5,
    },
    ...{
      unknownOutcome: 5,
      store: 5,
      onError: 5,
      onWarning: 5,
      onConflict: 5,
      language: "fr",
      deadlineMs: -1,
      waitUntil: 5,
      send: 5,
      limits: 5,
    },
    ...{
      concurrency: -1,
      limit: -1,
      leaseMs: -1,
      calls: 5,
      openOrders: -1,
      processes: -1,
      replyForm: 5,
      tariffs: 5,
      state: 5,
      fail: 5,
      random: 5,
    },
    ...{
      authorization: "x",
      date: "x",
      partnerid: "x",
      partnerId: "x",
      body: 5,
      demand: 5,
      status: 5,
      expect: 5,
      forge: 5,
      format: 5,
      common: 5,
    },
    ...{ due: -1, conflicts: -1, traceId: 5, codes: 5, at: 5 },
    ...{
      isSeen: true,
      heard: 5,
      reports: 5,
      unknownOutcomes: 5,
      isSigned: 5,
      desk: 5,
      waitUntil: 5,
      send: 5,
      pay: 5,
      chooseDriver: 5,
    },
  };

  /** What is done, all of it with settings that were given by nobody. */
  async function scene() {
    const { language: _, ...rest } = options;
    const supplier = new TicketSupplier({ ...rest });
    const { method, url, headers, body } = signed("/mt/create", wire(CREATE));
    const call = supplier.receiveSync({ method, url, headers, body });
    const reply = call.ok({ partnerOrderId: "P" }, {});
    const request = supplier.requests.consumeNotice(
      { orderId: "1", partnerOrderId: "P", quantity: 1, usedQuantity: 1, refundedQuantity: 0 },
      {},
    );
    const parsed = request.parse('{"code":200,"describe":"success","partnerId":1122}', {});
    const client = new RideClient({ entId: 617, accessKey: "key", secretKey: "AAECAwQFBgcICQoLDA0ODw==", now: () => NOW });
    const ride = client.requests.queryRealTimeOrder({ mtOrderId: "1" }, {});
    const meituan = new MeituanRide({ entId: 617, accessKey: "key", secretKey: "AAECAwQFBgcICQoLDA0ODw==" });
    const answer = meituan.receive({ ...ride }, { now: NOW });
    const served = await handler({ config: { ...rest }, orderCreate: (call) => call.ok({ partnerOrderId: "P" }) })(
      new Request("https://supplier.example/mt/create", { method, headers, body }),
    );
    const store = new MemoryStore();
    const kept = await handler({
      ...{ config: { ...rest }, store: new MemoryStore(), send: () => {}, orderCreate: (call) => call.ok({ partnerOrderId: "P" }) },
      ...{ orderPay: (call) => call.issuing(), orderRefund: (call) => call.pending() },
    })(new Request("https://supplier.example/mt/create", { method, headers, body }));
    const pushes = rideHandler({ config: { entId: 617, accessKey: "key", secretKey: "AAECAwQFBgcICQoLDA0ODw==" } });
    const pushed = await pushes(new Request("https://supplier.example/refund", { method: "POST", body: "" }));
    const sealed = openEnvelope("AAECAwQFBgcICQoLDA0ODw==", sealEnvelope("AAECAwQFBgcICQoLDA0ODw==", "{}"));
    const orders = supplier.orders(store, {}, {});
    const applied = await orders.apply("1", { timePassed: {} }, {});
    const settled = await settler({ settle: async () => undefined }, store, {})();
    const refused = refusalOf(() => new TicketSupplier({ ...rest, clientId: 5 }));
    return JSON.stringify([
      ...[call.body, call.type, reply.body, reply.warnings, request.body, request.headers, parsed, ride.url, answer.body],
      ...[await kept.text(), kept.status, await pushed.text(), pushed.status, sealed],
      ...[await served.text(), served.status, applied.kind, settled, refused.message, JSON.parse(JSON.stringify(refused))],
      ...[checkMessage("ticket.orderCreate.request", wire(CREATE), {}).ok, checkTrace('{"version":2,"exchanges":[]}', {}).ok],
      ...[signSorted("s", { a: 1 }, {}), transition(null, { timePassed: {} }, { now: NOW }).kind],
      diagnose({ method, url, headers: { ...headers }, secrets: ["x"] }).outcome,
    ]);
  }

  it("is no setting, no option and no header, whatever it is called", async () => {
    const expected = await scene();
    const taken = {};
    for (const [name, value] of Object.entries(WRONG)) {
      Object.defineProperty(Object.prototype, name, { value, writable: true, enumerable: true, configurable: true });
      let found;
      try {
        found = await scene();
      } catch (error) {
        found = error;
      } finally {
        delete Object.prototype[name];
      }
      if (found !== expected) taken[name] = String(found?.stack ?? found);
    }
    assert.deepEqual(taken, {});
    assert.ok(tables && codes);
  });

  it("is no header either where objects of another realm have it, or where one record inherits from another", () => {
    const { method, url, headers, body } = signed("/mt/create", wire(CREATE));
    const { Date: date, ...rest } = headers;
    assert.ok(date);
    const realm = createContext({ rest: JSON.stringify(rest), date });
    const records = {
      "of another realm": runInContext("Object.prototype.date = date; JSON.parse(rest)", realm),
      inherited: Object.assign(Object.create({ date }), rest),
      "of another realm, its own": runInContext("Object.assign(JSON.parse(rest), { Date: date })", realm),
      "without a prototype": Object.assign(Object.create(null), headers),
    };
    const heard = Object.entries(records).map(([name, record]) => {
      try {
        return [name, supplier.receiveSync({ method, url, headers: record, body }).type];
      } catch (error) {
        return [name, error.code, error.path];
      }
    });
    assert.deepEqual(heard, [
      ["of another realm", "MISSING_HEADER", "headers.date"],
      ["inherited", "MISSING_HEADER", "headers.date"],
      ["of another realm, its own", "orderCreate"],
      ["without a prototype", "orderCreate"],
    ]);
  });

  it("is no function of a store, and nothing that a step of an order says", { timeout: 60_000 }, async () => {
    const { language: _, ...rest } = options;
    /** A store without functions that not every store has, and all that it is given. */
    async function kept() {
      const given = [];
      const memory = new MemoryStore();
      const store = {
        load: (orderId) => memory.load(orderId),
        save: (orderId, order, revision, about) => {
          given.push([orderId, about.due, about.conflicts, order.quantity]);
          if (given.length > 20) throw new Error("it is saved again and again");
          return memory.save(orderId, order, revision, about);
        },
      };
      const onError = (error) => given.push(error.code);
      const serve = handler({
        ...{ config: { ...rest }, store, onError, send: () => {}, orderCreate: (call) => call.ok({ partnerOrderId: "P" }) },
        ...{ orderPay: (call) => call.issuing(), orderRefund: (call) => call.pending() },
      });
      const replies = [];
      for (const [path, message] of [
        ["create", CREATE],
        ["pay", { orderId: CREATE.orderId, partnerOrderId: "P" }],
      ]) {
        const { method, headers, body } = signed(`/mt/${path}`, wire(message));
        const response = await serve(new Request(`https://supplier.example/mt/${path}`, { method, headers, body }));
        replies.push(await response.text());
      }
      const supplier = new TicketSupplier({ ...rest });
      const orders = supplier.orders(store);
      const refusals = [
        refusalOf(() => settler({ settle: async () => undefined }, store)),
        refusalOf(() => supplier.orders({})),
        await orders.conflicts().catch((error) => error),
        await supplier.pendingNotices(store).catch((error) => error),
      ];
      const { kind } = await orders.apply("1453361297221", { timePassed: {} });
      const { due, meaning } = await orders.explain("1453361297221");
      return JSON.stringify([
        replies,
        due,
        meaning.en.replace(/\d\d:\d\d(:\d\d)?/g, ""),
        given,
        kind,
        refusals.map(({ code, path }) => [code, path]),
      ]);
    }
    const expected = await kept();
    assert.match(
      expected,
      /"INVALID_CONFIG","store".*"INVALID_CONFIG","store".*"INVALID_CONFIG","store".*"INVALID_CONFIG","store"/,
    );
    const taken = {};
    const inherited = [
      "save",
      "load",
      "due",
      "claimDue",
      "conflicts",
      "openConflicts",
      "heard",
      "order",
      "snapshot",
      "until",
      "reply",
      "then",
    ];
    for (const name of inherited) {
      for (const value of name === "then" ? [1] : [1, () => []]) {
        Object.defineProperty(Object.prototype, name, { value, writable: true, configurable: true });
        let found;
        try {
          found = await kept();
        } catch (error) {
          found = error;
        } finally {
          delete Object.prototype[name];
        }
        if (found !== expected) taken[`${name} ${typeof value}`] = String(found?.stack ?? found);
      }
    }
    assert.deepEqual(taken, {});
  });

  it("is no word about what a store has that is a proxy: that is taken", async () => {
    const memory = new MemoryStore();
    const store = new Proxy(
      {},
      {
        get:
          (_, name) =>
          (...args) =>
            memory[name](...args),
      },
    );
    assert.deepEqual(await settler({ settle: async () => undefined }, store)(), { settled: 0, failed: 0 });
  });

  it("is no word about what a class of settings has: that is taken", () => {
    class Settings {
      constructor() {
        Object.assign(this, options);
      }
      get toleranceSeconds() {
        return 1;
      }
    }
    const strict = new TicketSupplier(new Settings());
    assert.throws(() => strict.receiveSync(signed("/mt/create", wire(CREATE)), { now: NOW + 5000 }), { code: "STALE_DATE" });
    assert.ok(MeituanError.is(refusalOf(() => new TicketSupplier(Object.assign(new Settings(), { tolerance: 1 })))));
  });

  it("a name that nobody knows is refused, with the one that was meant", () => {
    const wrong = { toleranceSecond: "toleranceSeconds", ClientId: "clientId", route: "routes", maxBodyByte: "maxBodyBytes" };
    for (const [name, meant] of Object.entries(wrong)) {
      const error = refusalOf(() => new TicketSupplier({ ...options, [name]: 1 }));
      assert.deepEqual([error.path, error.detail], [name, `there is no such setting: did you mean ${meant}?`]);
    }
    assert.equal(refusalOf(() => new TicketSupplier({ ...options, nonsense: 1 })).detail, "there is no such setting");
  });
});
