// Two processes of an example on one PostgreSQL, of which one is killed while calls are under way. What Meituan was sent is judged by the
// model of the load run, and compared with the supplier's own tables.

import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { freePort, ROOT, run } from "../packaging/tools.mjs";
import { KEYS, Meituan, orderOf, refundOf } from "./load/meituan.mjs";
import { Model } from "./load/model.mjs";
import { sellsAgain } from "./sold-again.mjs";

export const GATE_TOKEN = "gate, invented";
export const PRODUCT = "garden-day";
export const PRICE = 5800;
const STOCK = 1000;
const QUANTITY = 3;
const ORDERS = 40;
/** So many calls are answered before the process is killed. */
const BEFORE_KILL = 60;
/** So long its calls hang before. */
const FROZEN = 150;
const FIRST = 8985652356562410001n;
const HOUR = 3_600_000;
const PATIENCE = 20_000;
const AGE_EVERY = 300;

const sleep = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The settings of an example's process. @param {string} host of Meituan */
export const settings = (host) => ({
  ...{ MEITUAN_PARTNER_ID: String(KEYS.partnerId), MEITUAN_CLIENT_ID: KEYS.clientId, MEITUAN_CLIENT_SECRET: KEYS.clientSecret },
  ...{ MEITUAN_HOST: host, GATE_TOKEN },
});

/** @typedef {Awaited<ReturnType<typeof import("../packaging/tools.mjs").serve>>} Process */

/**
 * @param {{ pool: import("pg").Pool, table: string, starts: ((host: string) => Promise<Process>)[], hasGate?: boolean }} how
 * `table` has the library's orders; the first two start at once; the second is killed, and started again together with the others
 */
export async function survivesKill({ pool, table, starts, hasGate = true }) {
  await pool.query("INSERT INTO products VALUES ($1, $2, $3)", [PRODUCT, PRICE, STOCK]);
  const port = await freePort();
  const host = `http://127.0.0.1:${port}`;
  const up = await Promise.all(starts.slice(0, 2).map((start) => start(host)));
  const all = [...up];
  let answered = 0;
  /** @type {Promise<unknown> | undefined} */
  let restarting;
  /** Nobody in a test waits for the lease of what broke off. @type {ReturnType<typeof setInterval> | undefined} */
  let aging;
  const restart = async () => {
    const killed = up[1];
    // It stands still for a while, so that calls are under way for certain.
    killed.child.kill("SIGSTOP");
    await sleep(FROZEN);
    up.splice(up.indexOf(killed), 1);
    const ended = once(killed.child, "exit");
    killed.child.kill("SIGKILL");
    await ended;
    aging = setInterval(() => age(pool, table).catch((error) => model.violations.push(String(error))), AGE_EVERY);
    const started = await Promise.all(starts.slice(1).map((start) => start(host)));
    all.push(...started);
    up.push(...started);
  };
  const model = new Model();
  const meituan = new Meituan({
    model,
    addresses: () => up.map(({ address }) => address),
    answered: () => {
      if (++answered === BEFORE_KILL) restarting = restart();
    },
  });
  const notices = await meituan.receive(port);
  try {
    const ids = Array.from({ length: ORDERS }, (_, index) => String(FIRST + BigInt(index)));
    const refunds = ids.filter((_, index) => index % 4 === 0);
    await Promise.all(
      ids.map(async (orderId) => {
        model.begin(orderId, QUANTITY);
        const { partnerOrderId } = (await meituan.call("orderCreate", orderOf(orderId, QUANTITY))).body;
        const named = { orderId, partnerOrderId };
        // It repeats, as Meituan does.
        await Promise.all([meituan.call("orderPay", named), meituan.call("orderPay", named)]);
        if (!refunds.includes(orderId)) return;
        const { codes } = await known(model, orderId);
        const refund = refundOf(named, codes.slice(0, 1));
        await Promise.all([meituan.call("orderRefund", refund), meituan.call("orderRefund", refund)]);
      }),
    );
    assert.ok(restarting !== undefined && meituan.counts.unanswered > 0, "no call was under way when the process was killed");
    await restarting;
    const guests = hasGate ? ids.slice(0, 5) : [];
    for (const [index, orderId] of guests.entries()) await enter(up[index % up.length], await known(model, orderId));
    const isQuiet = () => ids.every((id) => !model.of(id).isPromised) && guests.every((id) => model.of(id).notifiedUsed === 1);
    for (const until = Date.now() + PATIENCE; !isQuiet() && Date.now() < until; ) await sleep(50);

    for (const orderId of ids) {
      for (const { address } of up) {
        const last = await meituan.asks(address, orderId);
        assert.ok(last !== undefined, `the query of ${orderId} is not answered`);
        model.ends(orderId, last.body);
      }
    }
    assert.deepEqual(model.violations, [], all.map(({ printed }) => printed()).join("\n"));
    await hasIssuedOnce(pool, model);
  } finally {
    clearInterval(aging);
    await notices.stop();
  }
  try {
    await sellsAgain({
      port,
      address: up[0].address,
      stock: stockOf(pool),
      reserve: reserving(pool),
      hasDates: hasGate,
      whileBusy: busy(pool),
    });
    for (const supplier of up) await accepts(supplier, port, hasGate);
    for (const supplier of up) await endsByItself(supplier);
  } finally {
    for (const supplier of all) supplier.stop();
  }
}

/** @param {import("pg").Pool} pool */
const stockOf = (pool) => async () => (await pool.query("SELECT stock FROM products WHERE id = $1", [PRODUCT])).rows[0].stock;

