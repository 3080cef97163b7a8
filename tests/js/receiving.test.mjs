// What comes from Meituan: what is taken, and what is refused how.

import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv, randomInt } from "node:crypto";
import { describe, it } from "node:test";
import { MeituanError, TicketSupplier } from "meituan-protocol/ticket";
import {
  CREATE,
  DATE,
  fetched,
  hmac,
  NOW,
  options,
  REFUND,
  refusalOf,
  SECRET,
  sent,
  signed,
  supplier,
  wire,
} from "./ticket-support.mjs";

describe("receiving a call", () => {
  it("gives the message with ids as texts, amounts in fen and moments in milliseconds", () => {
    const create = supplier.receiveSync(signed("/mt/create", wire(CREATE)));
    assert.equal(create.type, "orderCreate");
    assert.equal(create.partnerId, 1122);
    assert.equal(create.body.orderId, "1453361297221");
    assert.equal(create.body.unitPrice, 119950);
    const [visitor, second, ...further] = create.body.visitors;
    assert.deepEqual(visitor, {
      name: "张三",
      mobile: "13500000000",
      credentials: { 0: "130000000000000000" },
      gender: 1,
    });
    assert.deepEqual([second.name, further], ["李四", []]);
    assert.deepEqual(create.warnings, []);
    const refund = supplier.receiveSync(signed("/mt/refund", wire(REFUND)));
    assert.equal(refund.body.refundTime, Date.parse("2018-12-26T09:05:57+08:00"));
    assert.equal(refund.body.refundPrice, 58000);
  });

  it("takes the body as text and as bytes alike", () => {
    const text = wire({ ...CREATE, partnerDealId: 'a"b\\c\n\u2028😀\u0001' });
    const bytes = new TextEncoder().encode(text);
    const expected = supplier.receiveSync(signed("/mt/create", text)).body;
    assert.equal(expected.partnerDealId, 'a"b\\c\n\u2028😀\u0001');
    const padded = new Uint8Array([1, 2, 3, ...bytes]);
    for (const body of [bytes, bytes.buffer, Buffer.from(text), padded.subarray(3), new DataView(bytes.buffer)]) {
      assert.deepEqual(supplier.receiveSync(signed("/mt/create", body)).body, expected);
    }
  });

  it("takes a Fetch request whose body comes in pieces", async () => {
    const bytes = new TextEncoder().encode(wire(CREATE));
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
        controller.close();
      },
    });
    const { headers } = signed("/mt/create");
    const call = await supplier.receive(
      new Request("https://a.example/mt/create", { method: "POST", headers, body, duplex: "half" }),
    );
    assert.equal(call.body.visitors[0].name, "张三");
  });

  it("keeps ids exact beyond 2^53", () => {
    for (const id of ["9007199254740993", "8985652356562370001", "18446744073709551615"]) {
      const call = supplier.receiveSync(signed("/mt/create", wire(CREATE, id)));
      assert.equal(call.body.orderId, id);
    }
  });

  it("finds the headers in any case and any container", () => {
    const body = wire({ orderId: 1 });
    const { headers, ...rest } = signed("/mt/query", body);
    const changed = (change) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [change(name), value]));
    const containers = [
      changed((name) => name.toLowerCase()),
      changed((name) => name.toUpperCase()),
      { ...headers, PartnerId: ["1122"], "x-other": undefined },
      { ...headers, PartnerId: 1122 },
      new Headers(headers),
      Object.entries(headers),
      new Map(Object.entries(headers)),
      Object.assign(Object.create(null), headers),
    ];
    for (const container of containers)
      assert.equal(supplier.receiveSync({ ...rest, body, headers: container }).type, "orderQuery");
  });

  it("reports what deviates, and takes it", () => {
    const body = { ...CREATE, quantity: "2", travelDate: null, surprise: 1, visitors: [{ gender: 9 }] };
    const { warnings, body: read } = supplier.receiveSync(signed("/mt/create", wire(body)));
    const found = warnings.map(({ code, path, refuses }) => `${code} ${path} ${refuses}`).sort();
    assert.deepEqual(found, [
      "NULL_FIELD body.travelDate false",
      "NUMBER_AS_STRING body.quantity false",
      "RULE_BROKEN body.visitors false",
      "UNKNOWN_FIELD body.surprise false",
      "UNKNOWN_VALUE body.visitors[0].gender false",
    ]);
    assert.equal(read.quantity, 2);
    assert.equal(read.visitors[0].gender, 9);
    assert.equal(supplier.receiveSync(signed("/mt/create", wire(CREATE).replace("1122", '"1122"'))).partnerId, 1122);
  });

  it("keeps the warnings of one call apart from the next call", () => {
    const first = supplier.receiveSync(signed("/mt/query", '{"partnerId":1122,"body":{"orderId":1,"a":1}}'));
    supplier.receiveSync(signed("/mt/query", '{"partnerId":1122,"body":{"orderId":2,"b":1}}'));
    assert.deepEqual(
      first.warnings.map((warning) => warning.path),
      ["body.a"],
    );
    assert.equal(first.body.orderId, "1");
  });

  it("takes the signature over path and query, and over the path alone", () => {
    const body = wire({ orderId: 1 });
    assert.equal(supplier.receiveSync(signed("/mt/query?x=1", body)).type, "orderQuery");
    assert.equal(supplier.receiveSync(signed("/mt/query?x=1", body, { signedPath: "/mt/query" })).type, "orderQuery");
    assert.equal(supplier.receiveSync({ ...signed("/mt/query", body), url: "https://a.example/mt/query#part" }).type, "orderQuery");
  });

  it("takes the signature over the URI that Meituan saw before a proxy changed it", () => {
    const call = signed("/inside/query", wire({ orderId: 1 }), { signedPath: "/outside/query" });
    const routes = { "/inside/query": "orderQuery" };
    const rewrites = [{ strip: "/inside", prepend: "/outside" }, (url) => url.replace("inside", "outside")];
    for (const signedUri of rewrites)
      assert.equal(new TicketSupplier({ ...options, routes, signedUri }).receiveSync(call).type, "orderQuery");
    assert.equal(refusalOf(() => new TicketSupplier({ ...options, routes }).receiveSync(call)).code, "BAD_SIGNATURE");
  });

  it("takes the signature over the path alone no longer where that is switched off, or where the signed URI is given", () => {
    const body = wire({ orderId: 1 });
    const bare = signed("/mt/query?x=1", body, { signedPath: "/mt/query" });
    const whole = signed("/mt/query?x=1", body);
    for (const more of [{ signedWithoutQuery: false }, { signedUri: (url) => url }]) {
      const exact = new TicketSupplier({ ...options, ...more });
      assert.equal(exact.receiveSync(whole).type, "orderQuery");
      assert.equal(refusalOf(() => exact.receiveSync(bare)).code, "BAD_SIGNATURE");
    }
    const path = new TicketSupplier({ ...options, signedUri: () => "/mt/query" });
    assert.equal(path.receiveSync(bare).type, "orderQuery");
    assert.equal(refusalOf(() => path.receiveSync(whole)).code, "BAD_SIGNATURE");
    assert.throws(() => new TicketSupplier({ ...options, signedWithoutQuery: 0 }), { path: "signedWithoutQuery" });
  });

  it("takes no signed URI that is none: that is a wrong setting, and no failure", () => {
    for (const wrong of ["mt/query", "", ".evil.example/mt/query", "/mt/门票", "/mt/a b", "/mt/query\nx", "/mt/\u0000"]) {
      const { code, path, toReply } = refusalOf(() =>
        new TicketSupplier({ ...options, signedUri: () => wrong }).receiveSync(signed("/mt/query", wire({ orderId: 1 }))),
      );
      assert.deepEqual([code, path], ["INVALID_CONFIG", "signedUri"], JSON.stringify(wrong));
      assert.equal(typeof toReply, "function");
    }
  });

  it("shows the Date and the signature of a call, but not to what prints it", () => {
    const sent = signed("/mt/query", wire({ orderId: 1 }));
    const call = supplier.receiveSync(sent);
    assert.deepEqual([call.date, `MWS lvyou_x:${call.signature}`], [sent.headers.Date, sent.headers.Authorization]);
    assert.ok(!JSON.stringify(call).includes(call.signature));
  });

  it("accepts every secret while secrets are changed, and signs with the first", () => {
    const both = new TicketSupplier({ ...options, clientSecret: ["new", "old"] });
    for (const secret of ["new", "old"])
      assert.equal(both.receiveSync(signed("/mt/query", wire({ orderId: 1 }), { secret })).type, "orderQuery");
    assert.equal(refusalOf(() => both.receiveSync(signed("/mt/query", wire({ orderId: 1 })))).code, "BAD_SIGNATURE");
    const { headers, stringToSign: text } = both.requests.productChangeNotice([{ partnerDealId: "1", status: 2 }]);
    assert.equal(headers.Authorization, `MWS lvyou_x:${hmac("new", text)}`);
  });

  it("can be told the time, and not to mind it", () => {
    const call = signed("/mt/query", wire({ orderId: 1 }));
    assert.equal(supplier.receiveSync(call, { now: new Date(NOW + 600_000) }).type, "orderQuery");
    assert.equal(refusalOf(() => supplier.receiveSync(call, { now: NOW + 601_000 })).code, "STALE_DATE");
    const patient = new TicketSupplier({ ...options, toleranceSeconds: null });
    assert.equal(patient.receiveSync(call, { now: 0 }).type, "orderQuery");
  });
});

