import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { MemoryStore } from "meituan-protocol/testing";
import { codes, MeituanError, transition } from "meituan-protocol/ticket";
import { CREATE, meituan, NOON, ORDER, PAY, QUERY, refundOf } from "./stored-shop.mjs";

describe("transition", () => {
  const now = 1480000000000;

  it("is a pure function of plain JSON", () => {
    const first = transition(null, { orderCreate: CREATE }, { now });
    assert.equal(first.run.key, `orderCreate:${ORDER}`);
    const stored = JSON.parse(JSON.stringify(first.next));
    assert.deepEqual(transition(null, { orderCreate: CREATE }, { now }), first);
    const end = { attemptEnded: { key: first.run.key, outcome: 1, created: { partnerOrderId: "P1" } } };
    const ended = transition(stored, end, { now });
    assert.deepEqual([ended.kind, ended.reply.code, ended.next.orderStatus], ["moved", 200, 2]);
    assert.equal(transition(ended.next, { orderCreate: CREATE }, { now }).kind, "duplicate");
    assert.equal(stored.lifecycle, 0, "what went in is not changed");
  });

  it("refuses what is no snapshot, no event or no setting, by its path", () => {
    const refused = (order, event, settings) => {
      try {
        transition(order, event, { now, settings });
      } catch (error) {
        assert.ok(MeituanError.is(error));
        return [error.code, error.path];
      }
    };
    assert.deepEqual(refused({ format: 1 }, { orderQuery: QUERY })[1], "order.orderId");
    assert.deepEqual(
      refused({ ...transition(null, { orderCreate: CREATE }, { now }).next, format: 3 }, { orderQuery: QUERY })[1],
      "order.format",
    );
    assert.deepEqual(refused(null, { refundAgreed: {} }), ["MISSING_FIELD", "refundAgreed.refundId"]);
    assert.deepEqual(refused(null, { refundAgreed: { refundId: "R", nonsense: 1 } }), ["UNKNOWN_FIELD", "refundAgreed.nonsense"]);
    assert.deepEqual(refused(null, { orderQuery: QUERY }, { lease: "x" })[1], "settings.lease");
    assert.ok(refused(null, {}));
  });
});

describe("a transition", () => {
  const now = NOON;
  const settings = { calendar: { holidays: [], makeUpDays: [] } };
  /** The order after some events, and what came of the last one. */
  const after = (...events) => {
    let order;
    let last;
    for (const event of events) {
      last = transition(order, event, { now, settings });
      order = last.next ?? order;
    }
    return { ...last, order };
  };
  const ended = (call, more) => ({ attemptEnded: { key: `${call}:${ORDER}`, outcome: codes.Outcome.DONE, ...more } });
  const paid = { voucherType: 1, vouchers: ["a", "b"], orderId: ORDER, partnerOrderId: "P1" };
  const ISSUED = [
    { orderCreate: CREATE },
    ended("orderCreate", { created: { partnerOrderId: "P1" } }),
    { orderPay: PAY },
    ended("orderPay", { paid }),
  ];

  it("says how many tickets are used, refunded, reserved and free after the event", () => {
    assert.equal(transition(null, { timePassed: {} }, { now }).counts, undefined, "of an order that is not known");
    assert.deepEqual(after(...ISSUED).counts, { quantity: 2, used: 0, refunded: 0, pending: 0, free: 2 });
    assert.deepEqual(after(...ISSUED, { orderRefund: refundOf("R1", ["a"]) }, { consumed: { id: "1", vouchers: ["b"] } }).counts, {
      ...{ quantity: 2, used: 1, refunded: 0, pending: 1, free: 0 },
    });
  });

  it("says why an event is illegal, and why a call is refused", () => {
    const { kind, reason, reply } = after(...ISSUED, { refundAgreed: { refundId: "R9" } });
    assert.deepEqual([kind, reason, reply], ["illegal", "unknown-refund", undefined]);
    const spent = after(...ISSUED, { consumed: { id: "1", vouchers: ["a"] } }, { orderRefund: refundOf("R1", ["a"]) });
    assert.deepEqual([spent.kind, spent.reason, spent.reply.code], ["illegal", "spent-voucher", 606]);
    assert.equal(after(...ISSUED).reason, undefined);
  });

  it("keeps a conflict with its details until it is settled, and settles it once", () => {
    const twice = [...ISSUED, { consumed: { id: "1", vouchers: ["a"] } }, { consumed: { id: "2", vouchers: ["a"] } }];
    const { conflicts, order } = after(...twice);
    assert.deepEqual(conflicts, ["entered-twice"]);
    const [{ id, breach, since, resolvedAt }] = order.conflicts;
    assert.deepEqual([id.split(":")[0], breach, since, resolvedAt], ["entered-twice", "entered-twice", now, undefined]);
    const settled = after(...twice, { conflictResolved: { id, note: "the gate's own mistake" } });
    assert.deepEqual([settled.order.conflicts[0].resolvedAt, settled.order.conflicts[0].note], [now, "the gate's own mistake"]);
    assert.equal(transition(settled.order, { conflictResolved: { id } }, { now }).kind, "duplicate");
    assert.equal(transition(settled.order, { conflictResolved: { id: "nothing" } }, { now }).reason, "unknown-conflict");
  });

  it("agrees by a message the pending refund that it is about: no notice, the other guest enters", () => {
    const refund = refundOf("R1", ["a"]);
    const message = {
      ...{ ...PAY, refundSerialNo: `${ORDER}-00`, refundMessageType: 1, voucherType: 1, voucherList: ["a"], count: 1 },
      ...{ refundPrice: 6000, refundTime: now, reason: "客服退款" },
    };
    const steps = [...ISSUED, { orderRefund: refund }, { attemptEnded: { key: `orderRefund:${ORDER}:R1`, outcome: 2 } }];
    const told = after(...steps, { orderRefunded: message });
    assert.deepEqual([told.conflicts, told.order.notices], [[], []]);
    assert.deepEqual(
      told.order.units.map(({ voucher, state }) => [voucher, state]),
      [
        ["a", codes.UnitState.REFUNDED],
        ["b", codes.UnitState.FREE],
      ],
    );
    assert.equal(transition(told.order, { orderRefund: refund }, { now }).reply.code, 601);
    assert.equal(transition(told.order, { refundAgreed: { refundId: "R1" } }, { now }).next, undefined);
  });
});

