import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codes, MeituanError, RideClient, RideRequests, tables } from "meituan-protocol/ride";
import {
  client,
  contentOf,
  expected,
  found,
  IDS,
  json,
  NOW,
  nodeSeal,
  options,
  parametersOf,
  QUERY,
  REQUESTS,
  read,
  TOKEN,
  thrown,
} from "./ride-support.mjs";

describe("requests", () => {
  for (const name of REQUESTS) {
    it(`${name}: the document's example, rebuilt from its values, opens to the same fields`, () => {
      const { supplyCode: _, method: __, entId, ts, ...values } = json(`ride/${name}/request.json`);
      const own = new RideClient({ ...options, entId });
      const request = own.requests[name](values, { now: 1000 * ts + 999 });
      assert.deepEqual(JSON.parse(contentOf(request)), json(`ride/${name}/request.json`));
      assert.deepEqual(found(request.warnings), expected(name, "request"));
      assert.equal(request.type, name);
      assert.match(request.url, new RegExp(`^https://inf-openapi[^?]*/dache/${name}$`));
      const { token, version } = parametersOf(request);
      assert.deepEqual({ token, version }, { token: TOKEN, version: "1.0" });
    });
  }

  it("are the same where nothing but requests is needed", () => {
    const { url, headers, body } = new RideRequests(options).queryRealTimeOrder(IDS);
    const whole = client.requests.queryRealTimeOrder(IDS);
    assert.deepEqual({ url, headers, body }, { url: whole.url, headers: whole.headers, body: whole.body });
    assert.throws(() => new RideRequests({ ...options, secretKey: 1 }), { code: "INVALID_CONFIG", path: "secretKey" });
  });

  it("is a Fetch request with the headers of the document's sample", async () => {
    const request = client.requests.queryNearByDrivers({ longitude: 116.488541, latitude: 40.006428 }).toRequest();
    assert.equal(request.method, "POST");
    assert.equal(request.headers.get("content-type"), "application/x-www-form-urlencoded");
    assert.equal(request.headers.get("accept"), "application/json");
    assert.equal(await request.text(), read("envelope/t4-nearby-drivers/form.txt"));
  });

  it("keeps a number of the enterprise that no double can hold", () => {
    const own = new RideClient({ ...options, entId: "526001045969776641" });
    assert.equal(own.entId, "526001045969776641");
    assert.match(contentOf(own.requests.queryRealTimeOrder(IDS)), /"entId":526001045969776641,/);
  });

  it("of the newer generation has accessKey, no version, and milliseconds", () => {
    const request = new RideClient({ ...options, version: 2 }).requests.queryRealTimeOrder(IDS, { now: NOW + 1 });
    const { content: _, ...outer } = parametersOf(request);
    assert.deepEqual(outer, { accessKey: TOKEN });
    assert.equal(JSON.parse(contentOf(request)).ts, NOW + 1);
  });

  it("go to production, or wherever one says", () => {
    const urlIn = (environment) => new RideClient({ ...options, environment }).requests.queryRealTimeOrder(IDS).url;
    assert.equal(urlIn("production"), "https://bep-openapi.meituan.com/api/sqt/openapi/dache/queryRealTimeOrder");
    assert.equal(urlIn("http://127.0.0.1:8080/mock/"), "http://127.0.0.1:8080/mock/dache/queryRealTimeOrder");
  });

  it("are refused by name where the document forbids it", () => {
    const { supplyCode: _, method: __, entId: ___, ts: ____, ...order } = json("ride/submitOrder/request.json");
    const refused = (change) => {
      const { code, path, rule } = thrown(() => client.requests.submitOrder({ ...order, ...change }));
      return [code, path, rule];
    };
    assert.deepEqual(refused({ reserveType: 2, reserveTime: undefined }), ["RULE_BROKEN", "reserveTime", "submit.reserve-time"]);
    assert.deepEqual(refused({ fLng: Number.NaN }), ["WRONG_TYPE", "fLng", undefined]);
    assert.deepEqual(refused({ fLat: 90.5 }), ["OUT_OF_RANGE", "fLat", undefined]);
    assert.deepEqual(refused({ ts: 1 }), ["UNKNOWN_FIELD", "ts", undefined]);
    assert.deepEqual(refused({ nonsense: 1 }), ["UNKNOWN_FIELD", "nonsense", undefined]);
    assert.deepEqual(refused({ fromAddress: "\ud800" }), ["LONE_SURROGATE", "fromAddress", undefined]);
    assert.deepEqual(refused({ mobile: 13000000000n }), ["WRONG_TYPE", "mobile", undefined]);
    const { code } = thrown(() => client.requests.submitOrder(undefined));
    assert.equal(code, "WRONG_TYPE");
  });

  it("report what only seems wrong, or refuse it where one wants that", () => {
    const cancel = { ...IDS, type: codes.CancelStep.CONFIRM };
    assert.deepEqual(found(client.requests.cancelOrder(cancel).warnings), [["RULE_BROKEN", "cancelCode", "cancel.reason"]]);
    const strict = new RideClient({ ...options, strictInferred: true });
    assert.equal(thrown(() => strict.requests.cancelOrder(cancel)).rule, "cancel.reason");
  });
});

