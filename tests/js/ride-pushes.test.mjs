import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RideClient } from "meituan-protocol/ride";
import {
  client,
  expected,
  form,
  found,
  IDS,
  json,
  NOW,
  nodeSeal,
  OTHER_KEY,
  options,
  PUSHES,
  pushed,
  read,
  TOKEN,
  thrown,
} from "./ride-support.mjs";

describe("pushes", () => {
  for (const [name, path] of Object.entries(PUSHES)) {
    it(`${name}: the example is read, whatever its packing`, async () => {
      const text = read(`ride/${name}/request.json`);
      const content = nodeSeal(text);
      const bodies = [
        form(text),
        JSON.stringify({ token: TOKEN, version: "1.0", content }),
        JSON.stringify({ accessKey: TOKEN, content }),
        new URLSearchParams({ accessKey: TOKEN, content }).toString(),
        // A plus that came as a space, and Base64 of the other alphabet.
        `token=${TOKEN}&content=${Buffer.from(content, "base64url").toString("base64").replaceAll("+", " ")}`,
      ];
      const own = new RideClient({ ...options, entId: json(`ride/${name}/request.json`).entId ?? 617, toleranceSeconds: null });
      for (const body of bodies) {
        const push = own.receiveSync({ url: path, body });
        assert.equal(push.type, name);
        assert.deepEqual(found(push.warnings), expected(name, "request"));
        const fetched = await own.receive(new Request(`https://example.com${path}`, { method: "POST", body }));
        assert.deepEqual([fetched.body, fetched.deduplicationKey], [push.body, push.deduplicationKey]);
      }
      const query = own.receiveSync({ url: `${path}?${bodies[0]}`, body: "" });
      assert.equal(query.type, name);
    });
  }

  it("keep an id that no double can hold", () => {
    const own = new RideClient({ ...options, toleranceSeconds: null });
    const { body } = own.receiveSync({ url: "/event", body: form(read("ride/orderChanged/request.json")) });
    assert.equal(body.sqtBizOrderId, "526001045969776640");
    const long = read("ride/refunded/request.json").replace("12121", "9007199254740993");
    assert.equal(pushed("/refund", long).body.tradeOrderId, "9007199254740993");
  });

  it("have a key that is the same for every repetition, and another for another event", () => {
    const key = (change, ts = NOW / 1000) =>
      pushed("/event", JSON.stringify({ ...IDS, eventCode: 50, eventTime: NOW, ts, ...change })).deduplicationKey;
    assert.equal(key({}), `event:${IDS.mtOrderId}:50:${NOW}`);
    assert.equal(key({}), key({}, NOW / 1000 + 30));
    const [first, repeated, other] = [{ eventTime: undefined }, { eventTime: undefined }, { eventTime: undefined, eventCode: 60 }];
    assert.equal(key(first), key(repeated, NOW / 1000 + 30));
    assert.notEqual(key(first), key(other));
    assert.match(pushed("/refund", read("ride/refunded/request.json")).deduplicationKey, /^refund:18511111111$/);
  });

  it("are answered as the document says", async () => {
    const push = pushed("/refund", read("ride/refunded/request.json"));
    const { status, headers, body } = push.ok();
    assert.deepEqual([status, body], [200, '{"code":0,"message":"成功"}']);
    assert.match(headers["content-type"], /^application\/json/);
    assert.deepEqual(JSON.parse(push.fail(2, '账务 "x"\n').body), { code: 2, message: '账务 "x"\n' });
    for (const code of [0, 1.5, "2", undefined, 2 ** 31]) {
      assert.equal(thrown(() => push.fail(code, "x")).code, "ILLEGAL_REPLY_CODE");
    }
    assert.equal(thrown(() => push.fail(2)).code, "WRONG_TYPE");
    const request = new Request("https://x/refund", { method: "POST", body: form(read("ride/refunded/request.json")) });
    const response = (await client.receive(request)).ok();
    assert.ok(response instanceof Response);
    assert.deepEqual(await response.json(), { code: 0, message: "成功" });
  });

  it("that are not Meituan's, or not for us, are refused with the code that says so", () => {
    const refund = json("ride/refunded/request.json");
    const text = JSON.stringify(refund);
    const common = (change) => JSON.stringify({ ...refund, ...change });
    const cases = [
      [{ how: { token: "CESHI-TL" } }, "WRONG_TOKEN", 1010],
      [{ how: { content: nodeSeal(text, OTHER_KEY) } }, "DECRYPTION_FAILED", 1010],
      [{ how: { content: `A${nodeSeal(text)}` } }, "DECRYPTION_FAILED", 1010],
      [{ text: common({ entId: 618 }) }, "WRONG_ENT_ID", 1010],
      [{ text: common({ ts: NOW / 1000 - 601 }) }, "STALE_TIMESTAMP", 1010],
      [{ text: common({ ts: NOW + 601_000 }) }, "STALE_TIMESTAMP", 1010],
      [{ text: common({ method: "dache.submit.order" }) }, "UNEXPECTED_METHOD", 9],
      [{ text: common({ sqtRefundNo: undefined }) }, "MISSING_FIELD", 1],
      [{ text: "[]" }, "WRONG_TYPE", 1],
      [{ path: "/elsewhere" }, "UNKNOWN_ROUTE", 9],
    ];
    for (const [{ path = "/refund", text: own = text, how }, code, answer] of cases) {
      const error = thrown(() => pushed(path, own, how));
      assert.equal(error.code, code);
      const reply = error.toReply();
      assert.deepEqual([reply.status, reply.code, JSON.parse(reply.body)], [200, answer, { code: answer, message: code }]);
    }
    pushed("/refund", common({ ts: NOW / 1000 + 600, entId: "617" }));
    pushed("/refund", common({ ts: NOW - 600_000 }));
  });

  it("without a token are accepted and reported, or refused where one is required", () => {
    const body = new URLSearchParams({ content: nodeSeal(read("ride/refunded/request.json")) }).toString();
    assert.deepEqual(found(client.receiveSync({ url: "/refund", body }).warnings), [["MISSING_FIELD", "token", ""]]);
    const error = thrown(() => new RideClient({ ...options, requireToken: true }).receiveSync({ url: "/refund", body }));
    assert.deepEqual([error.code, error.toReply().code], ["WRONG_TOKEN", 1010]);
    new RideClient({ ...options, requireToken: true }).receiveSync({
      url: "/refund",
      body: form(read("ride/refunded/request.json")),
    });
  });

  it("of a refund whose amount is not certain are accepted without it", () => {
    for (const amount of ["10.00", "10.50", "-1000", '"10.00"', "null"]) {
      const { type, body, warnings } = pushed(
        "/refund",
        read("ride/refunded/request.json").replace(/"refundAmount": ?1000/, `"refundAmount":${amount}`),
      );
      assert.deepEqual(
        [type, body.refundAmount, warnings.map(({ path }) => path)],
        ["refunded", undefined, ["refundAmount"]],
        amount,
      );
    }
  });

  it("come to one address, all that are documented, whatever method is beside them", async () => {
    const pushes = Object.keys(PUSHES);
    assert.deepEqual(pushes.sort(), ["capacityOffered", "orderChanged", "refunded"]);
    const told = [];
    const note = (push) => void told.push([push.type, push.deduplicationKey.split(":")[0]]);
    const one = new RideClient({ ...options, routes: { "/meituan": "orderChanged" } });
    const serve = one.handler({ ...Object.fromEntries(pushes.map((name) => [name, note])), onWarning() {} });
    const event = { ...IDS, eventCode: 50, eventTime: NOW };
    const contents = {
      capacityOffered: json("ride/capacityOffered/request.json"),
      orderChanged: event,
      refunded: json("ride/refunded/request.json"),
    };
    const keys = { capacityOffered: "capacity", orderChanged: "event", refunded: "refund" };
    for (const name of pushes) {
      for (const method of [undefined, "", "order.change.push", "dache.order.refund.push"]) {
        for (const nested of [false, true]) {
          const common = { entId: 617, ts: NOW / 1000, ...(method !== undefined && { method }) };
          const content = nested ? { ...common, data: contents[name] } : { ...common, ...contents[name] };
          const request = new Request("https://x.example/meituan", { method: "POST", body: form(JSON.stringify(content)) });
          const { code } = await (await serve(request)).json();
          assert.deepEqual([code, told.pop()], [0, [name, keys[name]]], JSON.stringify(content));
        }
      }
    }
    assert.deepEqual(told, []);
  });

  it("at the path of events are what their content says, and content that is no push is refused", () => {
    for (const name of ["refunded", "capacityOffered"]) {
      const { type, warnings } = pushed("/event", read(`ride/${name}/request.json`));
      assert.equal(type, name);
      assert.ok(found(warnings).some(([code, path]) => code === "UNEXPECTED_METHOD" && path === "url"));
    }
    const { sqtRefundNo: _, ...noNumber } = json("ride/refunded/request.json");
    for (const text of [noNumber, { updateTime: NOW, staffId: "7" }, { status: 8 }]) {
      assert.equal(thrown(() => pushed("/event", JSON.stringify(text))).toReply().code, 1);
    }
  });

  it("whose body a framework has parsed are refused with a reply that asks for it again", () => {
    const error = thrown(() => client.receiveSync({ url: "/refund", body: { token: TOKEN } }));
    assert.equal(error.code, "BODY_NOT_RAW");
    assert.equal(error.toReply().code, 2);
  });
});
