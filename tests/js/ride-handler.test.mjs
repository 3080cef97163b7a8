import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { handler } from "meituan-protocol/ride";
import { client, form, json, NOW, options, read, thrown } from "./ride-support.mjs";

describe("the handler", () => {
  const refund = read("ride/refunded/request.json");
  const post = (path, body) => new Request(`https://example.com${path}`, { method: "POST", body });
  const quiet = { onError: () => {} };

  it("takes a push when the function returns, and asks for it again when it throws", async () => {
    const seen = [];
    const serve = client.handler({
      refunded(push, context) {
        seen.push([push.type, context]);
        if (context === "down") throw new Error("the books are closed");
      },
      ...quiet,
    });
    const answers = [];
    for (const context of ["up", "down"]) answers.push(await (await serve(post("/refund", form(refund)), context)).json());
    assert.deepEqual(answers, [
      { code: 0, message: "成功" },
      { code: 2, message: "商家系统内部出错，未能处理本次请求，请稍后重试" },
    ]);
    assert.deepEqual(seen, [
      ["refunded", "up"],
      ["refunded", "down"],
    ]);
  });

  it("answers what it has no function for as a failure, and what is no push by the fallback", async () => {
    const told = [];
    const serve = client.handler({ fallback: () => new Response("else"), onError: (error) => told.push(error.code) });
    assert.equal((await (await serve(post("/refund", form(refund)))).json()).code, 9);
    assert.equal(await (await serve(post("/other", ""))).text(), "else");
    assert.equal((await (await serve(post("/refund", form(refund, { token: "x" })))).json()).code, 1010);
    assert.deepEqual(told, ["WRONG_TOKEN"]);
  });

  it("answers orders of other businesses with 0, hands them to otherPush, and reports each business once", async () => {
    const { data, ...outer } = json("ride/orderChanged/request.json");
    const of = (sqtType) => form(JSON.stringify({ ...outer, ts: NOW / 1000, data: { ...data, sqtType } }));
    const reported = [];
    const onWarning = (warnings, { call, orderId, key }) => {
      assert.deepEqual([call, orderId, key.split(":")[0]], ["otherPush", data.origOrderId, "content"]);
      const { detail } = warnings.find(({ code, path }) => code === "UNKNOWN_VALUE" && path === "sqtType");
      reported.push(detail);
    };
    const others = [];
    const events = [];
    const orderChanged = (push) => void events.push(push.type);
    const otherPush = (push) => void others.push([push.type, push.body.sqtType]);
    const silent = client.handler({ orderChanged, onWarning, ...quiet });
    const served = client.handler({ orderChanged, otherPush, ...quiet });
    for (const sqtType of [10, 10, 4, 10, 4]) {
      for (const serve of [silent, served]) {
        assert.equal((await (await serve(post("/event", of(sqtType)))).json()).code, 0);
      }
    }
    assert.deepEqual(others.slice(0, 2), [
      ["otherPush", 10],
      ["otherPush", 10],
    ]);
    assert.deepEqual([reported, others.length, events], [["10", "4"], 5, []]);
    // Also one that is about a refund, on any path.
    const hotel = { ...outer, ts: NOW / 1000, data: { sqtType: 10, refundAmount: 9900, refundStatus: 10 } };
    for (const path of ["/event", "/refund", "/capacity"]) {
      const { code } = await (await served(post(path, form(JSON.stringify(hotel))))).json();
      assert.deepEqual([code, others.pop()], [0, ["otherPush", 10]], path);
    }
    // One that fails comes again, and a ride is a ride.
    const failing = client.handler({ otherPush: () => Promise.reject(new Error("no")), ...quiet });
    assert.equal((await (await failing(post("/event", of(10)))).json()).code, 2);
    await served(post("/event", of(5)));
    assert.deepEqual(events, ["orderChanged"]);
  });

  it("hands a refund at the path of events to the function for refunds, and fails without one", async () => {
    const refunds = [];
    const serve = client.handler({ orderChanged: () => {}, refunded: ({ body }) => void refunds.push(body.sqtRefundNo), ...quiet });
    assert.equal((await (await serve(post("/event", form(refund)))).json()).code, 0);
    assert.deepEqual(refunds, ["18511111111"]);
    const without = client.handler({ orderChanged: () => {}, ...quiet });
    assert.equal((await (await without(post("/event", form(refund)))).json()).code, 9);
    const told = [];
    const strict = client.handler({ orderChanged: () => {}, onError: (error) => told.push(error.code) });
    assert.equal((await (await strict(post("/event", form('{"updateTime":1629857463000}')))).json()).code, 1);
    assert.deepEqual(told, ["MISSING_FIELD"]);
  });

  it("takes settings of the platform's context", async () => {
    const serve = handler({ config: (env) => ({ ...options, ...env }), refunded: () => {}, ...quiet });
    assert.equal((await (await serve(post("/refund", form(refund)), {})).json()).code, 0);
    assert.equal((await (await serve(post("/refund", form(refund)), { accessKey: "other" })).json()).code, 1010);
    assert.equal((await (await serve(post("/refund", form(refund)), { secretKey: "no" })).json()).code, 2);
    assert.equal(thrown(() => handler({ config: {} })).code, "INVALID_CONFIG");
    assert.equal(thrown(() => client.handler({ submitOrder: () => {} })).path, "submitOrder");
  });
});
