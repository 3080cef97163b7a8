// Requests as gateways pass them on: compressed bodies, Base64, headers by other names.

import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { describe, it } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { RideClient, handler as rideHandler } from "meituan-protocol/ride";
import { MeituanRide } from "meituan-protocol/testing";
import { handler, TicketPartners, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, DATE, fetched, NOW, options, refusalOf, signed, supplier, wire } from "./ticket-support.mjs";

const PLAIN = wire(CREATE);
const GZIP = { "Content-Encoding": "gzip" };

describe("a compressed body", () => {
  it("is read where it is declared, in whatever case", async () => {
    for (const encoding of ["gzip", "GZIP", " x-gzip "]) {
      const request = fetched("/mt/create", gzipSync(PLAIN), { headers: { "content-encoding": encoding } });
      assert.equal((await supplier.receive(request)).body.orderId, "1453361297221");
    }
  });

  it("is read as it is where a platform has decompressed it, and left the header", async () => {
    assert.equal((await supplier.receive(fetched("/mt/create", PLAIN, { headers: GZIP }))).body.orderId, "1453361297221");
    assert.equal(supplier.receiveSync(signed("/mt/create", PLAIN, { headers: GZIP })).body.orderId, "1453361297221");
  });

  it("that nothing declares, or that is broken, is refused with the reason", async () => {
    const whole = gzipSync(PLAIN);
    const broken = Buffer.from(whole);
    broken[20] ^= 255;
    for (const [body, headers, detail] of [
      [whole, {}, /no Content-Encoding declares/],
      [whole, { "Content-Encoding": "identity" }, /no Content-Encoding declares/],
      [whole.subarray(0, 60), GZIP, /cannot be decompressed/],
      [broken, GZIP, /cannot be decompressed/],
      [Buffer.from([0x1f, 0x8b]), GZIP, /cannot be decompressed/],
    ]) {
      const request = fetched("/mt/create", body, { headers });
      const error = await supplier.receive(request).then(
        () => assert.fail("it was taken"),
        (error) => error,
      );
      assert.deepEqual([error.code, error.path], ["BODY_NOT_RAW", "body"]);
      assert.match(error.detail, detail);
      // What cannot be read may have been read before, when it came as it was sent: that is no failure.
      const { status, body: reply } = error.toReply();
      assert.deepEqual([status, reply], [503, ""]);
    }
  });

  it("in an encoding that is not understood is refused by its name, and answered as what was not read", async () => {
    const zipped = gzipSync(PLAIN);
    const bodies = {
      br: brotliCompressSync(PLAIN),
      "BR, identity": brotliCompressSync(PLAIN),
      deflate: deflateSync(PLAIN),
      zstd: Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), zipped]),
      "gzip, gzip": gzipSync(zipped),
      "gzip, br": brotliCompressSync(zipped),
      [`x${"y".repeat(200)}`]: brotliCompressSync(PLAIN),
    };
    for (const [encoding, body] of Object.entries(bodies)) {
      const headers = { "Content-Encoding": encoding };
      const name = encoding.toLowerCase().replace(", identity", "").slice(0, 64);
      const refused = [await supplier.receive(fetched("/mt/create", body, { headers })).catch((error) => error)];
      if (encoding !== "gzip, gzip") refused.push(refusalOf(() => supplier.receiveSync(signed("/mt/create", body, { headers }))));
      for (const error of refused) {
        assert.deepEqual([error.code, error.path], ["BODY_NOT_RAW", "body"], encoding);
        assert.ok(error.detail.startsWith(`found Content-Encoding ${name}, `), error.detail);
        assert.ok(error.detailZh.includes(`Content-Encoding 为 ${name}，`), error.detailZh);
        const { status, body: reply } = error.toReply();
        assert.deepEqual([status, reply], [503, ""], encoding);
      }
      const stranger = { headers, secret: "wrong" };
      await assert.rejects(supplier.receive(fetched("/mt/create", body, stranger)), { code: "BAD_SIGNATURE" });
      assert.equal(refusalOf(() => supplier.receiveSync(signed("/mt/create", body, stranger))).code, "BAD_SIGNATURE");
      // Some platforms undo it, and leave the header.
      assert.equal((await supplier.receive(fetched("/mt/create", PLAIN, { headers }))).type, "orderCreate");
    }
    const twice = await supplier.receive(fetched("/mt/create", gzipSync(zipped), { headers: GZIP })).catch((error) => error);
    assert.match(twice.detail, /gzip in gzip/);
    assert.equal(twice.toReply().status, 503);
    // What is no text, and is declared to be nothing else, stays what it is.
    for (const headers of [{}, { "Content-Encoding": "identity" }]) {
      const error = await supplier.receive(fetched("/mt/create", bodies.br, { headers })).catch((error) => error);
      assert.equal(error.code, "INVALID_UTF8");
    }
    for (const error of [
      await supplier.receive(fetched("/mt/create", bodies.br, { headers: GZIP })).catch((error) => error),
      refusalOf(() => supplier.receiveSync(signed("/mt/create", bodies.br, { headers: GZIP }))),
    ]) {
      assert.deepEqual([error.code, error.path], ["BODY_NOT_RAW", "body"]);
      assert.match(error.detail, /not UTF-8, with Content-Encoding gzip/);
      assert.deepEqual([error.toReply().status, error.toReply().body], [503, ""]);
    }
  });

  it("of a caller who is not authenticated is not decompressed", async () => {
    const request = fetched("/mt/create", gzipSync(PLAIN).subarray(0, 60), { headers: GZIP, secret: "wrong" });
    await assert.rejects(supplier.receive(request), { code: "BAD_SIGNATURE" });
  });

  it("is not looked at before the head is judged, in whatever form it comes", async () => {
    const body = gzipSync(PLAIN);
    const stranger = signed("/mt/create", body, { secret: "wrong" });
    for (const headers of [stranger.headers, { ...stranger.headers, ...GZIP }]) {
      await assert.rejects(supplier.receive({ ...stranger, headers }), { code: "BAD_SIGNATURE" });
      for (const given of [body, "%%%"]) {
        const error = refusalOf(() => supplier.receiveSync({ ...stranger, headers, body: given, isBase64Encoded: given !== body }));
        assert.equal(error.code, "BAD_SIGNATURE");
        assert.equal(JSON.parse(error.toReply().body).describe, "签名校验失败");
      }
    }
  });

  it("is refused where it is larger itself than bodies may be, whatever it becomes", async () => {
    const text = PLAIN;
    const zipped = gzipSync(text, { level: 0 });
    assert.ok(zipped.length > Buffer.byteLength(text));
    const limited = (maxBodyBytes) => new TicketSupplier({ ...options, maxBodyBytes });
    const receive = (most) => limited(most).receive(fetched("/mt/create", zipped, { headers: GZIP }));
    assert.equal((await receive(zipped.length)).type, "orderCreate");
    const error = await receive(zipped.length - 1).catch((error) => error);
    assert.deepEqual([error.code, error.path], ["BODY_TOO_LARGE", "body"]);
    assert.match(error.detail, /as it comes, and for what it becomes/);
    assert.equal(JSON.parse(error.toReply().body).code, 499);
  });

  it("is refused as soon as it becomes larger than bodies may be", async () => {
    const bomb = gzipSync(Buffer.alloc(200 << 20, " "), { level: 9 });
    assert.ok(bomb.length < 1 << 20);
    const began = performance.now();
    const before = process.memoryUsage().rss;
    await assert.rejects(supplier.receive(fetched("/mt/create", bomb, { headers: GZIP })), { code: "BODY_TOO_LARGE" });
    assert.ok(performance.now() - began < 2000);
    assert.ok(process.memoryUsage().rss - before < 64 << 20, "it was not decompressed whole");
    // The limit is that of the body itself: one byte more, and it is refused.
    const exact = new TicketSupplier({ ...options, maxBodyBytes: Buffer.byteLength(PLAIN) });
    assert.equal((await exact.receive(fetched("/mt/create", gzipSync(PLAIN), { headers: GZIP }))).type, "orderCreate");
    await assert.rejects(exact.receive(fetched("/mt/create", gzipSync(`${PLAIN} `), { headers: GZIP })), {
      code: "BODY_TOO_LARGE",
    });
  });

  it("cannot be waited for by receiveSync, which says so", () => {
    const error = refusalOf(() => supplier.receiveSync(signed("/mt/create", gzipSync(PLAIN), { headers: GZIP })));
    assert.deepEqual([error.code, error.path], ["BODY_NOT_RAW", "body"]);
    assert.match(error.detail, /use receive/);
    assert.match(error.detail, /gunzipSync/);
    assert.deepEqual([error.toReply().status, error.toReply().body], [503, ""]);
  });

  it("of a recorded call is recorded as the message", async () => {
    const recorded = [];
    const serve = handler({
      config: options,
      orderCreate: () => ({ partnerOrderId: "P" }),
      record: (exchange) => recorded.push(exchange),
    });
    assert.equal((await (await serve(fetched("/mt/create", gzipSync(PLAIN), { headers: GZIP }))).json()).code, 200);
    while (recorded.length === 0) await new Promise(setImmediate);
    assert.match(recorded[0], /1453361297221/);
  });

  it("of a push is read, too", async () => {
    const account = { entId: 617, accessKey: "key", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
    const routes = { "/event": "orderChanged" };
    const told = [];
    const serve = rideHandler({
      config: { ...account, routes, toleranceSeconds: null },
      orderChanged: (push) => void told.push(push.body.mtOrderId),
      onError: (error) => told.push(error.code),
    });
    const push = new MeituanRide(account).push(
      "orderChanged",
      { mtOrderId: "M1", eventCode: 20, eventTime: NOW },
      { now: NOW },
    ).body;
    const post = (body, headers) => serve(new Request("https://x.example/event", { method: "POST", headers, body }));
    assert.equal((await (await post(gzipSync(push), GZIP)).json()).code, 0);
    // A fault of ours: it is pushed again.
    assert.equal((await (await post(gzipSync(push).subarray(0, 60), GZIP)).json()).code, 2);
    assert.deepEqual(told, ["M1", "BODY_NOT_RAW"]);
    assert.equal((await (await post(brotliCompressSync(push), { "Content-Encoding": "br" })).json()).code, 2);
    assert.equal(told.pop(), "BODY_NOT_RAW");
    const client = new RideClient({ ...account, routes, toleranceSeconds: null });
    assert.equal(refusalOf(() => client.receiveSync({ url: "/event", body: gzipSync(push) })).code, "BODY_NOT_RAW");
    const base64 = { url: "/event", body: Buffer.from(push).toString("base64"), isBase64Encoded: true };
    assert.equal(client.receiveSync(base64).body.mtOrderId, "M1");
  });
});

