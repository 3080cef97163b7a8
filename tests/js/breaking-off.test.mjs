// Calls of the WebAssembly modules that break off: each costs one call, and everything that was there goes on.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as nodeCrypto from "node:crypto";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

// Memory for a few megabytes of text, so that more of it breaks a call off.
setFlagsFromString("--wasm-max-mem-pages=320");
const { acceptsMessage, checkMessage, MeituanError, nodeCipher, openEnvelope, sealEnvelope, transition } = await import(
  "meituan-protocol"
);
const { checkTrace, MemoryStore } = await import("meituan-protocol/testing");
const { handler } = await import("meituan-protocol/ticket");
const { RideClient } = await import("meituan-protocol/ride");
const { CREATE, fetched, options, signed, supplier, wire } = await import("./ticket-support.mjs");

const TOP = fileURLToPath(new URL("../..", import.meta.url));
const KEY = "AAECAwQFBgcICQoLDA0ODw==";
const ORDER = "1453361297221";
const call = (name, body) => fetched(`/mt/${name}`, wire(body));
const pay = () => call("pay", { orderId: "ORDER", partnerOrderId: "P1" });
const PAY = signed("/mt/pay", wire({ orderId: "ORDER", partnerOrderId: "P1" }));
const silent = { onError() {}, onWarning() {}, onConflict() {}, onNoticeGivenUp() {} };

// Where the stack ends there is room for an error, and not for the first one, which reads the sentences.
new MeituanError("MODULE_FAILED");