describe("a snapshot of format 1", () => {
  const FOLDER = new URL("../vectors/order-format-1/", import.meta.url);
  const vectors = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")));
  const isConsistent = ({ name, snapshot }) => !name.startsWith("disagree-") && snapshot.conflicts.length === 0;

  it("is answered from as the version that stored it did", () => {
    assert.ok(vectors.length > 100);
    for (const { name, snapshot, settings, observed } of vectors.filter(isConsistent)) {
      const query = { orderQuery: { orderId: snapshot.orderId } };
      const { reply, admissions, conflicts, due } = transition(snapshot, query, { now: observed.at, settings });
      assert.equal(reply.code, observed.query.code, name);
      const { orderStatus, orderQuantity, usedQuantity, refundedQuantity } = reply.body ?? {};
      const before = observed.query.body ?? {};
      assert.deepEqual(
        [orderStatus, orderQuantity, usedQuantity, refundedQuantity],
        [before.orderStatus, before.orderQuantity, before.usedQuantity, before.refundedQuantity],
        name,
      );
      const guests = (list) => list.reduce((sum, { quantity }) => sum + quantity, 0);
      assert.equal(guests(admissions), guests(observed.admissions), name);
      assert.deepEqual(conflicts, [], name);
      if (observed.due !== undefined) assert.ok(due <= observed.due, name);
    }
  });

  it("is stored in format 2 by the next event, with its attempts and notices under the same keys and ids", async () => {
    let stored = 0;
    for (const { name, snapshot, observed } of vectors) {
      const store = new MemoryStore();
      assert.ok(store.save(snapshot.orderId, snapshot, null));
      const orders = meituan.orders(store);
      const pending = await orders.pendingNotices(snapshot.orderId);
      assert.deepEqual(
        pending.map(({ id }) => id),
        observed.notices,
        name,
      );
      // Recorded wherever the order is open, and nothing follows from it.
      const event = { orderClose: { orderId: snapshot.orderId, closeType: 9 } };
      const { next, order } = await orders.apply(snapshot.orderId, event, { now: observed.at });
      if (next === undefined) continue;
      stored++;
      assert.deepEqual([order.format, store.load(snapshot.orderId).snapshot.format], [2, 2], name);
      assert.deepEqual(
        order.attempts.map(({ key }) => key),
        observed.attempts,
        name,
      );
      assert.deepEqual(
        order.notices.map(({ id }) => id),
        observed.notices,
        name,
      );
    }
    assert.ok(stored > 50, `${stored} were stored again`);
  });

  it("is not mistaken for one of a format that is not known", () => {
    const [{ snapshot }] = vectors;
    for (const format of [0, 3, undefined]) {
      const query = { orderQuery: { orderId: snapshot.orderId } };
      assert.throws(() => transition({ ...snapshot, format }, query, { now: NOON }), { path: "order.format" }, String(format));
    }
  });
});