describe("a body in Base64", () => {
  const encoded = (body, more) => ({
    ...signed("/mt/create", Buffer.from(body).toString("base64")),
    isBase64Encoded: true,
    ...more,
  });

  it("is decoded where that is said, and nowhere else", () => {
    assert.equal(supplier.receiveSync(encoded(PLAIN)).body.orderId, "1453361297221");
    assert.equal(supplier.receiveSync({ ...signed("/mt/create", PLAIN), isBase64Encoded: false }).type, "orderCreate");
    assert.equal(refusalOf(() => supplier.receiveSync(encoded(PLAIN, { isBase64Encoded: undefined }))).code, "INVALID_JSON");
  });

  it("may have line ends in it, up to the limit", () => {
    const small = new TicketSupplier({ ...options, maxBodyBytes: Buffer.byteLength(PLAIN), now: () => NOW });
    const body = Buffer.from(PLAIN).toString("base64").replace(/.{76}/g, "$&\r\n");
    const call = small.receiveSync({ ...signed("/mt/create", body), isBase64Encoded: true });
    assert.equal(call.body.orderId, "1453361297221");
  });

  it("keeps the limit of what it becomes", () => {
    const exact = new TicketSupplier({ ...options, maxBodyBytes: Buffer.byteLength(PLAIN) });
    assert.equal(exact.receiveSync(encoded(PLAIN)).type, "orderCreate");
    for (const more of [" ", "  ", "   ", " ".repeat(1 << 20)]) {
      assert.equal(refusalOf(() => exact.receiveSync(encoded(PLAIN + more))).code, "BODY_TOO_LARGE");
    }
  });

  it("is decoded no further than shows that it is too long", () => {
    const small = new TicketSupplier({ ...options, maxBodyBytes: 1000 });
    const own = globalThis.atob;
    const decoded = [];
    globalThis.atob = (text) => {
      decoded.push(text.length);
      return own(text);
    };
    try {
      assert.equal(refusalOf(() => small.receiveSync(encoded(" ".repeat(1 << 20)))).code, "BODY_TOO_LARGE");
    } finally {
      globalThis.atob = own;
    }
    // A thousand and one bytes are 334 groups of four.
    assert.deepEqual(decoded, [4 * 334]);
  });

  it("that is none is refused with the reason", () => {
    for (const [body, isBase64Encoded, code, path] of [
      ["%%%", true, "BODY_NOT_RAW", "body"],
      [new Uint8Array(3), true, "BODY_NOT_RAW", "body"],
      [PLAIN, "true", "INVALID_CONFIG", "isBase64Encoded"],
    ]) {
      const error = refusalOf(() => supplier.receiveSync({ ...signed("/mt/create", body), isBase64Encoded }));
      assert.deepEqual([error.code, error.path], [code, path]);
      if (path === "body") assert.deepEqual([error.toReply().status, error.toReply().body], [503, ""]);
    }
  });
});

