// Bodies that are still on their way when a call is judged, and how long they may take.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RideClient } from "meituan-protocol/ride";
import { handler, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, options, signed, wire } from "./ticket-support.mjs";

/** A request whose body comes in pieces, and what was read of it. */
function arriving(path, pieces, { how, end = "close" } = {}) {
  const told = { reads: 0, cancelled: false };
  const left = [...pieces];
  const body = new ReadableStream(
    {
      pull(controller) {
        told.reads += 1;
        if (left.length > 0) return controller.enqueue(new TextEncoder().encode(left.shift()));
        if (end === "close") return controller.close();
        if (end === "error") return controller.error(new Error("reset"));
        return new Promise(() => {});
      },
      cancel() {
        told.cancelled = true;
      },
    },
    // Nothing is asked for before somebody reads.
    { highWaterMark: 0 },
  );
  const { headers, method } = signed(path, undefined, how);
  return { told, request: new Request(`https://a.example${path}`, { method, headers, body, duplex: "half" }) };
}

const hostile = () => {
  throw new Error("thrown by a value");
};
const thirds = (text) => [text.slice(0, 50), text.slice(50, 100), text.slice(100)];
const refusalOf = (working) =>
  working.then(
    () => assert.fail("it was taken"),
    (error) => error,
  );

