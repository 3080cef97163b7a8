// What is configured, and the handler that routes, authenticates and answers.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { describe, it } from "node:test";
import { handler, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, fetched, options, REFUND, refusalOf, SECRET, signed, supplier, wire } from "./ticket-support.mjs";

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

  it("answers 系统异常 when a function throws, and never says what it threw", async () => {
    const told = [];
    const serve = handler({
      config,
      onError: (error, { call }) => told.push([error.message, call.type]),
      async orderCreate() {
        throw new Error("password of the database");
      },
      orderPay: (call) => call.fail(420, "库存不足"),
      orderQuery: () => ({ orderStatus: 4 }),
    });
    const created = await answered(await serve(fetched("/mt/create", wire(CREATE))));
    assert.deepEqual(created, { code: 499, describe: "系统异常", partnerId: 1122 });
    const paid = await answered(await serve(fetched("/mt/pay", wire({ orderId: 1, partnerOrderId: "P" }))));
    assert.deepEqual([paid.code, paid.describe], [599, "系统异常"]);
    const queried = await answered(await serve(fetched("/mt/query", wire({ orderId: 1, partnerOrderId: "P" }))));
    assert.deepEqual([queried.code, queried.describe], [399, "系统异常"]);
    assert.equal(told.length, 3);
    assert.deepEqual(told[0], ["password of the database", "orderCreate"]);
    assert.match(told[1][0], /^ILLEGAL_REPLY_CODE/);
    assert.match(told[2][0], /^MISSING_FIELD/);
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

  it("answers 300 when the configuration cannot be used, without its reason", async () => {
    const told = [];
    const serve = handler({ config: () => ({ ...config, clientSecret: undefined }), onError: (error) => told.push(error.path) });
    assert.deepEqual(await answered(await serve(fetched("/mt/create", wire(CREATE)))), { code: 300, describe: "系统异常" });
    assert.deepEqual(told, ["clientSecret"]);
  });

  it("refuses wrong options when it is made", () => {
    assert.equal(refusalOf(() => handler({ config: { ...config, partnerId: "x" } })).path, "partnerId");
    assert.equal(refusalOf(() => handler({ config, orderCreated: () => {} })).path, "orderCreated");
    assert.equal(refusalOf(() => handler({ config, payNotice: () => {} })).path, "payNotice");
    assert.equal(refusalOf(() => handler({ config, orderCreate: {} })).path, "orderCreate");
    assert.equal(refusalOf(() => handler({})).code, "INVALID_CONFIG");
  });

  it("tells what deviates, in what came and in what went", async () => {
    const told = [];
    const serve = handler({
      config,
      onWarning: (warnings, { call, part }) => told.push(...warnings.map(({ code }) => `${call.type} ${part} ${code}`)),
      orderPay: () => ({ voucherType: 1, vouchers: ["a"] }),
    });
    await serve(fetched("/mt/pay", wire({ orderId: 1, partnerOrderId: "P", surprise: 1 })));
    assert.deepEqual(told, ["orderPay request UNKNOWN_FIELD", "orderPay reply RULE_UNCHECKED"]);
  });

  it("answers when the connection breaks in the middle of the body", async () => {
    const { headers } = signed("/mt/create");
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error("reset"));
      },
    });
    const request = new Request("https://a.example/mt/create", { method: "POST", headers, body, duplex: "half" });
    const told = [];
    const serve = handler({ config, onError: (error) => told.push(error.message) });
    assert.deepEqual(await answered(await serve(request)), { code: 499, describe: "系统异常", partnerId: 1122 });
    assert.deepEqual(told, ["reset"]);
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
