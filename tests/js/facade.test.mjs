import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv, createHmac, randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { acceptsMessage, checkMessage, MESSAGES } from "meituan-protocol";
import * as ticket from "meituan-protocol/ticket";

const { codes, fen, formatYuan, handler, MANDATORY, MeituanError, stringToSign, TicketRequests, TicketSupplier, yuan } = ticket;

const NOW = 1430908460000;
const DATE = "Wed, 06 May 2015 10:34:20 GMT";
const SECRET = "123456ce8b61f8e608eaf2e9702864a9";
const KEY = "0123456789abcdef";
const options = {
  partnerId: 1122,
  clientId: "lvyou_x",
  clientSecret: SECRET,
  now: () => NOW,
  routes: {
    "/mt/create": "orderCreate",
    "/mt/pay": "orderPay",
    "/mt/query": "orderQuery",
    "/mt/refund": "orderRefund",
    "/mt/close": "orderClose",
    "/mt/refunded": "orderRefunded",
    "/mt/price": "priceCalendar",
    "/mt/level": "levelPricePull",
    "/mt/product": "productPull",
    "/mt/status": "productStatus",
    "/mt/heartbeat": "heartbeat",
  },
};
const supplier = new TicketSupplier(options);

const hmac = (secret, text) => createHmac("sha1", secret).update(text).digest("base64");

const CREATE = {
  orderId: "ORDER",
  partnerDealId: "12113",
  mtDealId: 111111,
  buyPrice: 1080.0,
  unitPrice: 1199.5,
  totalPrice: 2399.0,
  quantity: 2,
  visitors: [{ name: "张三", mobile: "13500000000", credentials: { 0: "130000000000000000" }, gender: 1 }],
  travelDate: "2016-11-30",
};
const REFUND = {
  orderId: 267462905905413,
  refundId: "267462905905413-20181226090557024",
  partnerOrderId: "305566",
  partnerDealId: "12885",
  voucherList: ["15456624941871613"],
  refundQuantity: 2,
  unitPrice: 290.0,
  refundPrice: 580.0,
  refundFee: 0.0,
  refundTime: "2018-12-26 09:05:57",
};
/** Ids are written as bare numbers, however long. */
const wire = (body, orderId = "1453361297221") => JSON.stringify({ partnerId: 1122, body }).replace('"ORDER"', orderId);

/** A call of Meituan's, signed without the library. */
function signed(path, body, { secret = SECRET, method = "POST", signedPath = path, headers = {} } = {}) {
  const signature = hmac(secret, `${method} ${signedPath}\n${DATE}`);
  return {
    method,
    url: path,
    headers: { PartnerId: "1122", Date: DATE, Authorization: `MWS lvyou_x:${signature}`, ...headers },
    body,
  };
}

/** The same as a Fetch request. */
function fetched(path, body, how) {
  const { method, url, headers, body: text } = signed(path, body, how);
  return new Request(`https://supplier.example${url}`, { method, headers, body: text });
}

function refusalOf(run) {
  try {
    run();
  } catch (error) {
    assert.ok(MeituanError.is(error), `not a MeituanError: ${error}`);
    return error;
  }
  assert.fail("it was taken");
}

const sent = (reply) => JSON.parse(reply.body);

