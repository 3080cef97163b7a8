// Orders in Redis. Each function of a store is a script, which Redis runs by itself, and one round trip. The scripts are here once;
// clients differ in how they are given one.

import { unexpected } from "../values/faults.js";
import { type DeletingStore, deletingStoreOver, storeOptions } from "./store.js";

/** Options of a store in Redis. */
export interface PrefixOptions {
  /**
   * The beginning of its keys: letters, digits, `_`, `-`, `.` and `:`, 50 at most; `meituan` by default. Tickets and rides need one
   * each. All keys have it in braces, so that a cluster keeps them on one node.
   */
  prefix?: string | undefined;
}

/** Runs a script. It returns strings, numbers, and lists of them. */
export type Evaluate = (script: string, keys: string[], values: string[]) => Promise<unknown>;

const PREFIX = /^[A-Za-z0-9_.:-]{1,50}$/;

/**
 * An order is a hash. Beside them, by order: when it is due (`due`); from when a claim may return it (`wake`), which is the same until it
 * is claimed; who has open conflicts (`conflicts`); and, of those that wait for nothing, when they were saved (`idle`).
 */
const INDEXES = ["due", "wake", "conflicts", "idle"];

const LOAD = 'return redis.call("HMGET", KEYS[1], "snapshot", "revision")';

/** Keys: the order, INDEXES. Values: its number, snapshot, expected revision or "", due or "", conflicts, time. */
const SAVE = `
local id, snapshot, expected, due, conflicts, now = unpack(ARGV)
if (redis.call("HGET", KEYS[1], "revision") or "") ~= expected then return 0 end
redis.call("HSET", KEYS[1], "snapshot", snapshot)
redis.call("HINCRBY", KEYS[1], "revision", 1)
if due == "" then
  redis.call("ZREM", KEYS[2], id)
  redis.call("ZREM", KEYS[3], id)
else
  redis.call("ZADD", KEYS[2], due, id)
  redis.call("ZADD", KEYS[3], due, id)
end
redis.call(conflicts == "0" and "SREM" or "SADD", KEYS[4], id)
if due == "" and conflicts == "0" then redis.call("ZADD", KEYS[5], now, id) else redis.call("ZREM", KEYS[5], id) end
return 1`;

const DUE = 'return redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", ARGV[1])';

/** Values: now, limit, until when they are claimed. */
const CLAIM = `
local ids = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", ARGV[1], "LIMIT", 0, ARGV[2])
for _, id in ipairs(ids) do redis.call("ZADD", KEYS[1], ARGV[3], id) end
return ids`;

const CONFLICTS = 'return redis.call("SMEMBERS", KEYS[1])';

/** Keys: what those of orders begin with, "idle". Values: time, limit. */
const DELETE = `
local ids = redis.call("ZRANGEBYSCORE", KEYS[2], "-inf", "(" .. ARGV[1], "LIMIT", 0, ARGV[2])
for _, id in ipairs(ids) do
  redis.call("DEL", KEYS[1] .. id)
  redis.call("ZREM", KEYS[2], id)
end
return #ids`;

/** The store of a client. */
export function redisStoreOver(evaluate: Evaluate, options: unknown): DeletingStore {
  const { prefix = "meituan" } = storeOptions(options, ["prefix"]);
  if (typeof prefix !== "string") return unexpected("prefix", prefix, "a string", "字符串");
  if (!PREFIX.test(prefix)) {
    unexpected(
      "prefix",
      prefix,
      "letters, digits, _, -, . and :, 50 at most",
      "字母、数字、下划线、连字符、点和冒号，最多 50 个字符",
    );
  }
  const keyOf = (name: string) => `{${prefix}}:${name}`;
  const order = (id: string) => keyOf(`order:${id}`);
  const indexes = INDEXES.map(keyOf);
  const [due, wake, conflicts, idle] = indexes as [string, string, string, string];
  const listOf = (answer: unknown): string[] => (answer as unknown[]).map(String);
  return deletingStoreOver({
    async load(key) {
      const [snapshot, revision] = (await evaluate(LOAD, [order(key)], [])) as [unknown, unknown];
      const isThere = snapshot !== null && snapshot !== undefined;
      return isThere ? { snapshot: String(snapshot), revision: String(revision) } : undefined;
    },
    async save({ key, snapshot, expected, due: at, conflicts: open, savedAt }) {
      const values = [key, snapshot, expected ?? "", at === null ? "" : `${at}`, `${open}`, `${savedAt}`];
      return Number(await evaluate(SAVE, [order(key), ...indexes], values)) === 1;
    },
    due: async (now) => listOf(await evaluate(DUE, [due], [`${now}`])),
    claimDue: async (now, limit, until) => listOf(await evaluate(CLAIM, [wake], [`${now}`, `${limit}`, `${until}`])),
    conflicts: async () => listOf(await evaluate(CONFLICTS, [conflicts], [])),
    deleteBefore: async (time, limit) => Number(await evaluate(DELETE, [order(""), idle], [`${time}`, `${limit}`])),
  });
}
