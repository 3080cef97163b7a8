// The ticket supplier for Node, as real processes on a real file: called as Meituan calls, killed, and started again.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import Database from "libsql";
import { MeituanTicket, storeContract } from "meituan-protocol/testing";
import { fen } from "meituan-protocol/ticket";
import { SqliteOrders } from "../../examples/node/src/order-store.mjs";
import { receiveNotices } from "../../pkg/dist/cli/notices.js";
import { ROOT, serve } from "../packaging/tools.mjs";

const KEYS = { partnerId: 1122, clientId: "example-client", clientSecret: "not a real secret" };
const CALLS = ["orderCreate", "orderPay", "orderQuery", "orderRefund", "orderClose", "orderRefunded"];
const routes = Object.fromEntries(CALLS.map((call) => [`/meituan/order/${call.slice("order".length).toLowerCase()}`, call]));
const OFFICE_TOKEN = "office-token-not-a-real-one";
const HOUR = 3_600_000;
const OURS = "garden-day";
const UPSTREAM = "tower-night";
const QUANTITY = 2;
const CODES = ["10000000000000001", "10000000000000002"];
/** So many orders are paid at once. */
const MANY = 20;
const folder = mkdtempSync(join(tmpdir(), "meituan-tickets-"));

const ISSUED = 4;
const ISSUING = 5;

/** Meituan's ear, the upstream, and any number of suppliers on one file. */
class World {
  #nextOrder = 8985652356562390001n;
  /** What the upstream was asked for: the orders, by key. */
  asked = [];
  /** Called as soon as the upstream was asked; it answers after that. */
  whenAsked = async () => {};

  static async begin(name) {
    const world = new World();
    world.file = join(folder, `${name}.sqlite`);
    const reader = new MeituanTicket({ ...KEYS, routes });
    world.notices = await receiveNotices((request) => reader.addressOf(request));
    world.upstream = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      world.asked.push({ key: request.headers["idempotency-key"], ...JSON.parse(Buffer.concat(chunks).toString()) });
      await world.whenAsked();
      response.end();
    }).listen(0, "127.0.0.1");
    await once(world.upstream, "listening");
    return world;
  }

  async start(server) {
    const env = {
      ...{ MEITUAN_PARTNER_ID: String(KEYS.partnerId), MEITUAN_CLIENT_ID: KEYS.clientId, MEITUAN_CLIENT_SECRET: KEYS.clientSecret },
      ...{ MEITUAN_HOST: this.notices.address, DATABASE: this.file, OFFICE_TOKEN },
      UPSTREAM: `http://127.0.0.1:${this.upstream.address().port}`,
    };
    const process_ = await serve(process.execPath, () => [`src/tickets-${server}.mjs`], { cwd: join(ROOT, "examples/node"), env });
    return new Supplier(process_);
  }

  /** As if an hour had gone by since every function and every send began that is still open: nobody in a test waits for a lease. */
  async age() {
    const database = new Database(this.file, { timeout: 5000 });
    const store = new SqliteOrders(database);
    for (const orderId of store.due(Number.MAX_SAFE_INTEGER)) {
      const { snapshot, revision } = store.load(orderId);
      const attempts = snapshot.attempts.map((attempt) => ({ ...attempt, startedAt: attempt.startedAt - HOUR }));
      const notices = snapshot.notices.map((notice) =>
        notice.claimedUntil === undefined ? notice : { ...notice, claimedUntil: notice.claimedUntil - HOUR },
      );
      assert.ok(store.save(orderId, { ...snapshot, attempts, notices }, revision, { due: Date.now() }));
    }
    database.close();
  }

  /** The keys for which tickets of our own were issued. */
  keys() {
    const database = new Database(this.file, { timeout: 5000 });
    const rows = database.prepare("SELECT attempt_key FROM tickets").all();
    database.close();
    return rows.map(({ attempt_key }) => attempt_key);
  }

  newOrder(partnerDealId) {
    const orderId = String(this.#nextOrder++);
    const prices = { buyPrice: fen(5800), unitPrice: fen(6600), totalPrice: fen(6600 * QUANTITY) };
    const visitors = [{ name: "张三", mobile: "13500000000", credentials: { 0: "130000000000000000" } }];
    return { orderId, partnerDealId, mtDealId: "1", ...prices, quantity: QUANTITY, visitors };
  }

  async end(...suppliers) {
    for (const supplier of suppliers) supplier?.kill();
    this.upstream.close();
    this.upstream.closeAllConnections();
    await this.notices.stop();
  }
}

class Supplier {
  #meituan;
  #process;
  constructor(process_) {
    this.#process = process_;
    this.#meituan = new MeituanTicket({ ...KEYS, routes, host: process_.address });
  }

  /** SIGKILL. */
  kill() {
    this.#process.stop();
  }

