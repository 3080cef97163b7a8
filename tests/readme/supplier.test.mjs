// The supplier that the READMEs begin with works as it is printed: the test kit plays Meituan.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { ROOT } from "../packaging/tools.mjs";
import { blocksIn, read } from "./markdown.mjs";

const WORK = join(ROOT, "target/packaging/readme-supplier");

/** Plays Meituan against the module whose address it is given, and prints what came of it. */
const PLAYER = `
import { MeituanTicket } from "meituan-protocol/testing";

// Nothing is due: every answer is final.
globalThis.fetch = (request) => console.error("sent", request.url);

const [address, clientId, clientSecret] = process.argv.slice(2);
const routes = { "/create": "orderCreate", "/pay": "orderPay", "/query": "orderQuery", "/refund": "orderRefund", "/close": "orderClose" };
const meituan = new MeituanTicket({ partnerId: 1122, clientId, clientSecret, routes, host: "https://supplier.example" });
const { default: supplier } = await import(address);

const replies = [];
const call = async (name, body) => {
  const response = await supplier.fetch(meituan.call(name, body, { now: Date.now() }).toRequest());
  const { code, body: replied, verdict } = meituan.readReply(name, await response.text(), { status: response.status, request: body, quantity: 2 });
  replies.push({ name, code, verdict, tickets: (replied?.vouchers ?? replied?.voucherList)?.length });
  return replied;
};
const order = { orderId: "8985652356562370000", partnerOrderId: "P8985652356562370000" };
const visitor = { name: "张三", mobile: "13800000000" };
const product = { partnerDealId: "garden", mtDealId: "5", buyPrice: 5000, unitPrice: 5800, totalPrice: 11600, quantity: 2 };
await call("orderCreate", { orderId: order.orderId, ...product, travelDate: "2099-11-30", visitors: [visitor, visitor] });
const { vouchers } = await call("orderPay", order);
await call("orderPay", order);
await call("orderQuery", order);
const refund = { refundId: "77", partnerDealId: "garden", voucherList: vouchers, refundQuantity: 2, unitPrice: 5800 };
await call("orderRefund", { ...order, ...refund, refundPrice: 11600, refundFee: 0, refundTime: Date.now() });
console.log(JSON.stringify(replies));
process.exit();
`;

for (const readme of ["README.md", "README.zh-CN.md"]) {
  describe(`the supplier of ${readme}`, () => {
    it("creates, issues, repeats and queries an order, and puts a refund off", () => {
      const [{ code }] = blocksIn(read(readme), ["js"]);
      const [, clientId, clientSecret] = /clientId: "(.*)",\n\s*clientSecret: "(.*)",/.exec(code) ?? [];
      mkdirSync(WORK, { recursive: true });
      const block = join(WORK, `${readme}.mjs`);
      const player = join(WORK, "player.mjs");
      // The wire's client id is ASCII.
      writeFileSync(block, code.replace(clientId, "client"));
      writeFileSync(player, PLAYER);
      const words = [player, pathToFileURL(block).href, "client", clientSecret];
      const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: "utf8" });
      // No warning either.
      assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
      assert.deepEqual(JSON.parse(stdout), [
        { name: "orderCreate", code: 200, verdict: "passed" },
        { name: "orderPay", code: 200, verdict: "passed", tickets: 2 },
        { name: "orderPay", code: 200, verdict: "passed", tickets: 2 },
        { name: "orderQuery", code: 200, verdict: "passed", tickets: 2 },
        { name: "orderRefund", code: 602, verdict: "passed" },
      ]);
    });

    it("has about twenty lines", () => {
      const [{ code }] = blocksIn(read(readme), ["js"]);
      const lines = code.split("\n").filter((line) => line !== "" && !line.startsWith("import "));
      assert.ok(lines.length <= 20, `${lines.length}`);
    });
  });
}
