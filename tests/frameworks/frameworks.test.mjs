// A handler in each framework, over the network: bodies as Meituan, gateways and strangers send them.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { createGzip, gzipSync } from "node:zlib";
import express from "express";
import { toFastify, toGatewayFunction, toHono, toKoa, toNodeListener } from "meituan-protocol/frameworks";
import { handler, MeituanError } from "meituan-protocol/ticket";
import { FRONTS } from "./fronts.mjs";

const KEYS = { partnerId: 1122, clientId: "frameworks", clientSecret: "not a real secret" };
/** A number that is another one once JavaScript has read it. */
const ORDER = "8985652356562370001";
const BODY = `{"partnerId":1122,"body":{"orderId":${ORDER},"closeType":1}}`;

const errors = [];
const closed = [];
const meituan = handler({
  config: { ...KEYS, routes: { "/mt/close": "orderClose", "/mt/pay": "orderPay" } },
  orderClose: (call) => void closed.push(call.body.orderId),
  orderPay: () => {
    throw new Error("it may have issued");
  },
  fallback: (request) => {
    if (request.url.endsWith("/throws")) throw new Error("fallback");
    const headers = new Headers([
      ["x-method", request.method],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    return new Response(`${new URL(request.url).pathname}${new URL(request.url).search}`, { status: 404, headers });
  },
  onError: (error) => errors.push(error),
});

function headersFor(path, { secret = KEYS.clientSecret, ...more } = {}) {
  const date = new Date().toUTCString();
  const signature = createHmac("sha1", secret).update(`POST ${path}\n${date}`).digest("base64");
  return {
    ...{ PartnerId: String(KEYS.partnerId), Date: date, Authorization: `MWS ${KEYS.clientId}:${signature}` },
    "Content-Type": "application/json; charset=utf-8",
    ...more,
  };
}

/** A request as it is written, with the lines of its head; what comes back until the connection ends. */
async function raw(address, line, headers, body = "") {
  const socket = connect(new URL(address).port, "127.0.0.1");
  const lines = Object.entries({ Host: "x", ...headers, "Content-Length": Buffer.byteLength(body), Connection: "close" });
  socket.end(`${line} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`);
  const pieces = [];
  for await (const piece of socket) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** Each request has a connection of its own: one that was refused may end with the answer. */
async function sent(address, method, headers = {}, body = undefined) {
  const message = request(address, { method, headers, agent: false });
  const replied = once(message, "response");
  // Who sends on while the answer comes may see the connection break, which is no matter once the answer is there.
  message.on("error", () => {});
  if (body instanceof ReadableStream) Readable.fromWeb(body).pipe(message);
  else message.end(body);
  const [response] = await replied;
  const pieces = [];
  for await (const piece of response) pieces.push(piece);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(pieces).toString() };
}

/** @returns the reply, and what the handler has reported meanwhile */
async function call(address, path, body = BODY, how = {}) {
  errors.length = 0;
  const reply = await sent(`${address}${path}`, "POST", headersFor(path, how), body);
  return { ...reply, errors: errors.map(({ code }) => code) };
}

const codeOf = ({ text }) => JSON.parse(text).code;

/** A gigabyte of blanks in a megabyte, made without a gigabyte of memory. */
async function bomb() {
  const gzip = createGzip({ level: 9 });
  const pieces = [];
  gzip.on("data", (piece) => pieces.push(piece));
  const blanks = Buffer.alloc(1 << 20, " ");
  for (let megabyte = 0; megabyte < 1000; megabyte++) if (!gzip.write(blanks)) await once(gzip, "drain");
  gzip.end(BODY);
  await once(gzip, "end");
  return Buffer.concat(pieces);
}

let bombed;
before(async () => {
  bombed = await bomb();
  assert.ok(bombed.length < 1 << 20, "it is refused for what it becomes, not for what it is");
});

/** Parsers that inflate by themselves have a limit of their own, and answer by themselves. */
const OWN_LIMIT = ["Express 5 behind express.raw", "Koa behind koa-bodyparser", "NestJS, a controller with rawBody", "Egg"];

for (const [name, start] of Object.entries(FRONTS)) {
  describe(name, () => {
    let address;
    let stop;
    before(async () => {
      ({ address, stop } = await start(meituan));
    });
    after(() => stop());

    it("gives the handler path, headers and body as received", async () => {
      closed.length = 0;
      const reply = await call(address, "/mt/close");
      assert.deepEqual([reply.status, codeOf(reply), reply.errors], [200, 200, []]);
      assert.match(reply.headers["content-type"], /^application\/json/);
      assert.deepEqual(closed, [ORDER]);
      assert.equal(codeOf(await call(address, "/mt/close?from=%E7%BE%8E&x=~")), 200);
    });

    it("sends refusals, and no reply where the outcome is not known", async () => {
      const refused = await call(address, "/mt/close", BODY, { secret: "wrong" });
      assert.deepEqual([refused.status, refused.errors], [200, ["BAD_SIGNATURE"]]);
      const unknown = await call(address, "/mt/pay", `{"partnerId":1122,"body":{"orderId":${ORDER}}}`);
      assert.deepEqual([unknown.status, unknown.text, unknown.headers["retry-after"]], [503, "", "1"]);
    });

    it("reads a body that comes in pieces, and one that is compressed", async () => {
      const pieces = [BODY.slice(0, 7), BODY.slice(7, 20), BODY.slice(20)];
      const stream = new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          const piece = pieces.shift();
          if (piece === undefined) controller.close();
          else controller.enqueue(new TextEncoder().encode(piece));
        },
      });
      assert.equal(codeOf(await call(address, "/mt/close", stream)), 200);
      closed.length = 0;
      const zipped = await call(address, "/mt/close", gzipSync(BODY), { "Content-Encoding": "gzip" });
      assert.deepEqual([codeOf(zipped), zipped.errors, closed], [200, [], [ORDER]]);
    });

    it("stops at the limit, of what a compressed body becomes too", async () => {
      const large = await call(address, "/mt/close", BODY.padEnd(3 << 20)).catch((error) => ({ error }));
      if (!OWN_LIMIT.includes(name)) {
        const codes = errors.map(({ code }) => code);
        assert.deepEqual(codes, ["BODY_TOO_LARGE"], String(large.error));
        // What nobody has read would be the beginning of the next request.
        if (large.headers !== undefined) assert.equal(large.headers.connection, "close");
      }
      closed.length = 0;
      const began = performance.now();
      const before = process.memoryUsage().rss;
      const reply = await call(address, "/mt/close", bombed, { "Content-Encoding": "gzip" });
      if (!OWN_LIMIT.includes(name)) assert.deepEqual([reply.status, reply.errors], [200, ["BODY_TOO_LARGE"]]);
      assert.deepEqual(closed, []);
      assert.ok(performance.now() - began < 5000);
      assert.ok(process.memoryUsage().rss - before < 200 * 2 ** 20, "it was not decompressed whole");
      assert.equal(codeOf(await call(address, "/mt/close")), 200);
    });

    it("survives a connection that breaks while the body comes", async () => {
      const socket = connect(new URL(address).port, "127.0.0.1");
      await once(socket, "connect");
      const head = Object.entries(headersFor("/mt/close")).map(([key, value]) => `${key}: ${value}\r\n`);
      errors.length = 0;
      socket.write(`POST /mt/close HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n${head.join("")}\r\n{"partnerId"`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(codeOf(await call(address, "/mt/close")), 200);
    });

    it("refuses a signature that comes twice, as Fetch does", async () => {
      const { Authorization: right, ...rest } = headersFor("/mt/close");
      for (const Authorization of [
        [right, right],
        [right, "MWS other:x"],
        ["MWS other:x", right],
      ]) {
        errors.length = 0;
        const reply = await sent(`${address}/mt/close`, "POST", { ...rest, Authorization }, BODY);
        assert.equal(JSON.parse(reply.text).describe, "认证头缺失或格式错误", String(Authorization));
        assert.deepEqual(
          errors.map(({ code, path }) => [code, path]),
          [["DUPLICATE_HEADER", "headers.authorization"]],
        );
      }
    });

    it("reads the path of a target that names its host", async () => {
      closed.length = 0;
      // The server that Hono runs on refuses another scheme than its own.
      const other = name === "Hono" ? "http" : "HTTPS";
      for (const target of ["http://other.example/mt/close", `${other}://other.example:8443/mt/close?a=b`]) {
        const reply = await raw(address, `POST ${target}`, headersFor("/mt/close"), BODY);
        assert.match(reply, /^HTTP\/1.1 200 [\s\S]*"code":200/, target);
      }
      assert.deepEqual(closed, [ORDER, ORDER]);
    });

    it("answers methods that nobody has heard of, and those that Fetch has no request for", async () => {
      for (const method of ["PROPFIND", "M-SEARCH", "OPTIONS"]) {
        const reply = await raw(address, `${method} /mt/nowhere`, { Host: "x" });
        assert.match(reply, /^HTTP\/1.1 (?:20[04]|40[045]) /, `${method}: ${reply}`);
      }
      closed.length = 0;
      // Hono's server has requests of its own for it, which are refused as any that nobody has signed.
      const traced = await raw(address, "TRACE /mt/close", headersFor("/mt/close"));
      assert.match(traced, name === "Hono" ? /"describe":"签名校验失败"/ : /^HTTP\/1.1 (?:40[045]|501) /);
      assert.deepEqual(closed, []);
      assert.equal(codeOf(await call(address, "/mt/close")), 200);
    });

    it("leaves other paths to the fallback, cookies and all", async () => {
      const reply = await sent(`${address}/mt/nowhere?a=b`, "GET");
      assert.deepEqual([reply.status, reply.text, reply.headers["x-method"]], [404, "/mt/nowhere?a=b", "GET"]);
      assert.deepEqual(
        reply.headers["set-cookie"].filter((cookie) => /^[ab]=/.test(cookie)),
        ["a=1", "b=2"],
      );
      assert.equal((await sent(`${address}/mt/throws`, "GET")).status, 500);
    });
  });
}

