// `node tests/traps/run.mjs [calls] [seed]`: so many good, bad and trapping calls in one process, in any order. Every answer must be
// right, and memory must not grow. Prints what it did; exit 1 where anything was wrong.

import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";

// What is larger than a few megabytes traps.
setFlagsFromString("--wasm-max-mem-pages=320");
setFlagsFromString("--expose-gc");
const { runInNewContext } = await import("node:vm");
const { checkMessage, openEnvelope, sealEnvelope, transition } = await import("meituan-protocol");
const { RideClient } = await import("meituan-protocol/ride");
const { checkTrace, MemoryStore } = await import("meituan-protocol/testing");
const { handler, TicketSupplier } = await import("meituan-protocol/ticket");
const { CREATE, fetched, options, SECRET, signed, wire } = await import("../js/ticket-support.mjs");

const [calls, seed] = [Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? 1)];
const collect = runInNewContext("gc");

/** Numbers that look random, the same for the same seed. */
let state = seed >>> 0 || 1;
const below = (/** @type {number} */ limit) => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
};

const KEY = "AAECAwQFBgcICQoLDA0ODw==";
const HUGE = "A".repeat(12 << 20);
const ride = new RideClient({ entId: 1, accessKey: "t", secretKey: KEY, routes: { "/push": "orderChanged" } });
const suppliers = Array.from({ length: 5 }, (_, index) => new TicketSupplier({ ...options, partnerId: 1122 + index }));
const sealed = sealEnvelope(KEY, "一".repeat(300));
const PAY = wire({ orderId: "ORDER", partnerOrderId: "P1" });
const handled = handler({ config: options, orderPay: (call) => call.fail(599, "无票"), onError() {}, onWarning() {} });

/** What is thrown, by its code. @param {() => unknown} work */
function codeOf(work) {
  try {
    work();
  } catch (error) {
    return /** @type {any} */ (error).code;
  }
  return undefined;
}

/** What may be called, and what must come of it. @type {Record<string, () => unknown>} */
const good = {
  seal: () => assert.equal(sealEnvelope(KEY, "一".repeat(300)), sealed),
  open: () => assert.equal(openEnvelope(KEY, sealed), "一".repeat(300)),
  receive: () => {
    const call = suppliers[0].receiveSync(signed("/mt/pay", PAY));
    assert.equal(call.body.partnerOrderId, "P1");
    const { body } = call.ok({ voucherType: 1, vouchers: [`c${below(9)}`] }, { order: { quantity: 1 } });
    assert.equal(JSON.parse(body).code, 200);
  },
  check: () => assert.equal(checkMessage("ticket.orderCreate.request", wire(CREATE)).issues.length > 0, true),
  order: () => assert.equal(transition(null, { orderPay: { orderId: "1" } }, { now: 0 }).kind, "illegal"),
  notice: () => {
    const supplier = suppliers[below(5)];
    const message = { orderId: "7", partnerOrderId: "P1", quantity: 2, usedQuantity: 1, refundedQuantity: 0 };
    const { headers, body } = supplier.requests.consumeNotice(message);
    assert.equal(JSON.parse(body).partnerId, supplier.partnerId);
    assert.match(headers.Authorization, /^MWS lvyou_x:/);
  },
  request: () => assert.match(ride.requests.queryRealTimeOrder({ mtOrderId: "143009655634578641215429100000" }).body, /content=/),
};
const bad = {
  "another signature": () =>
    assert.equal(
      codeOf(() => suppliers[0].receiveSync(signed("/mt/pay", PAY, { secret: `${SECRET}x` }))),
      "BAD_SIGNATURE",
    ),
  "no JSON": () => assert.equal(checkMessage("ticket.orderPay.request", "{").ok, false),
  "another key": () =>
    assert.equal(
      codeOf(() => openEnvelope("EBESExQVFhcYGRobHB0eHw==", sealed)),
      "DECRYPTION_FAILED",
    ),
  "no snapshot": () =>
    assert.equal(codeOf(() => transition(/** @type {any} */ ({ format: 9 }), { timePassed: {} }, { now: 0 })) === undefined, false),
};
const trapping = {
  "messages, by memory": () =>
    assert.equal(
      codeOf(() => openEnvelope(KEY, HUGE)),
      "MODULE_FAILED",
    ),
  "orders, by memory": () =>
    assert.equal(
      codeOf(() => checkTrace(HUGE)),
      "MODULE_FAILED",
    ),
};
const asking = {
  "a handler": async () => {
    const { code } = await (await handled(fetched("/mt/pay", PAY))).json();
    assert.equal(code, 599);
  },
  "a handler with a store": async () => {
    const store = new MemoryStore();
    const serve = handler({
      ...{ config: options, store, send: () => new Response("{}"), onError() {}, onWarning() {} },
      orderCreate: () => ({ partnerOrderId: "P1" }),
      orderPay: () => {
        if (below(2) === 0) trapping["orders, by memory"]();
        return { voucherType: 1, vouchers: ["a", "b"] };
      },
      orderRefund() {},
    });
    const answers = [serve(fetched("/mt/create", wire(CREATE)))];
    // Somebody else's call traps meanwhile.
    if (below(4) === 0) trapping["orders, by memory"]();
    assert.equal((await (await answers[0]).json()).code, 200);
    const { code, body } = await (await serve(fetched("/mt/pay", PAY))).json();
    assert.deepEqual([code, body.vouchers], [200, ["a", "b"]]);
  },
};

const kinds = [
  { name: "good", works: Object.values(good), share: 800 },
  { name: "bad", works: Object.values(bad), share: 170 },
  { name: "asking", works: Object.values(asking), share: 28 },
  { name: "trapping", works: Object.values(trapping), share: 2 },
];
/** @type {Record<string, number>} */
const done = {};
const megabytes = async () => {
  // An instance keeps the memory of the largest call so far, so both are made anew.
  for (const trap of Object.values(trapping)) trap();
  good.seal();
  good.order();
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: Math.round((heapUsed + external) / 2 ** 20), resident: Math.round(rss / 2 ** 20) };
};
let before;
for (let at = 0; at < calls; at++) {
  // What is made once is made by then.
  if (at === Math.floor(calls / 10)) before = await megabytes();
  let place = below(1000);
  const kind = kinds.find(({ share }) => {
    place -= share;
    return place < 0;
  });
  const { name, works } = /** @type {(typeof kinds)[number]} */ (kind);
  done[name] = (done[name] ?? 0) + 1;
  await works[below(works.length)]();
}
const after = await megabytes();
console.log(
  `${calls} calls, seed ${seed}: ${JSON.stringify(done)}; memory in MB ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
);
assert.ok(before && after.held < before.held + 4, "memory grows");
