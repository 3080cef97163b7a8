// What every store is put through, over two connections of the kind that two processes would have.

import assert from "node:assert/strict";
import { it } from "node:test";
import { storeContract } from "meituan-protocol/testing";

/** A store as its wrappers have it, which hands over objects. @param {any} store */
const withObjects = (store) => ({
  ...store,
  load: (/** @type {string} */ key) => store.load(key),
  save: (/** @type {any[]} */ ...order) => store.save(...order),
});

/** Tickets are handed over as JSON, rides as objects. @param {"tickets" | "rides"} keeps @param {[any, any]} stores */
const locally = (keeps, stores) => {
  const [store, other] = keeps === "rides" ? stores.map(withObjects) : stores;
  return storeContract(store, { other, keeps, firstOrderId: FIRST });
};

/** The numbers of the orders that the contract saves. */
export const FIRST = "900000000000000001";

/**
 * @param {{ open: () => Promise<{ store: any, close: () => unknown }>, openRides: () => Promise<{ store: any, close: () => unknown }>,
 *   deletes?: boolean, contract?: (keeps: "tickets" | "rides", stores: [any, any]) => Promise<{ name: string }[]> }} stores
 *   `open` opens one connection more to the same empty store; `contract` runs the contract elsewhere
 */
export function keepsTheContract({ open, openRides, deletes = true, contract = locally }) {
  const withTwo = async (/** @type {typeof open} */ opens, /** @type {(store: any, other: any) => Promise<void>} */ work) => {
    const [one, other] = [await opens(), await opens()];
    try {
      await work(one.store, other.store);
    } finally {
      await one.close();
      await other.close();
    }
  };
  const IDLE = { due: undefined, conflicts: 0 };

  it("keeps the contract of stores for tickets and for rides, whose orders are apart", async () => {
    await withTwo(open, async (...tickets) => {
      const checks = await contract("tickets", tickets);
      for (const name of ["due", "claimDue", "conflicts"])
        assert.ok(
          checks.some((check) => check.name.startsWith(`${name} `)),
          name,
        );
      // The contract has saved it as a ticket order.
      const known = String(BigInt(FIRST) + 1n);
      assert.notEqual(await tickets[0].load(known), null);
      await withTwo(openRides, async (...rides) => {
        assert.equal(await rides[0].load(known), null);
        await contract("rides", rides);
      });
    });
  });

  it("returns what is due first, first", async () => {
    await withTwo(open, async (store) => {
      // Before those of the contract.
      const orders = { 31: 5, 32: 3, 33: 4 };
      for (const [id, due] of Object.entries(orders)) assert.equal(await store.save(id, { id }, null, { due }), true);
      const ours = (/** @type {string[]} */ ids) => ids.filter((id) => id in orders);
      assert.deepEqual(ours(await store.due(5)), ["32", "33", "31"]);
      assert.deepEqual(await store.claimDue(5, 2, 60_000), ["32", "33"]);
      for (const id of Object.keys(orders)) await store.save(id, { id }, (await store.load(id)).revision, IDLE);
    });
  });

  it("refuses wrong arguments before it asks the database", async () => {
    await withTwo(open, async (store) => {
      const wrong = [
        ["orderId", () => store.load("")],
        ["orderId", () => store.load(2 ** 60)],
        ["snapshot", () => store.save("41", "text", null, IDLE)],
        ["expectedRevision", () => store.save("41", {}, undefined, IDLE)],
        ["due", () => store.save("41", {}, null, { due: "soon" })],
        ["conflicts", () => store.save("41", {}, null, { conflicts: -1 })],
        ["now", () => store.due(Number.NaN)],
        ["limit", () => store.claimDue(1, 1.5, 1)],
        ["leaseMs", () => store.claimDue(1, 1, -1)],
        ...(deletes ? [["time", () => store.deleteBefore("yesterday")]] : []),
      ];
      for (const [path, run] of wrong) await assert.rejects(run, { name: "MeituanError", code: "INVALID_CONFIG", path }, path);
      assert.equal(await store.load("41"), null);
      assert.deepEqual(await store.claimDue(Number.MAX_SAFE_INTEGER - 2 ** 40, 0, 1), []);
    });
  });

  if (!deletes) return;
  it("deletes orders that were saved before a time, with nothing due and no open conflict", async () => {
    await withTwo(open, async (store, other) => {
      const begun = Date.now();
      while ((await store.deleteBefore(begun + 60_000)) > 0);
      const kept = { 51: { due: 5 }, 52: { conflicts: 1 } };
      for (const [id, about] of Object.entries(kept)) await store.save(id, { id }, null, about);
      for (const id of ["53", "54", "55"]) await store.save(id, { id }, null, IDLE);
      assert.equal(await store.deleteBefore(begun), 0);
      const later = Date.now() + 1;
      assert.equal(await store.deleteBefore(new Date(later), 2), 2);
      const counts = await Promise.all([store.deleteBefore(later), other.deleteBefore(later)]);
      assert.equal(counts[0] + counts[1], 1);
      const left = await Promise.all(["51", "52", "53", "54", "55"].map((id) => other.load(id)));
      assert.deepEqual(
        left.map((found) => found?.snapshot.id ?? null),
        ["51", "52", null, null, null],
      );
      // Once that is settled it may go as well.
      for (const id of Object.keys(kept)) await store.save(id, { id }, (await store.load(id)).revision, IDLE);
      assert.equal(await store.deleteBefore(Date.now() + 1), 2);
      assert.equal(await store.save("53", { again: true }, null, IDLE), true);
    });
  });
}
