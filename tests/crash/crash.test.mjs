// The example's Worker is killed between every two steps of a call, in real workerd with its orders on disk, and the call is
// repeated: each ticket is issued once, no code exists twice, and Meituan is never told failure for what has happened.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { TicketSupplier } from "meituan-protocol/ticket";

const PAIR = { partnerId: 1122, clientId: "crash_client", clientSecret: "crash-secret-not-a-real-one" };
const PATHS = { orderCreate: "create", orderPay: "pay", orderQuery: "query", orderRefund: "refund" };
const ROUTES = Object.fromEntries(Object.entries(PATHS).map(([name, path]) => [`/meituan/order/${path}`, name]));
const NOTICES = { "/rhone/mtp/api/order/pay/notice": "payNotice", "/rhone/mtp/api/order/refund/notice": "refundNotice" };
const meituan = new TicketSupplier({ ...PAIR, routes: ROUTES });
const QUANTITY = 2;
/** More steps than any call has. */
const MOST_STEPS = 40;

/** Both of Meituan's ears, and the hand that ends the process. */
class World {
  /** Which steps happened in the running attempt, and in which the process is to end. */
  steps = [];
  killAt = Number.POSITIVE_INFINITY;
  /** What the example's function has issued, by attempt key. */
  issued = new Map();
  notices = [];
  #nextOrder = 8985652356562370001n;

