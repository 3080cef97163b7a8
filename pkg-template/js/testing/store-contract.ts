// The contract of a store of orders, as a list of checks that run on any store.

import { MeituanError } from "../errors/error.js";
import { foundOf, loadFrom, savedOf, saveTo } from "../handler/store-answers.js";
import type { OrderStore } from "../orders/store.js";
import type { RideOrderStore } from "../ride/store.js";
import { endsInTime, steady } from "../runtime/time-limits.js";
import { anyString, duration, oneOf } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { storeOf } from "../values/functions.js";
import { isError, isRecord } from "../values/kinds.js";
import { optionsOf } from "../values/options.js";
import { asJson, Snapshot } from "../values/snapshot.js";

interface Stores {
  store: any;
  other: any;
  newId: () => string;
}

/** The content of a call is kept as it came. */
const KEPT = { vouchers: ["x", "b", "x"], nothing: null, none: [], empty: {}, "a.b": 1, $c: 2 };

/**
 * A snapshot with what stores get wrong: long strings, all kinds of characters, big ids, nested lists, milliseconds, what is empty in
 * each way, and names that some databases keep for themselves.
 */
const SNAPSHOT = {
  format: 2,
  orderId: "8985652356562370000",
  partnerOrderId: 'P "\\ \n\u2028 订单 😀',
  unitPrice: 6000,
  quantity: 2,
  lifecycle: 1,
  orderStatus: 4,
  units: [
    { voucher: "a".repeat(5000), credentials: [0, 1], state: 0, since: 1430908460457 },
    { voucher: "b", state: 5, since: 1430908460001, refundId: "R1" },
  ],
  refunds: [{ refundId: "R1", quantity: 1, units: [1], state: 1, told: true, requestedAt: 1430908460000 }],
  entries: ["", "0", "null"],
  reschedules: [],
  attempts: [],
  notices: [{ id: "payNotice:1", name: "payNotice", body: { body: KEPT }, since: 1430908460000 }],
  conflicts: [{ id: "entered-early:gate 1", breach: "entered-early", recorded: "consumed gate 1", since: 1430908460000 }],
};

/** So many have been seen in one order, with all that each has: some 330 KB together. */
const TICKETS = 1000;
const UNIT = { voucher: "0123456789abcdef".repeat(16), credentials: [0], state: 0, since: 1430908460000 };

const snapshotOf = (orderId: string, change = {}) => ({ ...SNAPSHOT, orderId, ...change });

/** How many race for one revision, and how often. */
const RACERS = 20;
const ROUNDS = 5;
/** How often what was just saved is read again. */
const READS = 20;
/** Several writers that count together, and how far each counts. */
const COUNTERS = 6;
const COUNTS = 5;
/** When the orders of the checks are due: far ahead, and not on the second. */
const DUE = Date.UTC(2100, 0, 1) + 457;

/** Saved without anything due. */
const IDLE = { due: undefined, conflicts: 0 };