describe("receiving a call", () => {
  it("gives the message with ids as texts, amounts in fen and moments in milliseconds", () => {
    const create = supplier.receiveSync(signed("/mt/create", wire(CREATE)));
    assert.equal(create.type, "orderCreate");
    assert.equal(create.partnerId, 1122);
    assert.equal(create.body.orderId, "1453361297221");
    assert.equal(create.body.unitPrice, 119950);
    assert.deepEqual(create.body.visitors, [
      {
        name: "张三",
        pinyin: undefined,
        mobile: "13500000000",
        address: undefined,
        postCode: undefined,
        email: undefined,
        credentials: { 0: "130000000000000000" },
        gender: 1,
        additionalCredentials: undefined,
      },
    ]);
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

  it("takes every secret while secrets are changed, and signs with the first", () => {
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
    ["Date is there twice", withHeaders({ Date: [DATE, DATE] }), "DUPLICATE_HEADER", "headers.date"],
    ["Authorization has another form", withHeaders({ Authorization: "Bearer x" }), "MALFORMED_HEADER", "headers.authorization"],
    ["a header holds a line feed", withHeaders({ Date: `${DATE}\nx` }), "MALFORMED_HEADER", "headers"],
    ["the signature is wrong", signed("/mt/create", text, { secret: "wrong" }), "BAD_SIGNATURE", "headers.authorization"],
    ["the method is another", { ...good, method: "GET" }, "BAD_SIGNATURE", "headers.authorization"],
    ["Date is no date", withHeaders({ Date: "yesterday" }), "MALFORMED_DATE", "headers.date"],
    ["Date is stale", withHeaders({ Date: "Wed, 06 May 2015 10:00:00 GMT" }), "STALE_DATE", "headers.date"],
    ["the partner in the header is another", withHeaders({ PartnerId: "1123" }), "WRONG_PARTNER_ID", "headers.partnerid"],
    ["the partner in the body is another", withBody(text.replace("1122", "1123")), "WRONG_PARTNER_ID", "partnerId"],
    ["the body is a parsed object", withBody(JSON.parse(text)), "BODY_NOT_RAW", "body"],
    ["there is no body", withBody(undefined), "BODY_NOT_RAW", "body"],
    ["the body is not UTF-8", withBody(gbk), "INVALID_UTF8"],
    ["the body is not JSON", withBody(`${text}!`), "INVALID_JSON"],
    ["the body is cut", withBody(text.slice(0, -5)), "TRUNCATED_JSON"],
    ["the body is empty", withBody(""), "TRUNCATED_JSON"],
    ["the body is nested 10,000 deep", withBody(text.replace("2399", "[".repeat(10_000) + "]".repeat(10_000))), "TOO_DEEP"],
    ["a key is there twice", withBody(text.replace('"quantity":2', '"quantity":2,"quantity":1')), "DUPLICATE_KEY", "body"],
    ["an id is beyond 64 bits", withBody(wire(CREATE, "18446744073709551616")), "ID_TOO_LARGE", "body.orderId"],
    ["a number is NaN", withBody(text.replace("2399", "NaN")), "INVALID_JSON"],
    ["half a surrogate pair is in the string", withBody(text.replace("张三", "张\ud83d")), "LONE_SURROGATE"],
    ["half a surrogate pair is in an escape", withBody(text.replace("张三", "张\\ud83d")), "LONE_SURROGATE"],
    ["a field is missing", withBody(wire({ ...CREATE, orderId: undefined })), "MISSING_FIELD", "body.orderId"],
    ["the body is encrypted and there is no key", withHeaders({ "X-Encryption-Status": "encrypted" }), "ENCRYPTION_NOT_CONFIGURED"],
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
      assert.ok(reason.includes(code) && reason.includes(error.path) && !/\n| at |\.js/.test(reason), reason);
      assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes(SECRET));
    });
  }

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

  it("refuses whatever is done to the body with a MeituanError whose reply is a failure", () => {
    const bytes = Buffer.from(text);
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
        assert.equal(reply.status, 200);
        assert.equal(sent(reply).code, 499);
        refused += 1;
      }
    }
    assert.ok(refused > 1000);
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

describe("replying", () => {
  const receive = (path, body) => supplier.receiveSync(signed(path, wire(body)));
  const pay = () => receive("/mt/pay", { orderId: 9007199254740993n.toString(), partnerOrderId: "P1" });
  const order = { quantity: 2 };

  it("writes the envelope in the wire's notation", () => {
    const reply = receive("/mt/create", CREATE).ok({ partnerOrderId: "单号-1" });
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.headers, { "content-type": "application/json; charset=utf-8" });
    assert.deepEqual(sent(reply), { code: 200, describe: "success", partnerId: 1122, body: { partnerOrderId: "单号-1" } });
  });

  it("repeats the request's ids, exact beyond 2^53", () => {
    const text = '{"partnerId":1122,"body":{"orderId":9007199254740993,"partnerOrderId":"P1"}}';
    const call = supplier.receiveSync(signed("/mt/pay", text));
    const reply = call.ok({ voucherType: 1, vouchers: ["a", "b"] }, { order });
    assert.match(reply.body, /"orderId":9007199254740993,"partnerOrderId":"P1"/);
    assert.deepEqual(reply.warnings, []);
    assert.match(call.issuing().body, /"code":598.*"orderId":9007199254740993,"partnerOrderId":"P1"\}/);
    assert.deepEqual(sent(call.issuing({ partnerOrderId: "P2" })).body.partnerOrderId, "P2");
  });

  it("asks for an order number that the request lacks", () => {
    for (const body of [{ orderId: 1 }, { orderId: 1, partnerOrderId: "" }]) {
      const call = receive("/mt/pay", body);
      for (const run of [() => call.issuing(), () => call.ok({ voucherType: 0 })]) {
        const error = refusalOf(run);
        assert.deepEqual([error.code, error.path], ["MISSING_FIELD", "body.partnerOrderId"]);
      }
      assert.equal(sent(call.issuing({ partnerOrderId: "P1" })).code, 598);
    }
  });

  it("refuses codes that do not fit the tickets, by the rule's name", () => {
    const broken = [
      [{ voucherType: 1, vouchers: ["a"] }, "pay.one-code-per-ticket"],
      [{ voucherType: 2, vouchers: ["a", "b"] }, "pay.exactly-one-code"],
      [{ voucherType: 1 }, "pay.vouchers-present"],
    ];
    for (const [reply, rule] of broken) {
      const error = refusalOf(() => pay().ok(reply, { order }));
      assert.deepEqual([error.code, error.rule], ["RULE_BROKEN", rule]);
      assert.equal(sent(error.toReply()).code, 599);
    }
  });

  it("reports the rules that count as unchecked when the quantity is not known", () => {
    const { warnings } = pay().ok({ voucherType: 1, vouchers: ["a"] });
    assert.deepEqual(
      warnings.map(({ code, rule }) => [code, rule]),
      [["RULE_UNCHECKED", "pay.one-code-per-ticket"]],
    );
    const error = refusalOf(() => pay().ok({ voucherType: 1, vouchers: ["a"] }, { order: { quantity: "1" } }));
    assert.equal(error.path, "order.quantity");
    assert.equal(sent(error.toReply()).code, 599);
  });

  it("refuses what is misspelt, of the wrong type, or not JSON", () => {
    const wrong = [
      [{ voucher: ["a"] }, "UNKNOWN_FIELD", "body.voucher"],
      [{ voucherType: "1", vouchers: ["a", "b"] }, "WRONG_TYPE", "body.voucherType"],
      [{ voucherType: 3, vouchers: ["a", "b"] }, "UNKNOWN_VALUE", "body.voucherType"],
      [{ orderId: 1n, voucherType: 0 }, "WRONG_TYPE", "body"],
      [{ partnerOrderId: "\ud83d", voucherType: 0 }, "LONE_SURROGATE"],
      [["a"], "WRONG_TYPE", "body"],
    ];
    for (const [reply, code, path] of wrong) {
      const error = refusalOf(() => pay().ok(reply, { order }));
      assert.equal(error.code, code);
      if (path) assert.equal(error.path, path);
    }
  });

  it("tells when a refund was asked for and answered, and repeats its id", () => {
    const call = receive("/mt/refund", REFUND);
    const { body, code } = sent(call.ok());
    assert.equal(code, 200);
    assert.equal(body.refundId, REFUND.refundId);
    assert.equal(body.requestTime, "2015-05-06 18:34:20");
    assert.equal(body.responseTime, "2015-05-06 18:34:20");
    assert.equal(sent(call.ok({ requestTime: 0 })).body.requestTime, "1970-01-01 08:00:00");
    assert.equal(sent(call.ok({}, { already: true })).code, 601);
    const pending = sent(call.pending());
    assert.equal(pending.code, 602);
    assert.deepEqual(pending.body, { orderId: REFUND.orderId, refundId: REFUND.refundId, partnerOrderId: "305566" });
  });

  it("has no body where Meituan wants none", () => {
    const close = receive("/mt/close", { orderId: 1, closeType: 3 });
    assert.deepEqual(sent(close.ok()), { code: 200, describe: "success", partnerId: 1122 });
    const heartbeat = supplier.receiveSync(signed("/mt/heartbeat", '{"partnerId":1122}'));
    assert.deepEqual(sent(heartbeat.ok()), { code: 200, describe: "success", partnerId: 1122 });
    assert.equal(refusalOf(() => close.ok({ orderId: "1" })).code, "UNKNOWN_FIELD");
  });

  it("writes lists, and what stands beside them", () => {
    const prices = receive("/mt/price", { partnerDealId: "D1", startTime: "2026-05-01", endTime: "2026-05-01" });
    const day = {
      partnerDealId: "D1",
      date: "2026-05-01",
      marketPrice: fen(10050),
      mtPrice: fen(9000),
      settlementPrice: fen(8001),
      stock: 5,
    };
    const { body } = sent(prices.ok([day]));
    assert.deepEqual(body, [
      { partnerDealId: "D1", date: "2026-05-01", marketPrice: 100.5, mtPrice: 90, settlementPrice: 80.01, stock: 5 },
    ]);
    const products = receive("/mt/product", { method: "page", currentPage: 1, pageSize: 10 });
    assert.equal(sent(products.ok([], { totalSize: 0 })).totalSize, 0);
  });

  it("puts prices off with 999", () => {
    const call = receive("/mt/level", { partnerDealId: "D1", startTime: "2026-05-01", endTime: "2026-05-31", asyncType: 1 });
    assert.equal(sent(call.pending()).code, 999);
  });

  it("fails with listed codes alone, and with a reason", () => {
    const call = receive("/mt/create", CREATE);
    assert.deepEqual(sent(call.fail(420, "库存不足")), { code: 420, describe: "库存不足", partnerId: 1122 });
    for (const code of [200, 598, 599, 602, 423, "420", undefined]) {
      assert.equal(refusalOf(() => call.fail(code, "库存不足")).code, "ILLEGAL_REPLY_CODE");
    }
    for (const reason of ["", "  "]) assert.equal(refusalOf(() => call.fail(420, reason)).code, "EMPTY_TEXT");
    assert.equal(refusalOf(() => call.fail(420)).code, "WRONG_TYPE");
    assert.equal(refusalOf(() => call.fail(420, "\ud83d")).code, "LONE_SURROGATE");
    assert.equal(refusalOf(() => pay().fail(598, "出票中")).code, "ILLEGAL_REPLY_CODE");
  });

  it("fails with other codes on purpose, but never with one that means success", () => {
    const call = receive("/mt/create", CREATE);
    assert.equal(sent(call.failUnlisted(423, "尚未开售")).code, 423);
    for (const code of [200, 598, 601, 602, 4.5, "423", Number.NaN, 2 ** 40]) {
      assert.equal(refusalOf(() => call.failUnlisted(code, "尚未开售")).code, "ILLEGAL_REPLY_CODE");
    }
  });

  it("puts nothing off where Meituan waits for the answer", () => {
    assert.equal(refusalOf(() => receive("/mt/create", CREATE).pending()).code, "ILLEGAL_REPLY_CODE");
    assert.equal(refusalOf(() => receive("/mt/refund", REFUND).issuing()).code, "ILLEGAL_REPLY_CODE");
    assert.equal(refusalOf(() => pay().ok({}, { already: true })).code, "ILLEGAL_REPLY_CODE");
  });

  it("does not change what it was given", () => {
    const reply = Object.freeze({ voucherType: 0 });
    pay().ok(reply);
    const refund = Object.freeze({});
    receive("/mt/refund", REFUND).ok(refund);
    assert.deepEqual([reply, refund], [{ voucherType: 0 }, {}]);
  });

  it("names an option that there is not as an option, not as a field of the reply", () => {
    const error = refusalOf(() => receive("/mt/refund", REFUND).ok({}, { alreadyDone: true }));
    assert.deepEqual([error.code, error.path], ["UNKNOWN_FIELD", "options.alreadyDone"]);
    assert.equal(sent(error.toReply()).code, 699);
  });

  it("refuses an id that JavaScript has rounded", () => {
    const error = refusalOf(() => pay().issuing({ orderId: Number("9007199254740993") }));
    assert.deepEqual([error.code, error.path], ["WRONG_TYPE", "body.orderId"]);
  });

  it("finds the ids missing from a reply that puts the answer off", () => {
    for (const [name, code] of [
      ["ticket.orderPay.response", 598],
      ["ticket.orderRefund.response", 602],
      ["ticket.orderRefund.response", 601],
    ]) {
      const { ok, issues } = checkMessage(name, JSON.stringify({ code, describe: "x", partnerId: 1122 }));
      assert.equal(ok, false);
      assert.equal(issues[0].rule, "reply.complete-at-200");
    }
  });

  it("gives a Fetch response for a Fetch request, with the warnings on it", async () => {
    const call = await supplier.receive(fetched("/mt/pay", wire({ orderId: 1, partnerOrderId: "P1" })));
    const response = call.ok({ voucherType: 1, vouchers: ["a"] });
    assert.ok(response instanceof Response);
    assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
    assert.equal(response.code, 200);
    assert.equal(response.warnings[0].rule, "pay.one-code-per-ticket");
    assert.equal((await response.json()).body.vouchers[0], "a");
  });
});

