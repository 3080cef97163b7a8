import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv, randomBytes, randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { checkMessage, MESSAGES } from "meituan-protocol";
import { values } from "meituan-protocol/definitions";
import * as ride from "meituan-protocol/ride";

const {
  carTypeRequestOf,
  codes,
  handler,
  MeituanError,
  newOrderId,
  openEnvelope,
  RideClient,
  RideRequests,
  sealEnvelope,
  signSorted,
  tables,
} = ride;

const VECTORS = new URL("../vectors/", import.meta.url);
const read = (path) => readFileSync(new URL(path, VECTORS), "utf8");
const json = (path) => JSON.parse(read(path));

const NOW = 1629857463000;
const TOKEN = "CESHI-TK";
const SECRET_KEY = "AAECAwQFBgcICQoLDA0ODw==";
const OTHER_KEY = "EBESExQVFhcYGRobHB0eHw==";
const INTERFACES = readdirSync(new URL("ride/", VECTORS));
const REQUESTS = INTERFACES.filter((name) => name in new RideRequests({ entId: 1, accessKey: TOKEN, secretKey: SECRET_KEY }));
const PATHS = { capacityOffered: "/capacity", orderChanged: "/event", refunded: "/refund" };
const PUSHES = Object.fromEntries(
  INTERFACES.filter((name) => !REQUESTS.includes(name)).map((name) => [name, PATHS[name] ?? `/${name}`]),
);
const options = {
  entId: 617,
  accessKey: TOKEN,
  secretKey: SECRET_KEY,
  now: () => NOW,
  routes: Object.fromEntries(Object.entries(PUSHES).map(([name, path]) => [path, name])),
};
const client = new RideClient(options);

/** Node's AES: a second opinion. */
const nodeSeal = (text, key = SECRET_KEY) => {
  const cipher = createCipheriv("aes-128-ecb", Buffer.from(key, "base64"), null);
  return Buffer.concat([cipher.update(text), cipher.final()]).toString("base64url");
};
const nodeOpen = (content, key = SECRET_KEY) => {
  const decipher = createDecipheriv("aes-128-ecb", Buffer.from(key, "base64"), null);
  return Buffer.concat([decipher.update(Buffer.from(content, "base64url")), decipher.final()]).toString();
};

const parametersOf = ({ body }) => Object.fromEntries(new URLSearchParams(body));
const contentOf = (request) => nodeOpen(parametersOf(request).content);
const found = (issues) => issues.map(({ code, path, rule }) => [code, path, rule ?? ""]);
const expected = (name, side) =>
  json(`ride/${name}/expected-warnings.json`)[side].map(({ code, path, rule }) => [code, path, rule ?? ""]);

const form = (text, { token = TOKEN, content = nodeSeal(text) } = {}) =>
  new URLSearchParams({ token, version: "1.0", content }).toString();
const pushed = (path, text, how) => client.receiveSync({ method: "POST", url: path, headers: {}, body: form(text, how) });
const thrown = (work) => {
  try {
    work();
  } catch (error) {
    assert.ok(MeituanError.is(error), String(error));
    return error;
  }
  throw new Error("nothing was thrown");
};

const IDS = { mtOrderId: "143009655634578641215429100000", channelPartnerOrderId: "314253f8-912b-4c7e-9f25-bcd5ae4be8cc" };
const QUERY = "queryRealTimeOrder";

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
    assert.equal(error.toReply().code, 1);
  });
});

