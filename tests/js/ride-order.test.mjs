import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codes, nextAction, standing, transition } from "meituan-protocol/ride";

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