describe("whole-body encryption", () => {
  const secure = new TicketSupplier({ ...options, bodyEncryption: { key: KEY, appKey: "app" } });
  const vector = KEY.slice(8) + KEY.slice(0, 8);
  const seal = (text) => {
    const cipher = createCipheriv("aes-128-cbc", KEY, vector);
    return cipher.update(text, "utf8", "base64") + cipher.final("base64");
  };
  const unseal = (text) => {
    const cipher = createDecipheriv("aes-128-cbc", KEY, vector);
    return JSON.parse(cipher.update(text, "base64", "utf8") + cipher.final("utf8"));
  };
  const headers = { "x-encryption-status": "encrypted" };

  it("opens an encrypted call and answers it encrypted, failures too", () => {
    const call = secure.receiveSync(signed("/mt/create", seal(wire(CREATE)), { headers }));
    assert.ok(call.encrypted);
    assert.equal(call.body.visitors[0].name, "张三");
    const reply = call.ok({ partnerOrderId: "P1" });
    assert.equal(reply.headers["x-encryption-status"], "encrypted");
    assert.deepEqual(unseal(reply.body), { code: 200, describe: "success", partnerId: 1122, body: { partnerOrderId: "P1" } });
    assert.deepEqual(unseal(call.fail(420, "库存不足").body), { code: 420, describe: "库存不足", partnerId: 1122 });
    const error = refusalOf(() => secure.receiveSync(signed("/mt/create", "bm90IG91cnM=", { headers })));
    assert.equal(error.code, "DECRYPTION_FAILED");
    assert.equal(error.toReply().headers["x-encryption-status"], "encrypted");
  });

  it("answers a plain call in plain", () => {
    const reply = secure.receiveSync(signed("/mt/create", wire(CREATE))).ok({ partnerOrderId: "P1" });
    assert.equal(reply.headers["x-encryption-status"], undefined);
    assert.equal(sent(reply).code, 200);
  });

  it("encrypts the notices that have to be, and reads encrypted replies", async () => {
    const price = { partnerPrimaryKey: "S", priceDate: "2026-05-01", marketPrice: 1, mtPrice: 1, settlementPrice: 1, stock: 1 };
    const notice = { partnerDealId: "D", startTime: "2026-05-01", endTime: "2026-05-01", body: [price] };
    const request = secure.requests.levelPriceNotice(notice);
    assert.equal(request.headers["X-Encryption-Status"], "encrypted");
    assert.equal(request.headers.AppKey, "app");
    assert.match(request.body, /^[A-Za-z0-9+/]+=*$/);
    const reply = '{"code":200,"describe":"成功","partnerId":1122}';
    for (const body of [reply, seal(reply), Buffer.from(seal(reply)), new Response(seal(reply))]) {
      assert.equal((await request.parseResponse(body)).describe, "成功");
    }
    const plain = supplier.requests.levelPriceNotice(notice);
    assert.equal(plain.headers["X-Encryption-Status"], undefined);
    assert.equal(JSON.parse(plain.body).body[0].marketPrice, 0.01);
  });

  it("encrypts any request on demand", () => {
    const request = secure.requests.orderCreate(
      { ...CREATE, orderId: "1", mtDealId: "2", buyPrice: 1, unitPrice: 1, totalPrice: 2 },
      { uri: "/mt/create", encrypted: true },
    );
    const { url, method, headers: own, body } = request;
    assert.equal(secure.receiveSync({ url, method, headers: own, body }).body.quantity, 2);
    assert.equal(
      refusalOf(() => supplier.requests.heartbeat(undefined, { uri: "/x", encrypted: true })).code,
      "ENCRYPTION_NOT_CONFIGURED",
    );
  });
});