describe("the envelope", () => {
  const CASES = readdirSync(new URL("envelope/", VECTORS), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of CASES) {
    it(`seals and opens the vector ${name}`, () => {
      const { key, plain } = json(`envelope/${name}/input.json`);
      const sealed = read(`envelope/${name}/sealed.txt`);
      assert.equal(sealEnvelope(key, plain), sealed);
      assert.equal(openEnvelope(key, sealed), plain);
    });
  }

  /** Any text, with characters of every length in UTF-8. */
  const anyText = () => {
    const parts = ["a", '"', "\\", "\n", "é", "订", "😀", "\u0000", "\u2028"];
    return Array.from({ length: randomInt(200) }, () => parts[randomInt(parts.length)]).join("");
  };

  it("agrees with Node's AES on random texts and keys, in both directions", () => {
    for (let round = 0; round < 500; round++) {
      const key = randomBytes(16).toString("base64");
      const text = anyText();
      const content = sealEnvelope(key, text);
      assert.equal(content, nodeSeal(text, key));
      assert.equal(openEnvelope(key, nodeSeal(text, key)), text);
      const bytes = Buffer.from(content, "base64url");
      for (const notation of [
        bytes.toString("base64"),
        bytes.toString("base64").replaceAll("+", " "),
        bytes.toString("base64url"),
      ]) {
        assert.equal(openEnvelope(key, notation), text);
      }
    }
  });

  it("opens an altered content to another text, or fails by one name that tells nothing", () => {
    const text = JSON.stringify({ ...IDS, price: 12345, remark: anyText() });
    const content = Buffer.from(sealEnvelope(SECRET_KEY, text), "base64url");
    const outcomes = { opened: 0, refused: 0 };
    for (let round = 0; round < 2000; round++) {
      const altered = Buffer.from(content);
      altered[randomInt(altered.length)] ^= 1 << randomInt(8);
      try {
        assert.notEqual(openEnvelope(SECRET_KEY, altered.toString("base64url")), text);
        outcomes.opened++;
      } catch (error) {
        assert.ok(MeituanError.is(error), String(error));
        assert.deepEqual([error.code, error.detail, error.path], ["DECRYPTION_FAILED", "", "content"]);
        outcomes.refused++;
      }
    }
    assert.ok(outcomes.refused > 1000, JSON.stringify(outcomes));
  });

  it("does not notice when whole blocks are exchanged: what is opened is not proven", () => {
    const blocks = ['{"price":0000001', ',"mark":"000001"', ',"amount":009999', "}               "];
    const content = Buffer.from(sealEnvelope(SECRET_KEY, blocks.join("")), "base64url");
    const [first, second, third, ...rest] = [0, 1, 2, 3, 4].map((index) => content.subarray(16 * index, 16 * index + 16));
    const altered = Buffer.concat([first, third, second, ...rest]).toString("base64url");
    assert.equal(openEnvelope(SECRET_KEY, altered), [blocks[0], blocks[2], blocks[1], blocks[3]].join(""));
  });

  it("refuses a key that is not 16 bytes of Base64, by name, and shows nothing of it", () => {
    for (const key of ["", "short", "AAECAwQFBgcICQoLDA0O", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "!!ECAwQFBgcICQoLDA0ODw=="]) {
      const error = thrown(() => sealEnvelope(key, "x"));
      assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", "secretKey"]);
      if (key !== "") assert.ok(!JSON.stringify(error).includes(key));
      assert.equal(thrown(() => new RideClient({ ...options, secretKey: key })).path, "secretKey");
    }
  });

  it("uses the key it is given, whichever one came before", () => {
    const keys = [SECRET_KEY, randomBytes(16).toString("base64"), randomBytes(16).toString("base64url")];
    const near = SECRET_KEY.replace("Dw==", "Dg==");
    for (let round = 0; round < 200; round++) {
      const key = [...keys, near][randomInt(4)];
      if (randomInt(3) === 0) assert.equal(thrown(() => sealEnvelope(key.slice(1), "x")).code, "INVALID_CONFIG");
      const content = nodeSeal(`text ${round}`, key);
      assert.equal(sealEnvelope(key, `text ${round}`), content);
      assert.equal(openEnvelope(key, content), `text ${round}`);
    }
  });

  it("refuses a string that UTF-8 cannot hold", () => {
    assert.equal(thrown(() => sealEnvelope(SECRET_KEY, "a\udc00")).code, "LONE_SURROGATE");
  });
});

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

describe("settings", () => {
  it("that are wrong are refused by their path", () => {
    const wrong = {
      entId: [0, -1, 1.5, 2 ** 53, "x", "", undefined, "99999999999999999999"],
      accessKey: ["", undefined, 1, "with space"],
      secretKey: [undefined, 7],
      environment: ["", "ftp://x", "https://x/?y", 1],
      version: [0, 3, "two"],
      toleranceSeconds: [-1, 0.5],
      strictInferred: ["yes"],
      requireToken: [1, "yes"],
      maxBodyBytes: [0, 2 ** 30],
      now: [1],
    };
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        const { code, path } = thrown(() => new RideClient({ ...options, [name]: value }));
        assert.deepEqual([code, path], ["INVALID_CONFIG", name], `${name}: ${value}`);
      }
    }
    for (const routes of [{ "/a": "submitOrder" }, { "/a": "nothing" }, { a: "refunded" }, []]) {
      assert.equal(thrown(() => new RideClient({ ...options, routes })).code, "INVALID_CONFIG");
    }
    assert.equal(thrown(() => new RideClient({ ...options, tolerance: 1 })).path, "tolerance");
  });
});

