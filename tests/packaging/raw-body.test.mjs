// Where frameworks take the raw body away, or show another URL than was signed: what works, and that what does not says why.
// Lambda's and Next's are in run.mjs.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { serve } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { handler, MeituanError, TicketSupplier } from "meituan-protocol/ticket";

const KEYS = { partnerId: 1122, clientId: "raw-body", clientSecret: "not a real secret" };
const PATHS = ["right", "parsed", "re-written", "cut-url", "read-before"];
const routes = Object.fromEntries(PATHS.map((path) => [`/meituan/${path}`, "orderClose"]));
const supplier = new TicketSupplier({ ...KEYS, routes });

/** Numbers that are other ones once JavaScript has read them. */
const BODY = '{"partnerId":1122,"body":{"orderId":8985652356562370001,"closeType":1}}';

/** Called as Meituan calls; what a refusal was is in a header. Where there is no envelope, the code is that of HTTP. */
async function call(address, path, body = BODY) {
  const date = new Date().toUTCString();
  const signature = createHmac("sha1", KEYS.clientSecret).update(`POST ${path}\n${date}`).digest("base64");
  const headers = {
    ...{ PartnerId: String(KEYS.partnerId), Date: date, Authorization: `MWS ${KEYS.clientId}:${signature}` },
    "Content-Type": "application/json; charset=utf-8",
  };
  const response = await fetch(`${address}${path}`, { method: "POST", headers, body });
  return {
    code: response.status === 200 ? (await response.json()).code : response.status,
    orderId: response.headers.get("x-order-id"),
    error: response.headers.get("x-error"),
  };
}

describe("Express", () => {
  let server;
  let address;
  before(async () => {
    const app = express();
    const raw = express.raw({ type: () => true });
    const answer = (bodyOf, urlOf) => (request, response) => {
      const { method, headers } = request;
      try {
        const received = supplier.receiveSync({ method, url: urlOf(request), headers, body: bodyOf(request) });
        response.set("x-order-id", received.body.orderId).type("json").send(received.ok().body);
      } catch (error) {
        assert.ok(MeituanError.is(error), String(error));
        const { status, body } = error.toReply();
        response.status(status).set("x-error", error.code).type("json").send(body);
      }
    };
    const bodyOf = ({ body }) => body;
    const urlOf = ({ originalUrl }) => originalUrl;
    const router = express.Router();
    router.post("/right", raw, answer(bodyOf, urlOf));
    router.post("/parsed", express.json(), answer(bodyOf, urlOf));
    router.post(
      "/re-written",
      express.json(),
      answer(({ body }) => JSON.stringify(body), urlOf),
    );
    router.post(
      "/cut-url",
      raw,
      answer(bodyOf, ({ url }) => url),
    );
    app.use("/meituan", router);
    server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  it("gives the body raw by express.raw, and the whole URL as originalUrl", async () => {
    const { code, orderId } = await call(address, "/meituan/right");
    assert.equal(code, 200);
    assert.equal(orderId, "8985652356562370001");
  });

  it("is told so, where a parser came first", async () => {
    const { code, error } = await call(address, "/meituan/parsed");
    assert.deepEqual([code, error], [503, "BODY_NOT_RAW"]);
  });

  it("loses digits where the parsed body is written again: no library can notice that", async () => {
    const { code, orderId } = await call(address, "/meituan/re-written");
    assert.equal(code, 200);
    assert.notEqual(orderId, "8985652356562370001");
  });

  it("shows another URL than was signed as url, within a router", async () => {
    const { error } = await call(address, "/meituan/cut-url");
    assert.equal(error, "UNKNOWN_ROUTE");
  });
});

describe("Hono on Node", () => {
  let server;
  let address;
  before(async () => {
    const app = new Hono();
    const errors = [];
    const meituan = handler({
      config: { ...KEYS, routes },
      orderClose: (received) => {
        const response = received.ok();
        response.headers.set("x-order-id", received.body.orderId);
        return response;
      },
      onError: (error) => errors.push(error.code),
    });
    app.post("/meituan/right", (context) => meituan(context.req.raw));
    app.post("/meituan/read-before", async (context) => {
      await context.req.json();
      const response = await meituan(context.req.raw);
      return new Response(response.body, { status: response.status, headers: { "x-error": errors.pop() } });
    });
    server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    await once(server, "listening");
    address = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  it("gives the body raw by the raw request", async () => {
    const { code, orderId } = await call(address, "/meituan/right");
    assert.equal(code, 200);
    assert.equal(orderId, "8985652356562370001");
  });

  it("is told so, where the body was read before", async () => {
    const { code, error } = await call(address, "/meituan/read-before");
    assert.deepEqual([code, error], [503, "BODY_NOT_RAW"]);
  });

  it("reads a body in many pieces", async () => {
    const body = BODY.replace('"closeType":1', `"closeType":1,"more":"${"长".repeat(200_000)}"`);
    assert.equal((await call(address, "/meituan/right", body)).code, 200);
  });

  it("takes what fetch returns for a response, although the server replaced that class", async () => {
    const notice = supplier.requests.productChangeNotice([{ partnerDealId: "1", status: 2 }]);
    const answered = await fetch(
      `data:application/json,${encodeURIComponent('{"code":200,"describe":"success","partnerId":1122}')}`,
    );
    assert.equal(answered instanceof Response, false, "the trap is not set");
    assert.equal((await notice.parseResponse(answered)).code, 200);
  });
});
