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
const BODY = '{"partnerId":1122,"body":{"orderId":8985652356562370001,"closeType":1}}';
const LARGE = BODY + " ".repeat(40 * MOST);

/** What was read is in headers of the answer. */
const WORKER = `
  import { TicketSupplier } from "meituan-protocol/ticket";
  const supplier = new TicketSupplier({
    ...${JSON.stringify(KEYS)},
    routes: { "/close": "orderClose" },
    maxBodyBytes: ${MOST},
    bodyTimeoutMs: 300,
  });
  const rooms = [];
  const { readAtLeast } = ReadableStreamBYOBReader.prototype;
  ReadableStreamBYOBReader.prototype.readAtLeast = function (room, bytes) {
    rooms.push(room);
    return readAtLeast.call(this, room, bytes);
  };
  async function answer(request) {
    rooms.length = 0;
    try {
      const call = await supplier.receive(request);
      return Response.json({ orderId: call.body.orderId, rooms });
    } catch (error) {
      return Response.json({ code: error.code, path: error.path, rooms });
    }
  }
  /** The same request with a body of the program's own. */
  const MADE = {
    stream: (bytes) => new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 100) controller.enqueue(bytes.slice(at, at + 100));
        controller.close();
      },
    }),
    bytes: (bytes) => bytes,
  };
  export default {
    async fetch(request) {
      const made = MADE[request.headers.get("x-made")];
      if (made === undefined) return answer(request);
      const { method, url } = request;
      const headers = new Headers(request.headers);
      headers.set("content-length", headers.get("x-declared"));
      return answer(new Request(url, { method, headers, body: made(new Uint8Array(await request.arrayBuffer())) }));
    },
  };`;

function headers() {
  const date = new Date().toUTCString();
  const signature = createHmac("sha1", KEYS.clientSecret).update(`POST /close\n${date}`).digest("base64");
  return { PartnerId: String(KEYS.partnerId), Date: date, Authorization: `MWS ${KEYS.clientId}:${signature}` };
}

const chunked = (body) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;

describe("a body in workerd", { timeout: 120_000 }, () => {
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

  test("is read at once where its length is declared, with room for no more than a kilobyte beside it", async () => {
    const length = Buffer.byteLength(BODY);
    assert.deepEqual(await sent({ "Content-Length": length }, BODY), { orderId: TAKEN, rooms: [length + 1024] });
  });

  test("is read in pieces where no length is declared", async () => {
    assert.deepEqual(await sent({ "Transfer-Encoding": "chunked" }, chunked(BODY)), { orderId: TAKEN, rooms: [] });
  });

  test("is read in pieces where the declared length is too large, and no further than it may be long", async () => {
    // All of it is in the buffers of the connection: a server that stops reading may reset it.
    const body = LARGE.slice(0, MOST + 1);
    const found = await sent({ "Content-Length": body.length }, body);
    assert.deepEqual(found, { code: "BODY_TOO_LARGE", path: "body", rooms: [] });
  });

  for (const declared of [0, 10, 2000]) {
    test(`is read no further than it may be long where ${declared} bytes are declared, and more come`, async () => {
      for (const made of ["bytes", "stream"]) {
        const from = { "x-made": made, "x-declared": declared, "Content-Length": LARGE.length };
        const { code, rooms } = await sent(from, LARGE);
        const read = rooms.reduce((sum, room) => sum + room, 0);
        assert.equal(code, "BODY_TOO_LARGE", made);
        assert.ok(read <= 2 * (MOST + 1024), `${made}: ${rooms}`);
      }
    });

    test(`is taken whole where ${declared} bytes are declared, and another number comes`, async () => {
      for (const made of ["bytes", "stream"]) {
        const body = BODY + " ".repeat(2500 - BODY.length);
        const from = { "x-made": made, "x-declared": declared, "Content-Length": body.length };
        assert.equal((await sent(from, body)).orderId, TAKEN, made);
      }
    });
  }

  test("that is empty is said to be", async () => {
    const { code, path } = await sent({ "Content-Length": 0 }, "");
    assert.deepEqual([code, path], ["TRUNCATED_JSON", "body"]);
  });

  test("that a gateway has compressed is decompressed", async () => {
    const body = gzipSync(BODY);
    assert.equal((await sent({ "Content-Length": body.length, "Content-Encoding": "gzip" }, body)).orderId, TAKEN);
  });

  test("of which only half is sent is waited for until the limit", async () => {
    const found = await sent({ "Content-Length": BODY.length }, BODY.slice(0, 20));
    assert.deepEqual([found.code, found.path], ["TIMED_OUT", "body"]);
  });
});