  /** What Meituan makes of the reply; undefined where none came. */
  async call(name, body, how = {}) {
    const request = this.#meituan.call(name, body, { now: Date.now(), ...how });
    const response = await fetch(request.toRequest(), { signal: AbortSignal.timeout(30_000) }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (text === undefined) return undefined;
    const reply = this.#meituan.readReply(name, text, { status: response.status, request: body, quantity: QUANTITY });
    const issues = reply.issues.filter(({ refuses }) => refuses);
    assert.deepEqual(issues, [], `${name}: ${text}\n${this.#process.printed()}`);
    return reply;
  }

  async created(order) {
    const { code, body } = await this.call("orderCreate", order);
    assert.equal(code, 200);
    return { orderId: order.orderId, partnerOrderId: body.partnerOrderId };
  }

  /** Something happened to an order, away from Meituan. */
  async happened(orderId, event, token = OFFICE_TOKEN) {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return fetch(`${this.#process.address}/office/orders/${orderId}`, { method: "POST", headers, body: JSON.stringify(event) });
  }

  /** The next notice, judged; Meituan accepts it. */
  async notice(world, name, orderId) {
    const notice = await world.notices.take(name, orderId, 20_000);
    const judged = this.#meituan.receiveNotice(notice.received, { now: Date.now(), quantity: QUANTITY });
    assert.equal(judged.verdict, "passed", JSON.stringify(judged.issues));
    notice.answer(judged.reply);
    return judged;
  }
}

const refundOf = (ids, vouchers) => ({
  ...{ ...ids, refundId: `${ids.orderId}-1`, partnerDealId: UPSTREAM, voucherList: vouchers, refundQuantity: vouchers.length },
  ...{ unitPrice: fen(6600), refundPrice: fen(6600 * vouchers.length), refundFee: fen(0), refundTime: Date.now() },
});

for (const server of ["hono", "express"]) {
  describe(`the ticket example with ${server}`, { timeout: 120_000 }, () => {
    let world;
    let supplier;
    before(async () => {
      world = await World.begin(server);
      supplier = await world.start(server);
    });
    after(() => world.end(supplier));

    it("tells repeats the current truth, for tickets of its own", async () => {
      const order = world.newOrder(OURS);
      const ids = await supplier.created(order);
      assert.deepEqual(await supplier.created(order), ids);
      const { code, body } = await supplier.call("orderPay", ids);
      assert.equal(code, 200);
      assert.deepEqual((await supplier.call("orderPay", ids)).body.vouchers, body.vouchers);
      const refund = refundOf(ids, body.vouchers.slice(0, 1));
      assert.equal((await supplier.call("orderRefund", refund)).code, 200);
      assert.equal((await supplier.call("orderRefund", refund)).code, 601);
      assert.equal((await supplier.call("orderQuery", ids)).body.refundedQuantity, 1);
    });

    it("says 598 and 602 while the upstream is at it, and then tells Meituan", async () => {
      const ids = await supplier.created(world.newOrder(UPSTREAM));
      const { orderId } = ids;
      for (let time = 0; time < 2; time++) assert.equal((await supplier.call("orderPay", ids)).code, 598);
      assert.equal((await supplier.call("orderQuery", ids)).body.orderStatus, ISSUING);
      await supplier.happened(orderId, { issued: { ...ids, voucherType: 1, vouchers: CODES } });
      assert.deepEqual((await supplier.notice(world, "payNotice", orderId)).body.vouchers, CODES);
      assert.deepEqual((await supplier.call("orderPay", ids)).body.vouchers, CODES);

      const refund = refundOf(ids, CODES.slice(0, 1));
      for (let time = 0; time < 2; time++) assert.equal((await supplier.call("orderRefund", refund)).code, 602);
      await supplier.happened(orderId, { refundAgreed: { refundId: refund.refundId } });
      assert.equal((await supplier.notice(world, "refundNotice", orderId)).envelope.code, 200);
      assert.equal((await supplier.call("orderRefund", refund)).code, 601);

      await supplier.happened(orderId, { consumed: { id: "gate-1:1", vouchers: CODES.slice(1) } });
      assert.equal((await supplier.notice(world, "consumeNotice", orderId)).body.usedQuantity, 1);
      const asked = world.asked.filter(({ issue, refund: refunded }) => (issue ?? refunded).orderId === orderId);
      assert.deepEqual(
        asked.map(({ issue, refund: refunded }) => [issue?.quantity, refunded?.voucherList]),
        [
          [QUANTITY, undefined],
          [undefined, CODES.slice(0, 1)],
        ],
      );
    });

    it("refuses what is forged, unknown or wrongly priced, and why", async () => {
      const order = world.newOrder(OURS);
      for (const forge of ["signature", "date"]) assert.equal((await supplier.call("orderCreate", order, { forge })).code, 499);
      assert.equal((await supplier.call("orderCreate", { ...order, buyPrice: fen(5700) })).code, 410);
      assert.equal((await supplier.call("orderCreate", { ...order, partnerDealId: "no-such" })).code, 421);
      assert.equal((await supplier.happened(order.orderId, { timePassed: {} }, "another-token")).status, 401);
    });

    it("ends by itself what was broken off while the upstream was asked", async () => {
      const ids = await supplier.created(world.newOrder(UPSTREAM));
      world.asked = [];
      world.whenAsked = async () => supplier.kill();
      assert.equal(await supplier.call("orderPay", ids), undefined);
      const again = new Promise((resolve) => (world.whenAsked = async () => resolve()));
      await world.age();
      supplier = await world.start(server);
      await again;
      assert.equal(world.asked.length, 2);
      assert.deepEqual(world.asked[0], world.asked[1], "the same key, and the same wish");
      assert.equal((await supplier.call("orderPay", ids)).code, 598);
    });

    it("issues once what was broken off at any moment, and loses nothing", async () => {
      const before_ = world.keys().length;
      const orders = await Promise.all(Array.from({ length: MANY }, () => supplier.created(world.newOrder(OURS))));
      let answered = 0;
      const paid = orders.map(async (ids) => {
        const reply = await supplier.call("orderPay", ids);
        if (reply !== undefined && ++answered === 3) supplier.kill();
        return reply;
      });
      const first = await Promise.all(paid);
      assert.ok(first.includes(undefined), "nobody was broken off");
      await world.age();
      supplier = await world.start(server);
      for (const [index, ids] of orders.entries()) {
        const { code, body } = await supplier.call("orderPay", ids);
        assert.equal(code, 200);
        if (first[index]) assert.deepEqual(body.vouchers, first[index].body.vouchers);
        const { orderStatus, voucherList } = (await supplier.call("orderQuery", ids)).body;
        assert.equal(orderStatus, ISSUED);
        assert.deepEqual(
          voucherList.map(({ voucher }) => voucher),
          body.vouchers,
        );
      }
      assert.equal(world.keys().length - before_, MANY);
    });

    it("sends a notice again that was on its way", async () => {
      const ids = await supplier.created(world.newOrder(UPSTREAM));
      await supplier.call("orderPay", ids);
      await supplier.happened(ids.orderId, { issued: { ...ids, voucherType: 1, vouchers: CODES } });
      // It came, and is never answered.
      await world.notices.take("payNotice", ids.orderId);
      supplier.kill();
      await world.age();
      supplier = await world.start(server);
      assert.deepEqual((await supplier.notice(world, "payNotice", ids.orderId)).body.vouchers, CODES);
    });
  });
}

describe("two processes on one file", { timeout: 120_000 }, () => {
  let world;
  let suppliers;
  before(async () => {
    world = await World.begin("two");
    suppliers = [await world.start("hono"), await world.start("express")];
  });
  after(() => world.end(...suppliers));

  it("do not both issue", async () => {
    const orders = await Promise.all(Array.from({ length: MANY }, () => suppliers[0].created(world.newOrder(OURS))));
    for (const ids of orders) {
      const replies = await Promise.all([...suppliers, ...suppliers].map((supplier) => supplier.call("orderPay", ids)));
      const { body } = await suppliers[1].call("orderPay", ids);
      for (const { code, body: told } of replies) {
        assert.ok([200, 598].includes(code), String(code));
        if (code === 200) assert.deepEqual(told.vouchers, body.vouchers);
      }
    }
    assert.equal(world.keys().length, MANY);
  });

  it("do not both ask the upstream", async () => {
    const orders = await Promise.all(Array.from({ length: MANY }, () => suppliers[0].created(world.newOrder(UPSTREAM))));
    for (const ids of orders) {
      for (const { code } of await Promise.all(suppliers.map((supplier) => supplier.call("orderPay", ids))))
        assert.equal(code, 598);
    }
    assert.equal(new Set(world.asked.map(({ key }) => key)).size, MANY);
    assert.equal(world.asked.length, MANY);
  });
});

describe("the store of orders in SQLite", () => {
  const open = (name) => new SqliteOrders(new Database(join(folder, name), { timeout: 5000 }));

  it("keeps the contract", async () => {
    const checks = await storeContract(open("contract.sqlite"));
    assert.ok(checks.length > 15 && checks.every(({ passed }) => passed));
  });

  it("keeps it with several connections to one file", async () => {
    await storeContract(open("connections.sqlite"), { other: open("connections.sqlite") });
  });

  it("names the orders in which something is due", () => {
    const store = open("due.sqlite");
    for (const [orderId, due] of Object.entries({ 1: 10, 2: 20, 3: undefined })) store.save(orderId, { orderId }, null, { due });
    assert.deepEqual([store.due(9), store.due(10), store.due(20)], [[], ["1"], ["1", "2"]]);
  });
});
