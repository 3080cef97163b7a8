// The ticket supplier in Rust, as a real process on a real file: played through every acceptance point, and killed while it works.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { MeituanTicket } from "meituan-protocol/testing";
import { fen } from "meituan-protocol/ticket";
import { receiveNotices } from "../../pkg/dist/cli/notices.js";
import { freePort, ROOT, run, serve } from "../packaging/tools.mjs";
import { built } from "./rust.mjs";

const KEYS = { partnerId: 1122, clientId: "example-client", clientSecret: "not a real secret" };
const CALLS = ["orderCreate", "orderPay", "orderQuery", "orderRefund", "orderClose", "orderRefunded"];
const routes = Object.fromEntries(CALLS.map((call) => [`/meituan/order/${call.slice("order".length).toLowerCase()}`, call]));
const GATE_TOKEN = "gate, invented";
const QUANTITY = 2;
const folder = mkdtempSync(join(tmpdir(), "meituan-rust-"));
const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

const settings = (host, name) => ({
  ...{ MEITUAN_PARTNER_ID: String(KEYS.partnerId), MEITUAN_CLIENT_ID: KEYS.clientId, MEITUAN_CLIENT_SECRET: KEYS.clientSecret },
  ...{ MEITUAN_HOST: host, GATE_TOKEN, DATABASE: join(folder, `${name}.sqlite`), UPSTREAM_MILLISECONDS: "1000" },
});

describe("the ticket example in Rust", { timeout: 900_000 }, () => {
  let program;
  before(async () => {
    program = await built("tickets");
  });

  it("shows every acceptance point", async () => {
    const port = await freePort();
    const env = settings(`http://127.0.0.1:${port}`, "accept");
    const supplier = await serve(program, () => [], { cwd: folder, env });
    try {
      const products = ["--instant", "garden-day", "--issues", "tower-night", "--refuses", "ferry"];
      const there = ["--notices", String(port), "--gate", `${supplier.address}/gate/enter`, "--travel-date", today()];
      const about = [...products, ...there, "--price", "58", "--production-url", "https://supplier.example"];
      const announced = ["--announced-at", "2026-03-02T09:00:00+08:00", "--upgrade-at", "2026-03-09T09:00:00+08:00"];
      const words = ["accept", supplier.address, ...about, ...announced, "--strict-coverage", "--json"];
      const printed = await run(process.execPath, [join(ROOT, "pkg/dist/cli/main.js"), ...words], { cwd: folder, env });
      const { ok, skipped, unasked, steps, warned, notExercised } = JSON.parse(printed);
      assert.deepEqual([ok, skipped, unasked, warned, notExercised], [true, [], [], [], []], supplier.printed());
      assert.ok(steps.length > 40 && steps.every(({ verdict }) => verdict === "passed"));
    } finally {
      supplier.stop();
    }
  });

  describe("two processes on one file, one of them killed", () => {
    let notices;
    let suppliers;
    before(async () => {
      const reader = new MeituanTicket({ ...KEYS, routes });
      notices = await receiveNotices((request) => reader.addressOf(request));
      // Long enough that nothing is under way yet when one of them is killed.
      const env = { ...settings(notices.address, "two"), UPSTREAM_MILLISECONDS: "4000" };
      suppliers = [await serve(program, () => [], { cwd: folder, env }), await serve(program, () => [], { cwd: folder, env })];
    });
    after(async () => {
      for (const supplier of suppliers) supplier.stop();
      await notices.stop();
    });

    const call = async (supplier, name, body) => {
      const meituan = new MeituanTicket({ ...KEYS, routes, host: supplier.address });
      const request = meituan.call(name, body, { now: Date.now() });
      const response = await fetch(request.toRequest());
      const text = await response.text();
      const reply = meituan.readReply(name, text, { status: response.status, request: body, quantity: QUANTITY });
      assert.equal(reply.verdict, "passed", `${text} ${JSON.stringify(reply.issues)}\n${supplier.printed()}`);
      return reply;
    };
    const create = async (orderId, partnerDealId) => {
      const prices = { buyPrice: fen(5800), unitPrice: fen(6600), totalPrice: fen(6600 * QUANTITY) };
      const { body } = await call(suppliers[0], "orderCreate", {
        ...{ orderId, partnerDealId, mtDealId: "1", ...prices, quantity: QUANTITY, visitors: [] },
      });
      return { orderId, partnerOrderId: body.partnerOrderId };
    };

    it("issue once, whichever is asked", async () => {
      const ids = await create("8985652356562380001", "garden-day");
      const replies = await Promise.all([...suppliers, ...suppliers].map((supplier) => call(supplier, "orderPay", ids)));
      const truth = await call(suppliers[1], "orderPay", ids);
      assert.equal(truth.code, 200);
      for (const { code, body } of replies) if (code === 200) assert.deepEqual(body.vouchers, truth.body.vouchers);
    });

    it("send a notice once, and the one that is left sends what the other cannot", async () => {
      const ids = await create("8985652356562380002", "tower-night");
      assert.equal((await call(suppliers[0], "orderPay", ids)).code, 598);
      suppliers[0].stop();
      const lost = (error) => assert.fail(`${error.message}\n${suppliers.map(({ printed }) => printed()).join("\n")}`);
      const notice = await notices.take("payNotice", ids.orderId, 20_000).catch(lost);
      const meituan = new MeituanTicket({ ...KEYS, routes });
      const judged = meituan.receiveNotice(notice.received, { now: Date.now(), quantity: QUANTITY });
      assert.equal(judged.verdict, "passed", JSON.stringify(judged.issues));
      notice.answer(judged.reply);
      await assert.rejects(notices.take("payNotice", ids.orderId, 3000), /no payNotice came/);
      assert.deepEqual((await call(suppliers[1], "orderPay", ids)).body.vouchers, judged.body.vouchers);
    });
  });
});
