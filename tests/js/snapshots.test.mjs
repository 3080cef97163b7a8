// Orders between a handler and the stores of this package go as JSON, and by objects wherever somebody has put a function of his own
// in between.

import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { MemoryStore } from "meituan-protocol/testing";
import { partnerStore, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, ORDER, PAY, refundOf, SETTINGS, Shop } from "./stored-shop.mjs";

const AS_JSON = Symbol.for("meituan-protocol.asJson");
const LIFE = [
  ["orderCreate", CREATE],
  ["orderPay", PAY],
  ["orderRefund", refundOf("R1", ["a"])],
];

/** An order's life. @returns the codes of the replies */
async function lifeIn(store, functions = {}) {
  const shop = new Shop({ store, functions });
  const codes = [];
  for (const [name, message] of LIFE) codes.push((await shop.call(name, message)).code);
  assert.deepEqual(shop.errors, []);
  return codes;
}

/** Counts what is loaded and saved as objects, in each of the ways in which people put themselves in between. */
const BETWEEN = {
  "a class of its own": (seen) =>
    new (class extends MemoryStore {
      load(orderId) {
        return seen("load", super.load(orderId));
      }
      save(orderId, snapshot, ...how) {
        return super.save(orderId, seen("save", { snapshot }).snapshot, ...how);
      }
    })(),
  "a copy with other functions": (seen) => {
    const store = new MemoryStore();
    return {
      load: (orderId) => seen("load", store.load(orderId)),
      save: (orderId, snapshot, ...how) => store.save(orderId, seen("save", { snapshot }).snapshot, ...how),
    };
  },
  "functions that are put in later": (seen) => {
    const store = new MemoryStore();
    const { load, save } = store;
    store.load = (orderId) => seen("load", load.call(store, orderId));
    store.save = (orderId, snapshot, ...how) => save.call(store, orderId, seen("save", { snapshot }).snapshot, ...how);
    return store;
  },
  "spies of a test": (seen) => {
    const store = new MemoryStore();
    const { load, save } = store;
    mock.method(store, "load", (orderId) => seen("load", load.call(store, orderId)));
    mock.method(store, "save", (orderId, snapshot, ...how) =>
      save.call(store, orderId, seen("save", { snapshot }).snapshot, ...how),
    );
    return store;
  },
  "proxies of its functions": (seen) => {
    const store = new MemoryStore();
    store.load = new Proxy(store.load, { apply: (load, of, given) => seen("load", load.apply(of, given)) });
    store.save = new Proxy(store.save, {
      apply: (save, of, [orderId, snapshot, ...how]) => save.call(of, orderId, seen("save", { snapshot }).snapshot, ...how),
    });
    return store;
  },
  "functions with all properties of the others": (seen) => {
    const store = new MemoryStore();
    const { load, save } = store;
    store.load = (orderId) => seen("load", load.call(store, orderId));
    store.save = (orderId, snapshot, ...how) => save.call(store, orderId, seen("save", { snapshot }).snapshot, ...how);
    for (const [name, from] of Object.entries({ load, save })) {
      Object.defineProperties(store[name], Object.getOwnPropertyDescriptors(from));
    }
    return store;
  },
  "proxies that have every property, such as those of a worker": (seen) => {
    const store = new MemoryStore();
    const remote = (work) => new Proxy(work, { get: () => remote(work), apply: (_, __, given) => work(...given) });
    return {
      load: remote((orderId) => seen("load", store.load(orderId))),
      save: remote((orderId, snapshot, ...how) => store.save(orderId, seen("save", { snapshot }).snapshot, ...how)),
    };
  },
  "a proxy": (seen) => {
    const store = new MemoryStore();
    return new Proxy(store, {
      get(_, name) {
        if (name === "load") return (orderId) => seen("load", store.load(orderId));
        if (name === "save") {
          return (orderId, snapshot, ...how) => store.save(orderId, seen("save", { snapshot }).snapshot, ...how);
        }
        const value = store[name];
        return typeof value === "function" ? value.bind(store) : value;
      },
    });
  },
};

