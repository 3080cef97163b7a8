// A small load run in every test run; `cargo xtask audit --only load` makes the whole of it.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { figuresOf, postgresql, redis } from "./run.mjs";
import { runLoad } from "./world.mjs";

const ORDERS = 500;
const FEW = 60;
/** So long something that must happen may take where a fault was made on purpose, in milliseconds. */
const REST = 5000;

describe("processes of a supplier under load", { timeout: 300_000 }, () => {
  const databases = {};
  before(async () => {
    [databases.pg, databases.redis] = await Promise.all([postgresql(), redis()]);
  });
  after(() => Promise.all(Object.values(databases).map((database) => database?.stop())));

  it(`keep what Meituan is sent about ${ORDERS} orders true, while calls, the store and processes fail`, async () => {
    const name = "load_test";
    await databases.pg.prepare(name);
    const result = await runLoad({ place: { ...databases.pg.place, name }, processes: 2, orders: ORDERS, killEvery: 8000 });
    const figures = figuresOf(result);
    console.log(JSON.stringify(figures));
    assert.deepEqual([result.stuck, result.violations], [[], []]);
    assert.equal(result.orders, ORDERS);
    assert.ok(figures.kills > 0 && figures.faults > 0 && figures.unanswered > 0, "nothing has failed");
  });

  it("are noticed when a store ignores the revision, and the same orders pass when it does not", async () => {
    const run = (breakage) => {
      const place = { ...databases.redis.place, name: breakage === undefined ? "load-whole" : "load-broken" };
      return runLoad({ place, processes: 2, orders: FEW, faults: 0, breakage, ...(breakage && { rest: REST }) });
    };
    const { stuck, violations } = await run(undefined);
    assert.deepEqual([stuck, violations], [[], []]);
    const broken = await run("blind store");
    assert.match(
      broken.violations.join("\n"),
      /does not know any more|its money went back|were agreed|in the last notice|is not decided/,
    );
  });
});
