import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { codes, nextAction, recordCall, standing, tables, transition } from "meituan-protocol/ride";

const { RideEvent, RideStatus } = codes;
const NOW = 1629858000000;
const ID = "143009655634578641215429100000";

/** A small generator, so that a failing case can be played again. */
function randomness(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const event = (eventCode, eventTime) => ({ orderChanged: { mtOrderId: ID, eventCode, ...(eventTime ? { eventTime } : {}) } });
const told = (events, order) => events.reduce((kept, one) => transition(kept, one, { now: NOW }).order, order);

const LIFE = [
  RideEvent.ORDER_CREATED,
  RideEvent.ORDER_PUSHED,
  RideEvent.ORDER_CONFIRMED,
  RideEvent.ORDER_SERVICE_STARTED,
  RideEvent.DRIVER_ARRIVED,
  RideEvent.TRIP_STARTED,
  RideEvent.TRIP_DELIVERED,
  RideEvent.BILL_GENERATED,
].map((code, index) => event(code, NOW - 100_000 + 1000 * index));

describe("a ride order in JavaScript", () => {
  it("is plain JSON, and follows its events", () => {
    let order;
    for (const one of LIFE) {
      const out = transition(order, one, { now: NOW });
      assert.equal(out.kind, "moved");
      order = JSON.parse(JSON.stringify(out.order));
    }
    assert.equal(standing(order, { now: NOW }).status, RideStatus.WAIT_PAY);
  });

  const seed = Date.now() >>> 0;
  it(`ends in the same state whatever is doubled and overtakes what (seed ${seed})`, () => {
    const random = randomness(seed);
    const expected = JSON.stringify(standing(told(LIFE), { now: NOW }));
    for (let round = 0; round < 300; round++) {
      const doubled = LIFE.flatMap((one) => Array.from({ length: 1 + random(3) }, () => one));
      for (let index = doubled.length - 1; index > 0; index--) {
        const other = random(index + 1);
        [doubled[index], doubled[other]] = [doubled[other], doubled[index]];
      }
      assert.equal(JSON.stringify(standing(told(doubled), { now: NOW })), expected, `round ${round}`);
    }
  });

  it("takes a query's reply as the authority, whatever was lost before", () => {
    const queried = {
      orderStatus: RideStatus.PASSENGER_CANCELED_WAIT_PAY,
      updateTime: NOW,
      userPriceInfo: { userPayableBalancePrice: 500 },
    };
    const late = event(RideEvent.TRIP_STARTED, NOW - 5000);
    for (const lost of [[], LIFE.slice(0, 3), [...LIFE, late]]) {
      const order = told([...lost, { queried }, late]);
      const { status: orderStatus, next } = standing(order, { now: NOW });
      assert.equal(orderStatus, RideStatus.PASSENGER_CANCELED_WAIT_PAY);
      assert.deepEqual([next.call, next.price], ["notifyPaidResult", 500]);
    }
  });

  it("asks for a query where only that can tell", () => {
    const cancelled = told([LIFE[0], event(RideEvent.ORDER_CANCELED, NOW - 1000)]);
    assert.equal(nextAction(cancelled, { now: NOW }).call, "queryRealTimeOrder");
    const untimed = told([LIFE[0], event(RideEvent.ORDER_PAID)]);
    const { status: orderStatus, next } = standing(untimed, { now: NOW });
    assert.deepEqual([orderStatus, next.call], [RideStatus.SUBMITTED, "queryRealTimeOrder"]);
  });

  it("asks for a query at every event without a time, also at the second identical one", () => {
    const untimed = event(RideEvent.DRIVER_ARRIVED);
    const queried = { orderStatus: RideStatus.CONFIRMED, updateTime: NOW };
    const settled = told([untimed, { queried }], told(LIFE.slice(0, 3)));
    assert.equal(standing(settled, { now: NOW }).needsQuery, false);
    const { kind, order } = transition(settled, untimed, { now: NOW + 1000 });
    assert.deepEqual([kind, standing(order, { now: NOW }).needsQuery], ["moved", true]);
  });

  it("reads a time in seconds as such, and reports it", () => {
    const { order, warnings } = transition(undefined, event(RideEvent.DRIVER_ARRIVED, NOW / 1000), { now: NOW });
    assert.deepEqual(warnings, ["timeInSeconds"]);
    assert.equal(order.events[0].eventTime, NOW);
    const { kind } = transition(order, event(RideEvent.TRIP_STARTED, NOW + 1), { now: NOW });
    assert.equal(kind, "moved");
    assert.ok(tables.warnings.some(({ word, meaning }) => word === warnings[0] && meaning.zh && meaning.en));
  });

  it("is paid once, and its fee ends the asking although the state stays", () => {
    const queried = (fen) => ({ queried: { orderStatus: 211, updateTime: NOW, userPriceInfo: { userPayableBalancePrice: fen } } });
    const paid = told([
      queried(500),
      { sent: { call: "notifyPaidResult", price: 500 } },
      { answered: { call: "notifyPaidResult", code: 0 } },
      queried(500),
    ]);
    const { payable, conflict, conflictKinds, final, next } = standing(paid, { now: NOW });
    assert.deepEqual([payable, conflict, conflictKinds, final, next], [undefined, false, [], true, undefined]);
    assert.equal(transition(paid, { sent: { call: "notifyPaidResult", price: 500 } }, { now: NOW }).reason, "done");
    const another = standing(told([queried(700)], paid), { now: NOW });
    assert.deepEqual([another.payable, another.conflictKinds], [700, ["paidAnotherAmount"]]);
    for (const word of another.conflictKinds) assert.ok(tables.conflicts.some((row) => row.word === word && row.meaning.zh));
  });

  it("reports a payment again that Meituan did not accept, and never pays it again", () => {
    const call = "notifyPaidResult";
    const queried = (fen) => ({ queried: { orderStatus: 7, updateTime: NOW, userPriceInfo: { userPayableBalancePrice: fen } } });
    const reported = (outcome) => [queried(900), { sent: { call, price: 900 } }, outcome, queried(900)];
    for (const [outcome, kinds] of [
      [{ failed: { call } }, []],
      [{ answered: { call, code: 2 } }, []],
      [{ answered: { call, code: 7 } }, ["paidNotAccepted"]],
      [{ answered: { call, code: 11 } }, ["paidNotAccepted"]],
    ]) {
      const order = told(reported(outcome));
      const { next, conflictKinds } = standing(order, { now: NOW });
      assert.deepEqual([next.call, next.price, next.why, conflictKinds], [call, 900, "outcomeUnknown", kinds]);
      const other = standing(told([queried(950)], order), { now: NOW });
      assert.deepEqual([other.next.call, other.conflictKinds], ["queryRealTimeOrder", ["paidAnotherAmount"]]);
    }
    const unknown = told([...reported({ failed: { call } }), { sent: { call, price: 900 } }]);
    const { order, warnings } = transition(unknown, { answered: { call, code: 7 } }, { now: NOW });
    assert.deepEqual([warnings, order.payments], [["countsAsPaid"], [{ price: 900, outcome: "accepted" }]]);
  });

  it("knows no cancel fee where the answer has none", () => {
    const call = "cancelOrder";
    for (const cancelPrice of [undefined, -100]) {
      const asked = told([{ sent: { call, type: 1 } }], told(LIFE.slice(0, 3)));
      const answered = { call, type: 1, code: 0, ...(cancelPrice === undefined ? {} : { cancelPrice }) };
      const { warnings, standing: stands } = transition(asked, { answered }, { now: NOW });
      assert.deepEqual([warnings, stands.cancelFee, stands.cancelStep], [["amountUnknown"], undefined, 2]);
    }
  });

  it("keeps within Meituan's limits over all orders", () => {
    const order = told(LIFE.slice(0, 3));
    let calls;
    for (let at = 0; at < 100; at++) calls = recordCall(calls, "queryRealTimeOrder", { now: NOW + at });
    assert.equal(nextAction(order, NOW + 200, { calls }).at, NOW + 60_000);
    assert.equal(nextAction(order, { now: NOW + 200, calls }).at, NOW + 60_000);
    assert.equal(nextAction(order, new Date(NOW + 200)).at, NOW + 200);
    let shared;
    for (let at = 0; at < 50; at++) shared = recordCall(shared, "queryRealTimeOrder", { now: NOW + at, processes: 2 });
    assert.equal(nextAction(order, NOW + 200, { calls: shared }).at, NOW + 60_000);
    for (const processes of [0, 101, 150]) {
      const refused = { code: "OUT_OF_RANGE", path: "calls.processes" };
      assert.throws(() => nextAction(order, NOW, { processes }), refused);
      assert.throws(() => recordCall(undefined, "queryRealTimeOrder", { now: NOW, processes }), refused);
    }
    const silent = told([{ queried: { orderStatus: RideStatus.DRIVING, updateTime: NOW } }], order);
    assert.equal(nextAction(silent, NOW).at, NOW + 60_000);
    assert.equal(nextAction(silent, NOW, { openOrders: 20_000 }).at, NOW + 20_000 * 1800);
    assert.throws(() => recordCall(undefined, "nothing", { now: NOW }), { code: "UNKNOWN_VALUE", path: "call" });
    assert.throws(() => nextAction(order, undefined), { code: "INVALID_CONFIG", path: "options" });
  });

  it("says that what was refunded is a lower bound where an amount is not known", () => {
    const refunded = { mtOrderId: ID, sqtRefundNo: "R1", refundStatus: 10, refundTime: NOW };
    const { order, warnings } = transition(told(LIFE), { refunded }, { now: NOW });
    const stands = standing(order, { now: NOW });
    assert.deepEqual([stands.refunded, stands.refundedAtLeast, stands.needsQuery], [0, true, true]);
    assert.deepEqual(warnings, ["amountUnknown"]);
  });

  const stored = JSON.parse(readFileSync(new URL("../vectors/ride-order/stored.json", import.meta.url), "utf8"));
  it("is read as an earlier version stored it", () => {
    for (const [name, { now, order, standing: before }] of Object.entries(stored)) {
      const { status: orderStatus, refunded } = standing(order, { now });
      assert.deepEqual([orderStatus, refunded], [before.status, before.refunded], name);
    }
  });

  it("counts a refund once", () => {
    const refunded = { mtOrderId: ID, sqtRefundNo: "R1", tradeOrderId: "1", refundAmount: 300, refundStatus: 10, refundTime: NOW };
    const first = transition(told(LIFE), { refunded }, { now: NOW });
    const second = transition(first.order, { refunded }, { now: NOW });
    assert.deepEqual([first.kind, second.kind], ["moved", "duplicate"]);
    assert.equal(standing(second.order, { now: NOW }).refunded, 300);
  });

  it("refuses what is nothing to tell, by its path", () => {
    assert.throws(() => transition(undefined, {}, { now: NOW }), { code: "MISSING_FIELD", path: "event" });
    assert.throws(() => transition({ events: 1 }, LIFE[0], { now: NOW }), { path: "order.events" });
  });
});