/** Does the work where the stack ends, and a little above that; what comes of it each time. */
function whereTheStackEnds(work, paddings = 60) {
  const outcomes = new Map();
  for (let padding = 0; padding < paddings; padding++) {
    let rest = 150;
    const deeper = () => {
      try {
        deeper();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      if (rest-- <= 0) return;
      let outcome;
      try {
        outcome = work();
      } catch (error) {
        outcome = error.code ?? error.name;
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    };
    const below = (frames) => (frames === 0 ? deeper() : below(frames - 1));
    below(padding);
  }
  return outcomes;
}

const HUGE = "A".repeat(12 << 20);

/** Breaks off a call of either module. */
function breakOff() {
  for (const work of [() => openEnvelope(KEY, HUGE), () => checkTrace(HUGE)]) assert.throws(work, { code: "MODULE_FAILED" });
}

/** Runs a module of its own in a process of its own. */
function play(source, flags = []) {
  const child = spawnSync(process.execPath, [...flags, "--input-type=module", "--eval", source], { encoding: "utf8", cwd: TOP });
  assert.equal(child.status, 0, child.stderr);
  return child.stdout.trimEnd();
}

describe("a call that breaks off", () => {
  const works = {
    "the module of messages": () => sealEnvelope(KEY, "abc"),
    "a message that is read": () => JSON.stringify(checkMessage("ticket.orderPay.request", '{"partnerId":1,"body":{}}').issues),
    "a supplier": () => supplier.receiveSync(PAY).type,
    "the module of orders": () => transition(null, { orderPay: { orderId: ORDER } }, { now: 0 }).kind,
  };
  for (const [name, work] of Object.entries(works)) {
    it(`throws MODULE_FAILED, and the next one is right: ${name}`, () => {
      const right = work();
      for (let times = 0; times < 3; times++) {
        breakOff();
        assert.equal(work(), right);
      }
    });

    it(`fails where the stack ends, and the next one is right: ${name}`, () => {
      const right = work();
      const outcomes = whereTheStackEnds(work);
      // Where there is no room for an error either, the runtime's own comes out.
      const others = [...outcomes.keys()].filter(
        (outcome) => ![right, "MODULE_FAILED", "WRONG_TYPE", "RangeError"].includes(outcome),
      );
      assert.deepEqual(others, []);
      assert.ok(outcomes.size > 1 && outcomes.get(right) > 0);
      assert.equal(work(), right);
    });
  }

  it("says that nothing is known: HTTP 503 without a body, and why in both languages", async () => {
    const error = new MeituanError("MODULE_FAILED", { cause: new RangeError("why") });
    const { status, headers, body } = error.toReply();
    assert.deepEqual([status, headers, body], [503, { "retry-after": "1" }, ""]);
    const response = error.toResponse();
    assert.deepEqual([response.status, response.headers.get("retry-after"), await response.text()], [503, "1", ""]);
    assert.match(error.hint, /stack/);
    assert.match(error.hintZh, /栈/);
  });

  it("leaves the suppliers, and the calls in progress of others", async () => {
    /** @type {(() => void)[]} */
    const waiting = [];
    const store = new MemoryStore();
    const slow = {
      load: async (id) => {
        await new Promise((resolve) => waiting.push(resolve));
        return store.load(id);
      },
      save: async (...saved) => store.save(...saved),
    };
    const runs = [];
    const serve = handler({
      ...{ config: options, store: slow, send: () => new Response("{}"), ...silent },
      orderCreate: (created) => {
        runs.push(`create ${created.attemptKey}`);
        return { partnerOrderId: "P1" };
      },
      orderPay: (paid) => {
        runs.push(`pay ${paid.attemptKey}`);
        breakOff();
        return { voucherType: 1, vouchers: ["a", "b"] };
      },
      orderRefund() {},
    });
    const ends = async (answering) => {
      let isDone = false;
      answering.finally(() => {
        isDone = true;
      });
      while (!isDone) {
        // Somebody else's call breaks off between any two steps of this one.
        breakOff();
        for (const go of waiting.splice(0)) go();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return (await answering).json();
    };
    assert.equal((await ends(serve(call("create", CREATE)))).code, 200);
    const paid = await ends(serve(pay()));
    assert.deepEqual([paid.code, paid.body.vouchers], [200, ["a", "b"]]);
    assert.deepEqual((await ends(serve(pay()))).body.vouchers, ["a", "b"]);
    assert.deepEqual(runs, [`create orderCreate:${ORDER}`, `pay orderPay:${ORDER}`]);
  });

  it("is answered 503 by a handler, with a store and without one, and reported; the next call is right", () => {
    const source = `
      import { createHmac } from "node:crypto";
      import { handler } from "meituan-protocol/ticket";
      import { MemoryStore } from "meituan-protocol/testing";
      const routes = { "/pay": "orderPay", "/create": "orderCreate", "/query": "orderQuery" };
      const config = { partnerId: 1, clientId: "a", clientSecret: "b", maxBodyBytes: 2 ** 28, routes };
      const date = new Date().toUTCString();
      const ask = (path, body) => {
        const signature = createHmac("sha1", "b").update("POST " + path + "\\n" + date).digest("base64");
        const headers = { PartnerId: "1", Date: date, Authorization: "MWS a:" + signature };
        return new Request("https://supplier.example" + path, { method: "POST", headers, body });
      };
      const huge = (path) => ask(path, JSON.stringify({ partnerId: 1, body: { orderId: 7, filler: "a".repeat(30 << 20) } }));
      for (const more of [{ orderQuery: (call) => call.fail(301, "不存在") }, { store: new MemoryStore(), orderCreate() {}, orderRefund() {}, send() {} }]) {
        const reported = [];
        const onError = (error) => reported.push(error.code);
        const serve = handler({ config, onError, onWarning() {}, orderPay: (call) => call.fail(599, "无票"), ...more });
        const told = [];
        for (const path of ["/pay", "/query"]) {
          told.push((await serve(huge(path))).status);
          const { code } = await (await serve(ask(path, '{"partnerId":1,"body":{"orderId":7}}'))).json();
          told.push(code);
        }
        console.log(told.join(), reported.join());
      }`;
    const [plain, stored] = play(source, ["--wasm-max-mem-pages=320"]).split("\n");
    assert.equal(plain, "503,599,503,301 MODULE_FAILED,MODULE_FAILED");
    assert.equal(stored, "503,599,503,301 MODULE_FAILED,MODULE_FAILED");
  });

  it("in a function is not told as a failure", async () => {
    const broken = () => {
      throw new MeituanError("MODULE_FAILED");
    };
    const serve = handler({ config: options, orderQuery: broken, orderPay: broken, heartbeat: broken, onError() {} });
    for (const name of ["query", "pay"]) {
      assert.equal((await serve(call(name, { orderId: "ORDER", partnerOrderId: "P1" }))).status, 503);
    }
    assert.equal((await serve(call("heartbeat", undefined))).status, 503);
  });
});

describe("what is larger than it may be", () => {
  const refused = (path) => ({ code: "BODY_TOO_LARGE", path });
  it("is refused by its length, and may be allowed", () => {
    const huge = "A".repeat((16 << 20) + 1);
    assert.throws(() => openEnvelope(KEY, huge), refused("content"));
    assert.throws(() => sealEnvelope(KEY, huge), refused("text"));
    assert.throws(() => checkMessage("ticket.orderPay.request", huge), refused("text"));
    assert.throws(() => acceptsMessage("ride.refunded.request", huge), refused("text"));
    assert.throws(() => checkTrace(huge), refused("trace"));
    assert.throws(() => openEnvelope(KEY, "AAAA", { maxBytes: 3 }), refused("content"));
    assert.equal(checkMessage("ticket.orderPay.request", "{}", { maxBytes: 2 }).ok, false);
    for (const maxBytes of [0, 1.5, Number.NaN, 2 ** 29, "5"]) {
      assert.throws(() => openEnvelope(KEY, "AAAA", { maxBytes }), { code: "INVALID_CONFIG", path: "maxBytes" });
    }
  });

  it("is refused in the URL and in the headers", () => {
    const long = "a".repeat(200_000);
    assert.throws(() => supplier.receiveSync({ ...PAY, url: `/mt/pay?${long}` }), { code: "MALFORMED_HEADER", path: "headers" });
    for (const name of ["Authorization", "Date", "PartnerId"]) {
      const headers = { ...PAY.headers, [name]: long };
      assert.throws(() => supplier.receiveSync({ ...PAY, headers }), { code: "MALFORMED_HEADER", path: "headers" });
    }
    const client = new RideClient({ entId: 1, accessKey: "t", secretKey: KEY, routes: { "/push": "orderChanged" } });
    assert.throws(() => client.receiveSync({ url: `/push?${long}`, body: "{}" }), { code: "MALFORMED_HEADER", path: "url" });
  });
});

describe("memory", () => {
  it("that one huge message took is given back", () => {
    // Node's own cipher would take nothing of the module's memory.
    const source = `
      process.getBuiltinModule = undefined;
      const instances = [];
      WebAssembly.Instance = class extends WebAssembly.Instance {
        constructor(...given) {
          super(...given);
          instances.push(this);
        }
      };
      const { openEnvelope, sealEnvelope } = await import("meituan-protocol");
      const megabytes = () => instances.at(-1).exports.memory.buffer.byteLength >> 20;
      const small = [];
      const large = [];
      for (let times = 0; times < 3; times++) {
        const sealed = sealEnvelope(${JSON.stringify(KEY)}, "a".repeat(10 << 20));
        large.push(openEnvelope(${JSON.stringify(KEY)}, sealed).length === 10 << 20 && megabytes() > 64);
        sealEnvelope(${JSON.stringify(KEY)}, "abc");
        small.push(megabytes() < 8);
      }
      console.log(large.join(), small.join());`;
    assert.equal(play(source), "true,true,true true,true,true");
  });
});

describe("settings that come and go", () => {
  /** Follows how much of the modules' memory is there. */
  const WATCHED = `
    const instances = [];
    WebAssembly.Instance = class extends WebAssembly.Instance {
      constructor(...given) {
        super(...given);
        instances.push(this);
      }
    };
    const kilobytes = () => instances.reduce((sum, { exports }) => sum + (exports.memory.buffer.byteLength >> 10), 0);
    const { createHmac } = await import("node:crypto");
    const { handler, TicketPartners, TicketSupplier } = await import("meituan-protocol/ticket");
    const { RideClient } = await import("meituan-protocol/ride");
    const { MemoryStore } = await import("meituan-protocol/testing");
    const DATE = "Wed, 06 May 2015 10:34:20 GMT";
    const now = () => Date.parse(DATE);
    const accountOf = (partnerId) => ({ partnerId, clientId: "c" + partnerId, clientSecret: "s" + partnerId, now });
    const routes = { "/create": "orderCreate", "/query": "orderQuery" };
    const called = (partnerId, path, body) => {
      const signature = createHmac("sha1", "s" + partnerId).update("POST " + path + "\\n" + DATE).digest("base64");
      const headers = { PartnerId: String(partnerId), Date: DATE, Authorization: "MWS c" + partnerId + ":" + signature };
      return { method: "POST", url: path, headers, body: JSON.stringify({ partnerId, body }) };
    };
    const QUERY = { orderId: 7, partnerOrderId: "" };
  `;

  it("leave no memory behind: a hundred thousand partners through a small cache", () => {
    const source = `${WATCHED}
      const partners = new TicketPartners({ routes, partners: accountOf, partnersCache: { max: 10 } });
      const received = (partnerId) => partners.receiveSync(called(partnerId, "/query", QUERY)).partnerId === partnerId;
      let right = 0;
      for (let partnerId = 1; partnerId <= 10_000; partnerId++) right += received(partnerId);
      const before = kilobytes();
      for (let partnerId = 10_001; partnerId <= 100_000; partnerId++) right += received(partnerId);
      console.log(right, kilobytes() - before);`;
    assert.equal(play(source), "100000 0");
  });

  it("leave none behind with a store, nor as suppliers and clients that are made for one call", () => {
    const source = `${WATCHED}
      const store = { load: async () => null, save: async () => true };
      const none = () => {};
      const serve = handler({
        ...{ routes: { "/query": "orderQuery" }, partners: accountOf, partnersCache: { max: 10 }, store, onError: none },
        ...{ orderCreate: none, orderPay: none, orderRefund: none },
      });
      let right = 0;
      const work = async (partnerId) => {
        const { url, ...init } = called(partnerId, "/query", QUERY);
        right += (await (await serve(new Request("https://x.example" + url, init))).json()).code === 301;
        right += new TicketSupplier({ ...accountOf(partnerId), routes }).receiveSync(called(partnerId, "/query", QUERY)).type === "orderQuery";
        const client = new RideClient({ entId: partnerId, accessKey: "t", secretKey: ${JSON.stringify(KEY)} });
        right += client.requests.queryRealTimeOrder({ supplyCode: 1, mtOrderId: "M", channelPartnerOrderId: "C" }).url.length > 0;
      };
      for (let partnerId = 1; partnerId <= 6000; partnerId++) await work(partnerId);
      const before = kilobytes();
      for (let partnerId = 6001; partnerId <= 15_000; partnerId++) await work(partnerId);
      console.log(right, kilobytes() - before);`;
    assert.equal(play(source), "45000 0");
  });

  it("are opened again with their own keys when they are used, also after another one had their place", () => {
    const source = `${WATCHED}
      const suppliers = Array.from({ length: 9000 }, (_, at) => new TicketSupplier({ ...accountOf(at + 1), routes }));
      let right = 0;
      for (let turn = 0; turn < 2; turn++) {
        for (const [at, supplier] of suppliers.entries()) {
          const { type, partnerId } = supplier.receiveSync(called(at + 1, "/query", QUERY));
          const { headers } = supplier.requests.productChangeNotice([{ partnerDealId: "1", status: 1 }]);
          const wrong = (() => {
            try {
              return supplier.receiveSync({ ...called(at + 2, "/query", QUERY), headers: { ...called(at + 2, "/query", QUERY).headers, PartnerId: String(at + 1) } });
            } catch (error) {
              return error.code;
            }
          })();
          right += type === "orderQuery" && partnerId === at + 1 && headers.Authorization.startsWith("MWS c" + (at + 1) + ":") && wrong === "UNKNOWN_CLIENT";
        }
      }
      console.log(right);`;
    assert.equal(play(source), "18000");
  });

  it("are right in a call in which the program opens so many others that they lose their place", () => {
    const source = `${WATCHED}
      let partners = 1000;
      // More than have a place, and each is used: then none is left that was there before.
      const others = () => {
        for (let more = 0; more < 4200; more++) new TicketSupplier(accountOf(++partners));
        for (let more = 0; more < 4200; more++) new RideClient({ entId: ++partners, accessKey: "t", secretKey: ${JSON.stringify(KEY)} });
      };
      let isBusy = false;
      const clock = () => {
        if (isBusy) others();
        return now();
      };
      const supplier = new TicketSupplier({ ...accountOf(1), routes, now: clock });
      const client = new RideClient({ entId: 617, accessKey: "t", secretKey: ${JSON.stringify(KEY)}, now: clock });
      const asked = { supplyCode: 1, mtOrderId: "M", channelPartnerOrderId: "C" };
      const product = { partnerDealId: "1", status: 1 };
      const having = (values, name, value) => Object.defineProperty({ ...values }, name, {
        enumerable: true,
        get: () => {
          if (isBusy) others();
          return value;
        },
      });
      const create = called(1, "/query", QUERY);
      const ways = {
        receives: () => supplier.receiveSync(create).type,
        "is refused": () => {
          try {
            return supplier.receiveSync(having({ ...create, headers: {} }, "method", "GET"));
          } catch (error) {
            return error.toReply().body;
          }
        },
        replies: () => supplier.receiveSync(create, { now: now() }).ok(
          having({ orderId: 7, partnerOrderId: "P", orderQuantity: 1, usedQuantity: 0, refundedQuantity: 0, voucherType: 0 }, "orderStatus", 2),
        ).body,
        fails: () => supplier.receiveSync(create, { now: now() }).fail(301, "x").body,
        "makes no reply": () => {
          const call = supplier.receiveSync(create, { now: now() });
          try {
            return call.ok(having({}, "unknown", 1)).body;
          } catch (error) {
            return error.toReply().body;
          }
        },
        signs: () => JSON.stringify(supplier.requests.productChangeNotice([having(product, "status", 1)]).headers),
        "reads a reply": () => supplier.requests.productChangeNotice([product], { now: now() }).parse('{"code":200,"describe":"d","partnerId":1}', having({}, "status", 200)).outcome,
        seals: () => client.requests.queryRealTimeOrder(having(asked, "mtOrderId", "M")).body,
      };
      const plain = Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, way()]));
      isBusy = true;
      for (const [name, way] of Object.entries(ways)) {
        others();
        const found = way();
        if (found !== plain[name]) console.log(name, plain[name], found);
      }
      console.log("done");`;
    assert.equal(play(source), "done");
  });

  it("leave no cipher of the program behind, which has the key, when others have their places", () => {
    const source = `${WATCHED}
      const { setFlagsFromString } = await import("node:v8");
      const { runInNewContext } = await import("node:vm");
      const { nodeCipher } = await import("meituan-protocol");
      const crypto = await import("node:crypto");
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc");
      const ciphers = [];
      const made = (partnerId) => {
        const cipher = nodeCipher(crypto);
        new TicketSupplier({ ...accountOf(partnerId), bodyEncryption: { key: "0123456789abcdef", cipher } });
        return new WeakRef(cipher);
      };
      for (let partnerId = 1; partnerId <= 10; partnerId++) ciphers.push(made(partnerId));
      const left = async () => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        collect();
        return ciphers.filter((each) => each.deref()).length;
      };
      const before = await left();
      for (let partnerId = 11; partnerId <= 9000; partnerId++) new TicketSupplier(accountOf(partnerId));
      console.log(before, await left());`;
    assert.equal(play(source), "10 0");
  });

  it("answer the call that they began with their own key, also if another one has their place when it ends", () => {
    const source = `${WATCHED}
      const { createCipheriv, createDecipheriv } = await import("node:crypto");
      const key = "0123456789abcdef";
      const vector = key.slice(8) + key.slice(0, 8);
      const config = { ...accountOf(1), routes, bodyEncryption: { key } };
      let goOn;
      const going = new Promise((resolve) => (goOn = resolve));
      let began;
      const beginning = new Promise((resolve) => (began = resolve));
      const none = () => {};
      const serve = handler({
        ...{ config, store: new MemoryStore(), onError: console.log, orderPay: none, orderRefund: none },
        orderCreate: async () => {
          began();
          await going;
          return { partnerOrderId: "P1" };
        },
      });
      const order = { orderId: 7, partnerDealId: "1", mtDealId: 1, buyPrice: 1, unitPrice: 1, totalPrice: 1, quantity: 1, visitors: [], travelDate: "2015-05-07" };
      const plain = called(1, "/create", order);
      const cipher = createCipheriv("aes-128-cbc", key, vector);
      const body = cipher.update(plain.body, "utf8", "base64") + cipher.final("base64");
      const headers = { ...plain.headers, "X-Encryption-Status": "encrypted" };
      const serving = serve(new Request("https://x.example/create", { method: "POST", headers, body }));
      await beginning;
      const other = handler({
        ...{ routes, partners: accountOf, store: new MemoryStore(), onError: none },
        ...{ orderCreate: none, orderPay: none, orderRefund: none },
      });
      for (let partnerId = 2; partnerId <= 9000; partnerId++) {
        const { url, ...init } = called(partnerId, "/query", QUERY);
        await other(new Request("https://x.example" + url, init));
      }
      goOn();
      const decipher = createDecipheriv("aes-128-cbc", key, vector);
      const answered = await serving;
      const text = await answered.text();
      const opened = JSON.parse(decipher.update(text, "base64", "utf8") + decipher.final("utf8"));
      console.log(answered.status, opened.code, opened.partnerId, opened.body.partnerOrderId);`;
    assert.equal(play(source), "200 200 1 P1");
  });
});

describe("a name that throws", () => {
  for (const name of ["process", "Buffer", "navigator", "performance", "crypto", "document", "self", "Deno", "Bun"])
    it(`breaks nothing where a page forbids it: ${name}`, () => {
      const source = `
      const { log } = console;
      const own = globalThis.process;
      Object.defineProperty(globalThis, "${name}", { get() { throw new Error("forbidden"); } });
      const { sealEnvelope, openEnvelope } = await import("meituan-protocol");
      const { RideClient } = await import("meituan-protocol/ride");
      const { TicketSupplier } = await import("meituan-protocol/ticket");
      const text = "a".repeat(5000);
      log(openEnvelope(${JSON.stringify(KEY)}, sealEnvelope(${JSON.stringify(KEY)}, text)) === text, typeof RideClient, typeof TicketSupplier);
      if (${name === "process"}) Object.defineProperty(globalThis, "process", { value: own });`;
      assert.equal(play(source), "true function function");
    });
});

describe("a cipher of the host", () => {
  const LONG = "长".repeat(2000);
  const right = sealEnvelope(KEY, LONG);
  const real = nodeCipher(nodeCrypto);
  const wrapped = (before) => (key, vector) => {
    const cipher = real(key, vector);
    const with_ = (name) => (blocks) => {
      before(blocks, name);
      return cipher[name](blocks);
    };
    return { encrypt: with_("encrypt"), decrypt: with_("decrypt") };
  };
  let isUsed = false;
  const cases = {
    throws: () => {
      throw new Error("no");
    },
    "calls the library": () => sealEnvelope(KEY, LONG),
    "calls the library, and takes what it throws": () => {
      assert.throws(() => openEnvelope(KEY, right), { code: "MODULE_FAILED" });
    },
    "writes where it was given something to read": (blocks) => new Uint8Array(blocks.buffer).fill(7),
  };
  for (const [name, before] of Object.entries(cases)) {
    it(`that ${name} changes nothing`, () => {
      isUsed = false;
      const cipher = wrapped((blocks) => {
        // The first calls check the cipher itself.
        if (blocks.length <= 64) return;
        isUsed = true;
        before(blocks.slice === undefined ? blocks : name.startsWith("writes") ? blocks : blocks.slice());
      });
      const sealed = sealEnvelope(KEY, LONG, { cipher });
      assert.ok(isUsed, "the cipher was not asked");
      if (!name.startsWith("writes")) assert.equal(sealed, right);
      assert.equal(sealEnvelope(KEY, LONG), right);
      assert.equal(openEnvelope(KEY, right), LONG);
      assert.equal(transition(null, { orderPay: { orderId: ORDER } }, { now: 0 }).kind, "illegal");
    });
  }
});