/** @param {import("pg").Pool} pool */
const reserving = (pool) => (/** @type {string} */ orderId, /** @type {number} */ quantity) =>
  pool.query("INSERT INTO bookings (order_id, product, held) VALUES ($1, $2, $3)", [orderId, PRODUCT, quantity]);

/** Somebody else is about to release a ticket, or to change a product, and does not after all. @param {import("pg").Pool} pool */
function busy(pool) {
  const holding =
    (/** @type {string} */ sql) =>
    async (/** @type {() => Promise<void>} */ work, /** @type {string} */ orderId, /** @type {string} */ ticket) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        // Without triggers the other tickets of the order and the stock stay free.
        await client.query("SET LOCAL session_replication_role = replica");
        await client.query(sql, sql.includes("$1") ? [orderId, ticket] : []);
        await work();
      } finally {
        await client.query("ROLLBACK");
        client.release();
      }
    };
  return {
    released: holding("INSERT INTO released (order_id, ticket) VALUES ($1, $2)"),
    products: holding("UPDATE products SET price = price"),
  };
}

/** What Meituan knows of an order, once it has its codes. @param {Model} model @param {string} orderId */
async function known(model, orderId) {
  for (const until = Date.now() + PATIENCE; ; await sleep(50)) {
    const { codes } = model.of(orderId);
    if (codes !== undefined) return { orderId, codes };
    assert.ok(Date.now() < until, `${orderId} is not issued`);
  }
}

/** As if an hour had gone by since every function and every send that is still open began. @param {import("pg").Pool} pool @param {string} table */
async function age(pool, table) {
  const { rows } = await pool.query(`SELECT order_id, snapshot, revision FROM ${table} WHERE due IS NOT NULL`);
  for (const { order_id, snapshot, revision } of rows) {
    const order = JSON.parse(snapshot);
    for (const attempt of order.attempts) attempt.startedAt = Math.max(1, attempt.startedAt - HOUR);
    for (const notice of order.notices) if (notice.claimedUntil !== undefined) notice.claimedUntil -= HOUR;
    const values = [JSON.stringify(order), Date.now(), order_id, revision];
    await pool.query(
      `UPDATE ${table} SET snapshot = $1, due = $2, claimed_until = 0, revision = revision + 1 WHERE order_id = $3 AND revision = $4`,
      values,
    );
  }
}

/** One guest shows the last code, twice. @param {Process} supplier @param {{ orderId: string, codes: readonly string[] }} order */
async function enter({ address, printed }, { orderId, codes }) {
  const [code] = codes.slice(-1);
  for (const entered of [[code], []]) {
    const headers = { authorization: `Bearer ${GATE_TOKEN}`, "content-type": "application/json" };
    const response = await fetch(`${address}/gate/enter`, {
      method: "POST",
      headers,
      body: JSON.stringify({ orderId, vouchers: [code] }),
    });
    assert.equal(response.status, 200, printed());
    const said = await response.json();
    assert.deepEqual(said, { entered, refused: entered.length === 0 ? { [code]: "used" } : {} });
  }
  assert.equal((await fetch(`${address}/gate/enter`, { method: "POST", body: "{}" })).status, 401);
}

/** The supplier's own tables say what Meituan was told, and no more. @param {import("pg").Pool} pool @param {Model} model */
async function hasIssuedOnce(pool, model) {
  const { rows: issues } = await pool.query("SELECT order_id, codes FROM issues");
  assert.equal(issues.length, model.orders.size, "an order was issued twice, or not at all");
  for (const { order_id, codes } of issues) assert.deepEqual(codes, model.of(order_id).codes);
  const { rows: bookings } = await pool.query("SELECT order_id, held FROM bookings");
  assert.equal(bookings.length, model.orders.size);
  for (const { order_id, held } of bookings) assert.equal(held, QUANTITY - model.of(order_id).refunded.size, order_id);
  const { rows } = await pool.query("SELECT stock FROM products WHERE id = $1", [PRODUCT]);
  assert.equal(rows[0].stock, STOCK - bookings.reduce((sum, { held }) => sum + held, 0));
}

/** Meituan's acceptance passes, as its staff would see it. @param {Process} supplier @param {number} port of Meituan */
export async function accepts({ address, printed }, port, hasGate = true) {
  const gate = hasGate ? ["--gate", `${address}/gate/enter`] : [];
  const words = [
    "accept",
    address,
    "--instant",
    PRODUCT,
    "--price",
    String(PRICE / 100),
    "--notices",
    String(port),
    ...gate,
    "--json",
  ];
  const env = settings(address);
  const said = JSON.parse(await run(process.execPath, [join(ROOT, "pkg/dist/cli/main.js"), ...words], { cwd: ROOT, env }));
  assert.deepEqual([said.ok, said.unasked, said.warned], [true, [], []], printed());
  assert.ok(said.steps.length >= 15 && said.steps.every(({ verdict }) => verdict === "passed"), JSON.stringify(said.steps));
}

/** It ends its work when it is told to. @param {Process} supplier */
async function endsByItself({ child, printed }) {
  const ended = once(child, "exit", { signal: AbortSignal.timeout(PATIENCE) });
  child.kill("SIGTERM");
  const [code, signal] = await ended;
  // NestJS ends itself by the signal, once it has ended its work.
  assert.ok(code === 0 || signal === "SIGTERM", `${code} ${signal} ${printed()}`);
}
