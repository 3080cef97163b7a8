// How often one call about an order crosses the boundary to the module, and how many JSON documents JavaScript reads and writes
// then. docs/internals.md has these numbers.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";

/** What was called since it was last emptied, by name. @type {string[]} */
const calls = [];
const counted = (name, work) =>
  function (...args) {
    calls.push(name);
    return work.apply(this, args);
  };

// The package takes these when it is imported, and the exports when it instantiates a module.
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(module, imports) {
    super(module, imports);
    const exported = Object.entries(this.exports).map(([name, value]) => [
      name,
      typeof value === "function" ? counted(name, value) : value,
    ]);
    Object.defineProperty(this, "exports", { value: Object.fromEntries(exported) });
  }
};
const { handler } = await import("meituan-protocol/ticket");
const { MemoryStore } = await import("meituan-protocol/testing");

const NOW = Date.UTC(2016, 10, 29);
const SECRET = "123456ce8b61f8e608eaf2e9702864a9";
const ROUTES = { "/create": "orderCreate", "/pay": "orderPay", "/refund": "orderRefund", "/query": "orderQuery" };
const IDS = { orderId: 7, partnerOrderId: "P7" };
const BODIES = {
  "/create": {
    ...{ orderId: 7, partnerDealId: "D1", mtDealId: 7, buyPrice: 58, unitPrice: 60, totalPrice: 120 },
    ...{
      quantity: 2,
      visitors: [1, 2].map((gender) => ({ name: "张三", mobile: "13500000000", gender })),
      travelDate: "2016-11-30",
    },
  },
  "/pay": IDS,
  "/refund": {
    ...{ ...IDS, refundId: "R1", partnerDealId: "D1", voucherList: ["a"], refundQuantity: 1 },
    ...{ unitPrice: 60, refundPrice: 60, refundFee: 0, refundTime: "2016-11-29 12:00:00" },
  },
  "/query": IDS,
};

/** Keeps objects, without JSON. */
const storeOfObjects = () => {
  const orders = new Map();
  return {
    load: (orderId) => orders.get(orderId) ?? null,
    save(orderId, snapshot, revision) {
      if ((orders.get(orderId)?.revision ?? null) !== revision) return false;
      orders.set(orderId, { snapshot, revision: (revision ?? 0) + 1 });
      return true;
    },
  };
};
const handlerOver = (store) =>
  handler({
    config: { partnerId: 1122, clientId: "lvyou_x", clientSecret: SECRET, routes: ROUTES, now: () => NOW },
    store,
    orderCreate: () => ({ partnerOrderId: "P7" }),
    orderPay: () => ({ voucherType: 1, vouchers: ["a", "b"] }),
    orderRefund: () => {},
  });

async function called(answer, path) {
  const date = new Date(NOW).toUTCString();
  const signature = createHmac("sha1", SECRET).update(`POST ${path}\n${date}`).digest("base64");
  const headers = { PartnerId: "1122", Date: date, Authorization: `MWS lvyou_x:${signature}` };
  const body = JSON.stringify({ partnerId: 1122, body: BODIES[path] });
  const request = new Request(`https://supplier.example${path}`, { method: "POST", headers, body });
  const { parse, stringify } = JSON;
  JSON.parse = counted("parse", parse);
  JSON.stringify = counted("stringify", stringify);
  calls.length = 0;
  try {
    const response = await answer(request);
    assert.equal(response.code, 200, path);
  } finally {
    Object.assign(JSON, { parse, stringify });
  }
  return calls.splice(0);
}

/** @param {string[]} names */
const ofModule = (names) => names.filter((name) => name.startsWith("order_"));
const numberOf = (names, name) => names.filter((each) => each === name).length;

const PAID = ["order_receive", "order_advance", "order_ended", "order_end"];
const CROSSINGS = {
  "/create": ["order_receive", "order_ended", "order_end"],
  "/pay": PAID,
  "/refund": PAID,
  "/query": ["order_receive", "order_advance", "order_end"],
};
const STORES = {
  "a store of this package": {
    storeOf: () => new MemoryStore(),
    documents: {
      "/create": { parse: 2, stringify: 1 },
      "/pay": { parse: 3, stringify: 1 },
      "/refund": { parse: 3, stringify: 1 },
      "/query": { parse: 2, stringify: 0 },
    },
  },
  "a store of objects": {
    storeOf: storeOfObjects,
    documents: {
      "/create": { parse: 4, stringify: 2 },
      "/pay": { parse: 5, stringify: 3 },
      "/refund": { parse: 5, stringify: 3 },
      "/query": { parse: 2, stringify: 1 },
    },
  },
};

describe("a call about an order that is kept in a store", () => {
  for (const [which, { storeOf, documents }] of Object.entries(STORES)) {
    it(`crosses the boundary no more often than it must, with ${which}`, async () => {
      // What is done once for a process is done before: compiling, settings, room for the input.
      let store = storeOf();
      const answer = handlerOver(() => store);
      for (const path in BODIES) await called(answer, path);
      store = storeOf();
      for (const [path, crossings] of Object.entries(CROSSINGS)) {
        const names = await called(answer, path);
        assert.deepEqual(ofModule(names), crossings, path);
        const others = names.filter((name) => !crossings.includes(name) && name !== "parse" && name !== "stringify");
        // The module of messages judges the head, before the body is read.
        assert.deepEqual(others, ["ticket_receive"], path);
        const found = { parse: numberOf(names, "parse"), stringify: numberOf(names, "stringify") };
        assert.deepEqual(found, documents[path], path);
      }
    });
  }
});
