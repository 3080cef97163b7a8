// Calls that come again, same to the byte: as a gateway repeats them, or whoever has recorded them.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it, mock } from "node:test";
import { handler as rideHandler } from "meituan-protocol/ride";
import { MemoryStore } from "meituan-protocol/testing";
import { handler, seenInMemory } from "meituan-protocol/ticket";
import { CALLS, called, changing, ISSUED, never, shop } from "./order-support.mjs";
import { CREATE, fetched, options, refusalOf, signed, wire } from "./ticket-support.mjs";

/** The same calls, whenever they are sent. */
const PACKED = Object.fromEntries(
  await Promise.all(
    Object.entries(CALLS).map(async ([name, message]) => {
      const request = called(name, message);
      return [name, { url: request.url, headers: [...request.headers], body: await request.text() }];
    }),
  ),
);
const again = (name) => {
  const { url, headers, body } = PACKED[name];
  return new Request(url, { method: "POST", headers, body });
};
const answered = async (response) =>
  response.status === 200 ? response.json() : { status: response.status, text: await response.text() };
const NO_REPLY = { status: 503, text: "" };

/** A handler without a store, with what was run and told. */
function plain(more) {
  const [run, told] = [[], []];
  const act = (reply) => (call) => {
    run.push(call.type);
    return reply;
  };
  const serve = handler({
    ...{ config: options, orderCreate: act({ partnerOrderId: "P1" }), heartbeat: act(undefined) },
    onError: (error, { call }) => told.push([error.code ?? error.message, error.path, call]),
    ...more,
  });
  return { run, told, serve: async (request, ...context) => answered(await serve(request, ...context)) };
}

