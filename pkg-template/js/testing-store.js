// What a store of orders has to do, as a list of checks that any store can be put through; and one that keeps them in memory.

import { isRecord } from "./configuration.js";

/** @typedef {import("./order.js").OrderStore} OrderStore */

/** Nothing is kept beyond the process: for tests, and for trying things out. */
export class MemoryStore {
  /** @type {Map<string, { text: string, revision: number, due: number | undefined }>} */
  #orders = new Map();

  /** @param {string} orderId */
  load(orderId) {
    const found = this.#orders.get(orderId);
    return found === undefined ? null : { snapshot: JSON.parse(found.text), revision: found.revision };
  }

  /**
   * @param {string} orderId
   * @param {object} snapshot
   * @param {number | null} expectedRevision
   * @param {{ due?: number | undefined }} about
   */
  save(orderId, snapshot, expectedRevision, { due } = {}) {
    const revision = this.#orders.get(orderId)?.revision ?? null;
    if (revision !== expectedRevision) return false;
    this.#orders.set(orderId, { text: JSON.stringify(snapshot), revision: (revision ?? 0) + 1, due });
    return true;
  }

  /** @param {number} now */
  due(now) {
    return [...this.#orders].filter(([, { due }]) => due !== undefined && due <= now).map(([orderId]) => orderId);
  }
}

/** A snapshot with what stores get wrong: long strings, all kinds of characters, big ids, nested lists. */
const SNAPSHOT = {
  format: 2,
  orderId: "8985652356562370000",
  partnerOrderId: 'P "\\ \n\u2028 订单 😀',
  unitPrice: 6000,
  quantity: 2,
  lifecycle: 1,
  orderStatus: 4,
  units: [
    { voucher: "a".repeat(5000), credentials: [0, 1], state: 0, since: 1430908460000 },
    { voucher: "b", state: 5, since: 1430908460000, refundId: "R1" },
  ],
  refunds: [{ refundId: "R1", quantity: 1, units: [1], state: 1, told: true, requestedAt: 1430908460000 }],
  entries: ["", "0", "null"],
  reschedules: [],
  attempts: [],
  notices: [{ id: "payNotice:1", name: "payNotice", body: { body: { vouchers: ["x"] } }, since: 1430908460000 }],
  conflicts: [{ id: "entered-early:gate 1", breach: "entered-early", recorded: "consumed gate 1", since: 1430908460000 }],
};

/** @param {string} orderId */
const snapshotOf = (orderId, change = {}) => ({ ...SNAPSHOT, orderId, ...change });

/** How many race for one revision. */
const RACERS = 20;

/** @type {[string, (store: any, newId: () => string) => Promise<void>][]} */
const CHECKS = [
  ["an order that was never saved is null", async (store, newId) => same(await store.load(newId()), null)],
  [
    "what was saved is loaded again, to the last character",
    async (store, newId) => {
      const id = newId();
      same(await store.save(id, snapshotOf(id), null, { due: undefined }), true);
      const loaded = await store.load(id);
      if (!isRecord(loaded)) throw new Error("load returned no object");
      same(loaded.snapshot, snapshotOf(id));
    },
  ],
  [
    "a new order is saved once: the second save without a revision is false, and changes nothing",
    async (store, newId) => {
      const id = newId();
      await store.save(id, snapshotOf(id), null, { due: undefined });
      same(await store.save(id, snapshotOf(id, { quantity: 9 }), null, { due: undefined }), false);
      same((await store.load(id)).snapshot.quantity, SNAPSHOT.quantity);
    },
  ],
  [
    "a save with a revision for an order that is not there is false",
    async (store, newId) => {
      const [known, unknown] = [newId(), newId()];
      await store.save(known, snapshotOf(known), null, { due: undefined });
      const { revision } = await store.load(known);
      same(await store.save(unknown, snapshotOf(unknown), revision, { due: undefined }), false);
      same(await store.load(unknown), null);
    },
  ],
  [
    "a revision is good for one save",
    async (store, newId) => {
      const id = newId();
      await store.save(id, snapshotOf(id), null, { due: undefined });
      const { revision } = await store.load(id);
      same(await store.save(id, snapshotOf(id, { quantity: 3 }), revision, { due: 5 }), true);
      same(await store.save(id, snapshotOf(id, { quantity: 4 }), revision, { due: 6 }), false);
      same((await store.load(id)).snapshot.quantity, 3);
    },
  ],
  [
    "a revision never comes back, even where the same is saved again",
    async (store, newId) => {
      const id = newId();
      await store.save(id, snapshotOf(id), null, { due: undefined });
      const seen = new Set();
      for (let round = 0; round < 5; round++) {
        const { revision } = await store.load(id);
        const text = JSON.stringify(revision);
        if (seen.has(text)) throw new Error(`the revision ${text} was there before`);
        seen.add(text);
        same(await store.save(id, snapshotOf(id), revision, { due: undefined }), true);
      }
    },
  ],
  [
    `of ${RACERS} that save the first snapshot at once, one wins`,
    async (store, newId) => {
      const id = newId();
      await oneWins(store, id, null);
    },
  ],
  [
    `of ${RACERS} that save with the same revision at once, one wins`,
    async (store, newId) => {
      const id = newId();
      await store.save(id, snapshotOf(id), null, { due: undefined });
      await oneWins(store, id, (await store.load(id)).revision);
    },
  ],
  [
    "orders do not touch each other",
    async (store, newId) => {
      const ids = [newId(), newId()];
      for (const id of ids) await store.save(id, snapshotOf(id), null, { due: undefined });
      const { revision } = await store.load(ids[0]);
      await store.save(ids[0], snapshotOf(ids[0], { quantity: 7 }), revision, { due: undefined });
      same((await store.load(ids[1])).snapshot, snapshotOf(ids[1]));
    },
  ],
  [
    "what is done to a snapshot after it was saved or loaded does not reach the store",
    async (store, newId) => {
      const id = newId();
      const saved = structuredClone(snapshotOf(id));
      await store.save(id, saved, null, { due: undefined });
      saved.entries.push("changed");
      const { snapshot } = await store.load(id);
      snapshot.entries.push("changed");
      same((await store.load(id)).snapshot, snapshotOf(id));
    },
  ],
];

/**
 * @param {any} store
 * @param {string} id
 * @param {unknown} revision
 */
async function oneWins(store, id, revision) {
  const racers = Array.from({ length: RACERS }, (_, index) => index + 1);
  const won = await Promise.all(
    racers.map((quantity) => store.save(id, snapshotOf(id, { quantity }), revision, { due: undefined })),
  );
  const winners = racers.filter((_, index) => won[index]);
  if (winners.length !== 1) throw new Error(`${winners.length} have won`);
  same((await store.load(id)).snapshot.quantity, winners[0]);
}

/** @param {unknown} found @param {unknown} expected */
function same(found, expected) {
  const [left, right] = [found, expected].map((value) => JSON.stringify(sorted(value)));
  if (left !== right) throw new Error(`expected ${right}, found ${left}`);
}

/**
 * Databases may put keys in another order, and leave undefined ones out.
 * @param {unknown} value
 * @returns {unknown}
 */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .filter((key) => value[key] !== undefined)
      .map((key) => [key, sorted(value[key])]),
  );
}

/**
 * @param {any} store
 * @param {{ firstOrderId?: string }} [options]
 */
export async function storeContract(store, { firstOrderId = "900000000000000001" } = {}) {
  let next = BigInt(firstOrderId);
  const newId = () => String(next++);
  const results = [];
  for (const [name, check] of CHECKS) {
    try {
      await check(store, newId);
      results.push({ name, passed: true });
    } catch (error) {
      results.push({ name, passed: false, why: error instanceof Error ? error.message : String(error) });
    }
  }
  const failed = results.filter(({ passed }) => !passed);
  if (failed.length > 0) {
    throw new Error(`the store breaks its contract:\n${failed.map(({ name, why }) => `  ${name}: ${why}`).join("\n")}`);
  }
  return results;
}