describe("replies", () => {
  for (const name of REQUESTS) {
    it(`${name}: the document's example is accepted, with exactly the expected warnings`, async () => {
      const request = requestFor(name);
      const answer = await request.parseResponse(new Response(read(`ride/${name}/response.json`)));
      assert.deepEqual(found(answer.warnings), expected(name, "response"));
    });
  }

  /** Any good request of an interface. */
  const requestFor = (name, own = client) => {
    const { supplyCode: _, method: __, entId: ___, ts: ____, ...values } = json(`ride/${name}/request.json`);
    return own.requests[name](values);
  };

  it("give the data itself; what else was said goes along unseen", async () => {
    const text = '{"code":0,"message":"成功","data":{"mtOrderId":"143035144198107963915429100000"}}';
    const response = new Response(text, { headers: { "M-TraceId": "-123" } });
    const answer = await requestFor("submitOrder").parseResponse(response);
    const { mtOrderId, warnings, traceId, message } = answer;
    assert.equal(mtOrderId, "143035144198107963915429100000");
    assert.deepEqual({ ...answer }, { mtOrderId });
    assert.deepEqual([warnings, traceId, message], [[], "-123", "成功"]);
    assert.equal(answer.data, answer);
  });

  it("without data are an empty object", () => {
    const answer = requestFor("notifyPaidResult").parse('{"code":0,"message":"成功","data":null}');
    assert.deepEqual({ ...answer }, {});
    assert.equal(requestFor("cancelOrder").parse('{"code":0,"message":"ok"}').cancelPrice, undefined);
  });

  it("are the same in every form", () => {
    const payload = '{"mtOrderId":"143035144198107963915429100000"}';
    const business = `{"code":0,"message":"成功","data":${payload}}`;
    const outer = (data) => `{"status":0,"msg":"成功","data":${data},"traceId":"t"}`;
    const text = JSON.stringify;
    const forms = [business, outer(business), outer(payload), outer(text(business)), outer(text(nodeSeal(business)))];
    for (const body of [...forms, outer(text(nodeSeal(text(payload))))]) {
      assert.equal(requestFor("submitOrder").parse(body).mtOrderId, "143035144198107963915429100000", body);
    }
    const newer = new RideClient({ ...options, version: 2 });
    const { code, path } = thrown(() => requestFor("submitOrder", newer).parse(outer('"bm90IHNlYWxlZA"')));
    assert.deepEqual([code, path], ["DECRYPTION_FAILED", "data"]);
  });

  it("that are failures say number, name, both meanings, whether to try again, and the trace", async () => {
    for (const { code, name, meaning, retryable } of tables.resultCodes.slice(0)) {
      if (code === 0) continue;
      const response = new Response(`{"code":${code},"message":"原话","data":null}`, { headers: { "M-TraceId": "7" } });
      const error = await requestFor(QUERY)
        .parseResponse(response)
        .catch((error) => error);
      assert.ok(MeituanError.is(error));
      assert.equal(error.code, "REMOTE_REJECTED");
      const { remoteCode, remoteName, describe: words, traceId } = error;
      assert.deepEqual([remoteCode, remoteName, words, traceId], [code, name, "原话", "7"]);
      assert.deepEqual([error.meaning, error.retryable], [meaning, retryable]);
      assert.ok(meaning.en.length > 3 && /\p{Script=Han}/u.test(meaning.zh));
      assert.match(error.message, new RegExp(`queryRealTimeOrder was answered ${code} ${name} 原话`));
    }
  });

  it("of the gateway have no meaning of the business's table", () => {
    const error = thrown(() => requestFor(QUERY).parse('{"status":1010,"msg":"ts 相差过大","traceId":"abc"}'));
    const { code, path, remoteCode, remoteName, meaning, describe: words, traceId, retryable } = error;
    assert.deepEqual([code, path, remoteCode, words, traceId], ["REMOTE_REJECTED", "status", 1010, "ts 相差过大", "abc"]);
    assert.deepEqual([remoteName, meaning, retryable], [undefined, undefined, false]);
  });

  it("are decided by the body, and by the HTTP status only where there is none", async () => {
    const answered = (body, status) =>
      requestFor(QUERY)
        .parseResponse(new Response(body, { status, headers: { "M-TraceId": "9" } }))
        .catch((error) => error);
    assert.equal((await answered('{"code":8,"message":"x"}', 500)).remoteCode, 8);
    const gateway = await answered("<html>bad gateway</html>", 502);
    const { code, retryable, remoteCode, traceId } = gateway;
    assert.deepEqual([code, retryable, remoteCode, traceId], ["REMOTE_REJECTED", true, undefined, "9"]);
    assert.equal((await answered("no", 404)).retryable, false);
    assert.equal((await answered("<html>", 200)).code, "INVALID_JSON");
  });

  it("too large to read are refused", async () => {
    const own = new RideClient({ ...options, maxBodyBytes: 100 });
    const response = new Response(`{"code":0,"message":"${"x".repeat(200)}"}`);
    await assert.rejects(requestFor(QUERY, own).parseResponse(response), { code: "BODY_TOO_LARGE" });
  });
});