  static async begin() {
    const world = new World();
    world.folder = await mkdtemp(join(tmpdir(), "orders-"));
    world.server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      if (request.url in NOTICES) {
        const { code, issueType, body } = JSON.parse(text.replace(/"orderId":(\d+)/, '"orderId":"$1"'));
        world.notices.push({ name: NOTICES[request.url], orderId: body.orderId, code, issueType, body });
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ code: 200, describe: "success", partnerId: PAIR.partnerId }));
        return;
      }
      const name = decodeURIComponent(request.url.slice(1));
      world.#note(name, JSON.parse(text));
      // The process ends while it waits for this very answer.
      if (world.steps.length === world.killAt) return world.kill();
      response.end();
    }).listen(0, "127.0.0.1");
    await once(world.server, "listening");
    await world.start();
    return world;
  }

  #note(name, about) {
    this.steps.push(name);
    if (name !== "after issue") return;
    const [key] = about.values;
    const known = this.issued.get(key) ?? { orderId: about.orderId, codes: about.result, runs: 0 };
    assert.deepEqual(about.result, known.codes, "the same key has the same codes");
    this.issued.set(key, { ...known, runs: known.runs + 1 });
  }

  async start() {
    const address = `http://127.0.0.1:${this.server.address().port}`;
    const bindings = {
      ...{ MEITUAN_PARTNER_ID: String(PAIR.partnerId), MEITUAN_CLIENT_ID: PAIR.clientId, MEITUAN_CLIENT_SECRET: PAIR.clientSecret },
      ...{ MEITUAN_HOST: address, CONTROL: address, GATE_TOKEN: "crash-gate-not-a-real-one", UPSTREAM_MILLISECONDS: "150" },
    };
    const script = fileURLToPath(new URL("supplier-process.mjs", import.meta.url));
    this.process = fork(script, [JSON.stringify({ bindings, folder: this.folder })], {
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let said = "";
    this.process.stderr.on("data", (text) => (said += text));
    const [address_] = await Promise.race([
      once(this.process, "message"),
      once(this.process, "exit").then(() => Promise.reject(new Error(`the supplier did not start:\n${said}`))),
    ]);
    this.address = address_;
  }

  /** The process and its workerd, at once. */
  kill() {
    this.killAt = Number.POSITIVE_INFINITY;
    this.gone = once(this.process, "exit");
    process.kill(-this.process.pid, "SIGKILL");
  }

  async restart() {
    await this.gone;
    await this.start();
  }

  async end() {
    this.kill();
    await this.gone;
    this.server.close();
    this.server.closeAllConnections();
    await rm(this.folder, { recursive: true, force: true });
  }

  newOrder(product) {
    const orderId = String(this.#nextOrder++);
    const prices = { buyPrice: 5800, unitPrice: 6600, totalPrice: 13200 };
    const ids = { orderId, partnerOrderId: `P${orderId}` };
    return {
      ...ids,
      orderCreate: { orderId, partnerDealId: product, mtDealId: "1", ...prices, quantity: QUANTITY, visitors: [] },
      orderPay: ids,
      orderQuery: ids,
      orderRefund: (codes) => ({
        ...ids,
        ...{ refundId: `${orderId}-1`, partnerDealId: product, voucherList: codes, refundQuantity: codes.length },
        ...{ unitPrice: 6600, refundPrice: 6600, refundFee: 0, refundTime: Date.now() },
      }),
    };
  }

  /** What Meituan is told; undefined where the connection broke, or no reply came that would be one. */
  async call(name, message) {
    const request = meituan.requests[name](message, { url: `${this.address}/meituan/order/${PATHS[name]}` });
    try {
      const response = await fetch(request.toRequest(), { signal: AbortSignal.timeout(20_000) });
      if (response.status !== 200) return undefined;
      const { code, body, describe } = await response.json();
      return { code, describe, ...body };
    } catch {
      return undefined;
    }
  }

  /** Kills the process at a step of the call, starts it again, and repeats the call until it is replied. */
  async callAndKill(name, message, killAt) {
    this.steps = [];
    this.killAt = killAt;
    const first = await this.call(name, message);
    const wasKilled = this.killAt === Number.POSITIVE_INFINITY;
    const at = this.steps.at(-1);
    this.killAt = Number.POSITIVE_INFINITY;
    const replies = first === undefined ? [] : [first];
    if (wasKilled) {
      await this.restart();
      for (let tries = 0; tries < 5; tries++) {
        const reply = await this.call(name, message);
        if (reply !== undefined) replies.push(reply);
        if (reply !== undefined && ![598, 602].includes(reply.code)) break;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    return { wasKilled, at, replies };
  }
}

describe("a Worker killed between any two steps", { timeout: 600_000 }, () => {
  /** @type {World} */
  let world;
  before(async () => {
    world = await World.begin();
  });
  after(() => world.end());

  /** Kills at the first step, at the second, … until the call is over before it is killed. */
  async function killEverywhere(name, product, prepare, check) {
    const killedAt = [];
    for (let killAt = 1; killAt <= MOST_STEPS; killAt++) {
      const order = world.newOrder(product);
      const message = await prepare(order);
      const { wasKilled, at, replies } = await world.callAndKill(name, message, killAt);
      const context = `killed at step ${killAt}, ${at}: ${JSON.stringify(replies)}`;
      assert.ok(replies.length > 0, `no reply came; ${context}`);
      for (const { code } of replies) assert.ok([200, 598, 601, 602].includes(code), `a failure was told; ${context}`);
      await check(order, replies, context);
      if (!wasKilled) return killedAt;
      killedAt.push(at);
    }
    throw new Error(`${name} has more than ${MOST_STEPS} steps`);
  }

  async function createdOrder(order) {
    assert.equal((await world.call("orderCreate", order.orderCreate)).code, 200);
    return order.orderPay;
  }

  async function paidOrder(order) {
    await createdOrder(order);
    await world.call("orderPay", order.orderPay);
    return order.orderRefund((await settled(order, 4)).voucherList.slice(0, 1).map(({ voucher }) => voucher));
  }

  /** The order, once it is in a state. */
  async function settled(order, orderStatus) {
    for (const end = Date.now() + 15_000; Date.now() < end; ) {
      const found = await world.call("orderQuery", order.orderQuery);
      if (found?.orderStatus === orderStatus) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the order did not come to ${orderStatus}`);
  }

  async function issuedOnce(order, context) {
    const { voucherList } = await settled(order, 4);
    const codes = voucherList.map(({ voucher }) => voucher);
    const issues = [...world.issued.entries()].filter(([, { orderId }]) => orderId === order.orderId);
    assert.equal(new Set(codes).size, QUANTITY, context);
    assert.ok(issues.length <= 1, `issued for ${issues.length} keys; ${context}`);
    if (issues.length === 1) assert.deepEqual(codes, issues[0][1].codes, context);
    return codes;
  }

  it("creates once", async () => {
    const killedAt = await killEverywhere(
      "orderCreate",
      "garden-day-instant",
      (order) => order.orderCreate,
      async (order, replies, context) => {
        assert.deepEqual(replies.at(-1).partnerOrderId, order.partnerOrderId, context);
        await settled(order, 2);
      },
    );
    console.log(`create was killed at ${killedAt.length} steps: ${killedAt.join(", ")}`);
    assert.ok(killedAt.includes("after save") && killedAt.includes("before reply"));
  });

  it("pays and issues once, at once", async () => {
    const killedAt = await killEverywhere("orderPay", "garden-day-instant", createdOrder, async (order, replies, context) => {
      assert.equal(replies.at(-1).code, 200, context);
      assert.deepEqual(replies.at(-1).vouchers, await issuedOnce(order, context), context);
    });
    console.log(`pay was killed at ${killedAt.length} steps: ${killedAt.join(", ")}`);
    assert.ok(killedAt.includes("after issue"));
  });

  it("pays and issues once, later, and tells it by notice", async () => {
    const killedAt = await killEverywhere("orderPay", "tower-night-upstream", createdOrder, async (order, replies, context) => {
      const codes = await issuedOnce(order, context);
      if (replies.every(({ code }) => code !== 598)) return;
      for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
        if (world.notices.some(({ name, orderId }) => name === "payNotice" && orderId === order.orderId)) break;
      }
      const told = world.notices.filter(({ name, orderId }) => name === "payNotice" && orderId === order.orderId);
      assert.ok(told.length > 0, `598 was told, and no notice came; ${context}`);
      for (const { issueType, body } of told) assert.deepEqual([issueType, body.vouchers], [1, codes], context);
    });
    console.log(`pay upstream was killed at ${killedAt.length} steps: ${killedAt.join(", ")}`);
    assert.ok(killedAt.includes("after askUpstream"));
  });

  it("refunds once", async () => {
    const killedAt = await killEverywhere("orderRefund", "garden-day-instant", paidOrder, async (order, replies, context) => {
      assert.ok([200, 601].includes(replies.at(-1).code), context);
      const { refundedQuantity, usedQuantity, voucherList } = await settled(order, 4);
      assert.deepEqual([refundedQuantity, usedQuantity], [1, 0], context);
      assert.deepEqual(voucherList.map(({ status }) => status).sort(), [0, 2], context);
    });
    console.log(`refund was killed at ${killedAt.length} steps: ${killedAt.join(", ")}`);
  });
});
