// Bodies in workerd, on the packed package: a body that is not long is read in one piece, and none further than it may be long.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Miniflare } from "miniflare";
import { pack, project } from "./tools.mjs";
import { modulesOf } from "./workers.mjs";

const KEYS = { partnerId: 1122, clientId: "bodies", clientSecret: "not a real secret" };
const MOST = 3000;
/** What is read at once: no more than shows that a body is too long. */
const ROOM = MOST + 1;
/** The same where bodies may be long. */
const FIRST = 8192;
const LONG = 100_000;
/** Long, because clocks of Workers stand still while they work. */
const WAIT = 3000;
const BODY = '{"partnerId":1122,"body":{"orderId":8985652356562370001,"closeType":1}}';
const LARGE = BODY + " ".repeat(40 * MOST);

/** What was read is in headers of the answer. */
const WORKER = `
  import { TicketSupplier } from "meituan-protocol/ticket";
  const supplierOf = (maxBodyBytes) =>
    new TicketSupplier({
      ...${JSON.stringify(KEYS)},
      routes: { "/close": "orderClose" },
      maxBodyBytes,
      bodyTimeoutMs: ${WAIT},
    });
  const suppliers = { short: supplierOf(${MOST}), long: supplierOf(${LONG}) };
  const rooms = [];
  let pulled = 0;
  const { readAtLeast } = ReadableStreamBYOBReader.prototype;
  ReadableStreamBYOBReader.prototype.readAtLeast = function (room, bytes) {
    rooms.push(room);
    return readAtLeast.call(this, room, bytes);
  };
  async function answer(request) {
    rooms.length = 0;
    pulled = 0;
    try {
      const call = await suppliers[request.headers.get("x-bodies") ?? "short"].receive(request);
      return Response.json({ orderId: call.body.orderId, rooms, pulled });
    } catch (error) {
      return Response.json({ code: error.code ?? error.name, path: error.path, rooms, pulled });
    }
  }
  const pieces = (bytes, type, closed = (controller) => controller.byobRequest?.respond(0)) => {
    let at = 0;
    const pull = (controller) => {
      if (at >= bytes.length) {
        controller.close();
        closed(controller);
        return;
      }
      controller.enqueue(bytes.slice(at, (at += 100)));
      pulled += 100;
    };
    return new ReadableStream({ type, pull }, { highWaterMark: 0 });
  };
  /** The same request with a body of the program's own. */
  const MADE = {
    bytes: (how, bytes) => new Request(how.url, { ...how, body: bytes }),
    stream: (how, bytes) => new Request(how.url, { ...how, body: pieces(bytes) }),
    byteStream: (how, bytes) => new Request(how.url, { ...how, body: pieces(bytes, "bytes") }),
    // As most programs write them.
    closedByteStream: (how, bytes) => new Request(how.url, { ...how, body: pieces(bytes, "bytes", () => {}) }),
    // It has one reader, whatever is wanted.
    reader: (how, bytes) => {
      const reader = pieces(bytes).getReader();
      return { ...how, bodyUsed: false, body: { getReader: () => reader } };
    },
    // A stream of another maker: its reader for memory that it is given knows no readAtLeast.
    otherMaker: (how, bytes) => {
      const reader = pieces(bytes).getReader();
      const filling = { read: (view) => Promise.reject(new TypeError("no view but " + view)), cancel: () => reader.cancel() };
      return { ...how, bodyUsed: false, body: { getReader: (options) => (options?.mode === "byob" ? filling : reader) } };
    },
    ended: (how) => new Request(how.url, { ...how, body: pieces(new Uint8Array(0), "bytes") }),
    // What the platform says of it is an error that is not ours.
    broken: (how, bytes) => {
      let at = 0;
      const pull = (controller) => (at++ === 0 ? controller.enqueue(bytes.slice(0, 100)) : controller.error(new RangeError("broken")));
      return new Request(how.url, { ...how, body: new ReadableStream({ type: "bytes", pull }, { highWaterMark: 0 }) });
    },
    locked: (how, bytes) => {
      const request = new Request(how.url, { ...how, body: bytes });
      request.body.getReader();
      return request;
    },
  };
  export default {
    async fetch(request) {
      const made = MADE[request.headers.get("x-made")];
      if (made === undefined) return answer(request);
      const { method, url } = request;
      const headers = new Headers(request.headers);
      const declared = headers.get("x-declared");
      if (declared !== null) headers.set("content-length", declared);
      return answer(made({ url, method, headers }, new Uint8Array(await request.arrayBuffer())));
    },
  };`;

function headers() {
  const date = new Date().toUTCString();
  const signature = createHmac("sha1", KEYS.clientSecret).update(`POST /close\n${date}`).digest("base64");
  return { PartnerId: String(KEYS.partnerId), Date: date, Authorization: `MWS ${KEYS.clientId}:${signature}` };
}