describe("requests", () => {
  const consumed = { orderId: "9007199254740993", partnerOrderId: "P1", quantity: 2, usedQuantity: 1, refundedQuantity: 0 };

  it("reproduces the published signature", () => {
    const published = { ...options, clientId: "x" };
    const request = new TicketSupplier(published).requests.productChangeNotice([{ partnerDealId: "1", status: 2 }], {
      signedUri: "/rhone/lv/deal/change/notice",
    });
    assert.equal(request.headers.Authorization, "MWS x:hVQHFpzOXtxzOy5INj2IohJ85Y0=");
    assert.equal(request.stringToSign, stringToSign("post", "/rhone/lv/deal/change/notice", DATE));
  });

  it("agrees with an independent HMAC on any input", () => {
    const characters = [..." !#$%&'()*+,-./0123456789:;<=>?@AZ[]^_`az{|}~é中😀"];
    const any = (length) => Array.from({ length }, () => characters[randomInt(characters.length)]).join("");
    for (let round = 0; round < 200; round++) {
      const secret = `s${any(randomInt(100))}s`;
      const uri = `/${any(randomInt(200))}`;
      const now = randomInt(2 ** 42);
      const own = new TicketSupplier({ ...options, clientSecret: secret });
      const { headers, stringToSign: text } = own.requests.consumeNotice(consumed, { uri, now });
      assert.equal(text, `POST ${uri}\n${new Date(now).toUTCString()}`);
      assert.equal(headers.Authorization, `MWS lvyou_x:${hmac(secret, text)}`);
      assert.equal(headers.Date, new Date(now).toUTCString());
    }
    const binary = randomBytes(500).toString("base64");
    assert.equal(
      new TicketSupplier({ ...options, clientSecret: binary }).requests.consumeNotice(consumed).headers.Authorization.slice(-28),
      hmac(binary, `POST /rhone/mtp/api/order/consume/notice\n${DATE}`),
    );
  });

  it("are the same where nothing but requests is needed", () => {
    const { url, headers, body } = new TicketRequests(options).consumeNotice(consumed);
    const whole = supplier.requests.consumeNotice(consumed);
    assert.deepEqual({ url, headers, body }, { url: whole.url, headers: whole.headers, body: whole.body });
    assert.throws(() => new TicketRequests({ ...options, clientSecret: 1 }), { code: "INVALID_CONFIG", path: "clientSecret" });
  });

  it("are plain values, addressed and signed", async () => {
    const request = supplier.requests.consumeNotice(consumed);
    assert.equal(request.type, "consumeNotice");
    assert.equal(request.url, "https://connectivity-adapter.meituan.com/rhone/mtp/api/order/consume/notice");
    assert.equal(request.headers.PartnerId, "1122");
    assert.equal(
      request.body,
      '{"partnerId":1122,"body":{"orderId":9007199254740993,"partnerOrderId":"P1","quantity":2,"usedQuantity":1,"refundedQuantity":0}}',
    );
    const fetchable = request.toRequest();
    assert.equal(fetchable.method, "POST");
    assert.equal(fetchable.headers.get("date"), DATE);
    assert.equal(await fetchable.text(), request.body);
  });

  it("can go elsewhere than what is signed", () => {
    const url = "https://test.example/rhone-doc/mtp/api/order/consume/notice";
    const request = supplier.requests.consumeNotice(consumed, { url, signedUri: "/rhone/mtp/api/order/consume/notice" });
    assert.equal(request.url, url);
    assert.equal(request.uri, "/rhone/mtp/api/order/consume/notice");
    const own = new TicketSupplier({ ...options, host: "https://other.example/" });
    assert.equal(own.requests.consumeNotice(consumed).url, "https://other.example/rhone/mtp/api/order/consume/notice");
  });

  it("carry the fields beside the body", () => {
    const request = supplier.requests.payNotice({
      issueType: 2,
      describe: "余票不足",
      body: { orderId: "1", partnerOrderId: "P1" },
    });
    assert.deepEqual(JSON.parse(request.body), {
      partnerId: 1122,
      issueType: 2,
      describe: "余票不足",
      body: { orderId: 1, partnerOrderId: "P1" },
    });
  });

  it("are refused when they are wrong, with the field's path", () => {
    const wrong = [
      [() => supplier.requests.consumeNotice({ ...consumed, orderId: "1a" }), "WRONG_TYPE", "body.orderId"],
      [() => supplier.requests.consumeNotice({ ...consumed, used: 1 }), "UNKNOWN_FIELD", "body.used"],
      [() => supplier.requests.consumeNotice(undefined), "MISSING_FIELD", "body"],
      [() => supplier.requests.orderQuery({ orderId: "1" }), "INVALID_CONFIG", "uri"],
    ];
    for (const [run, code, path] of wrong) {
      const error = refusalOf(run);
      assert.deepEqual([error.code, error.path], [code, path]);
    }
  });

  it("of Meituan's are what the supplier takes, for every call", () => {
    const moments = { startTime: "2026-05-01", endTime: "2026-05-02" };
    const messages = {
      orderCreate: { ...CREATE, orderId: "1", mtDealId: "2", buyPrice: 1, unitPrice: 1, totalPrice: 2 },
      orderPay: { orderId: "1", partnerOrderId: "P1" },
      orderQuery: { orderId: "1" },
      orderRefund: { ...REFUND, orderId: "1", refundTime: NOW, refundPrice: 1, unitPrice: 1, refundFee: 1 },
      orderClose: { orderId: "1", closeType: 1 },
      orderRefunded: { orderId: "1", refundPrice: -1, refundMessageType: 2, reason: "自动退款", refundTime: NOW, count: 1 },
      priceCalendar: { partnerDealId: "D1", ...moments },
      levelPricePull: { partnerDealId: "D1", ...moments, asyncType: 0 },
      productPull: { method: "page", currentPage: 1, pageSize: 10 },
      productStatus: [{ partnerDealId: "D1", status: 1, checkStatus: 1, msRatioCheckStatus: 3 }],
      heartbeat: undefined,
    };
    for (const [path, name] of Object.entries(options.routes)) {
      const { url, method, headers, body } = supplier.requests[name](messages[name], { uri: path });
      const call = supplier.receiveSync({ url, method, headers, body });
      assert.equal(call.type, name);
      if (messages[name]?.orderId) assert.equal(call.body.orderId, "1");
    }
    assert.deepEqual(Object.keys(messages).sort(), Object.values(options.routes).sort());
  });

  it("read the reply: accepted, or why not", async () => {
    const { requests } = supplier;
    const request = requests.consumeNotice(consumed);
    const accepted = await request.parseResponse(new Response('{"code":"200","describe":"success","partnerId":1122,"more":1}'));
    assert.equal(accepted.code, 200);
    assert.deepEqual(accepted.warnings.map((warning) => warning.code).sort(), ["NUMBER_AS_STRING", "UNKNOWN_FIELD"]);

    const rejection = '{"code":500,"describe":"订单不存在","partnerId":1122}';
    for (const body of [rejection, Buffer.from(rejection), new Response(rejection)]) {
      const error = await request.parseResponse(body).catch((refused) => refused);
      assert.equal(error.code, "REMOTE_REJECTED");
      assert.equal(error.remoteCode, 500);
      assert.equal(error.describe, "订单不存在");
      assert.equal(error.retryable, false);
    }
    const inProcess = '{"code":300,"describe":"内部处理中","partnerId":1122}';
    assert.equal(refusalOf(() => request.parse(inProcess)).retryable, true);
    const pay = requests.payNotice({ issueType: 2, describe: "余票不足", body: { orderId: "1", partnerOrderId: "P1" } });
    assert.equal(pay.parse(inProcess).code, 300);
  });

  it("tell a gateway's failure apart from Meituan's answer", async () => {
    const request = supplier.requests.consumeNotice(consumed);
    const bad = await request.parseResponse(new Response("<html>", { status: 502 })).catch((refused) => refused);
    assert.deepEqual([bad.code, bad.retryable, bad.remoteCode], ["REMOTE_REJECTED", true, undefined]);
    assert.match(bad.detail, /HTTP 502/);
    const forbidden = await request.parseResponse(new Response("", { status: 403 })).catch((refused) => refused);
    assert.equal(forbidden.retryable, false);
    assert.equal(refusalOf(() => request.parse("<html>")).code, "INVALID_JSON");
  });

  it("read a supplier's reply with its ids exact", () => {
    const request = supplier.requests.orderCreate(
      { ...CREATE, orderId: "1", mtDealId: "2", buyPrice: 1, unitPrice: 1, totalPrice: 2 },
      { uri: "/mt/create" },
    );
    const text = '{"code":200,"describe":"success","partnerId":1122,"body":{"orderId":9007199254740993,"partnerOrderId":"单1"}}';
    assert.deepEqual(request.parse(text).body, { orderId: "9007199254740993", partnerOrderId: "单1" });
    const pay = supplier.requests.orderPay({ orderId: "1", partnerOrderId: "P" }, { uri: "/mt/pay" });
    const one =
      '{"code":200,"describe":"s","partnerId":1122,"body":{"orderId":1,"partnerOrderId":"P","voucherType":1,"vouchers":["a"]}}';
    assert.equal(refusalOf(() => pay.parse(one, { order: { quantity: 2 } })).rule, "pay.one-code-per-ticket");
  });
});

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

