// What is configured, and the handler that routes, authenticates and answers.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { describe, it } from "node:test";
import { handler as ride } from "meituan-protocol/ride";
import { MemoryStore } from "meituan-protocol/testing";
import { handler, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, fetched, options, REFUND, refusalOf, SECRET, signed, supplier, wire } from "./ticket-support.mjs";

const RIDES = { entId: 617, accessKey: "CESHI-TK", secretKey: "AAECAwQFBgcICQoLDA0ODw==", routes: { "/refund": "refunded" } };

describe("configuration", () => {
  it("names the setting that is wrong", () => {
    const wrong = [
      [{ partnerId: undefined }, "partnerId"],
      [{ partnerId: "12a" }, "partnerId"],
      [{ partnerId: -1 }, "partnerId"],
      [{ clientId: undefined }, "clientId"],
      [{ clientId: "a b" }, "clientId"],
      [{ clientSecret: undefined }, "clientSecret"],
      [{ clientSecret: "" }, "clientSecret"],
      [{ clientSecret: [] }, "clientSecret"],
      [{ clientSecret: ["a", 1] }, "clientSecret[1]"],
      [{ clientSecret: " hunter2 " }, "clientSecret"],
      [{ toleranceSeconds: -1 }, "toleranceSeconds"],
      [{ toleranceSeconds: Number.POSITIVE_INFINITY }, "toleranceSeconds"],
      [{ maxBodyBytes: 0 }, "maxBodyBytes"],
      [{ routes: { "/a": "orderCreated" } }, "routes"],
      [{ routes: { a: "orderCreate" } }, "routes"],
      [{ routes: { "/a": "payNotice" } }, "routes"],
      [{ routes: { "/a": 1 } }, 'routes["/a"]'],
      [{ signedUri: "/a" }, "signedUri"],
      [{ signedUri: { remove: "/a" } }, "signedUri.remove"],
      [{ signedUri: { strip: "a" } }, "signedUri.strip"],
      [{ signedUri: { prepend: ".evil.example" } }, "signedUri.prepend"],
      [{ signedUri: { prepend: "/a b" } }, "signedUri.prepend"],
      [{ routes: { "/门票": "orderCreate" } }, "routes"],
      [{ routes: { "/a b": "orderCreate" } }, "routes"],
      [{ host: "meituan.com" }, "host"],
      [{ bodyEncryption: { key: "short" } }, "bodyEncryption.key"],
      [{ now: 1 }, "now"],
      [{ tolerance: 1 }, "tolerance"],
    ];
    for (const [change, path] of wrong) {
      const error = refusalOf(() => new TicketSupplier({ ...options, ...change }));
      assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", path]);
      assert.ok(!error.message.includes("hunter2"));
    }
    assert.equal(refusalOf(() => new TicketSupplier()).code, "INVALID_CONFIG");
  });

  it("says which route has a name that nothing has", () => {
    const error = refusalOf(() => new TicketSupplier({ ...options, routes: { "/a": "orderCreated" } }));
    assert.equal(error.detail, "nothing is called orderCreated, found at /a");
  });

  it("takes the partner's number as text", () => {
    assert.equal(new TicketSupplier({ ...options, partnerId: "1122" }).partnerId, 1122);
  });

  it("keeps suppliers apart", () => {
    const other = new TicketSupplier({ ...options, partnerId: 7, clientSecret: "another" });
    assert.equal(refusalOf(() => other.receiveSync(signed("/mt/create", wire(CREATE)))).code, "WRONG_PARTNER_ID");
    assert.equal(supplier.receiveSync(signed("/mt/create", wire(CREATE))).type, "orderCreate");
  });

  it("does not show its secrets to whoever prints it", async () => {
    const { inspect } = await import("node:util");
    const everything = inspect(supplier, { depth: 9, showHidden: true }) + JSON.stringify(supplier);
    assert.ok(!everything.includes(SECRET));
  });
});

