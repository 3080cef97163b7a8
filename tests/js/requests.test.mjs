// What is sent to Meituan, and what it says to that.

import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { describe, it } from "node:test";
import { RideClient } from "meituan-protocol/ride";
import { stringToSign, TicketRequests, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, DATE, hmac, NOW, options, REFUND, refusalOf, supplier } from "./ticket-support.mjs";

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
    const visible = [..."!#$%&'()*+,-./0123456789:;<=>?@AZ[]^_`az{|}~"];
    const any = (length, characters = [" ", ...visible, "é", "中", "😀"]) =>
      Array.from({ length }, () => characters[randomInt(characters.length)]).join("");
    for (let round = 0; round < 200; round++) {
      const secret = `s${any(randomInt(100))}s`;
      const uri = `/${any(randomInt(200), visible)}`;
      const now = randomInt(2 ** 42);
      const own = new TicketSupplier({ ...options, clientSecret: secret });
      const { headers, stringToSign: text } = own.requests.consumeNotice(consumed, { signedUri: uri, now });
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

  it("go to no other host than the one that is set, whatever the URI is", () => {
    const wrong = [
      ".evil.example/x",
      "@evil.example/x",
      ":80@evil.example/",
      "x",
      "",
      "?x=1",
      "/a b",
      "/门票",
      "/a\r\nHost: x",
      "/\u007f",
    ];
    for (const uri of wrong) {
      for (const [given, path] of [
        [{ uri }, "uri"],
        [{ signedUri: uri }, "signedUri"],
        [{ uri, signedUri: "/right" }, "uri"],
        [{ url: "https://a.example/x", signedUri: uri }, "signedUri"],
      ]) {
        const error = refusalOf(() => supplier.requests.consumeNotice(consumed, given));
        assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", path], JSON.stringify(given));
      }
    }
    const { url, uri } = supplier.requests.consumeNotice(consumed, { uri: "/x?y=1", signedUri: "/z" });
    assert.deepEqual([url, uri], ["https://connectivity-adapter.meituan.com/x?y=1", "/z"]);
    assert.equal(supplier.requests.consumeNotice(consumed, { url: "https://a.example" }).uri, "/");
  });

  it("go to exactly what is signed: a URI that a URL parser makes another one of is refused", () => {
    const uris = [
      "/\\evil.example",
      "/a/../b",
      "/./x",
      "/%2e%2e/x",
      "/x/%2E",
      "/x#y",
      "/x?y#z",
      "/<x>",
      '/"x"',
      "/{x}",
      "/`",
      "/a\\b",
    ];
    for (const uri of uris) {
      for (const given of [{ uri }, { uri, signedUri: "/right" }]) {
        const error = refusalOf(() => supplier.requests.consumeNotice(consumed, given));
        assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", "uri"], uri);
      }
    }
    const long = "/a.b".repeat(2_000_000);
    for (const uri of ["/", "/x?y=1&z=%E5%8D%95", "//x", "/a//b", "/%zz", "/x?", "/x?a/../b", "/~x/;y=1,2", long]) {
      const request = supplier.requests.consumeNotice(consumed, { uri });
      assert.equal(request.toRequest().url, `https://connectivity-adapter.meituan.com${uri}`);
      assert.equal(request.uri, uri);
    }
    const parts = ["/", "/", ".", "..", "%2e", "%2E", "?", "#", "=", "&", "%", "-", "_", "a", "b7", "~", ";", "\\", ":", "@", "'"];
    for (let round = 0; round < 3000; round++) {
      const uri = `/${Array.from({ length: randomInt(7) }, () => parts[randomInt(parts.length)]).join("")}`;
      const isSame = new URL(`https://h.example${uri}`).href === `https://h.example${uri}` && !uri.includes("#");
      const attempt = () => supplier.requests.consumeNotice(consumed, { uri });
      if (isSame) assert.equal(attempt().url, `https://connectivity-adapter.meituan.com${uri}`);
      else assert.equal(refusalOf(attempt).path, "uri", uri);
    }
    const urls = [
      ...["https://h.example/a/../b", "https://h.example\\x", "https:/\\evil.example/x", "//h.example/x", "not a url", "x", ""],
      ...[
        "https://u:p@h.example/x",
        "https://u@h.example/x",
        "ftp://h.example/x",
        "javascript:alert(1)",
        "data:x",
        "https://h.example/x y",
      ],
      ...["https://h.example:99999/x", "https://[::1/x", "https:///x", "https://", " https://h.example/x", "https://h.example/x\n"],
      ...["https://h.example/x\ty", "https://exa mple/x", "https://h.example/门票"],
    ];
    for (const url of urls) {
      const error = refusalOf(() => supplier.requests.consumeNotice(consumed, { url }));
      assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", "url"], url);
    }
    const right = [
      "https://h.example/x?y=1",
      "https://h.example",
      "https://h.example?x=1",
      "HTTPS://H.example/x",
      "https://门票.example/x",
    ];
    for (const url of [...right, "https://h.example/x#y", new URL("https://h.example/a b?q=票")]) {
      const request = supplier.requests.consumeNotice(consumed, { url });
      const { pathname, search } = new URL(request.toRequest().url);
      assert.equal(pathname + search, request.uri, String(url));
    }
    // What is signed otherwise is said by whoever says so.
    const elsewhere = { url: "https://h.example/a/../b", signedUri: "/x" };
    assert.equal(supplier.requests.consumeNotice(consumed, elsewhere).uri, "/x");
    assert.deepEqual(
      { ...supplier.requests.consumeNotice(consumed, { ...elsewhere, uri: null }) },
      { ...supplier.requests.consumeNotice(consumed, elsewhere) },
    );
    // A path alone is signed, and cannot be fetched.
    const nowhere = supplier.requests.consumeNotice(consumed, { url: "/x" });
    const error = refusalOf(() => nowhere.toRequest());
    assert.deepEqual([nowhere.uri, error.code, error.path], ["/x", "INVALID_CONFIG", "url"]);
  });

  it("cannot be fetched from a host that there is not", () => {
    const client = { entId: 617, accessKey: "CESHI-TK", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
    for (const host of ["https://h:99999", "https://u:p@h", "https://[::1"]) {
      for (const make of [
        () => new TicketSupplier({ ...options, host }).requests.consumeNotice(consumed),
        () => new RideClient({ ...client, environment: host }).requests.queryRealTimeOrder({ mtOrderId: "1" }),
      ]) {
        const { code, path } = refusalOf(() => make().toRequest());
        assert.ok(code === "INVALID_CONFIG" && ["url", "host", "environment"].includes(path), `${host}: ${code} ${path}`);
      }
    }
  });

  it("have header values that any client can send", () => {
    for (const wrong of ["a\nb", "中文", "a\0b", " a ", "a b", "a\r\nX: y", "\u007f", "é"]) {
      const bodyEncryption = { key: "0123456789abcdef", appKey: wrong };
      const error = refusalOf(() => new TicketSupplier({ ...options, bodyEncryption }));
      assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", "bodyEncryption.appKey"], JSON.stringify(wrong));
      const own = refusalOf(() => new TicketSupplier({ ...options, clientId: wrong }));
      assert.deepEqual([own.code, own.path], ["INVALID_CONFIG", "clientId"], JSON.stringify(wrong));
    }
  });

  it("are the same where nothing but requests is needed", () => {
    const { url, headers, body } = new TicketRequests(options).consumeNotice(consumed);
    const whole = supplier.requests.consumeNotice(consumed);
    assert.deepEqual({ url, headers, body }, { url: whole.url, headers: whole.headers, body: whole.body });
    assert.throws(() => new TicketRequests({ ...options, clientSecret: 1 }), { code: "INVALID_CONFIG", path: "clientSecret" });
  });

  it("agree to a refund by 200, or refuse it by a listed failure, and by nothing else", () => {
    const body = { orderId: "7", refundId: "R1", partnerOrderId: "P1", requestTime: NOW, responseTime: NOW };
    const notice = (code) => supplier.requests.refundNotice({ code, describe: "已过可退时间", body });
    for (const code of [200, 604, 606, 607, 699]) assert.deepEqual(notice(code).warnings, [], String(code));
    for (const code of [601, 602]) {
      const { code: is, rule } = refusalOf(() => notice(code));
      assert.deepEqual([is, rule], ["RULE_BROKEN", "refund-notice.decides"], String(code));
    }
    for (const code of [598, 599, 499, 603]) assert.equal(refusalOf(() => notice(code)).code, "UNKNOWN_VALUE", String(code));
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