describe("a body that arrives", () => {
  const supplier = new TicketSupplier(options);

  it("is read to its end where its head is right", async () => {
    const { request, told } = arriving("/mt/create", thirds(wire(CREATE)));
    const call = await supplier.receive(request);
    assert.deepEqual([call.type, call.body.quantity, told.reads], ["orderCreate", 2, 4]);
  });

  const heads = {
    BAD_SIGNATURE: ["/mt/create", { secret: "wrong" }],
    UNKNOWN_ROUTE: ["/mt/nothing", {}],
    MISSING_HEADER: ["/mt/create", { headers: { Date: "" } }],
    STALE_DATE: ["/mt/create", { headers: { Date: "Wed, 06 May 2015 09:34:20 GMT" } }],
    WRONG_PARTNER_ID: ["/mt/create", { headers: { PartnerId: "7" } }],
    MALFORMED_HEADER: ["/mt/create", { headers: { Authorization: "Basic eA==" } }],
  };
  for (const [code, [path, how]] of Object.entries(heads)) {
    it(`is not read at all where the head is refused: ${code}`, async () => {
      // A request that is recorded is cloned, and that takes a piece ahead for each of the two.
      const ahead = 2;
      for (const [most, receive] of [
        [0, (request) => refusalOf(supplier.receive(request)).then((error) => error.code)],
        [
          ahead,
          async (request) => {
            const codes = [];
            const serve = handler({ config: options, record: () => {}, onError: (error) => codes.push(error.code) });
            assert.equal((await serve(request)).status, 200);
            await new Promise((resolve) => setTimeout(resolve, 10));
            return codes.join();
          },
        ],
      ]) {
        const { request, told } = arriving(path, thirds(wire(CREATE)), { how });
        assert.equal(await receive(request), code);
        assert.ok(told.reads <= most, `a stranger has made us read ${told.reads} pieces`);
      }
    });
  }

  it("is read no further than the limit", async () => {
    const small = new TicketSupplier({ ...options, maxBodyBytes: 60 });
    const { request, told } = arriving("/mt/create", thirds(wire(CREATE)), { end: "hang" });
    assert.equal((await refusalOf(small.receive(request))).code, "BODY_TOO_LARGE");
    assert.deepEqual([told.reads, told.cancelled], [2, true]);
  });

  it("is given up where its connection breaks", async () => {
    const { request } = arriving("/mt/create", ["{"], { end: "error" });
    assert.equal((await refusalOf(supplier.receive(request))).message, "reset");
  });

  it("may take its time, and no longer", async () => {
    const impatient = new TicketSupplier({ ...options, bodyTimeoutMs: 30 });
    const { request, told } = arriving("/mt/create", ["{"], { end: "hang" });
    const error = await refusalOf(impatient.receive(request));
    assert.deepEqual([error.code, error.path, error.toReply().status], ["TIMED_OUT", "body", 503]);
    assert.equal(told.cancelled, true);

    const client = new RideClient({
      ...{ entId: "1", accessKey: "k", secretKey: "AAECAwQFBgcICQoLDA0ODw==", bodyTimeoutMs: 30 },
      routes: { "/push": "refunded" },
    });
    const push = arriving("/push", ["{"], { end: "hang" });
    assert.equal((await refusalOf(client.receive(push.request))).code, "TIMED_OUT");
    const elsewhere = arriving("/elsewhere", ["{"], { end: "hang" });
    assert.equal((await refusalOf(client.receive(elsewhere.request))).code, "UNKNOWN_ROUTE");
    assert.equal(elsewhere.told.reads, 0);
  });

  it("is late, whatever was added to every object", async () => {
    const impatient = new TicketSupplier({ ...options, bodyTimeoutMs: 30 });
    const { request } = arriving("/mt/create", ["{"], { end: "hang" });
    const nothing = { getReader: () => ({ read: async () => undefined, cancel: async () => {} }) };
    const described = { configurable: true, enumerable: false };
    Object.defineProperty(Object.prototype, "done", { ...described, value: true });
    Object.defineProperty(Object.prototype, "value", { ...described, writable: true, value: new TextEncoder().encode("{}") });
    try {
      assert.equal((await refusalOf(impatient.receive(request))).code, "TIMED_OUT");
      assert.equal((await refusalOf(supplier.receive(streamed(nothing)))).code, "BODY_NOT_RAW");
    } finally {
      delete Object.prototype.done;
      delete Object.prototype.value;
    }
  });

  it("is judged for what it is where its headers cannot be read", async () => {
    const client = new RideClient({
      ...{ entId: "1", accessKey: "k", secretKey: "AAECAwQFBgcICQoLDA0ODw==" },
      routes: { "/push": "refunded" },
    });
    const push = (more) => refusalOf(client.receive({ method: "POST", url: "/push", bodyUsed: false, ...more }));
    const body = new TextEncoder().encode("content=bad");
    const { code } = await push({ body, headers: {} });
    assert.notEqual(code, "MALFORMED_HEADER");
    assert.equal((await push({ body })).code, code);
    assert.equal((await push({ body: new Response(body).body })).code, code);
    const reply = {
      ...{ status: 200, bodyUsed: false, arrayBuffer: hostile, body: new Response('{"code":200,"partnerId":1122}').body },
      get headers() {
        return hostile();
      },
    };
    const request = new TicketSupplier(options).requests.consumeNotice({
      ...{ orderId: "1", partnerOrderId: "P1", quantity: 1, usedQuantity: 1, refundedQuantity: 0 },
      voucherList: [{ voucher: "A1", voucherInvalidTime: 1772424000000, quantity: 1, status: 1 }],
    });
    assert.equal((await request.parseResponse(reply)).code, 200);
  });

  it("whose encoding is no string is judged for what it is: a call that acts is answered by 503 for half a body", async () => {
    const { headers, ...rest } = signed("/mt/create", wire(CREATE).slice(0, -3));
    for (const encoding of [true, 1n, {}, [null]]) {
      const call = { ...rest, headers: { ...headers, "content-encoding": encoding }, body: new TextEncoder().encode(rest.body) };
      const error = await refusalOf((async () => supplier.receiveSync(call))());
      assert.deepEqual([error.code, error.toReply().status], ["TRUNCATED_JSON", 503]);
    }
  });

  it("may take its time also where the runtime shows no stream", async () => {
    const impatient = new TicketSupplier({ ...options, bodyTimeoutMs: 30 });
    const { request } = arriving("/mt/create", []);
    const shy = { method: request.method, url: request.url, headers: request.headers, arrayBuffer: () => new Promise(() => {}) };
    assert.equal((await refusalOf(impatient.receive(shy))).code, "TIMED_OUT");
  });

  /** A request whose stream is what the test makes of it. */
  const streamed = (body) => {
    const { method, headers } = signed("/mt/create");
    return { method, url: "https://a.example/mt/create", headers: new Headers(headers), body, bodyUsed: false };
  };
  const endless = (chunk, chunks = []) => {
    const told = { reads: 0, cancelled: false };
    const reader = {
      // At once: no timer of this process ever runs in between.
      read: async () => ({ done: false, value: chunks[told.reads++] ?? chunk }),
      cancel: async () => {
        told.cancelled = true;
      },
    };
    return { told, request: streamed({ getReader: () => reader }) };
  };

  it("ends where nothing but empty pieces come, and nobody can be interrupted", async () => {
    const { told, request } = endless(new Uint8Array(0), [new TextEncoder().encode("{")]);
    const error = await refusalOf(supplier.receive(request));
    assert.deepEqual([error.code, error.path, error.toReply().status, told.cancelled], ["TIMED_OUT", "body", 503, true]);
    assert.ok(told.reads < 2000, `${told.reads}`);
    const serve = handler({ config: options, orderCreate: () => ({ partnerOrderId: "P1" }), onError: () => {} });
    assert.equal((await serve(endless(new Uint8Array(0)).request)).status, 503);
    // A few of them are no harm.
    const text = new TextEncoder().encode(wire(CREATE));
    const pieces = [...text].flatMap((byte) => [new Uint8Array(0), Uint8Array.of(byte)]);
    const body = new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    });
    assert.equal((await supplier.receive(streamed(body))).body.quantity, 2);
  });

  it("ends in time where pieces come without a pause", async () => {
    const impatient = new TicketSupplier({ ...options, bodyTimeoutMs: 30, maxBodyBytes: 2 ** 29 - 1 });
    const began = performance.now();
    const { told, request } = endless(new Uint8Array(1));
    assert.equal((await refusalOf(impatient.receive(request))).code, "TIMED_OUT");
    assert.ok(told.cancelled && performance.now() - began < 10_000, `${performance.now() - began}`);
  });

  it("has bytes, and no pieces of another kind", async () => {
    const text = wire(CREATE);
    const bytes = new TextEncoder().encode(text);
    for (const piece of [text, 5, null, undefined, {}, { length: -5 }, { length: 2e9 }, [...bytes]]) {
      const { told, request } = endless(piece);
      const error = await refusalOf(supplier.receive(request));
      assert.deepEqual([error.code, error.path, told.reads, told.cancelled], ["BODY_NOT_RAW", "body", 1, true], String(piece));
    }
    // Bytes of every form count.
    for (const piece of [
      bytes.buffer,
      new DataView(bytes.buffer),
      Buffer.from(bytes),
      new Uint8Array(new SharedArrayBuffer(4096)),
    ]) {
      const { told, request } = endless(piece);
      assert.equal((await refusalOf(supplier.receive(request))).code, "BODY_TOO_LARGE");
      assert.ok(told.cancelled);
    }
    const whole = (piece) =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(piece);
          controller.close();
        },
      });
    for (const piece of [bytes.buffer, new DataView(bytes.buffer)])
      assert.equal((await supplier.receive(streamed(whole(piece)))).body.quantity, 2);
    for (const answer of [text, 1e9, null, {}]) {
      const shy = { ...streamed(undefined), arrayBuffer: async () => answer };
      const working = supplier.receive(shy);
      if (answer === text) assert.equal((await working).body.quantity, 2);
      else assert.equal((await refusalOf(working)).code, "BODY_NOT_RAW", String(answer));
    }
  });

  it("is refused where its reader says nothing, and where it cannot be told to stop", async () => {
    const readers = [
      { read: () => 5, cancel: () => 5 },
      { read: () => null, cancel: hostile },
      { read: async () => ({ done: false, value: new Uint8Array(1 << 20) }), cancel: hostile },
      { read: () => new Promise(() => {}), cancel: hostile },
      { read: () => new Promise(() => {}), cancel: () => {} },
    ];
    const impatient = new TicketSupplier({ ...options, bodyTimeoutMs: 30 });
    const codes = [];
    for (const reader of readers) {
      const error = await refusalOf(impatient.receive(streamed({ getReader: () => reader })));
      codes.push(error.code);
    }
    assert.deepEqual(codes, ["BODY_NOT_RAW", "BODY_NOT_RAW", "BODY_TOO_LARGE", "TIMED_OUT", "TIMED_OUT"]);
  });

  it("is judged by the time at which its head came", async () => {
    let now = options.now();
    const slow = new TicketSupplier({ ...options, now: () => now });
    const { request } = arriving("/mt/create", [wire(CREATE)]);
    const receiving = slow.receive(request);
    now += 601_000;
    assert.equal((await receiving).type, "orderCreate");
  });

  it("has a limit that is a number of milliseconds", () => {
    for (const bodyTimeoutMs of [0, -1, "1", Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => new TicketSupplier({ ...options, bodyTimeoutMs }), { code: "INVALID_CONFIG", path: "bodyTimeoutMs" });
    }
  });
});