const CHECKS: { name: string; needs?: string; of?: "tickets" | "rides"; check: (given: Stores) => Promise<void> }[] = [
  {
    name: "an order that was never saved is null",
    check: async ({ store, newId }) => same(await store.load(newId()), null),
  },
  {
    name: "a saved snapshot is loaded again, to the last character",
    async check({ store, newId }) {
      const id = newId();
      same(await store.save(id, snapshotOf(id), null, IDLE), true);
      const loaded = await store.load(id);
      if (!isRecord(loaded)) throw new Error("load returned no object");
      same(loaded.snapshot, snapshotOf(id));
    },
  },
  {
    name: "the character U+0000 is kept in strings (PostgreSQL: a column of type text or json, not jsonb)",
    async check({ store, newId }) {
      const id = newId();
      const snapshot = snapshotOf(id, { partnerOrderId: "P\u0000 1", entries: ["\u0000"] });
      same(await store.save(id, snapshot, null, IDLE), true);
      same((await store.load(id))?.snapshot, snapshot);
    },
  },
  {
    name: "blanks at the end, and characters that can be written in two ways, are kept as they are",
    async check({ store, newId }) {
      const id = newId();
      const snapshot = snapshotOf(id, { partnerOrderId: "P 1  ", entries: [" ", "e\u0301", "\u00e9", "\u212b", "\uff11\t"] });
      same(await store.save(id, snapshot, null, IDLE), true);
      same((await store.load(id))?.snapshot, snapshot);
    },
  },
  {
    name: `an order of ${TICKETS} tickets with credentials is kept whole`,
    of: "tickets",
    async check({ store, newId }) {
      const id = newId();
      const units = Array.from({ length: TICKETS }, (_, place) => ({ ...UNIT, voucher: `${UNIT.voucher}${place}` }));
      const snapshot = snapshotOf(id, { quantity: TICKETS, units });
      same(await store.save(id, snapshot, null, IDLE), true);
      same((await store.load(id))?.snapshot, snapshot);
    },
  },
  {
    name: "keys are strings: Meituan's and your own numbers of rides, and the calls of an account",
    of: "rides",
    async check({ store, newId }) {
      const id = newId();
      // Two are one for a store that does not distinguish upper case from lower case, two for one that cuts long keys.
      const long = `314253f8-912b-4c7e-9f25-${id}`;
      const keys = [`${id}143009655634`, long, `calls:${id}`, `a${id}`, `A${id}`, `${long}-outward`, `${long}-return`];
      for (const key of keys) same(await store.save(key, snapshotOf(key), null, IDLE), true, `the first save of ${key}`);
      for (const key of keys) same((await store.load(key))?.snapshot.orderId, key, `loaded by ${key}: orderId`);
    },
  },
  {
    name: "a new order is saved once: the second save without a revision is false, and changes nothing",
    async check({ store, newId }) {
      const id = newId();
      await store.save(id, snapshotOf(id), null, IDLE);
      same(await store.save(id, snapshotOf(id, { quantity: 9 }), null, IDLE), false);
      same(await quantityOf(store, id), SNAPSHOT.quantity);
    },
  },
  {
    name: "a save with a revision for an order that is not there is false",
    async check({ store, newId }) {
      const [known, unknown] = [newId(), newId()];
      await store.save(known, snapshotOf(known), null, IDLE);
      const { revision } = await store.load(known);
      same(await store.save(unknown, snapshotOf(unknown), revision, IDLE), false);
      same(await store.load(unknown), null);
    },
  },
  {
    name: "a revision is good for one save",
    async check({ store, newId }) {
      const id = newId();
      await store.save(id, snapshotOf(id), null, IDLE);
      const { revision } = await store.load(id);
      same(await store.save(id, snapshotOf(id, { quantity: 3 }), revision, { due: 5, conflicts: 1 }), true);
      same(await store.save(id, snapshotOf(id, { quantity: 4 }), revision, { due: 6, conflicts: 2 }), false);
      same(await quantityOf(store, id), 3);
    },
  },
  {
    name: "a revision never comes back, even where the same is saved again",
    async check({ store, newId }) {
      const id = newId();
      await store.save(id, snapshotOf(id), null, IDLE);
      const seen = new Set();
      for (let round = 0; round < 5; round++) {
        const { revision } = await store.load(id);
        const text = textOf(revision);
        if (seen.has(text)) throw new Error(`the revision ${text} was there before`);
        seen.add(text);
        same(await store.save(id, snapshotOf(id), revision, IDLE), true);
      }
    },
  },
  {
    name: "a load after a save sees it, or what was saved later: on every connection, also where there was nothing before",
    async check({ store, other, newId }) {
      const id = newId();
      for (const [reader, which] of readersOf(store, other)) same(await reader.load(id), null, `${which}, before the first save`);
      let revision = null;
      for (let quantity = 1; quantity <= READS; quantity++) {
        const [writer] = quantity % 2 === 0 ? [other] : [store];
        same(await writer.save(id, snapshotOf(id, { quantity }), revision, IDLE), true);
        for (const [reader, which] of readersOf(store, other)) {
          const loaded = await reader.load(id);
          same(loaded?.snapshot.quantity, quantity, `${which}, read after save ${quantity}: quantity`);
          revision = loaded.revision;
        }
      }
    },
  },
  {
    name: `of ${RACERS} that save the first snapshot at once, one wins`,
    async check({ store, other, newId }) {
      for (let round = 0; round < ROUNDS; round++) await oneWins([store, other], newId(), null);
    },
  },
  {
    name: `of ${RACERS} that save with the same revision at once, one wins`,
    async check({ store, other, newId }) {
      const id = newId();
      await store.save(id, snapshotOf(id), null, IDLE);
      for (let round = 0; round < ROUNDS; round++) await oneWins([store, other], id, (await store.load(id)).revision);
    },
  },
  {
    name: "of some that create an order and some that change it at once, one that changes it wins where it is there, else one that creates it",
    async check({ store, other, newId }) {
      for (let round = 0; round < ROUNDS; round++) {
        const [known, unknown] = [newId(), newId()];
        await store.save(known, snapshotOf(known), null, IDLE);
        const { revision } = await store.load(known);
        const isCreating = (place: number) => place % 2 === 0;
        const changed = await oneWins([store, other], known, (place: number) => (isCreating(place) ? null : revision));
        if (isCreating(changed)) throw new Error("an order that was there was created again");
        // Not the revision of a first save: that may become true when somebody creates the order.
        const later = (await store.load(known)).revision;
        const created = await oneWins([store, other], unknown, (place: number) => (isCreating(place) ? null : later));
        if (!isCreating(created)) throw new Error("an order that was not there was changed");
      }
    },
  },
  {
    name: `${COUNTERS} that load, add one and save until it is true lose no addition`,
    async check({ store, other, newId }) {
      const id = newId();
      await store.save(id, snapshotOf(id, { quantity: 0 }), null, IDLE);
      let tries = 0;
      const count = async (mine: any) => {
        for (let added = 0; added < COUNTS; ) {
          if (++tries > 200 * COUNTERS * COUNTS) throw new Error("save is false again and again, although nobody else was first");
          const { snapshot, revision } = await mine.load(id);
          if (await mine.save(id, { ...snapshot, quantity: snapshot.quantity + 1 }, revision, IDLE)) added++;
        }
      };
      await Promise.all(Array.from({ length: COUNTERS }, (_, place) => count(place % 2 === 0 ? store : other)));
      same(await quantityOf(store, id), COUNTERS * COUNTS, "the sum");
    },
  },
  {
    name: "orders do not touch each other",
    async check({ store, newId }) {
      const ids = [newId(), newId()];
      for (const id of ids) await store.save(id, snapshotOf(id), null, IDLE);
      const { revision } = await store.load(ids[0]);
      await store.save(ids[0], snapshotOf(ids[0], { quantity: 7 }), revision, IDLE);
      same((await store.load(ids[1])).snapshot, snapshotOf(ids[1]));
    },
  },
  {
    name: "a change of a snapshot after it was saved or loaded does not reach the store",
    async check({ store, newId }) {
      const id = newId();
      const saved = structuredClone(snapshotOf(id));
      await store.save(id, saved, null, IDLE);
      saved.entries.push("changed");
      const { snapshot } = await store.load(id);
      snapshot.entries.push("changed");
      same((await store.load(id)).snapshot, snapshotOf(id));
    },
  },
  {
    name: "due returns the orders whose due has come, to the millisecond, and no other",
    needs: "due",
    async check({ store, other, newId }) {
      const [early, late, never] = [newId(), newId(), newId()];
      await store.save(early, snapshotOf(early), null, { due: DUE, conflicts: 0 });
      await store.save(late, snapshotOf(late), null, { due: DUE + 2, conflicts: 0 });
      await store.save(never, snapshotOf(never), null, IDLE);
      for (const [after, expected] of [
        [-1, []],
        [0, [early]],
        [1, [early]],
        [2, [early, late]],
      ] as const) {
        for (const [reader, which] of readersOf(store, other)) {
          const found = await reader.due(DUE + after);
          listed(found, [early, late, never], expected, `${which}, due(${after} ms after the first)`);
        }
      }
    },
  },
  {
    name: "due goes by the last save: later, earlier, or not at all",
    needs: "due",
    async check({ store, newId }) {
      const id = newId();
      await store.save(id, snapshotOf(id), null, { due: DUE, conflicts: 0 });
      const steps = [
        [DUE + 1, []],
        [DUE - 1, [id]],
        // A time like any other, and not nothing.
        [0, [id]],
        [undefined, []],
      ] as const;
      for (const [due, expected] of steps) {
        const { revision } = await store.load(id);
        same(await store.save(id, snapshotOf(id), revision, { due, conflicts: 0 }), true);
        listed(await store.due(DUE), [id], expected, `saved with due ${due ? `${due - DUE} ms later` : due}`);
      }
      // A save that was false changes nothing.
      await store.save(id, snapshotOf(id), null, { due: DUE, conflicts: 0 });
      listed(await store.due(DUE), [id], [], "after a save that was false");
    },
  },
  {
    name: "claimDue returns an order to one process, until its lease ends or it is saved",
    needs: "claimDue",
    async check({ store, other, newId }) {
      const ids = [newId(), newId(), newId()];
      for (const id of ids) await store.save(id, snapshotOf(id), null, { due: DUE, conflicts: 0 });
      const early = await store.claimDue(DUE - 1, 1000, 100);
      listed(early, ids, [], "claimDue(before anything is due)");
      const claims = await Promise.all([store, other, store, other].map((each) => each.claimDue(DUE, 1000, 100)));
      listed(claims.flat(), ids, ids, "four claims at once, together");
      const twice = ids.filter((id) => claims.filter((claim) => claim.includes(id)).length > 1);
      if (twice.length > 0) throw new Error(`four claims at once: order ${twice[0]} was given to several`);
      listed(await other.claimDue(DUE + 99, 1000, 100), ids, [], "claimDue(within the lease)");
      const { revision } = await store.load(ids[0]);
      same(await store.save(ids[0], snapshotOf(ids[0]), revision, { due: DUE + 1, conflicts: 0 }), true);
      listed(await store.claimDue(DUE + 99, 1000, 100), ids, [ids[0]], "claimDue(after a save within the lease)");
      listed(await store.claimDue(DUE + 100, 1000, 1), ids, [ids[1], ids[2]], "claimDue(after the lease)");
      const some = await store.claimDue(DUE + 1000, 2, 100);
      if (some.length > 2) throw new Error(`claimDue(…, 2, …) returned ${some.length} orders`);
    },
  },
  {
    name: "conflicts returns the orders that were saved last with open conflicts, and no other",
    needs: "conflicts",
    async check({ store, newId }) {
      const id = newId();
      await store.save(id, snapshotOf(id), null, IDLE);
      for (const conflicts of [0, 2, 1, 0]) {
        const { revision } = await store.load(id);
        same(await store.save(id, snapshotOf(id), revision, { due: undefined, conflicts }), true);
        listed(await store.conflicts(), [id], conflicts > 0 ? [id] : [], `saved with ${conflicts} conflicts`);
      }
    },
  },
];