describe("headers by other names", () => {
  const NAMES = { date: "X-Amzn-Remapped-Date", authorization: "x-amzn-remapped-authorization" };
  const renamed = new TicketSupplier({ ...options, headerNames: NAMES });
  const { headers: own } = signed("/mt/create", PLAIN);
  const HEADERS = {
    PartnerId: own.PartnerId,
    "x-amzn-remapped-date": own.Date,
    "X-Amzn-Remapped-Authorization": own.Authorization,
  };
  const request = (headers) => ({ ...signed("/mt/create", PLAIN), headers });

  it("are read by those, in every form of headers", async () => {
    for (const headers of [HEADERS, Object.entries(HEADERS), new Headers(HEADERS)]) {
      assert.equal(renamed.receiveSync(request(headers)).type, "orderCreate");
    }
    const arriving = new Request("https://x.example/mt/create", { method: "POST", headers: HEADERS, body: PLAIN });
    assert.equal((await renamed.receive(arriving)).type, "orderCreate");
    // A gateway's own Date and Authorization are none of Meituan's.
    const both = { ...HEADERS, Date: "Thu, 07 May 2015 10:34:20 GMT", Authorization: "Bearer of the gateway" };
    assert.equal(renamed.receiveSync(request(both)).type, "orderCreate");
  });

  it("are missing where only Meituan's own names are there", () => {
    const error = refusalOf(() => renamed.receiveSync(request(own)));
    assert.deepEqual([error.code, error.path], ["MISSING_HEADER", "headers.date"]);
  });

  it("are those by which a recorded call says that it is encrypted", async () => {
    const key = "0123456789abcdef";
    const cipher = createCipheriv("aes-128-cbc", key, key.slice(8) + key.slice(0, 8));
    const body = cipher.update(PLAIN, "utf8", "base64") + cipher.final("base64");
    const recorded = [];
    const serve = handler({
      config: { ...options, headerNames: { encryptionStatus: "X-Sealed" }, bodyEncryption: { key } },
      orderCreate: () => ({ partnerOrderId: "P" }),
      record: (exchange) => recorded.push(JSON.parse(exchange)),
    });
    const reply = await serve(fetched("/mt/create", body, { headers: { "X-Sealed": "encrypted" } }));
    assert.deepEqual([reply.code, reply.headers.get("x-encryption-status")], [200, "encrypted"]);
    while (recorded.length === 0) await new Promise(setImmediate);
    assert.equal(recorded[0].request.body.orderId, 1453361297221);
    assert.equal(recorded[0].response.code, 200);
  });

  it("are those of an address that several partners share", () => {
    const { routes, ...account } = options;
    const partners = new TicketPartners({
      routes,
      headerNames: { ...NAMES, partnerId: "X-Partner" },
      partners: (id) => (id === 1122 ? account : undefined),
    });
    const { PartnerId, ...rest } = HEADERS;
    assert.equal(partners.receiveSync(request({ ...rest, "x-partner": PartnerId })).partnerId, 1122);
    assert.equal(refusalOf(() => partners.receiveSync(request({ ...rest, "x-partner": "9" }))).code, "WRONG_PARTNER_ID");
    const own = new TicketPartners({ routes, partners: () => ({ ...account, headerNames: NAMES }) });
    assert.equal(refusalOf(() => own.receiveSync(request(HEADERS))).path, "partners.headerNames");
  });

  it("that nothing can have are refused", () => {
    for (const [headerNames, path] of [
      [{ date: "" }, "headerNames.date"],
      [{ date: "x y" }, "headerNames.date"],
      [{ authorization: 1 }, "headerNames.authorization"],
      [{ dates: "x" }, "headerNames.dates"],
      [{ date: "Authorization" }, "headerNames.authorization"],
      ["x-date", "headerNames"],
    ]) {
      const error = refusalOf(() => new TicketSupplier({ ...options, headerNames }));
      assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", path]);
    }
  });

  it("keep their order where two of them have the same length", () => {
    const headerNames = { date: "x-meituan-date", partnerId: "x-meituan-part" };
    const both = new TicketSupplier({ ...options, headerNames });
    const headers = { "x-meituan-date": DATE, "X-Meituan-Part": own.PartnerId, Authorization: own.Authorization };
    assert.equal(both.receiveSync(request(headers)).type, "orderCreate");
    assert.equal(NOW > 0, true);
  });
});
