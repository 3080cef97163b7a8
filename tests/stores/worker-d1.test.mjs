// The supplier on Workers with D1 that people copy, in real workerd.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { d1Store, sqliteSchema } from "meituan-protocol/stores/d1";
import { TicketSupplier } from "meituan-protocol/ticket";
import { Miniflare } from "miniflare";
import { bundle } from "../demo/supplier.mjs";
import { freePort, ROOT } from "../packaging/tools.mjs";
import { accepts, PRICE, PRODUCT, settings } from "./killed.mjs";
import { KEYS, Meituan, orderOf } from "./load/meituan.mjs";
import { Model } from "./load/model.mjs";
import { sellsAgain } from "./sold-again.mjs";

const EXAMPLE = join(ROOT, "examples/worker-d1");
const ORDER = "8985652356562420001";
const STOCK = 20;

/** The statements of the example's migrations, as wrangler runs them. */
const migrations = readdirSync(join(EXAMPLE, "migrations"))
  .sort()
  .flatMap((file) => readFileSync(join(EXAMPLE, "migrations", file), "utf8").split(/;\n(?=\n|CREATE|--|$)/))
  .filter((statement) => statement.trim() !== "");

describe("the example on Workers with D1", { timeout: 120_000 }, () => {
  let worker;
  let address;
  let database;
  let port;
  before(async () => {
    port = await freePort();
    worker = new Miniflare({
      modules: await bundle(join(EXAMPLE, "src/worker.ts")),
      ...{ compatibilityDate: "2026-04-01", d1Databases: ["DB"], bindings: settings(`http://127.0.0.1:${port}`) },
      ...{ host: "127.0.0.1", port: 0 },
    });
    address = (await worker.ready).origin;
    database = await worker.getD1Database("DB");
    for (const statement of migrations) await database.prepare(statement).run();
    await database.prepare("INSERT INTO products VALUES (?, ?, ?)").bind(PRODUCT, PRICE, STOCK).run();
  });
  after(() => worker?.dispose());

  const stock = async () => (await database.prepare("SELECT stock FROM products").all()).results[0].stock;

  it("has the library's table by a migration", () => {
    const ours = migrations.map((statement) => statement.trim().replace(/^--.*\n/gm, ""));
    for (const statement of sqliteSchema()) assert.ok(ours.includes(statement), statement);
  });

  it("passes Meituan's acceptance, and sells what was refunded again", async () => {
    await accepts({ address, printed: () => "" }, port);
    assert.equal(await stock(), STOCK);
  });

  it("sells each ticket again that is refunded or void, once", () => {
    const reserve = (orderId, quantity) =>
      database.prepare("INSERT INTO bookings (order_id, product, held) VALUES (?, ?, ?)").bind(orderId, PRODUCT, quantity).run();
    return sellsAgain({ port, address, stock, reserve, hasDates: true });
  });

  it("lets nobody in where the gate has no token", async () => {
    const { GATE_TOKEN, ...bindings } = settings(`http://127.0.0.1:${port}`);
    const open = new Miniflare({
      modules: await bundle(join(EXAMPLE, "src/worker.ts")),
      ...{ compatibilityDate: "2026-04-01", d1Databases: ["DB"], bindings, host: "127.0.0.1", port: 0 },
    });
    try {
      const { origin } = await open.ready;
      for (const authorization of ["", "Bearer ", "Bearer undefined", `Bearer ${GATE_TOKEN}`]) {
        const body = JSON.stringify({ orderId: ORDER, vouchers: ["A"] });
        const { status } = await fetch(`${origin}/gate/enter`, { method: "POST", headers: { authorization }, body });
        assert.equal(status, 401, authorization);
      }
    } finally {
      await open.dispose();
    }
  });

  it("refuses what is sold out, issues once, and sends by its cron trigger what is due", async () => {
    const model = new Model();
    const meituan = new Meituan({ model, addresses: () => [address] });
    const notices = await meituan.receive(port);
    try {
      model.begin(ORDER, 2);
      const { partnerOrderId } = (await meituan.call("orderCreate", orderOf(ORDER, 2))).body;
      const ids = { orderId: ORDER, partnerOrderId };
      const replies = await Promise.all([1, 2, 3].map(() => meituan.call("orderPay", ids)));
      assert.ok(replies.some(({ code }) => code === 200));
      const { codes } = model.of(ORDER);
      const { results } = await database.prepare("SELECT order_id, codes FROM issues WHERE order_id = ?").bind(ORDER).all();
      assert.deepEqual(results, [{ order_id: ORDER, codes: JSON.stringify(codes) }]);

      const soldOut = await meituan.refused("orderCreate", orderOf(String(BigInt(ORDER) + 1n), STOCK - 1));
      assert.deepEqual([soldOut.code, await stock()], [420, STOCK - 2]);

      // A gate of another system, which leaves the notice to the trigger.
      const orders = new TicketSupplier({ ...KEYS, routes: {} }).orders(d1Store(database));
      await orders.admit(ORDER, { id: "gate-7:1", codes: codes.slice(0, 1) });
      assert.equal(model.of(ORDER).notifiedUsed, 0);
      await (await worker.getWorker()).scheduled({ cron: "* * * * *" });
      assert.equal(model.of(ORDER).notifiedUsed, 1);
      model.ends(ORDER, (await meituan.asks(address, ORDER)).body);
      assert.deepEqual(model.violations, []);
    } finally {
      await notices.stop();
    }
  });
});