describe("the handler", () => {
  const config = { ...options };
  const quiet = { onError() {} };
  const answered = async (response) => {
    assert.equal(response.status, 200);
    return response.json();
  };

  it("routes, authenticates and answers with what the function returns", async () => {
    const serve = handler({
      config: (env) => ({ ...config, clientSecret: env.secret }),
      orderCreate: (call, env, context) => ({ partnerOrderId: `${env.prefix}${context.count}-${call.body.orderId}` }),
      orderPay: async (call) => call.issuing(),
      orderClose() {},
    });
    const env = { secret: SECRET, prefix: "P" };
    const created = await answered(await serve(fetched("/mt/create", wire(CREATE)), env, { count: 1 }));
    assert.deepEqual(created.body, { partnerOrderId: "P1-1453361297221" });
    const paid = await answered(await serve(fetched("/mt/pay", wire({ orderId: 1, partnerOrderId: "P" })), env, { count: 2 }));
    assert.equal(paid.code, 598);
    const closed = await answered(await serve(fetched("/mt/close", wire({ orderId: 1, closeType: 1 })), env, { count: 3 }));
    assert.deepEqual(closed, { code: 200, describe: "success", partnerId: 1122 });
  });

  it("answers refused calls by their family, and tells onError why", async () => {
    const told = [];
    const serve = handler({ config, onError: (error, { request }) => told.push([error.code, new URL(request.url).pathname]) });
    const refused = await answered(await serve(fetched("/mt/refund", wire(REFUND), { secret: "wrong" })));
    assert.equal(refused.code, 699);
    assert.deepEqual(told, [["BAD_SIGNATURE", "/mt/refund"]]);
  });

  /** Every call that Meituan makes, with a body that can be read. */
  const MESSAGES = {
    create: CREATE,
    pay: { orderId: 1, partnerOrderId: "P" },
    refund: REFUND,
    close: { orderId: 1, closeType: 1 },
    refunded: {
      ...{ orderId: 1, partnerOrderId: "P", refundSerialNo: "S", refundMessageType: 1, voucherType: 0, count: 1 },
      ...{ refundPrice: 1, refundTime: "2018-12-26 09:05:57", reason: "客服退款" },
    },
    reschedule: {
      orderId: 1,
      partnerOrderId: "P",
      rescheduleType: 1,
      rescheduleNo: "R",
      originDate: "2016-11-30",
      targetDate: "2016-12-01",
    },
    query: { orderId: 1, partnerOrderId: "P" },
    heartbeat: undefined,
  };
  const routes = { ...options.routes, "/mt/reschedule": "orderReschedule" };
  const ACTING = ["create", "pay", "refund", "close", "refunded", "reschedule"];
  const reply = async (serve, path) => {
    const response = await serve(fetched(`/mt/${path}`, wire(MESSAGES[path])));
    const text = await response.text();
    return { status: response.status, retry: response.headers.get("retry-after"), ...(text && JSON.parse(text)) };
  };
  const NO_REPLY = { status: 503, retry: "1" };
  const throwing = (more) => {
    const told = [];
    const act = async () => {
      throw new Error("password of the database");
    };
    const functions = Object.fromEntries(Object.values(routes).map((name) => [name, act]));
    const onError = (error, about) => told.push([error.code ?? error.message, about]);
    return { told, serve: handler({ config: { ...config, routes }, ...functions, onError, ...more }) };
  };

  it("answers 503 without a body where a function that acts threw: it may have acted, and Meituan refunds what failed", async () => {
    const { serve, told } = throwing();
    for (const path of ACTING) assert.deepEqual(await reply(serve, path), NO_REPLY, path);
    assert.deepEqual(
      told.map(([message]) => message),
      ACTING.map(() => "password of the database"),
    );
    assert.deepEqual(told[1][1], { call: "orderPay", orderId: "1" });
  });

  it("answers the failure of the family, with a true sentence, where any other function threw", async () => {
    const { serve, told } = throwing();
    for (const [path, expected] of [
      ["query", 399],
      ["heartbeat", 300],
    ]) {
      const { status, code, describe: words } = await reply(serve, path);
      assert.deepEqual([status, code], [200, expected]);
      assert.match(words, /商家系统内部出错/);
      assert.ok(!words.includes("password"));
    }
    assert.equal(told.length, 2);
  });

  it("puts pay and refund off where a function threw, for a supplier who sends the notices", async () => {
    const { serve } = throwing({ unknownOutcome: "pending" });
    const codes = {};
    for (const path of ACTING) codes[path] = (await reply(serve, path)).code ?? 503;
    assert.deepEqual(codes, { create: 503, pay: 598, refund: 602, close: 503, refunded: 503, reschedule: 503 });
    for (const wrong of ["598", true, null]) {
      assert.equal(refusalOf(() => handler({ config, unknownOutcome: wrong })).path, "unknownOutcome");
    }
  });

  it("takes what it may not reply for no refusal either: 503, and the rule that it breaks to onError", async () => {
    const told = [];
    const serve = handler({
      config,
      onError: (error, { call, orderId }) => told.push([error.code, call, orderId]),
      orderCreate: () => ({}),
      orderPay: (call) => call.ok({ partnerOrderId: "P", voucherType: 1, vouchers: ["a", "a"] }, { order: { quantity: 2 } }),
      orderRefund: (call) => call.fail(420, "库存不足"),
      orderQuery: () => ({ orderStatus: 4 }),
    });
    for (const path of ["create", "pay", "refund"]) assert.deepEqual(await reply(serve, path), NO_REPLY, path);
    assert.equal((await reply(serve, "query")).code, 399);
    assert.deepEqual(told, [
      ["MISSING_FIELD", "orderCreate", "1453361297221"],
      ["RULE_BROKEN", "orderPay", "1"],
      ["ILLEGAL_REPLY_CODE", "orderRefund", "267462905905413"],
      ["MISSING_FIELD", "orderQuery", "1"],
    ]);
  });

  it("answers a refusal by call.fail as what it is", async () => {
    const serve = handler({ config, orderPay: (call) => call.fail(501, "余额不足") });
    assert.equal((await reply(serve, "pay")).code, 501);
  });

  it("answers even when onError throws", async (t) => {
    t.mock.method(console, "error", () => {});
    const serve = handler({
      config,
      onError() {
        throw new Error("twice");
      },
    });
    const { code } = await answered(await serve(fetched("/mt/create", "{}")));
    assert.equal(code, 499);
    assert.equal(console.error.mock.callCount(), 1);
  });

  it("answers 接口未实现 where there is no function", async () => {
    const serve = handler({ config });
    const paid = await answered(await serve(fetched("/mt/pay", wire({ orderId: 1 }))));
    assert.deepEqual(paid, { code: 599, describe: "接口未实现", partnerId: 1122 });
    const beat = await answered(await serve(fetched("/mt/heartbeat", '{"partnerId":1122}')));
    assert.deepEqual(beat, { code: 300, describe: "接口未实现", partnerId: 1122 });
  });

  it("gives unknown paths to the fallback with their body unread, else answers 300", async () => {
    const page = await handler({
      config,
      fallback: async (request, env) => new Response(env + (await request.text()), { status: 404 }),
    })(fetched("/hello", "body"), "env ");
    assert.equal(page.status, 404);
    assert.equal(await page.text(), "env body");
    const unknown = await answered(await handler({ config, ...quiet })(fetched("/hello", "body")));
    assert.equal(unknown.code, 300);
    assert.match(unknown.describe, /UNKNOWN_ROUTE/);
  });

  it("answers 503 when the settings cannot be had: which call it is, and what an earlier one has done, is not known", async () => {
    const told = [];
    const onError = (error) => told.push(error.path ?? error.message);
    const unavailable = () => Promise.reject(new Error("the vault is sealed"));
    for (const settings of [() => ({ ...config, clientSecret: undefined }), unavailable]) {
      for (const more of [{}, { record: () => {} }]) {
        const serve = handler({ config: settings, onError, ...more });
        assert.deepEqual(await reply(serve, "create"), NO_REPLY);
      }
    }
    assert.deepEqual(told, ["clientSecret", "clientSecret", "the vault is sealed", "the vault is sealed"]);
  });

  it("refuses wrong options when it is made", () => {
    assert.equal(refusalOf(() => handler({ config: { ...config, partnerId: "x" } })).path, "partnerId");
    assert.equal(refusalOf(() => handler({ config, orderCreated: () => {} })).path, "orderCreated");
    assert.equal(refusalOf(() => handler({ config, payNotice: () => {} })).path, "payNotice");
    assert.equal(refusalOf(() => handler({ config, orderCreate: {} })).path, "orderCreate");
    assert.equal(refusalOf(() => handler({})).code, "INVALID_CONFIG");
    class Service {
      config = config;
      orderPay() {}
    }
    const method = refusalOf(() => handler(new Service()));
    assert.deepEqual([method.code, method.path], ["INVALID_CONFIG", "orderPay"]);
    assert.match(method.detail, /is a method of a class/);
  });

  it("tells what deviates, in what came and in what went", async () => {
    const told = [];
    const serve = handler({
      config,
      onWarning: (warnings, { call, part }) => told.push(...warnings.map(({ code }) => `${call} ${part} ${code}`)),
      orderPay: () => ({ voucherType: 1, vouchers: ["a"] }),
    });
    await serve(fetched("/mt/pay", wire({ orderId: 1, partnerOrderId: "P", surprise: 1 })));
    assert.deepEqual(told, ["orderPay request UNKNOWN_FIELD", "orderPay reply RULE_UNCHECKED"]);
  });

  it("answers when the connection breaks in the middle of the body", async () => {
    const broken = (path) => {
      const body = new ReadableStream({
        pull(controller) {
          controller.error(new Error("reset"));
        },
      });
      return new Request(`https://a.example${path}`, { method: "POST", headers: signed(path).headers, body, duplex: "half" });
    };
    const told = [];
    const serve = handler({ config, onError: (error, { call }) => told.push([error.message, call]) });
    assert.equal((await serve(broken("/mt/create"))).status, 503);
    const describe = "未能读完请求体，连接可能已中断";
    assert.deepEqual(await answered(await serve(broken("/mt/query"))), { code: 399, describe, partnerId: 1122 });
    assert.deepEqual(told, [
      ["reset", "orderCreate"],
      ["reset", "orderQuery"],
    ]);
  });

  it("answers 503 to a call that acts whose body is cut or empty, with and without a store, and to others a failure", async () => {
    const ran = () => assert.fail("it ran");
    const store = { store: new MemoryStore(), orderPay: ran, orderRefund: ran, send() {} };
    for (const [make, more] of Object.entries({ plain: {}, store })) {
      for (const body of ["", '{"partnerId":1122,']) {
        const told = [];
        const onError = (error, { call }) => told.push([error.code, call]);
        const serve = handler({ config: { ...config, routes }, orderCreate: ran, onError, ...more });
        for (const path of ACTING) {
          const response = await serve(fetched(`/mt/${path}`, body));
          assert.deepEqual([response.status, await response.text()], [503, ""], `${make}: ${path}`);
        }
        assert.equal((await answered(await serve(fetched("/mt/query", body)))).code, 399);
        assert.equal((await answered(await serve(fetched("/mt/heartbeat", body)))).code, 300);
        assert.equal((await answered(await serve(fetched("/mt/pay", body, { secret: "wrong" })))).describe, "签名校验失败");
        assert.deepEqual(told[0], ["TRUNCATED_JSON", "orderCreate"]);
        assert.equal(told.length, ACTING.length + 3);
      }
    }
  });

  it("answers 503, and tells why, whatever it is given in the place of a request", async () => {
    const hostile = () => {
      throw new Error("thrown by a value");
    };
    const good = fetched("/mt/create", wire(CREATE));
    const having = (fields) => Object.defineProperties({ method: "POST", headers: good.headers, body: wire(CREATE) }, fields);
    const kinds = {
      null: null,
      undefined: undefined,
      "a string": "https://a.example/mt/create",
      "a number": 5,
      "an empty object": {},
      "a URL that throws": having({ url: { get: hostile } }),
      "a URL that is none": having({ url: { value: 5 } }),
      "a proxy that throws": new Proxy({}, { get: hostile }),
    };
    const makes = {
      plain: {},
      fallback: { fallback: () => assert.fail("nobody knows where to") },
      record: { record: () => {} },
      store: {
        store: new MemoryStore(),
        orderPay: (call) => call.issuing(),
        orderRefund: (call) => call.pending(),
        send: () => {},
      },
    };
    for (const [make, more] of Object.entries(makes)) {
      for (const [kind, request] of Object.entries(kinds)) {
        const told = [];
        const serve = handler({
          config,
          orderCreate: () => ({ partnerOrderId: "P" }),
          onError: (error) => told.push(error),
          ...more,
        });
        assert.equal((await serve(request)).status, 503, `${make}: ${kind}`);
        assert.deepEqual([...new Set(told.map(({ code }) => code))], ["INVALID_CONFIG"], `${make}: ${kind}`);
        const push = ride({ config: RIDES, refunded: () => {}, onError: (error) => told.push(error) });
        const { code } = await (await push(request)).json();
        assert.equal(code, 2, `ride: ${kind}`);
      }
    }
  });

  it("serves many calls at once, each with its own message", async () => {
    const serve = handler({
      config,
      async orderCreate(call) {
        await new Promise((done) => setTimeout(done, randomInt(5)));
        return { partnerOrderId: `${call.body.orderId}-${call.body.visitors[0].name}` };
      },
    });
    const ids = Array.from({ length: 100 }, (_, index) => `${1000 + index}`);
    const replies = await Promise.all(
      ids.map(async (id) =>
        answered(await serve(fetched("/mt/create", wire({ ...CREATE, visitors: [{ name: `客人${id}` }] }, id)))),
      ),
    );
    assert.deepEqual(
      replies.map((reply) => reply.body.partnerOrderId),
      ids.map((id) => `${id}-客人${id}`),
    );
  });

  it("is a method of a supplier, too", async () => {
    const serve = supplier.handler({ orderCreate: () => ({ partnerOrderId: "P1" }) });
    assert.equal((await answered(await serve(fetched("/mt/create", wire(CREATE))))).code, 200);
  });
});