/** Those that read: one connection, and the other where there is another. */
const readersOf = (store: any, other: any): [any, string][] =>
  other === store
    ? [[store, "load"]]
    : [
        [store, "the store"],
        [other, "the other connection"],
      ];

const quantityOf = async (store: any, id: string) => (await store.load(id))?.snapshot.quantity;

/**
 * Returns which has won.
 * @param revision of all, or a function of the place
 */
async function oneWins(stores: any[], id: string, revision: unknown) {
  const revisionOf = typeof revision === "function" ? revision : () => revision;
  const racers = Array.from({ length: RACERS }, (_, place) => place);
  // So many of each connection one after the other, that each kind of racer is on each.
  const won = await Promise.all(
    racers.map((place) =>
      stores[Math.floor(place / 2) % stores.length].save(id, snapshotOf(id, { quantity: place + 1 }), revisionOf(place), IDLE),
    ),
  );
  const winners = racers.filter((place) => won[place]);
  if (winners.length !== 1) throw new Error(`${winners.length} of ${RACERS} have won`);
  for (const store of stores) same(await quantityOf(store, id), winners[0] + 1, "the winner's quantity");
  return winners[0];
}

/** Which of our orders a list has. It may have others: somebody else's. */
function listed(found: unknown, ours: readonly string[], expected: readonly string[], where: string) {
  if (!Array.isArray(found)) throw new Error(`${where}: expected a list of orderIds, found ${brief(found)}`);
  for (const id of ours) {
    const [isListed, isExpected] = [found.includes(id), expected.includes(id)];
    if (isListed !== isExpected) throw new Error(`${where}: order ${id} is ${isListed ? "listed" : "not listed"}`);
  }
}