describe("a call that came before", () => {
  it("is known by its signature, Date, name and body, which the hook is given with the platform's context", async () => {
    const asked = [];
    const seen = (...all) => asked.push(all) === 0;
    const { serve, run } = plain({ seen });
    const text = wire(CREATE);
    await serve(fetched("/mt/create", text), "env", "context");
    const { headers } = signed("/mt/create", text);
    const bodyDigest = createHash("sha256").update(text).digest("hex");
    const signature = headers.Authorization.slice(-28);
    assert.deepEqual(asked, [[{ signature, date: headers.Date, call: "orderCreate", bodyDigest }, "env", "context"]]);
    assert.deepEqual(run, ["orderCreate"]);
  });

  it("gets 503 without a body where no orders are kept, never a failure, and runs nothing", async () => {
    const { serve, run, told } = plain({ seen: seenInMemory() });
    assert.equal((await serve(fetched("/mt/create", wire(CREATE)))).code, 200);
    assert.deepEqual(await serve(fetched("/mt/create", wire(CREATE))), NO_REPLY);
    assert.equal((await serve(fetched("/mt/heartbeat", '{"partnerId":1122}'))).code, 200);
    assert.deepEqual(await serve(fetched("/mt/heartbeat", '{"partnerId":1122}')), NO_REPLY);
    assert.deepEqual(run, ["orderCreate", "heartbeat"]);
    assert.deepEqual(told, [
      ["NO_REPLY", "seen", "orderCreate"],
      ["NO_REPLY", "seen", "heartbeat"],
    ]);
  });

  it("is another call with another body: two calls of one second have one signature", async () => {
    const { serve, run } = plain({ seen: seenInMemory() });
    for (const id of ["1", "2"]) assert.equal((await serve(fetched("/mt/create", wire(CREATE, id)))).code, 200);
    assert.equal(run.length, 2);
  });

  it("is not asked for where the call is not authenticated", async () => {
    let asked = 0;
    const { serve } = plain({ seen: () => ++asked > 0 });
    await serve(fetched("/mt/create", wire(CREATE), { secret: "wrong" }));
    await serve(fetched("/mt/create", "{}"));
    assert.equal(asked, 0);
  });

  it("does nothing, and is reported, where the hook throws, hangs or says neither yes nor no", async () => {
    const failing = [
      [
        () => {
          throw new Error("no connection");
        },
        "no connection",
      ],
      [() => Promise.reject(new Error("no connection")), "no connection"],
      [() => undefined, "INVALID_CONFIG"],
      [async () => 0, "INVALID_CONFIG"],
    ];
    for (const [seen, said] of failing) {
      const { serve, run, told } = plain({ seen });
      assert.deepEqual(await serve(fetched("/mt/create", wire(CREATE))), NO_REPLY);
      assert.deepEqual([run, told.map(([code]) => code)], [[], [said]]);
      const one = shop({ seen });
      assert.deepEqual(await one.call("orderCreate"), { status: 503 });
      assert.deepEqual([one.errors.length, one.store.size ?? 0], [1, 0]);
    }
    const one = shop({ seen: never, deadlineMs: 50 });
    assert.deepEqual(await one.call("orderCreate"), { status: 503 });
    assert.deepEqual([one.errors[0].code, one.errors[0].path], ["TIMED_OUT", "seen"]);
  });

  it("gets the truth where orders are kept: what the order answers to a repeat of Meituan's", async () => {
    let pays = 0;
    const functions = { orderPay: () => ++pays && ISSUED };
    const one = shop({ seen: seenInMemory(), functions });
    const first = {};
    for (const name of ["orderCreate", "orderPay", "orderQuery"]) first[name] = await answered(await one.serve(again(name)));
    assert.deepEqual(
      Object.values(first).map(({ code }) => code),
      [200, 200, 200],
    );
    for (const name of ["orderCreate", "orderPay", "orderQuery"]) {
      assert.deepEqual(await answered(await one.serve(again(name))), first[name], name);
    }
    assert.deepEqual([pays, one.errors], [1, []]);
  });

  it("is answered when the first one has ended, where that is under way", async () => {
    let issue;
    const functions = { orderPay: () => new Promise((resolve) => (issue = resolve)) };
    const one = shop({ seen: seenInMemory(), functions });
    await one.serve(again("orderCreate"));
    const paying = one.serve(again("orderPay"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const repeated = one.serve(again("orderPay"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    issue(ISSUED);
    const [paid, same] = [await answered(await paying), await answered(await repeated)];
    assert.equal(paid.code, 200);
    // The truth, or nothing: never a failure.
    assert.ok(same.status === 503 || same.code === 200, JSON.stringify(same));
  });

  it("saves and runs nothing where nothing is stored of it", async () => {
    const store = changing();
    const ran = [];
    const act = (call) => ran.push(call.type) && { partnerOrderId: "P1" };
    const one = shop({ store, seen: () => true, functions: { orderCreate: act, orderPay: act, orderRefund: act } });
    store.change.save = () => assert.fail("it is saved");
    for (const name of Object.keys(CALLS)) {
      const { status, code } = await answered(await one.serve(again(name)));
      if (name === "orderQuery" || status === 503) continue;
      assert.notEqual(code, 200, name);
    }
    assert.deepEqual(ran, []);
    assert.ok(
      one.errors.every(({ code, path }) => code === "NO_REPLY" && path === "seen"),
      String(one.errors),
    );
  });

  it("is never told as failed, whatever the state of its order", async () => {
    for (const before of [[], ["orderCreate"], ["orderCreate", "orderPay"], ["orderCreate", "orderPay", "orderRefund"]]) {
      const store = new MemoryStore();
      const one = shop({ store, functions: { orderPay: () => ISSUED } });
      for (const name of before) await one.call(name);
      const other = shop({ store, seen: () => true });
      for (const name of ["orderCreate", "orderPay", "orderRefund"]) {
        const { status, code } = await answered(await other.serve(again(name)));
        const truth = before.includes(name) ? [200, 598, 602, undefined] : [undefined];
        assert.ok(truth.includes(code) && (code !== undefined || status === 503), `${before} ${name} ${code}`);
      }
    }
  });

  it("is no option of rides, whose pushes have no signature", () => {
    const config = { entId: "1", accessKey: "k", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
    assert.equal(refusalOf(() => rideHandler({ config, seen: () => false })).path, "seen");
    assert.equal(refusalOf(() => handler({ config: options, seen: true })).path, "seen");
  });
});

describe("the memory of calls", () => {
  const call = (number) => ({ signature: `s${number}`, date: "d", call: "orderPay", bodyDigest: "b" });

  it("forgets them when they can come no more", () => {
    const clock = mock.method(performance, "now", () => 1000);
    try {
      const seen = seenInMemory({ keptMs: 100 });
      assert.deepEqual([seen(call(1)), seen(call(1))], [false, true]);
      clock.mock.mockImplementation(() => 1099);
      assert.equal(seen(call(1)), true);
      clock.mock.mockImplementation(() => 1100);
      assert.equal(seen(call(1)), false);
    } finally {
      clock.mock.restore();
    }
  });

  it("holds no more than it is told to, and forgets the oldest", () => {
    const seen = seenInMemory({ max: 3 });
    for (const number of [1, 2, 3, 4]) assert.equal(seen(call(number)), false);
    assert.deepEqual(
      [2, 3, 4].map((number) => seen(call(number))),
      [true, true, true],
    );
    assert.equal(seen(call(1)), false);
  });

  it("tells calls apart that differ in one thing", () => {
    const seen = seenInMemory();
    const one = call(1);
    assert.equal(seen(one), false);
    for (const name of Object.keys(one)) assert.equal(seen({ ...one, [name]: "other" }), false, name);
  });

  it("refuses settings that are none", () => {
    assert.throws(() => seenInMemory({ keptMs: -1 }), { path: "keptMs" });
    assert.throws(() => seenInMemory({ max: 0 }), { path: "max" });
  });
});
