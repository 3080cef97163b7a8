// What the caller gets is the same whether somebody looks on or not: `record` and `observe`, with every kind of fault.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryStore } from "meituan-protocol/testing";
import { handler, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, fetched, options, signed, supplier, wire } from "./ticket-support.mjs";

const body = wire(CREATE);
const create = (how) => fetched("/mt/create", body, how);
const streamed = (pull) =>
  new Request("https://a.example/mt/create", {
    ...{ method: "POST", headers: signed("/mt/create", body).headers, duplex: "half" },
    body: new ReadableStream({ pull }),
  });
const boom = () => {
  throw new Error("boom");
};

/** What comes in. */
const REQUESTS = {
  "a right call": () => create(),
  "a wrong signature": () => create({ secret: "wrong" }),
  "no call's path": () => fetched("/elsewhere", body),
  "no JSON": () => fetched("/mt/create", "{"),
  "a body that was read": async () => {
    const request = create();
    await request.text();
    return request;
  },
  "a body that somebody reads": () => {
    const request = create();
    request.body.getReader();
    return request;
  },
  "a body that breaks off": () => streamed((controller) => controller.error(new Error("reset"))),
  "a body that hangs": () => streamed(() => new Promise(() => {})),
  "a request that cannot be cloned": () => Object.assign(create(), { clone: boom }),
  "what is like a request": () => ({ ...signed("https://a.example/mt/create", body) }),
  "a call for which there is no function": () => fetched("/mt/query", wire({ orderId: 1, partnerOrderId: "P1" })),
};

/** What is wrong on our side. */
const OPTIONS = {
  nothing: {},
  "config throws": { config: boom },
  "config rejects": { config: async () => boom() },
  "config hangs": { config: () => new Promise(() => {}) },
  "config is wrong": { config: () => ({}) },
  "the clock throws": { config: { ...options, now: boom } },
  "the clock is none": { config: { ...options, now: () => "noon" } },
  "signedUri throws": { config: { ...options, signedUri: boom } },
  "the function throws": { orderCreate: boom },
  "the function returns what it may not": { orderCreate: () => ({}) },
  "the function returns a response that was read": {
    orderCreate: async () => {
      const response = new Response("once");
      await response.text();
      return response;
    },
  },
  "the function returns a response that somebody reads": {
    orderCreate: () => {
      const response = new Response("once");
      response.body.getReader();
      return response;
    },
  },
  "the function returns a response that cannot be cloned": {
    orderCreate: () => Object.assign(new Response("fine"), { clone: boom }),
  },
  "the function returns what is like a response": {
    orderCreate: () => ({
      status: 201,
      headers: new Headers(),
      arrayBuffer: async () => new ArrayBuffer(0),
      text: async () => "fine",
    }),
  },
  "the function returns a response that breaks off": {
    orderCreate: () => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) })),
  },
  "fallback throws": { fallback: boom },
  "fallback returns nothing": { fallback: () => undefined },
  "fallback reads nothing and says so": {
    fallback: async (request) => {
      await request.body?.cancel?.();
      return new Response("no", { status: 404 });
    },
  },
  "a hook throws": { orderCreate: boom, onError: boom, onWarning: boom },
};

/** What looks on. */
const RECORDS = { takes: () => {}, throws: boom, rejects: async () => boom() };

/** All that the caller can see. */
async function seenBy(serve, request) {
  const outcome = await Promise.resolve()
    .then(async () => serve(await request(), "env"))
    .then(
      (response) => ({ response }),
      (error) => ({ error: String(error) }),
    );
  const { response, error } = outcome;
  if (typeof response?.status !== "number") return { error, response };
  const text = await Promise.resolve()
    .then(() => response.text())
    .catch((error) => `unreadable: ${error}`);
  return { status: response.status, headers: [...response.headers], text };
}

async function quietly(work) {
  const { error, warn } = console;
  console.error = console.warn = () => {};
  try {
    return await work();
  } finally {
    Object.assign(console, { error, warn });
  }
}

const limits = { deadlineMs: 60, orderPay: (call) => call.issuing(), orderRefund: (call) => call.pending() };
const STORES = { "without a store": () => ({}), "with a store": () => ({ store: new MemoryStore(), ...limits }) };
const patient = { ...options, bodyTimeoutMs: 60 };

