// Runs in Deno: the contract over a store in Deno KV, and what it keeps.

import assert from "node:assert/strict";
import { denoKvStore } from "meituan-protocol/stores/deno-kv";
import { storeContract } from "meituan-protocol/testing";

const [file] = Deno.args;
// A second connection to a file finds it locked.
const one = await Deno.openKv(file);
const firstOrderId = "900000000000000001";
const keysOf = async (prefix) => {
  const keys = [];
  for await (const { key } of one.list({ prefix })) keys.push(key.join(" "));
  return keys;
};
/** @type {[string, () => unknown][]} */
const CHECKS = [
  ["tickets", () => storeContract(denoKvStore(one), { other: denoKvStore(one), keeps: "tickets", firstOrderId })],
  [
    "rides",
    () => {
      const prefix = ["meituan", 2];
      return storeContract(denoKvStore(one, { prefix }), { other: denoKvStore(one, { prefix }), keeps: "rides", firstOrderId });
    },
  ],
  [
    "nothing is left of what was replaced",
    async () => {
      const store = denoKvStore(one, { prefix: ["left"] });
      const snapshot = { text: "订单".repeat(50_000) };
      await store.save("1", snapshot, null, { due: 5, conflicts: 1 });
      assert.equal((await keysOf(["left"])).length, 3 + 5);
      await store.save("1", snapshot, (await store.load("1")).revision, { due: 6, conflicts: 0 });
      assert.equal((await keysOf(["left"])).length, 2 + 5);
      await store.save("1", {}, (await store.load("1")).revision, { due: undefined });
      assert.deepEqual(await keysOf(["left"]), ["left order 1"]);
    },
  ],
  [
    "an order goes when it waits for nothing, and not before",
    async () => {
      // Deno deletes at a time of its own, within minutes: what it was asked for is looked at.
      const lasts = [];
      const atomic = () => {
        const commit = one.atomic();
        return {
          check: (check) => commit.check(check),
          delete: (key) => commit.delete(key),
          set(key, value, options) {
            if (key.includes("order") || key.includes("part")) lasts.push(options?.expireIn);
            return commit.set(key, value, options);
          },
          commit: () => commit.commit(),
        };
      };
      const kv = { get: (key) => one.get(key), list: (selector) => one.list(selector), atomic };
      const store = denoKvStore(kv, { prefix: ["short"], keepMs: 86_400_000 });
      const text = "a".repeat(60_000);
      for (const about of [{ due: 5 }, { conflicts: 1 }, {}]) {
        assert.equal(await store.save("1", { text }, (await store.load("1"))?.revision ?? null, about), true);
      }
      assert.deepEqual(lasts, [undefined, undefined, undefined, undefined, 86_400_000, 86_400_000]);
    },
  ],
  [
    "an order that is too large is refused, and changes nothing",
    async () => {
      const store = denoKvStore(one, { prefix: ["large"] });
      await assert.rejects(store.save("1", { text: "a".repeat(800_000) }, null, { due: undefined }), { path: "snapshot" });
      assert.equal(await store.load("1"), null);
      assert.equal(await store.save("1", { text: "a".repeat(770_000) }, null, { due: undefined }), true);
      assert.equal((await store.load("1")).snapshot.text.length, 770_000);
    },
  ],
  [
    "settings",
    () => {
      for (const options of [{ prefix: [] }, { prefix: "a" }, { keepMs: 0 }, { table: "a" }]) {
        const [path] = Object.keys(options);
        assert.throws(() => denoKvStore(one, options), { code: "INVALID_CONFIG", path });
      }
    },
  ],
];
for (const [name, check] of CHECKS) {
  try {
    await check();
    console.log(JSON.stringify({ name }));
  } catch (error) {
    console.log(JSON.stringify({ name, failed: String(error.stack) }));
  }
}
one.close();
