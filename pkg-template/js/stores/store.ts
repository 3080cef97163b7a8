// The common part of all stores of this folder: they check their arguments, write and read snapshots as JSON, and leave the rest to
// an engine.

import { anyString, identified, integer, timestamp } from "../values/arguments.js";
import { reading } from "../values/faults.js";
import { func } from "../values/functions.js";
import { stringify } from "../values/json.js";
import { optionsOf, record, settingsOf } from "../values/options.js";
import { AS_JSON, withJson } from "../values/snapshot.js";

/**
 * A store of orders of either API, in a database. Give it to `handler`, `orders` or `settler`. Its promises reject with whatever the
 * client throws: the handler reports that, and Meituan repeats its call.
 */
export interface DatabaseStore {
  // As it was saved
  load(orderId: string): Promise<{ snapshot: any; revision: string } | null>;
  /** Saves by compare-and-swap: `false`, and no change, if `expectedRevision` is no longer what is stored. */
  save(
    orderId: string,
    snapshot: object,
    expectedRevision: string | null,
    about?: { due?: number | undefined; conflicts?: number | undefined },
  ): Promise<boolean>;
  /** The orders in which something is due, the earliest first. */
  due(now: number): Promise<string[]>;
  /** The same for one process: no other is given them until `leaseMs` has passed or the order is saved. 10,000 at most. */
  claimDue(now: number, limit: number, leaseMs: number): Promise<string[]>;
  /** The orders that were saved last with open conflicts. */
  conflicts(): Promise<string[]>;
}

/** A store whose old orders are deleted by request. */
export interface DeletingStore extends DatabaseStore {
  /**
   * Deletes orders that were saved last before `time`, have nothing due and no open conflict: `limit` at most, 1000 by default.
   * Returns how many. Repeat it until that is less than `limit`.
   *
   * Meituan still asks about orders of the last months. One that was deleted is unknown, and is answered as such.
   */
  deleteBefore(time: number | Date, limit?: number): Promise<number>;
}

/** A record to save. */
export interface OrderToSave {
  readonly key: string;
  readonly snapshot: string;
  readonly expected: string | null;
  readonly due: number | null;
  readonly conflicts: number;
  readonly savedAt: number;
}

/** The functions of a database, after the arguments were checked. Times are whole milliseconds. */
export interface Engine {
  load(key: string): Promise<{ snapshot: string; revision: string } | undefined>;
  save(order: OrderToSave): Promise<boolean>;
  due(now: number): Promise<string[]>;
  claimDue(now: number, limit: number, until: number): Promise<string[]>;
  conflicts(): Promise<string[]>;
}

export interface DeletingEngine extends Engine {
  deleteBefore(time: number, limit: number): Promise<number>;
}

/** One claim returns no more, whatever the limit: statements have a limited length. */
const MAX_CLAIMED = 10_000;
const MAX_COUNT = 2 ** 31 - 1;
const DELETED_AT_ONCE = 1000;

/** A time as whole milliseconds. */
const instant = (value: unknown, path: string): number => Math.floor(timestamp(value, path));

type SaveArguments<Kept> = [
  orderId: string,
  snapshot: Kept,
  expectedRevision: string | null,
  about?: { due?: number | undefined; conflicts?: number | undefined },
];

/** The store of an engine. */
export function storeOver(engine: Engine): DatabaseStore {
  const loadJson = async (orderId: string) => {
    const found = await engine.load(identified(orderId));
    return found === undefined ? null : { [AS_JSON]: found.snapshot, revision: found.revision };
  };
  const saveJson = async (...[orderId, json, expectedRevision, about]: SaveArguments<string>) => {
    const { due, conflicts = 0 } = optionsOf(about, "about", ["due", "conflicts"], "");
    return engine.save({
      key: identified(orderId),
      snapshot: json,
      expected: expectedRevision === null ? null : anyString(expectedRevision, "expectedRevision"),
      due: due === undefined ? null : instant(due, "due"),
      conflicts: integer(conflicts, "conflicts", 0, MAX_COUNT),
      savedAt: Date.now(),
    });
  };
  const load: DatabaseStore["load"] = async (orderId) => {
    const found = await loadJson(orderId);
    return found && { snapshot: JSON.parse(found[AS_JSON]), revision: found.revision };
  };
  const save: DatabaseStore["save"] = async (orderId, snapshot, ...how) =>
    saveJson(orderId, stringify(record(snapshot, "snapshot"), "snapshot"), ...how);
  return {
    load: withJson(load, loadJson),
    save: withJson(save, saveJson),
    due: async (now) => engine.due(instant(now, "now")),
    async claimDue(now, limit, leaseMs) {
      const at = instant(now, "now");
      const max = Math.min(integer(limit, "limit", 0, MAX_COUNT), MAX_CLAIMED);
      const until = at + integer(leaseMs, "leaseMs", 0, Number.MAX_SAFE_INTEGER);
      return max === 0 ? [] : engine.claimDue(at, max, until);
    },
    conflicts: async () => engine.conflicts(),
  };
}

/** The same with deletion. */
export const deletingStoreOver = (engine: DeletingEngine): DeletingStore => ({
  ...storeOver(engine),
  deleteBefore: async (time, limit = DELETED_AT_ONCE) =>
    engine.deleteBefore(instant(time, "time"), integer(limit, "limit", 1, MAX_COUNT)),
});

/** The options of a store; other names are refused. */
export const storeOptions = (options: unknown, names: readonly string[]): Record<string, unknown> =>
  options === undefined || options === null ? {} : settingsOf(options, "options", names, "");

/** Checks that a client has the functions that a store calls. */
export function clientOf<Client>(client: Client, names: readonly string[], path = "client"): Client {
  const fields = record(client, path);
  for (const name of names) {
    const at = `${path}.${name}`;
    func(
      reading(at, () => fields[name]),
      at,
    );
  }
  return client;
}
