// Orders in Redis, by the client `redis`.

import { type PrefixOptions, redisStoreOver } from "./redis-scripts.js";
import { clientOf, type DeletingStore } from "./store.js";

export type { DatabaseStore, DeletingStore } from "./store.js";
export type { PrefixOptions };

/** A client, cluster or pool of `redis`, or what has the same function. */
export interface RedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/**
 * A store in Redis 6 or newer, for any number of processes. Each of its functions is one script.
 *
 * ```js
 * const client = createClient({ url: process.env.REDIS_URL });
 * client.on("error", console.error); // a connection that breaks; without a listener it ends the process
 * await client.connect();
 * const store = redisStore(client);
 * ```
 *
 * Redis must keep what it was given: `appendonly yes`, with `appendfsync always`, and `maxmemory-policy noeviction`. A crash or a
 * failover to a replica may lose facts that Meituan has been sent already.
 */
export function redisStore(client: RedisClient, options?: PrefixOptions): DeletingStore {
  clientOf(client, ["eval"]);
  return redisStoreOver((script, keys, values) => client.eval(script, { keys, arguments: values }), options);
}
