// Orders in DynamoDB, as dynalite plays it: a program in JavaScript, not DynamoDB itself.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { dynamoSchema, dynamoStore } from "meituan-protocol/stores/dynamodb";
import { keepsTheContract } from "./contract.mjs";

describe("a store in DynamoDB", { timeout: 180_000 }, () => {
  const server = dynalite({ createTableMs: 0 });
  const clients = [];
  const connect = () => {
    const client = new DynamoDB({
      endpoint: `http://127.0.0.1:${server.address().port}`,
      ...{ region: "cn-north-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } },
    });
    clients.push(client);
    return client;
  };
  before(async () => {
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    for (const table of ["meituan_orders", "meituan_rides", "shards"]) await connect().createTable(dynamoSchema({ table }));
  });
  after(() => {
    for (const client of clients) client.destroy();
    server.close();
    server.closeAllConnections();
  });

  const opens = (options) => async () => ({ store: dynamoStore(connect(), options), close: () => {} });
  keepsTheContract({ open: opens(undefined), openRides: opens({ table: "meituan_rides", shards: 3 }), deletes: false });

  it("spreads its indexes over partitions, and finds all", async () => {
    const { store } = await opens({ table: "shards", shards: 4 })();
    const ids = Array.from({ length: 20 }, (_, place) => `${1000 + place}`);
    for (const id of ids) await store.save(id, { id }, null, { due: 5, conflicts: 1 });
    const { Items } = await connect().scan({ TableName: "shards" });
    assert.equal(new Set(Items.map(({ dueShard }) => dueShard.S)).size, 4);
    assert.deepEqual([(await store.due(5)).sort(), (await store.conflicts()).sort()], [ids, ids]);
  });

  it("says when an order may go, once it waits for nothing", async () => {
    const { store } = await opens({ table: "shards", keepDays: 10 })();
    const expiresOf = async () => (await connect().getItem({ TableName: "shards", Key: { orderId: { S: "5" } } })).Item.expires?.N;
    await store.save("5", {}, null, { due: 5 });
    assert.equal(await expiresOf(), undefined);
    await store.save("5", {}, (await store.load("5")).revision, { due: undefined });
    const days = (Number(await expiresOf()) - Date.now() / 1000) / 86_400;
    assert.ok(days > 9.99 && days < 10.01, String(days));
    await store.save("5", {}, (await store.load("5")).revision, { due: undefined, conflicts: 1 });
    assert.equal(await expiresOf(), undefined);
  });

  it("accepts its settings, and nothing else in their place", () => {
    const wrong = [
      { table: "a" },
      { table: "a b c" },
      { table: 5 },
      { shards: 0 },
      { shards: 101 },
      { keepDays: 0.5 },
      { keepMs: 5 },
    ];
    for (const options of wrong) {
      const [path] = Object.keys(options);
      assert.throws(() => dynamoStore(connect(), options), { code: "INVALID_CONFIG", path }, JSON.stringify(options));
    }
    assert.throws(() => dynamoStore({}), { code: "INVALID_CONFIG", path: "client.getItem" });
  });
});
