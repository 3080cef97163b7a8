// Bodies in workerd, on the packed package: one whose length is declared is read in one piece, and none further than it may be long.

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
const MORE = 1024;
/** Long, because clocks of Workers stand still while they work. */
const WAIT = 3000;
const BODY = '{"partnerId":1122,"body":{"orderId":8985652356562370001,"closeType":1}}';
const LARGE = BODY + " ".repeat(40 * MOST);

/** What was read is in headers of the answer. */
const WORKER = `
  import { TicketSupplier } from "meituan-protocol/ticket";
  const supplier = new TicketSupplier({
    ...${JSON.stringify(KEYS)},
    routes: { "/close": "orderClose" },
    maxBodyBytes: ${MOST},
    bodyTimeoutMs: ${WAIT},
  });
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
      const call = await supplier.receive(request);
      return Response.json({ orderId: call.body.orderId, rooms, pulled });
    } catch (error) {
      return Response.json({ code: error.code, path: error.path, rooms, pulled });
    }
  }
  const pieces = (bytes, type) => {
    let at = 0;
    const pull = (controller) => {
      if (at >= bytes.length) {
        controller.close();
        controller.byobRequest?.respond(0);
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
    // It has one reader, whatever is wanted.
    reader: (how, bytes) => {
      const reader = pieces(bytes).getReader();
      return { ...how, bodyUsed: false, body: { getReader: () => reader } };
    },
  };
  export default {
    async fetch(request) {
      const made = MADE[request.headers.get("x-made")];
      if (made === undefined) return answer(request);
      const { method, url } = request;
      const headers = new Headers(request.headers);
      headers.set("content-length", headers.get("x-declared"));
      return answer(made({ url, method, headers }, new Uint8Array(await request.arrayBuffer())));
    },
  };`;

function headers() {
  const date = new Date().toUTCString();
  const signature = createHmac("sha1", KEYS.clientSecret).update(`POST /close\n${date}`).digest("base64");
  return { PartnerId: String(KEYS.partnerId), Date: date, Authorization: `MWS ${KEYS.clientId}:${signature}` };
}

const chunked = (body) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;

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

  test("is read at once where its length is declared, with room for no more than a kilobyte beside it", async () => {
    assert.deepEqual(await sent({ "Content-Length": LENGTH }, BODY), { orderId: TAKEN, rooms: [LENGTH + MORE], pulled: 0 });
  });

  test("is read in pieces where no length is declared", async () => {
    assert.deepEqual(await sent({ "Transfer-Encoding": "chunked" }, chunked(BODY)), { orderId: TAKEN, rooms: [], pulled: 0 });
  });

  test("is read in pieces where the declared length is too large, and no further than it may be long", async () => {
    // All of it is in the buffers of the connection: a server that stops reading may reset it.
    const body = LARGE.slice(0, MOST + 1);
    const found = await sent({ "Content-Length": body.length }, body);
    assert.deepEqual(found, { code: "BODY_TOO_LARGE", path: "body", rooms: [], pulled: 0 });
  });

  for (const made of ["bytes", "stream", "byteStream", "reader"]) {
    const from = (body, declared) =>
      sent({ "x-made": made, "x-declared": declared, "Content-Length": Buffer.byteLength(body) }, body);

    test(`that the program has made (${made}) is taken, whatever length is declared`, async () => {
      const longer = BODY + " ".repeat(2500 - LENGTH);
      for (const [body, declared] of [
        ...[0, 10, 2000, 2500, 2600, MOST, MOST + 1, 2 ** 40, "10, 10", "x"].map((declared) => [longer, declared]),
        ...[0, LENGTH, LENGTH + 1, 2900].map((declared) => [BODY, declared]),
      ]) {
        const { orderId, code } = await from(body, declared);
        assert.deepEqual([orderId, code], [TAKEN, undefined], `${declared} declared, ${body.length} come`);
      }
    });

    test(`that the program has made (${made}) is read no further than it may be long, whatever length is declared`, async () => {
      for (const declared of [0, 10, 2000]) {
        const { code, rooms, pulled } = await from(LARGE, declared);
        assert.equal(code, "BODY_TOO_LARGE", `${declared}`);
        const room = declared + MORE;
        if (made === "bytes") assert.deepEqual(rooms, Array(Math.floor(MOST / room) + 1).fill(room), `${declared}`);
        else assert.ok(pulled > MOST && pulled <= MOST + room + 100, `${declared} declared, ${pulled} read`);
      }
    });
  }

  test("that is empty is said to be", async () => {
    const { code, path } = await sent({ "Content-Length": 0 }, "");
    assert.deepEqual([code, path], ["TRUNCATED_JSON", "body"]);
  });

  test("that a gateway has compressed is decompressed", async () => {
    const body = gzipSync(BODY);
    const found = await sent({ "Content-Length": body.length, "Content-Encoding": "gzip" }, body);
    assert.deepEqual([found.orderId, found.rooms], [TAKEN, [body.length + MORE]]);
  });

  test("of which only half is sent is waited for until the limit", async () => {
    const began = performance.now();
    const found = await sent({ "Content-Length": LENGTH }, BODY.slice(0, 20));
    assert.deepEqual([found.code, found.path], ["TIMED_OUT", "body"]);
    assert.ok(performance.now() - began > WAIT / 2);
  });
});
