// The examples that serve products and prices, each in its own runtime, called as Meituan calls: signed, over HTTP.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { MeituanTicket } from "meituan-protocol/testing";
import { binary, ROOT, serve } from "../packaging/tools.mjs";

const KEYS = { partnerId: 1122, clientId: "example-client", clientSecret: "not a real secret" };
const OFFICE_TOKEN = "office, invented";
const DAYS = { partnerDealId: "garden-day", startTime: "2026-10-01", endTime: "2026-10-03" };
const folder = mkdtempSync(join(tmpdir(), "meituan-examples-"));

const settings = (host) => ({
  MEITUAN_PARTNER_ID: String(KEYS.partnerId),
  MEITUAN_CLIENT_ID: KEYS.clientId,
  MEITUAN_CLIENT_SECRET: KEYS.clientSecret,
  MEITUAN_HOST: host,
  OFFICE_TOKEN,
  DATABASE: join(folder, "prices.sqlite"),
});

const EXAMPLES = {
  bun: (host) =>
    serve(binary("bun", "@oven"), () => ["run", "server.ts"], { cwd: join(ROOT, "examples/bun"), env: settings(host) }),
  node: (host) => serve(process.execPath, () => ["src/prices.mjs"], { cwd: join(ROOT, "examples/node"), env: settings(host) }),
};

for (const [name, start] of Object.entries(EXAMPLES)) {
  describe(`the price example for ${name}`, { timeout: 60_000 }, () => {
    let supplier;
    let meituan;
    let notices;
    before(async () => {
      notices = await receiver(() => meituan);
      supplier = await start(notices.address);
      const routes = { "/meituan/heartbeat": "heartbeat", "/meituan/prices": "priceCalendar" };
      meituan = new MeituanTicket({ ...KEYS, routes, host: supplier.address });
    });
    after(async () => {
      supplier?.stop();
      await notices?.stop();
    });

    const ask = async (call, body, how = {}) => {
      const request = meituan.call(call, body, { now: Date.now(), ...how });
      const response = await fetch(request.toRequest());
      return meituan.readReply(call, await response.text(), { status: response.status });
    };

    it("has a heart", async () => {
      const { code, verdict } = await ask("heartbeat", undefined);
      assert.equal(code, 200);
      assert.equal(verdict, "passed");
    });

    if (name === "bun") {
      it("tells Meituan when the office sets a price, and whoever else tries is turned away", async () => {
        for (const day of ["2026-10-01", "2026-10-02", "2026-10-03"]) {
          const price = { product: "garden-day", day, market: 5800, sale: 5000, settlement: 4500, stock: 200 };
          const request = { method: "POST", body: JSON.stringify(price) };
          const headers = { authorization: `Bearer ${OFFICE_TOKEN}` };
          const response = await fetch(`${supplier.address}/office/price`, { ...request, headers });
          assert.deepEqual(await response.json(), { toldMeituan: true });
          assert.equal((await fetch(`${supplier.address}/office/price`, request)).status, 401);
        }
        assert.deepEqual(notices.received, Array(3).fill("productChangeNotice passed"));
      });
    }

    it("tells the price of each day", async () => {
      const { code, body, verdict, issues } = await ask("priceCalendar", DAYS);
      assert.equal(verdict, "passed", JSON.stringify(issues));
      assert.equal(code, 200);
      assert.deepEqual(
        body.map(({ date, settlementPrice }) => [date, settlementPrice]),
        [
          ["2026-10-01", 4500],
          ["2026-10-02", 4500],
          ["2026-10-03", 4500],
        ],
      );
    });

    it("tells the true reason where there is no such product", async () => {
      const { code, describe: reason, verdict } = await ask("priceCalendar", { ...DAYS, partnerDealId: "nothing" });
      assert.equal(code, 201);
      assert.equal(reason, "没有该产品：nothing");
      assert.equal(verdict, "passed");
    });

    it("refuses a call that is signed for another place, or is too old", async () => {
      for (const forge of ["signature", "date"]) {
        const { code } = await ask("priceCalendar", DAYS, { forge });
        assert.notEqual(code, 200);
      }
    });
  });
}

/** Meituan's end for notices. */
async function receiver(meituan) {
  const received = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    const { type, verdict, reply } = meituan().receiveNotice(
      { method, url, headers, body: Buffer.concat(chunks) },
      { now: Date.now() },
    );
    received.push(`${type} ${verdict}`);
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `http://127.0.0.1:${server.address().port}`, received, stop };
}