describe("what the caller gets is the same with a recording", () => {
  for (const [what, storeOptions] of Object.entries(STORES)) {
    for (const [fault, more] of Object.entries(OPTIONS)) {
      // A handler without a store waits for settings as long as Meituan does.
      if (fault === "config hangs" && what === "without a store") continue;
      it(`${what}: ${fault}`, async () => {
        for (const [came, request] of Object.entries(REQUESTS)) {
          const config = typeof more.config === "object" ? { ...more.config, bodyTimeoutMs: 60 } : patient;
          const made = (record) =>
            handler({
              ...{ config, onError() {}, onWarning() {}, orderCreate: () => ({ partnerOrderId: "P1" }) },
              ...storeOptions(),
              ...more,
              ...(typeof more.config === "object" && { config }),
              ...record,
            });
          await quietly(async () => {
            const without = await seenBy(made({}), request);
            for (const [name, record] of Object.entries(RECORDS)) {
              assert.deepEqual(await seenBy(made({ record }), request), without, `${came}, record ${name}`);
            }
          });
        }
      });
    }
  }
});

describe("what the caller gets is the same where an existing handler is observed", () => {
  const EXISTING = {
    answers: async (request) => new Response(await request.text(), { status: 201, headers: { "x-own": "1" } }),
    "reads nothing": () => new Response("fine"),
    "reads nothing and says so": async (request) => {
      await request.body?.cancel?.();
      return new Response("no", { status: 413 });
    },
    "reads a piece and gives up": async (request) => {
      const reader = request.body.getReader();
      await reader.read();
      await reader.cancel();
      return new Response("no", { status: 413 });
    },
    "answers with what came": (request) => new Response(request.body),
    throws: boom,
    rejects: async () => boom(),
    "returns nothing": () => undefined,
    "returns a string": () => "fine",
    ...Object.fromEntries(
      Object.entries(OPTIONS)
        .filter(([name]) => name.startsWith("the function returns a response"))
        .map(([name, { orderCreate }]) => [name, orderCreate]),
    ),
  };
  const OBSERVERS = {
    "a supplier": new TicketSupplier(patient),
    "a supplier whose clock throws": new TicketSupplier({ ...patient, now: boom }),
    "a supplier whose signedUri throws": new TicketSupplier({ ...patient, signedUri: boom }),
  };
  for (const [name, existing] of Object.entries(EXISTING)) {
    it(`which ${name}`, async () => {
      for (const [came, request] of Object.entries(REQUESTS)) {
        if (came === "a body that hangs" && ["answers", "answers with what came", "reads a piece and gives up"].includes(name))
          continue;
        // Whether it has broken off yet is a matter of time.
        if (came === "a body that breaks off" && name === "reads nothing and says so") continue;
        const without = await seenBy(async (...all) => existing(...all), request);
        for (const [who, observer] of Object.entries(OBSERVERS)) {
          for (const [how, report] of Object.entries(RECORDS)) {
            for (const waitUntil of [undefined, () => {}, boom]) {
              const told = [];
              const serve = observer.observe(existing, { report, waitUntil, onError: (error) => told.push(error) });
              assert.deepEqual(await seenBy(serve, request), without, `${came}, ${who}, report ${how}`);
            }
          }
        }
      }
    });
  }

  it("and what is refused before its body was read is recorded all the same", async () => {
    const seen = [];
    const refusing = async (request) => {
      await request.body.cancel();
      return Response.json({ code: 499, describe: "not now", partnerId: 1122 });
    };
    const serve = supplier.observe(refusing, { report: (found) => seen.push(found) });
    assert.equal((await serve(create())).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { request, response } = JSON.parse(seen[0].exchange);
    assert.deepEqual([seen[0].call, request.body.quantity, response.code], ["orderCreate", CREATE.quantity, 499]);
  });

  it("and what could not be looked at is reported", async () => {
    const told = [];
    const seen = [];
    const serve = supplier.observe(() => Object.assign(new Response("fine"), { clone: boom }), {
      report: (found) => seen.push(found),
      onError: (error, about) => told.push([error.message, about.call]),
    });
    await serve(create());
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual([told, seen], [[["boom", "orderCreate"]], []]);
  });
});
