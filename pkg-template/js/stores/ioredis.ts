// Orders in Redis, by the client `ioredis`.

import { type PrefixOptions, redisStoreOver } from "./redis-scripts.js";
import { clientOf, type DeletingStore } from "./store.js";

export type { DatabaseStore, DeletingStore } from "./store.js";
export type { PrefixOptions };

/** A client or cluster of `ioredis`, or what has the same function. */
export interface IoredisClient {
  eval(script: string, numberOfKeys: number, ...keysAndValues: string[]): Promise<unknown>;
}

/**
 * The store that `meituan-protocol/stores/redis` describes, by another client: `ioredisStore(new Redis(process.env.REDIS_URL))`. Both
 * read and write the same keys.
 */
export function ioredisStore(client: IoredisClient, options?: PrefixOptions): DeletingStore {
  clientOf(client, ["eval"]);
  return redisStoreOver((script, keys, values) => client.eval(script, keys.length, ...keys, ...values), options);
}
