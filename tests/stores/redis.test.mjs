// Orders in Redis, by both clients.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Redis } from "ioredis";
import { ioredisStore } from "meituan-protocol/stores/ioredis";
import { redisStore } from "meituan-protocol/stores/redis";
import { keepsTheContract } from "./contract.mjs";
import { open } from "./databases.mjs";
import { holdsInARace } from "./race.mjs";
import { startRedis } from "./servers.mjs";

/** What the documentation names as needed. */
const COMMANDS = ["eval", "hget", "hmget", "hset", "hincrby", "zadd", "zrem", "zrangebyscore", "sadd", "srem", "smembers", "del"];
const OURS = { username: "shop", password: "not-a-real-one" };

let server;
before(async () => {
  server = await startRedis();
  const owner = new Redis({ host: "127.0.0.1", port: server.port });
  // Clients ask for a little more when they connect.
  const may = [...COMMANDS, "ping", "info", "client", "hello", "quit"].map((command) => `+${command}`);
  await owner.call("ACL", "SETUSER", OURS.username, "on", `>${OURS.password}`, "resetkeys", "~{*}:*", "-@all", ...may);
  await owner.quit();
});
after(() => server?.stop());

const CLIENTS = ["redis", "ioredis"];
const place = (kind, name) => ({ kind, settings: { port: server.port, ...OURS }, name });

for (const kind of CLIENTS) {
  describe(`a store in Redis by ${kind}`, { timeout: 60_000 }, () => {
    keepsTheContract({ open: () => open(place(kind, `${kind}-orders`)), openRides: () => open(place(kind, `${kind}-rides`)) });
  });
}

describe("stores in Redis", { timeout: 120_000 }, () => {
  // One process has one client, and one the other.
  holdsInARace((process) => place(CLIENTS[process], "race"));

  it("read what the other client has saved, and leave no key behind of what is deleted", async () => {
    const stores = await Promise.all(CLIENTS.map((kind) => open(place(kind, "both"))));
    const [one, other] = stores.map(({ store }) => store);
    assert.equal(await one.save("1", { by: "one" }, null, { due: 5, conflicts: 1 }), true);
    const { snapshot, revision } = await other.load("1");
    assert.deepEqual(snapshot, { by: "one" });
    assert.equal(await other.save("1", { by: "other" }, revision, { due: undefined, conflicts: 0 }), true);
    assert.equal(await one.deleteBefore(Date.now() + 1), 1);
    for (const { close } of stores) await close();
    const owner = new Redis({ host: "127.0.0.1", port: server.port });
    assert.deepEqual(await owner.keys("{both}*"), []);
    await owner.quit();
  });

  it("accept prefixes, and nothing else in their place", () => {
    const client = { eval: () => assert.fail("nothing is asked") };
    for (const make of [redisStore, ioredisStore]) {
      for (const prefix of ["a", "shop:orders", "A-1_b.c"]) assert.ok(make(client, { prefix }));
      for (const prefix of ["", "a b", "{a}", "订单", "a".repeat(51), 5, null]) {
        assert.throws(() => make(client, { prefix }), { code: "INVALID_CONFIG", path: "prefix" }, String(prefix));
      }
      assert.throws(() => make({}), { code: "INVALID_CONFIG", path: "client.eval" });
    }
  });
});