describe("a listener of Node's", () => {
  const listener = toNodeListener(meituan);
  let server;
  let address;
  let meanwhile;
  const served = [];
  before(async () => {
    server = createServer((message, response) => {
      served.push(meanwhile === undefined ? listener(message, response) : meanwhile(message, response));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());
  /** Does something with each request before the listener gets it. */
  async function having(work, test) {
    meanwhile = async (message, response) => {
      await work(message, response);
      return listener(message, response);
    };
    try {
      await test();
    } finally {
      meanwhile = undefined;
    }
  }

  it("reads a body that comes as strings because somebody has set an encoding, where these lose nothing", async () => {
    const body = BODY.replace('"closeType":1', '"closeType":1,"reason":"行程有变 😀"');
    for (const encoding of ["utf8", "latin1", "binary", "hex", "base64", "base64url"]) {
      closed.length = 0;
      await having(
        (message) => void message.setEncoding(encoding),
        async () => {
          assert.deepEqual((await call(address, "/mt/close", body)).errors, [], encoding);
          if (encoding !== "utf8") {
            const zipped = await call(address, "/mt/close", gzipSync(body), { "Content-Encoding": "gzip" });
            assert.deepEqual(zipped.errors, [], encoding);
          }
        },
      );
      assert.deepEqual(closed, encoding === "utf8" ? [ORDER] : [ORDER, ORDER], encoding);
    }
    for (const [encoding, given, headers] of [
      ["ascii", body, {}],
      // Most of its bytes are no UTF-8, and have become something else.
      ["utf8", gzipSync(body), { "Content-Encoding": "gzip" }],
      ["utf-8", gzipSync(body), {}],
    ]) {
      await having(
        (message) => void message.setEncoding(encoding),
        async () => {
          const reply = await call(address, "/mt/close", given, headers);
          assert.deepEqual([reply.status, reply.errors], [503, ["BODY_NOT_RAW"]], encoding);
          assert.ok(errors[0].detail.includes(`setEncoding("${encoding.replace("-", "")}")`), errors[0].detail);
        },
      );
    }
  });

  it("uses the headers that a program has set, and sees what came twice", async () => {
    const { Authorization, ...rest } = headersFor("/mt/close");
    await having(
      (message) => {
        message.headers.authorization = message.headers["x-signature"];
      },
      async () => {
        const headers = { ...rest, Authorization: ["Bearer gateway", "Bearer other"], "X-Signature": Authorization };
        assert.equal(codeOf(await sent(`${address}/mt/close`, "POST", headers, BODY)), 200);
      },
    );
  });

  /** Sends the beginning of a call, and breaks off. */
  async function breakOff() {
    const socket = connect(new URL(address).port, "127.0.0.1");
    await once(socket, "connect");
    const head = Object.entries(headersFor("/mt/close")).map(([key, value]) => `${key}: ${value}\r\n`);
    socket.write(`POST /mt/close HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n${head.join("")}\r\n{"partnerId"`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.resetAndDestroy();
  }
  /** How the promise of the listener ends within two seconds. */
  const ends = (serving) => {
    const late = new Promise((_, reject) => setTimeout(reject, 2000, new Error("it did not end")).unref());
    return Promise.race([serving, late]);
  };

  it("ends where the client has gone before the body is there, before it is looked at, and before the answer", async () => {
    const gone = (message) => new Promise((resolve) => message.once("close", resolve));
    const works = [
      () => {},
      // After a look-up of its own, the listener begins when nothing comes any more.
      (message) => gone(message),
      (message) => gone(message).then(() => new Promise((resolve) => setTimeout(resolve, 20))),
    ];
    for (const work of works) {
      served.length = 0;
      errors.length = 0;
      await having(work, async () => {
        await breakOff();
        while (served.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        assert.equal(await ends(served[0]), undefined);
      });
      assert.equal(errors.length, 1);
      assert.equal(codeOf(await call(address, "/mt/close")), 200);
    }
  });

  it("ends where somebody else has answered meanwhile", async () => {
    served.length = 0;
    await having(
      (_, response) => void response.writeHead(408).end(),
      async () => assert.equal((await call(address, "/mt/close")).status, 408),
    );
    assert.equal(await ends(served[0]), undefined);
  });
});

describe("a body that a parser has read", () => {
  it("is refused with the reason, not waited for", async () => {
    const app = express();
    app.use(express.json());
    app.use("/mt", toNodeListener(meituan));
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const reply = await call(`http://127.0.0.1:${server.address().port}`, "/mt/close");
      // What it was is not known: no failure either.
      assert.deepEqual([reply.status, reply.errors], [503, ["BODY_NOT_RAW"]]);
      assert.match(errors[0].detail, /body parser has read it/);
    } finally {
      server.close();
    }
  });
});

describe("Fastify", () => {
  it("parses bodies as before elsewhere", async () => {
    const { address, stop } = await FRONTS.Fastify(meituan);
    try {
      const response = await fetch(`${address}/parsed`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"a":1}',
      });
      assert.deepEqual(await response.json(), { a: 1, parsed: true });
    } finally {
      await stop();
    }
  });
});

describe("an event of a gateway", () => {
  const answer = toGatewayFunction(meituan);
  const headers = (more) => headersFor("/mt/close", more);

  it("is answered in both formats, its body as it was or in Base64", async () => {
    for (const [path, event] of Object.entries({
      "format 2": { rawPath: "/mt/close", rawQueryString: "", requestContext: { http: { method: "POST" } }, headers: headers() },
      "format 1": { httpMethod: "POST", path: "/mt/close", headers: headers(), requestContext: {} },
    })) {
      for (const body of [
        { body: BODY, isBase64Encoded: false },
        { body: Buffer.from(BODY).toString("base64"), isBase64Encoded: true },
      ]) {
        closed.length = 0;
        const reply = await answer({ ...event, ...body });
        assert.deepEqual([reply.statusCode, JSON.parse(reply.body).code, reply.isBase64Encoded], [200, 200, false], path);
        assert.match(reply.headers["content-type"], /^application\/json/);
        assert.deepEqual(closed, [ORDER]);
      }
    }
    const zipped = gzipSync(BODY).toString("base64");
    const event = { httpMethod: "POST", path: "/mt/close", headers: headers({ "content-encoding": "gzip" }) };
    assert.equal(JSON.parse((await answer({ ...event, body: zipped, isBase64Encoded: true })).body).code, 200);
  });

  it("sees headers that came twice, and answers in lists where it came in lists", async () => {
    const lists = (more) =>
      Object.fromEntries(Object.entries({ ...headers(), ...more }).map(([name, value]) => [name, [value].flat()]));
    const { Authorization: right } = headers();
    const balancer = { httpMethod: "POST", path: "/mt/close", requestContext: { elb: { targetGroupArn: "arn" } }, body: BODY };
    const gateway = { httpMethod: "POST", path: "/mt/close", requestContext: {}, body: BODY };
    const events = {
      "a load balancer": (more) => ({ ...balancer, multiValueHeaders: lists(more) }),
      // The other map has the last one of each.
      "a gateway of format 1": (more) => {
        const multiValueHeaders = lists(more);
        const last = Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1)]));
        return { ...gateway, headers: last, multiValueHeaders };
      },
    };
    for (const [name, event] of Object.entries(events)) {
      const reply = await answer(event({}));
      assert.deepEqual([reply.statusCode, JSON.parse(reply.body).code], [200, 200], name);
      assert.match(reply.multiValueHeaders["content-type"][0], /^application\/json/, name);
      for (const [header, values, status] of [
        ["Authorization", ["MWS other:x", right], 200],
        ["Authorization", [right, right], 200],
        ["PartnerId", ["7", "1122"], 200],
        // The signature is right: an earlier call with the same content may have acted.
        ["X-Encryption-Status", ["plain", "encrypted"], 503],
      ]) {
        errors.length = 0;
        const refused = await answer(event({ [header]: values }));
        assert.equal(refused.statusCode, status, `${name}: ${header}`);
        if (status === 200) assert.notEqual(JSON.parse(refused.body).code, 200);
        assert.deepEqual(
          errors.map((error) => error.code),
          ["DUPLICATE_HEADER"],
          `${name}: ${header}`,
        );
      }
    }
    const cookies = await answer({ httpMethod: "GET", path: "/mt/other", multiValueHeaders: {} });
    assert.deepEqual(cookies.multiValueHeaders["set-cookie"], ["a=1", "b=2"]);
    assert.equal("multiValueHeaders" in (await answer({ httpMethod: "GET", path: "/mt/other", headers: {} })), false);
    // What is in one of the maps alone is there as well.
    const mixed = { ...gateway, headers: headers(), multiValueHeaders: { "x-other": ["1"] } };
    assert.equal(JSON.parse((await answer(mixed)).body).code, 200);
  });

  it("is answered also where Fetch has no such request", async () => {
    for (const httpMethod of ["TRACE", "CONNECT"]) {
      assert.equal((await answer({ httpMethod, path: "/mt/close", headers: headers() })).statusCode, 501);
    }
  });

  it("keeps its query, and what cannot be decoded is refused", async () => {
    const seen = async (event) => (await answer(event)).body;
    const rest = { requestContext: { http: { method: "GET" } }, headers: {} };
    assert.equal(await seen({ ...rest, rawPath: "/mt/other", rawQueryString: "a=%20b&c" }), "/mt/other?a=%20b&c");
    const old = { httpMethod: "GET", path: "/mt/other", queryStringParameters: { a: "b c" }, headers: null };
    assert.equal(await seen(old), "/mt/other?a=b%20c");
    assert.equal(await seen({ ...old, multiValueQueryStringParameters: { a: ["1", "2"], ü: [""] } }), "/mt/other?a=1&a=2&%C3%BC=");
    // Load balancers leave it as it came.
    const balanced = { ...old, requestContext: { elb: {} }, queryStringParameters: { "a%5B%5D": "b%20c+d" } };
    assert.equal(await seen(balanced), "/mt/other?a%5B%5D=b%20c+d");
    errors.length = 0;
    const broken = { httpMethod: "POST", path: "/mt/close", headers: headers(), body: "%%%", isBase64Encoded: true };
    const { statusCode, body } = await answer(broken);
    assert.deepEqual([statusCode, body], [503, ""]);
    assert.deepEqual(
      errors.map(({ code }) => code),
      ["BODY_NOT_RAW"],
    );
  });
});

describe("what is no handler", () => {
  it("is refused at once", () => {
    for (const adapter of [toNodeListener, toKoa, toFastify, toHono, toGatewayFunction]) {
      assert.throws(
        () => adapter({}),
        (error) => MeituanError.is(error) && error.code === "INVALID_CONFIG" && error.path === "handler",
      );
    }
  });
});
