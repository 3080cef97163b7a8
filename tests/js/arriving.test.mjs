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

  it("may take its time also where the runtime shows no stream", async () => {
    const impatient = new TicketSupplier({ ...options, bodyTimeoutMs: 30 });
    const { request } = arriving("/mt/create", []);
    const shy = { method: request.method, url: request.url, headers: request.headers, arrayBuffer: () => new Promise(() => {}) };
    assert.equal((await refusalOf(impatient.receive(shy))).code, "TIMED_OUT");
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
