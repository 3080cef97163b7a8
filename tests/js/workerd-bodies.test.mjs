// Bodies in workerd, which reads one quicker as a whole than in pieces. Here it is played by its name alone: that real Workers answer
// is tested in tests/packaging.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CREATE, options, signed, wire } from "./ticket-support.mjs";

Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Cloudflare-Workers" }, configurable: true });
const { TicketSupplier } = await import("meituan-protocol/ticket");

/**
 * A request, and how its body was read.
 * @param {{ body?: Uint8Array, declared?: string, whole?: () => Promise<ArrayBuffer> }} how
 */
function requested({ body = new TextEncoder().encode(wire(CREATE)), declared, whole }) {
  const read = { whole: 0, pieces: 0 };
  const { headers, method } = signed("/mt/create", undefined);
  const stream = new ReadableStream(
    {
      pull(controller) {
        const at = 50 * read.pieces++;
        if (at >= body.length) return controller.close();
        controller.enqueue(body.slice(at, at + 50));
      },
    },
    { highWaterMark: 0 },
  );
  const request = {
    ...{ method, url: "https://a.example/mt/create", bodyUsed: false, body: stream },
    headers: new Headers({ ...headers, ...(declared !== undefined && { "content-length": declared }) }),
    arrayBuffer() {
      read.whole++;
      return whole?.() ?? Promise.resolve(body.slice().buffer);
    },
  };
  return { request, read };
}

const codeOf = (working) =>
  working.then(
    () => "taken",
    (error) => error.code,
  );

describe("a body in workerd", () => {
  const supplier = new TicketSupplier({ ...options, maxBodyBytes: 1000, bodyTimeoutMs: 30 });

  it("is read as a whole where its length is declared and small enough", async () => {
    const { request, read } = requested({ declared: "600" });
    const call = await supplier.receive(request);
    assert.deepEqual([call.type, call.body.quantity, read], ["orderCreate", 2, { whole: 1, pieces: 0 }]);
  });

  for (const [what, declared] of [
    ["no length is declared", undefined],
    ["the declared length is too large", "1001"],
    ["the declared length is no number", "6e2"],
    ["the length is declared twice", "600, 600"],
  ]) {
    it(`is read in pieces, and no further than it may be long, where ${what}`, async () => {
      const body = new TextEncoder().encode(wire(CREATE) + " ".repeat(100_000));
      const { request, read } = requested({ body, declared });
      assert.equal(await codeOf(supplier.receive(request)), "BODY_TOO_LARGE");
      assert.deepEqual([read.whole, read.pieces <= 22], [0, true]);
    });
  }

  it("is refused where it is longer than was declared and than it may be", async () => {
    const body = new TextEncoder().encode(wire(CREATE) + " ".repeat(1000));
    assert.equal(await codeOf(supplier.receive(requested({ body, declared: "600" }).request)), "BODY_TOO_LARGE");
  });

  it("has its time limit, whole or not", async () => {
    const { request } = requested({ declared: "600", whole: () => new Promise(() => {}) });
    assert.equal(await codeOf(supplier.receive(request)), "TIMED_OUT");
  });

  it("that breaks off is no failure of the call", async () => {
    const { request } = requested({ declared: "600", whole: () => Promise.reject(new Error("reset")) });
    const error = await supplier.receive(request).then(assert.fail, (thrown) => thrown);
    assert.equal(error.message, "reset");
  });
});