describe("a body in workerd", { timeout: 300_000 }, () => {
  /** @type {Miniflare} */
  let worker;
  before(async () => {
    const folder = await project("workerd-bodies", await pack(), { expected: null });
    const entry = join(folder, "bodies.mjs");
    writeFileSync(entry, WORKER);
    const modules = await modulesOf(entry);
    worker = new Miniflare({ modules, compatibilityDate: "2026-04-01", host: "127.0.0.1", port: 0 });
  });
  after(() => worker?.dispose());

  /** The request as it is written on the socket; what the Worker has found. */
  async function sent(more, body) {
    const { port } = await worker.ready;
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    const lines = Object.entries({ Host: "127.0.0.1", ...headers(), ...more });
    socket.write(`POST /close HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
    socket.write(body);
    let answer = "";
    for await (const piece of socket) {
      answer += piece;
      // The connection is kept for another request.
      const [, found] = /\r\n\r\n[^{]*(\{.*\})/s.exec(answer) ?? [];
      if (found !== undefined) return JSON.parse(found);
    }
    throw new Error(`no answer but ${answer}`);
  }

  const TAKEN = "8985652356562370001";
  const LENGTH = Buffer.byteLength(BODY);

  test("is read at once, with room for no more than shows that it is too long", async () => {
    assert.deepEqual(await sent({ "Content-Length": LENGTH }, BODY), { orderId: TAKEN, rooms: [ROOM], pulled: 0 });
  });

  test("is read at once where it comes in parts", async () => {
    const parts = BODY.match(/.{1,5}/g).map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
    const found = await sent({ "Transfer-Encoding": "chunked" }, `${parts.join("")}0\r\n\r\n`);
    assert.deepEqual(found, { orderId: TAKEN, rooms: [ROOM], pulled: 0 });
  });

  test("is read no further than it may be long", async () => {
    // All of it is in the buffers of the connection: a server that stops reading may reset it.
    const body = LARGE.slice(0, ROOM);
    const found = await sent({ "Content-Length": body.length }, body);
    assert.deepEqual(found, { code: "BODY_TOO_LARGE", path: "body", rooms: [ROOM], pulled: 0 });
  });

  test("that is long is read whole, in few parts that grow", async () => {
    for (const [length, rooms] of [
      [FIRST - 1, [FIRST]],
      [FIRST, [FIRST, 4 * FIRST]],
      [FIRST + 1, [FIRST, 4 * FIRST]],
      [5 * FIRST + 1, [FIRST, 4 * FIRST, LONG + 1 - 5 * FIRST]],
      [LONG, [FIRST, 4 * FIRST, LONG + 1 - 5 * FIRST]],
    ]) {
      const found = await sent({ "Content-Length": length, "x-bodies": "long" }, BODY + " ".repeat(length - LENGTH));
      assert.deepEqual(found, { orderId: TAKEN, rooms, pulled: 0 }, `${length} bytes`);
    }
    const length = LONG + 1;
    const found = await sent({ "Content-Length": length, "x-bodies": "long" }, BODY + " ".repeat(length - LENGTH));
    const rooms = [FIRST, 4 * FIRST, LONG + 1 - 5 * FIRST];
    assert.deepEqual(found, { code: "BODY_TOO_LARGE", path: "body", rooms, pulled: 0 });
  });

  for (const made of ["bytes", "stream", "byteStream", "closedByteStream", "reader", "otherMaker"]) {
    const from = (body, more) => sent({ "x-made": made, "Content-Length": body.length, ...more }, body);
    const fills = !["stream", "reader", "otherMaker"].includes(made);

    test(`that the program has made (${made}) is taken, whatever length is declared`, async () => {
      for (const length of [LENGTH, LENGTH + 1, MOST - 1, MOST]) {
        for (const declared of [undefined, "10", String(2 ** 40), "10, 10", "x"]) {
          const { orderId, code, rooms } = await from(BODY + " ".repeat(length - LENGTH), declared && { "x-declared": declared });
          assert.deepEqual(
            [orderId, code, rooms],
            [TAKEN, undefined, fills ? [ROOM] : []],
            `${length} bytes, ${declared} declared`,
          );
        }
      }
    });

    test(`that the program has made (${made}) is read no further than it may be long`, async () => {
      const { code, rooms, pulled } = await from(LARGE);
      assert.deepEqual([code, rooms], ["BODY_TOO_LARGE", fills ? [ROOM] : []]);
      // What is made in pieces is made in pieces of 100.
      if (made !== "bytes") assert.ok(pulled > MOST && pulled <= ROOM + 100, `${pulled} read`);
    });
  }

  test("that the program has made and that is broken, locked or ended says what it is", async () => {
    const from = (made) => sent({ "x-made": made, "Content-Length": LENGTH }, BODY);
    assert.equal((await from("broken")).code, "RangeError");
    assert.equal((await from("locked")).code, "TypeError");
    assert.deepEqual(await from("ended"), { code: "TRUNCATED_JSON", path: "body", rooms: [ROOM], pulled: 0 });
  });

  test("that is empty is said to be", async () => {
    const { code, path } = await sent({ "Content-Length": 0 }, "");
    assert.deepEqual([code, path], ["TRUNCATED_JSON", "body"]);
  });

  test("that a gateway has compressed is decompressed", async () => {
    const body = gzipSync(BODY);
    const found = await sent({ "Content-Length": body.length, "Content-Encoding": "gzip" }, body);
    assert.deepEqual([found.orderId, found.rooms], [TAKEN, [ROOM]]);
  });

  test("of which only half is sent is waited for until the limit", async () => {
    const began = performance.now();
    const found = await sent({ "Content-Length": LENGTH }, BODY.slice(0, 20));
    assert.deepEqual([found.code, found.path], ["TIMED_OUT", "body"]);
    assert.ok(performance.now() - began > WAIT / 2);
  });
});
