// Orders in D1, and in Durable Objects, in real workerd.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { d1Store, sqliteSchema } from "meituan-protocol/stores/d1";
import { Miniflare } from "miniflare";
import { FIRST, keepsTheContract } from "./contract.mjs";

const sleep = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let workers;
before(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("object.mjs", import.meta.url))],
    ...{ bundle: true, write: false, format: "esm", conditions: ["workerd"], external: ["cloudflare:workers"] },
    // What is imported here needs none.
    loader: { ".wasm": "empty" },
  });
  workers = new Miniflare({
    ...{ modules: true, script: outputFiles[0].text, compatibilityDate: "2026-01-01", d1Databases: ["DB"] },
    durableObjects: { ORDERS: { className: "Orders", useSQLite: true }, KEPT: { className: "Kept", useSQLite: true } },
  });
  await workers.ready;
});
after(() => workers?.dispose());

const TABLES = { tickets: "meituan_orders", rides: "meituan_rides" };

function saidBy({ said, failed }) {
  if (failed !== undefined) throw Object.assign(new Error(failed.message), failed);
  return said;
}

describe("a store in D1", { timeout: 120_000 }, () => {
  const opens = (table) => async () => {
    const database = await workers.getD1Database("DB");
    await database.batch(sqliteSchema({ table }).map((statement) => database.prepare(statement)));
    return { store: d1Store(database, { table }), close: () => {} };
  };
  const contract = async (keeps) => {
    const body = JSON.stringify({ table: TABLES[keeps], keeps, firstOrderId: FIRST });
    return saidBy(await (await workers.dispatchFetch("http://worker.example", { method: "POST", body })).json());
  };
  keepsTheContract({ open: opens(undefined), openRides: opens(TABLES.rides), contract });
});

describe("a store in a Durable Object", { timeout: 120_000 }, () => {
  const objectOf = async (binding, name) => {
    const object = (await workers.getDurableObjectNamespace(binding)).getByName(name);
    const ask = async (table, name, given) => saidBy(await object.ask(table, name, given));
    const contract = async (table, options) => saidBy(await object.contract(table, options));
    return { ask, contract, getAlarm: () => object.getAlarm(), settled: () => object.settled() };
  };
  const NAMES = ["load", "save", "due", "claimDue", "conflicts", "deleteBefore"];
  const opens = (table) => async () => {
    const { ask } = await objectOf("KEPT", "contract");
    const asks = NAMES.map((name) => [name, (...given) => ask(table, name, given)]);
    return { store: Object.fromEntries(asks), close: () => {} };
  };
  const contract = async (keeps) => (await objectOf("KEPT", "contract")).contract(TABLES[keeps], { keeps, firstOrderId: FIRST });
  keepsTheContract({ open: opens(TABLES.tickets), openRides: opens(TABLES.rides), contract });

  it("sets no alarm where it is told not to", async () => {
    const { ask, getAlarm } = await objectOf("KEPT", "alarm");
    await ask("meituan_orders", "save", ["3", {}, null, { due: Date.now() + 3_600_000 }]);
    assert.equal(await getAlarm(), null);
  });

  it("has its alarm set to what is due first", async () => {
    const { ask, getAlarm } = await objectOf("ORDERS", "alarm");
    const revisionOf = async (id) => (await ask("meituan_orders", "load", [id])).revision;
    const save = (id, due, revision = null) => ask("meituan_orders", "save", [id, { id }, revision, { due }]);
    const far = Date.now() + 3_600_000;
    assert.equal(await getAlarm(), null);
    await save("1", far + 1);
    await save("2", far);
    assert.equal(await getAlarm(), far);
    await save("2", undefined, await revisionOf("2"));
    assert.equal(await getAlarm(), far + 1);
    await save("1", undefined, await revisionOf("1"));
    assert.equal(await getAlarm(), null);
  });

  it("is woken when something is due, and later again where that failed", async () => {
    const { ask, getAlarm, settled } = await objectOf("ORDERS", "woken");
    const due = Date.now() - 1000;
    for (const id of ["97", "98", "99"]) await ask("meituan_orders", "save", [id, { id }, null, { due }]);
    for (let tries = 0; (await ask("meituan_orders", "due", [Date.now()])).length > 1; tries++) {
      assert.ok(tries < 100, "the alarm has not come");
      await sleep(50);
    }
    assert.deepEqual((await settled()).sort(), ["97", "98", "99"]);
    assert.ok((await getAlarm()) > Date.now() + 500_000);
  });
});