describe("refusing a call", () => {
  const text = wire(CREATE);
  const good = signed("/mt/create", text);
  const withHeaders = (headers) => ({ ...good, headers: { ...good.headers, ...headers } });
  const withBody = (body) => ({ ...good, body });
  const [before, after] = text.split("张三");
  const gbk = Buffer.concat([Buffer.from(before), Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]), Buffer.from(after)]);
  const large = new TicketSupplier({ ...options, maxBodyBytes: 64 });

  const refusals = [
    ["a header is missing", withHeaders({ Date: undefined }), "MISSING_HEADER", "headers.date"],
    [
      "a header is there twice",
      withHeaders({ authorization: good.headers.Authorization }),
      "DUPLICATE_HEADER",
      "headers.authorization",
    ],
    ["a header is there twice in a list", withHeaders({ PartnerId: ["1122", "1122"] }), "DUPLICATE_HEADER", "headers.partnerid"],
    [
      "a header is there twice, empty at first",
      { ...signed("/mt/create", text), headers: [["authorization", ""], ...Object.entries(signed("/mt/create", text).headers)] },
      "DUPLICATE_HEADER",
      "headers.authorization",
    ],
    ["Date is there twice", withHeaders({ Date: [DATE, DATE] }), "DUPLICATE_HEADER", "headers.date"],
    ["Authorization has another form", withHeaders({ Authorization: "Bearer x" }), "MALFORMED_HEADER", "headers.authorization"],
    ["a header holds a line feed", withHeaders({ Date: `${DATE}\nx` }), "MALFORMED_HEADER", "headers"],
    ["the signature is wrong", signed("/mt/create", text, { secret: "wrong" }), "BAD_SIGNATURE", "headers.authorization"],
    [
      "the client is another",
      withHeaders({ Authorization: good.headers.Authorization.replace(/ .*:/, " other:") }),
      "UNKNOWN_CLIENT",
      "headers.authorization",
    ],
    ["the method is another", { ...good, method: "GET" }, "BAD_SIGNATURE", "headers.authorization"],
    ["Date is no date", withHeaders({ Date: "yesterday" }), "MALFORMED_DATE", "headers.date"],
    ["Date is stale", withHeaders({ Date: "Wed, 06 May 2015 10:00:00 GMT" }), "STALE_DATE", "headers.date"],
    ["the partner in the header is another", withHeaders({ PartnerId: "1123" }), "WRONG_PARTNER_ID", "headers.partnerid"],
    ["the partner in the body is another", withBody(text.replace("1122", "1123")), "WRONG_PARTNER_ID", "partnerId"],
    ["the body is nested 10,000 deep", withBody(text.replace("2399", "[".repeat(10_000) + "]".repeat(10_000))), "TOO_DEEP"],
    ["a key is there twice", withBody(text.replace('"quantity":2', '"quantity":2,"quantity":1')), "DUPLICATE_KEY", "body"],
    ["an id is beyond 64 bits", withBody(wire(CREATE, "18446744073709551616")), "ID_TOO_LARGE", "body.orderId"],
    ["a field is missing", withBody(wire({ ...CREATE, orderId: undefined })), "MISSING_FIELD", "body.orderId"],
    ["half a surrogate pair is in an escape", withBody(text.replace("张三", "张\\ud83d")), "LONE_SURROGATE"],
  ];
  for (const [what, call, code, path] of refusals) {
    it(`answers HTTP 200 and the failure of the family when ${what}`, () => {
      const error = refusalOf(() => supplier.receiveSync(call));
      assert.equal(error.code, code);
      if (path !== undefined) assert.equal(error.path, path);
      assert.ok(error.hint && error.hintZh);
      const reply = error.toReply();
      assert.equal(reply.status, 200);
      const { describe: reason, ...rest } = sent(reply);
      assert.deepEqual(rest, { code: 499, partnerId: 1122 });
      assert.match(reason, /[\u4e00-\u9fff]/);
      const isOfStranger = [
        "MISSING_HEADER",
        "MALFORMED_HEADER",
        "DUPLICATE_HEADER",
        "MALFORMED_DATE",
        "STALE_DATE",
        "BAD_SIGNATURE",
        // Whose name it was is no business of a stranger's.
        "UNKNOWN_CLIENT",
      ]
        .concat(path?.startsWith("headers") ? "WRONG_PARTNER_ID" : [])
        .includes(code);
      if (isOfStranger) assert.ok(["认证头缺失或格式错误", "Date 超出允许范围", "签名校验失败"].includes(reason), reason);
      else assert.ok(reason.includes(code) && reason.includes(error.path), reason);
      assert.doesNotMatch(reason, /\n| at |\.js/);
      assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes(SECRET));
    });
  }

  const encrypted = { "X-Encryption-Status": "encrypted" };
  const unread = [
    ["the body is not UTF-8", withBody(gbk), "INVALID_UTF8"],
    ["the body is not JSON", withBody(`${text}!`), "INVALID_JSON"],
    ["the body is cut", withBody(text.slice(0, -5)), "TRUNCATED_JSON"],
    ["the body is empty", withBody(""), "TRUNCATED_JSON"],
    ["the body is white space", withBody(" \n"), "TRUNCATED_JSON"],
    ["a number is NaN", withBody(text.replace("2399", "NaN")), "INVALID_JSON"],
    ["half a surrogate pair is in the string", withBody(text.replace("张三", "张\ud83d")), "LONE_SURROGATE"],
    ["the body is cut behind a value of the wrong type", withBody('{"partnerId":[],"body":{'), "WRONG_TYPE"],
    ["the body is encrypted and there is no key", withHeaders(encrypted), "ENCRYPTION_NOT_CONFIGURED"],
    ["the body is empty and encrypted, and there is no key", { ...withHeaders(encrypted), body: "" }, "ENCRYPTION_NOT_CONFIGURED"],
  ];
  for (const [what, call, code] of unread) {
    it(`answers HTTP 503 when ${what}: an earlier call of the same content may have acted`, async () => {
      const arriving = new Request(`https://supplier.example${call.url}`, call);
      const ways = [refusalOf(() => supplier.receiveSync(call))];
      // Fetch writes UTF-8, which has no half of a pair.
      if (!/\p{Surrogate}/u.test(call.body)) ways.push(await supplier.receive(arriving).catch((refused) => refused));
      for (const error of ways) {
        assert.equal(error.code, code);
        assert.ok(error.hint && error.hintZh);
        const { status, headers, body } = error.toReply();
        assert.deepEqual([status, headers, body], [503, { "retry-after": "1" }, ""]);
      }
      const stranger = signed(call.url, call.body, { secret: "wrong", headers: encrypted });
      const { code: found, describe } = sent(refusalOf(() => supplier.receiveSync(stranger)).toReply());
      assert.deepEqual([found, describe], [499, "签名校验失败"]);
    });
  }

  it("answers the failure of its family to a call that does nothing, whatever its body is", () => {
    for (const [path, family] of [
      ["/mt/query", 399],
      ["/mt/heartbeat", 300],
    ]) {
      for (const [, { body, headers }, code] of unread) {
        const status = headers["X-Encryption-Status"];
        const call = signed(path, body, { headers: status === undefined ? {} : { "X-Encryption-Status": status } });
        const error = refusalOf(() => supplier.receiveSync(call));
        assert.equal(error.code, code);
        const reply = error.toReply();
        assert.deepEqual([reply.status, sent(reply).code], [200, family]);
        assert.ok(sent(reply).describe.includes(code));
      }
    }
  });

  it("answers HTTP 503 when the body is not what was received: an earlier call of the same content may have acted", () => {
    for (const body of [JSON.parse(text), undefined, null, 7]) {
      const error = refusalOf(() => supplier.receiveSync(withBody(body)));
      assert.deepEqual([error.code, error.path], ["BODY_NOT_RAW", "body"]);
      const { status, body: reply, headers } = error.toReply();
      assert.deepEqual([status, reply, headers], [503, "", { "retry-after": "1" }]);
    }
  });

  it("answers alike whatever is wrong with an encrypted body, and refuses a plain one where that is asked for", () => {
    const key = "0123456789abcdef";
    const vector = Buffer.from(key.slice(8) + key.slice(0, 8));
    const sealed = (plain) => {
      const cipher = createCipheriv("aes-128-cbc", Buffer.from(key), vector);
      return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64");
    };
    const opened = (body) => {
      const decipher = createDecipheriv("aes-128-cbc", Buffer.from(key), vector);
      return Buffer.concat([decipher.update(Buffer.from(body, "base64")), decipher.final()]).toString();
    };
    const own = new TicketSupplier({ ...options, bodyEncryption: { key } });
    const headers = { "X-Encryption-Status": "encrypted" };
    const altered = `${sealed(text).slice(0, 20)}AAAA${sealed(text).slice(24)}`;
    const codes = new Set();
    const replies = new Set();
    for (const body of [
      "AAAA",
      "no Base64!",
      altered,
      sealed(""),
      sealed("{"),
      sealed("{}"),
      sealed(text.replace("1122", "1123")),
    ]) {
      const error = refusalOf(() => own.receiveSync(signed("/mt/create", body, { headers })));
      codes.add(error.code);
      replies.add(opened(error.toReply().body));
    }
    assert.ok(codes.size > 2, "the error says what it is");
    assert.deepEqual([...replies], ['{"code":499,"describe":"请求体解密或解析失败","partnerId":1122}']);

    const emptied = refusalOf(() => own.receiveSync(signed("/mt/create", "", { headers })));
    assert.deepEqual([emptied.code, emptied.path, emptied.toReply().status], ["BODY_NOT_RAW", "body", 503]);
    assert.match(emptied.detail, /a body parser/);

    assert.equal(own.receiveSync(good).type, "orderCreate");
    const strict = new TicketSupplier({ ...options, bodyEncryption: { key, required: true } });
    const refused = refusalOf(() => strict.receiveSync(good));
    assert.deepEqual([refused.code, refused.toReply().status], ["ENCRYPTION_REQUIRED", 503]);
    assert.equal(strict.receiveSync(signed("/mt/create", sealed(text), { headers })).type, "orderCreate");
    const doubled = { "X-Encryption-Status": ["encrypted", "encrypted"] };
    const twice = refusalOf(() => own.receiveSync(signed("/mt/create", sealed(text), { headers: doubled })));
    assert.deepEqual([twice.code, twice.toReply().status], ["DUPLICATE_HEADER", 503]);
    assert.throws(() => new TicketSupplier({ ...options, bodyEncryption: { key, required: 1 } }), {
      path: "bodyEncryption.required",
    });
  });

  it("answers code 300 when the path is unknown", () => {
    const error = refusalOf(() => supplier.receiveSync(signed("/mt/nothing", text)));
    assert.equal(error.code, "UNKNOWN_ROUTE");
    assert.equal(sent(error.toReply()).code, 300);
  });

  it("answers the failure of each call's own family", () => {
    const expected = { create: 499, pay: 599, query: 399, refund: 699, close: 300, price: 300 };
    for (const [path, code] of Object.entries(expected)) {
      const error = refusalOf(() => supplier.receiveSync(signed(`/mt/${path}`, text, { secret: "wrong" })));
      assert.equal(sent(error.toReply()).code, code);
    }
  });

  it("refuses a body over maxBodyBytes, as text, as bytes and as a stream that never ends", async () => {
    for (const body of [text, Buffer.from(text)]) {
      assert.equal(refusalOf(() => large.receiveSync(withBody(body))).code, "BODY_TOO_LARGE");
    }
    let pulled = 0;
    let cancelled = false;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(16).fill(32));
      },
      cancel() {
        cancelled = true;
      },
    });
    const request = new Request("https://a.example/mt/create", { method: "POST", headers: good.headers, body, duplex: "half" });
    const error = await large.receive(request).catch((refused) => refused);
    assert.equal(error.code, "BODY_TOO_LARGE");
    assert.equal((await error.toResponse().json()).code, 499);
    assert.ok(pulled < 10 && cancelled);
  });

  it("asks for the size only of those who are authenticated by name", () => {
    const call = { ...withBody("x".repeat(1000)), headers: {} };
    assert.equal(refusalOf(() => large.receiveSync(call)).code, "MISSING_HEADER");
  });

  it("says that a request was read before", async () => {
    const request = fetched("/mt/create", text);
    await request.text();
    const error = await supplier.receive(request).catch((refused) => refused);
    assert.equal(error.code, "BODY_NOT_RAW");
    assert.match(error.detail, /clone/);
  });

  it("says what is missing of a request", async () => {
    assert.equal(refusalOf(() => supplier.receiveSync({ ...good, method: undefined })).path, "method");
    assert.equal(refusalOf(() => supplier.receiveSync({ ...good, url: undefined })).path, "url");
    assert.equal(refusalOf(() => supplier.receiveSync({ ...good, headers: undefined })).path, "headers");
    assert.equal(refusalOf(() => supplier.receiveSync({ ...good, headers: ["Date", DATE] })).path, "headers");
    const error = await supplier.receive({ ...good, body: JSON.parse(text) }).catch((refused) => refused);
    assert.equal(error.code, "BODY_NOT_RAW");
    assert.equal((await supplier.receive(good)).type, "orderCreate");
  });

  it("refuses whatever is done to the body with a MeituanError whose reply is a failure, or HTTP 503", () => {
    const bytes = Buffer.from(text);
    const answers = new Set();
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      let body = Buffer.from(bytes);
      for (let change = randomInt(1, 4); change > 0; change--) body[randomInt(body.length)] = randomInt(256);
      if (randomInt(4) === 0) body = body.subarray(0, randomInt(body.length));
      try {
        supplier.receiveSync(withBody(randomInt(2) ? body : body.toString()));
      } catch (error) {
        assert.ok(MeituanError.is(error), String(error?.stack));
        const reply = error.toReply();
        if (reply.status === 503) assert.equal(reply.body, "");
        else assert.deepEqual([reply.status, sent(reply).code], [200, 499]);
        answers.add(reply.status);
        refused += 1;
      }
    }
    assert.ok(refused > 1000);
    assert.deepEqual([...answers].sort(), [200, 503]);
    assert.equal(supplier.receiveSync(good).type, "orderCreate");
  });

  it("shows the string to sign, and no secret, when the signature is wrong", () => {
    const error = refusalOf(() => supplier.receiveSync(signed("/mt/create", text, { secret: "wrong" })));
    assert.equal(error.stringToSign, `POST /mt/create\n${DATE}`);
    assert.equal(error.name, "MeituanError");
    assert.match(error.text("zh"), /签名不匹配/);
    assert.match(error.message, /^BAD_SIGNATURE: the signature does not match \(at headers.authorization\)/);
  });

  it("never says more than the path and the code, however long the sender's keys are", () => {
    const key = "\u5b57".repeat(5000);
    const error = refusalOf(() =>
      supplier.receiveSync(withBody(text.replace('"quantity":2', `"quantity":2,"${key}":{"a":1,"a":2}`))),
    );
    assert.equal(error.code, "DUPLICATE_KEY");
    assert.ok(sent(error.toReply()).describe.length < 200);
  });

  it("is recognised as a MeituanError across copies of the package", () => {
    assert.ok(MeituanError.is({ [Symbol.for("meituan-protocol.error")]: true }));
    for (const other of [new Error("x"), null, undefined, "x", {}]) assert.equal(MeituanError.is(other), false);
  });
});