describe("orders between a handler and its store", () => {
  it("are neither parsed nor written again, where the store is one of this package", async () => {
    const { parse, stringify } = JSON;
    const found = [];
    const isOrder = (value) => typeof value === "object" && value !== null && "lifecycle" in value && "units" in value;
    const store = new MemoryStore();
    try {
      JSON.parse = (text, ...how) => {
        const value = parse(text, ...how);
        if (isOrder(value)) found.push("parsed");
        return value;
      };
      JSON.stringify = (value, ...how) => {
        if (isOrder(value)) found.push("written");
        return stringify(value, ...how);
      };
      assert.deepEqual(await lifeIn(store), [200, 200, 200]);
    } finally {
      Object.assign(JSON, { parse, stringify });
    }
    assert.deepEqual(found, []);
    assert.equal(store.load(ORDER).snapshot.refunds[0].refundId, "R1");
  });

  for (const [way, storeOf] of Object.entries(BETWEEN)) {
    it(`pass every function that somebody has put in between: ${way}`, async () => {
      const plain = new MemoryStore();
      await lifeIn(plain);
      const counts = { load: 0, save: 0 };
      const seen = (name, answer) => {
        counts[name] += 1;
        if (answer !== null) assert.equal(answer.snapshot.orderId, ORDER);
        return answer;
      };
      const store = storeOf(seen);
      assert.deepEqual(await lifeIn(store), [200, 200, 200]);
      assert.ok(counts.load >= 3 && counts.save >= 6, JSON.stringify(counts));
    });
  }

  it("are for a function what was stored when it began, whatever it does to that", async () => {
    const orders = [];
    const orderPay = (call) => {
      orders.push(structuredClone(call.order));
      // In copies too.
      const { order } = { ...call };
      assert.equal(order.partnerOrderId, "P1");
      assert.equal(JSON.parse(JSON.stringify(call)).order.partnerOrderId, "P1");
      assert.equal(call.order, call.order);
      call.order.quantity = 9;
      call.order.units.length = 0;
      return { voucherType: 1, vouchers: ["a", "b"] };
    };
    const store = new MemoryStore();
    assert.deepEqual(await lifeIn(store, { orderPay }), [200, 200, 200]);
    assert.equal(orders[0].partnerOrderId, "P1");
    assert.equal(orders[0].attempts.length, 1);
    const { snapshot } = store.load(ORDER);
    assert.equal(snapshot.quantity, 2);
    assert.equal(snapshot.units.length, 2);
  });

  it("of a partner go as JSON too, and pass functions in between", async () => {
    const store = new MemoryStore();
    const view = partnerStore(store, 1122);
    assert.equal(await view.save[AS_JSON].work("7", '{ "kept": "as it is" }', null, {}), true);
    assert.equal((await view.load[AS_JSON].work("7"))[AS_JSON], '{ "kept": "as it is" }');
    assert.deepEqual((await view.load("7")).snapshot, { kept: "as it is" });
    assert.deepEqual(store.load("1122:7").snapshot, { kept: "as it is" });
    let count = 0;
    const between = partnerStore({ load: (key) => store.load(key), save: (...order) => ++count && store.save(...order) }, 1122);
    assert.equal(await between.save[AS_JSON].work("8", "{}", null, {}), true);
    assert.equal(count, 1);
  });

  for (const json of ["", "null", "[]", "{", "0", '"text"', '{"orderId":1}', "{}"]) {
    it(`that cannot be read are an error, and nothing is saved over them: ${JSON.stringify(json)}`, async () => {
      const store = new MemoryStore();
      const of = (name, ...given) => store[name][AS_JSON].work.call(store, ...given);
      of("save", ORDER, json, null, {});
      const shop = new Shop({ store });
      for (const [name, message] of LIFE) {
        const reply = await shop.call(name, message);
        assert.equal(reply.status, 503, name);
      }
      assert.ok(shop.errors.length >= 3);
      assert.deepEqual(of("load", ORDER), { [AS_JSON]: json, revision: 1 });
      const orders = new TicketSupplier(SETTINGS).orders(store);
      await assert.rejects(orders.apply(ORDER, { timePassed: {} }));
      if (json.startsWith("{")) return;
      for (const ask of ["load", "pendingNotices", "explain"]) {
        await assert.rejects(orders[ask](ORDER), { code: "INVALID_CONFIG", path: "store.load" }, ask);
      }
    });
  }
});