describe("money", () => {
  it("becomes fen exactly", () => {
    const amounts = { "580.00": 58000, 580: 58000, 0.1: 10, "1.150": 115, "-1.5": -150, 0: 0, 1199.5: 119950, "-0": 0 };
    for (const [text, amount] of Object.entries(amounts)) assert.equal(yuan(text), amount, text);
    assert.equal(yuan(1.15), 115);
    assert.equal(yuan("90071992547409.91"), Number.MAX_SAFE_INTEGER);
  });

  it("is refused where fen cannot hold it", () => {
    for (const amount of [0.1 + 0.2, "1.005", "1e3", "", " 1", "1,000", ".5", "1.", Number.NaN, 1e21, "90071992547409.92", null]) {
      assert.equal(refusalOf(() => yuan(amount)).code, "INVALID_MONEY", String(amount));
    }
    for (const amount of [1.5, Number.NaN, 2 ** 53, "1"]) assert.equal(refusalOf(() => fen(amount)).code, "INVALID_MONEY");
  });

  it("is written with two places", () => {
    const texts = ["580.00", "0.01", "-1.50", "0.00", "90071992547409.91"];
    for (const text of texts) assert.equal(formatYuan(yuan(text)), text);
  });
});

describe("the package", () => {
  it("names the mandatory calls, the messages and the codes", () => {
    assert.deepEqual([...MANDATORY].sort(), [
      "consumeNotice",
      "orderClose",
      "orderCreate",
      "orderPay",
      "orderQuery",
      "orderRefund",
    ]);
    assert.equal(MESSAGES.length, 60);
    assert.equal(codes.OrderPayCode.ISSUING, 598);
  });

  it("checks any message by its name", () => {
    const text =
      '{"code":200,"describe":"s","partnerId":1,"body":{"orderId":1,"partnerOrderId":"P","voucherType":1,"vouchers":["a"]}}';
    const bad = checkMessage("ticket.orderPay.response", text, { quantity: 2 });
    assert.equal(bad.ok, false);
    assert.equal(bad.value, undefined);
    assert.deepEqual(
      bad.issues.map(({ rule, path }) => [rule, path]),
      [["pay.one-code-per-ticket", "body.vouchers"]],
    );
    const good = checkMessage("ticket.orderPay.response", Buffer.from(text), { quantity: 1 });
    assert.ok(good.ok);
    assert.deepEqual(good.value.body.vouchers, ["a"]);
    assert.equal(checkMessage("ticket.heartbeat.request", '{"partnerId":1,"a":"\ud83d"}').issues[0].code, "LONE_SURROGATE");
    assert.equal(refusalOf(() => checkMessage("ticket.nothing", "{}")).code, "UNKNOWN_VALUE");
  });

  it("says in one word what the check says in full, of whole messages and of damaged ones", () => {
    const damages = [
      (text) => text,
      (text) => text.slice(0, -1),
      (text) => text.replace(/\d/, "x"),
      (text) => text.replace(/"[^"]+":/, '"unknown":'),
      (text) => text.replace(/:\d+/, ":-1"),
      (text) => text.replace(/"[^"]*"$/, "null"),
      (text) => `${text.slice(0, -1)},"code":1,"code":2}`,
      () => "[]",
      () => "",
    ];
    const { exchanges } = JSON.parse(readFileSync(new URL("../vectors/trace/whole.json", import.meta.url), "utf8"));
    const messages = exchanges.flatMap(({ call, request, response }) => [
      [`ticket.${call}.request`, request],
      [`ticket.${call}.response`, response],
    ]);
    const seen = { true: 0, false: 0 };
    const compare = (name, text) => {
      const { ok } = checkMessage(name, text);
      assert.equal(acceptsMessage(name, text), ok, `${name} ${text}`);
      assert.equal(acceptsMessage(name, Buffer.from(text)), ok, `${name} ${text}`);
      seen[ok]++;
    };
    for (const [name, message] of messages) for (const damage of damages) compare(name, damage(JSON.stringify(message)));
    for (const name of MESSAGES) for (const damage of damages) compare(name, damage('{"code":0,"mtOrderId":"1","data":{}}'));
    assert.ok(seen.true > 100 && seen.false > 100, JSON.stringify(seen));
    assert.equal(acceptsMessage("ticket.orderPay.response", "\ud83d"), false);
    assert.equal(refusalOf(() => acceptsMessage("ticket.nothing", "{}")).code, "UNKNOWN_VALUE");
  });

  it("says the same through require and import", async () => {
    const { createRequire } = await import("node:module");
    const required = createRequire(import.meta.url)("meituan-protocol/ticket");
    assert.deepEqual(Object.keys(required).sort(), Object.keys(ticket).sort());
    const call = new required.TicketSupplier(options).receiveSync(signed("/mt/create", wire(CREATE)));
    assert.equal(call.body.orderId, "1453361297221");
    const error = refusalOf(() => new required.TicketSupplier(options).receiveSync(signed("/mt/create", "{")));
    assert.ok(MeituanError.is(error) && !(error instanceof MeituanError));
  });
});