/** @param path of the whole */
function same(found: unknown, expected: unknown, path = "") {
  const difference = differenceOf(found, expected, path);
  if (difference !== undefined) throw new Error(difference);
}

/** The first difference, where there is one. Databases may put keys in another order, and leave undefined ones out. */
function differenceOf(found: any, expected: any, path: string): string | undefined {
  const isList = Array.isArray(expected) && Array.isArray(found);
  const isObject = [expected, found].every((value) => isRecord(value) && !Array.isArray(value));
  if (!isList && !isObject) {
    return Object.is(found, expected) ? undefined : `${path && `${path}: `}expected ${brief(expected)}, found ${brief(found)}`;
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const place = isList ? `${path}[${key}]` : `${path && `${path}.`}${key}`;
    const difference = differenceOf(found[key], expected[key], place);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

const MAX_SHOWN = 60;

const textOf = (value: unknown) =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part)) ?? String(value);

function brief(value: unknown) {
  const text = textOf(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)` : text;
}

/** Time limit for an answer of the store. */
const DEADLINE = 10_000;

/** The store, whose answers are read as a handler reads them. */
function heardOf(store: any, deadlineMs: number) {
  const heard: Record<string, (...asked: any[]) => Promise<any>> = {};
  const inTime = (name: string, answer: unknown) => endsInTime(answer, steady() + deadlineMs, `store.${name}`);
  for (const name of ["due", "claimDue", "conflicts"]) {
    if (typeof store[name] === "function") heard[name] = async (...asked) => inTime(name, store[name](...asked));
  }
  heard.load = async (key) => {
    const answer = await inTime("load", loadFrom(store, key));
    const found = foundOf(answer);
    return found && asJson(store.load) ? { snapshot: found.snapshot.value, revision: found.revision } : answer;
  };
  heard.save = async (key, snapshot, revision, about) =>
    savedOf(await inTime("save", saveTo(store, key, Snapshot.of(snapshot), revision, about)));
  return heard;
}

/**
 * Puts a store through everything that the order handler relies on. Throws with what it breaks, and the first difference of each;
 * returns the checks it passed. `due`, `claimDue` and `conflicts` are checked where the store has them. What hangs, or says what no store
 * may say, ends it at once.
 *
 * Reads must be linearizable: a load after a save sees it, on every connection. A replica, a cache or a region that lags shows only
 * where it answers, so give the check a second connection of the kind that another process would have, as `other`.
 *
 * It writes orders of invented numbers from `firstOrderId` on, so give it an empty store, or numbers that are free.
 *
 * @example
 * await storeContract(myStore, { other: myStoreOnAnotherConnection });
 */
export async function storeContract(
  store: OrderStore | RideOrderStore,
  options?: {
    firstOrderId?: string | undefined;
    other?: OrderStore | RideOrderStore | undefined;
    /** The use of the store: tickets, whose keys are digits; or rides, whose snapshots are small. Both, where it is left out. */
    keeps?: "tickets" | "rides" | undefined;
    /** How long an answer of the store is waited for, in milliseconds; 10000 by default. */
    deadlineMs?: number | undefined;
  },
): Promise<{ name: string; passed: boolean; why?: string }[]> {
  const names = ["firstOrderId", "other", "keeps", "deadlineMs"];
  const given = optionsOf(options, "options", names, "");
  const { firstOrderId = "900000000000000001", other = store, keeps, deadlineMs = DEADLINE } = given;
  storeOf(store);
  storeOf(other, "other");
  if (!/^\d+$/.test(anyString(firstOrderId, "firstOrderId"))) unexpected("firstOrderId", firstOrderId, "digits", "数字字符串");
  if (keeps !== undefined) oneOf(keeps, "keeps", ["tickets", "rides"]);
  duration(deadlineMs, "deadlineMs");
  let next = BigInt(firstOrderId);
  const newId = () => String(next++);
  const mine = heardOf(store, deadlineMs);
  const stores = { store: mine, other: other === store ? mine : heardOf(other, deadlineMs), newId };
  const results = [];
  for (const { name, needs, of, check } of CHECKS) {
    if ((needs !== undefined && mine[needs] === undefined) || (of !== undefined && of !== (keeps ?? of))) continue;
    try {
      await check(stores);
      results.push({ name, passed: true });
    } catch (error) {
      results.push({ name, passed: false, why: isError(error) ? error.message : String(error) });
      // A store that hangs, or cannot be read at all, would fail each of the others as well.
      if (MeituanError.is(error)) break;
    }
  }
  const failed = results.filter(({ passed }) => !passed);
  if (failed.length > 0) {
    throw new Error(`the store breaks its contract:\n${failed.map(({ name, why }) => `  ${name}: ${why}`).join("\n")}`);
  }
  return results;
}