describe("the rest", () => {
  it("makes order numbers from randomness, the caller's or the platform's", () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => index);
    assert.equal(newOrderId(bytes), "00010203-0405-4607-8809-0a0b0c0d0e0f");
    const many = new Set(Array.from({ length: 100 }, () => newOrderId()));
    assert.equal(many.size, 100);
    for (const id of many) assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    assert.equal(thrown(() => newOrderId(bytes.subarray(1))).code, "INVALID_CONFIG");
  });

  for (const name of readdirSync(new URL("sorted-sign/", VECTORS))) {
    it(`signs sorted parameters: the vector ${name}`, () => {
      const { scheme, secret, parameters } = json(`sorted-sign/${name}/input.json`);
      const how = { scheme: scheme === "prefix" ? "prefix" : "sign_key" };
      const signature = signSorted(secret, Object.fromEntries(parameters), how);
      assert.equal(signature, read(`sorted-sign/${name}/sign.txt`).trim());
    });
  }

  it("signs numbers and flags as they are sent, leaves out what has no value, and refuses objects", () => {
    const texts = signSorted("s", { a: "1", b: "true" });
    assert.equal(signSorted("s", { b: true, a: 1, c: null, d: undefined }), texts);
    assert.equal(thrown(() => signSorted("s", { a: {} })).path, "parameters.a");
    assert.equal(thrown(() => signSorted("s", {}, { scheme: "md5" })).path, "scheme");
  });

  for (const { name, estimate, request } of json("ride-estimate/car-type-requests.json")) {
    it(`orders with an estimate: ${name}`, () => {
      assert.deepEqual(carTypeRequestOf(estimate), request ?? undefined);
      if (request === null) return;
      const { supplyCode: _, method: __, entId: ___, ts: ____, ...order } = json("ride/submitOrder/request.json");
      assert.deepEqual(client.requests.submitOrder({ ...order, carTypeRequestList: [carTypeRequestOf(estimate)] }).warnings, []);
    });
  }

  it("has the document's tables in both languages", () => {
    const sizes = Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.length]));
    const { resultCodes, orderStates, orderEvents, cancelTypes, cancelReasons, carTypes, questions } = sizes;
    assert.deepEqual([resultCodes, orderStates, orderEvents, cancelTypes], [20, 15, 18, 6]);
    assert.deepEqual([cancelReasons, carTypes, questions], [18, 6, 25]);
    const bySomeId = tables.questions.find(({ faqId }) => faqId === 49614);
    assert.deepEqual(bySomeId.question.zh, "司机恶意绕路");
    for (const { meaning } of Object.values(tables).flat()) if (meaning) assert.ok(meaning.zh && meaning.en);
  });

  it("has every table of the document among the values, also those that no field carries", () => {
    assert.deepEqual(Object.keys(values.CancelType ?? {}), ["1001", "1002", "1003", "1004", "1005", "1006"]);
    const reference = readFileSync(new URL("../../docs/ride-messages.md", import.meta.url), "utf8");
    for (const { faqId, category, question } of tables.questions) {
      assert.ok(reference.includes(`| ${faqId} | ${category.zh} · ${category.en} | ${question.zh} · ${question.en} |`), faqId);
    }
    for (const environment of ["test", "production"]) {
      const { url } = new RideClient({ ...options, environment }).requests.queryRealTimeOrder(IDS);
      assert.ok(reference.includes(`\`${url.replace("/dache/queryRealTimeOrder", "")}\``));
    }
    for (const { field, from } of tables.carTypeRequestSources) {
      assert.ok(reference.includes(`| \`${field}\` | ${from.map((name) => `\`${name}\``).join(", ")} |`), field);
    }
  });

  it("checks every message by its name", () => {
    const names = MESSAGES.filter((name) => name.startsWith("ride."));
    assert.equal(names.length, 2 * INTERFACES.length);
    for (const name of names) {
      const [, of, side] = name.split(".");
      const file = `ride/${of}/${side === "request" ? "request" : "response"}.json`;
      // The one example of an event that is at hand comes from a sibling's sample, which has its fields in `data`.
      const { data, ...outer } = json(file);
      const text = name === "ride.orderChanged.request" ? JSON.stringify({ ...outer, ...data, changeStatus: 20 }) : read(file);
      assert.equal(checkMessage(name, text).ok, true, name);
      assert.equal(checkMessage(name, "[]").ok, false, name);
    }
  });

  it("is the same as a CommonJS module", () => {
    const required = createRequire(import.meta.url)("meituan-protocol/ride");
    assert.deepEqual(Object.keys(required).sort(), Object.keys(ride).sort());
    assert.equal(required.sealEnvelope(SECRET_KEY, "x"), sealEnvelope(SECRET_KEY, "x"));
  });
});
