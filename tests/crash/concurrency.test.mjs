// Many calls at once against the example's Worker, in real workerd.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { storeContract } from "meituan-protocol/testing";
import { TicketSupplier } from "meituan-protocol/ticket";
import { startSupplier } from "../demo/supplier.mjs";

const PAIR = { partnerId: 1122, clientId: "many_client", clientSecret: "many-secret-not-a-real-one" };
const PATHS = { orderCreate: "create", orderPay: "pay", orderQuery: "query", orderRefund: "refund" };
const meituan = new TicketSupplier(PAIR);
const MANY = 50;
const QUANTITY = 5;

describe(`${MANY} calls at once`, { timeout: 120_000 }, () => {
  let supplier;
  let nextOrder = 8985652356562390001n;
  before(async () => {
    const bindings = {
      ...{ MEITUAN_PARTNER_ID: String(PAIR.partnerId), MEITUAN_CLIENT_ID: PAIR.clientId, MEITUAN_CLIENT_SECRET: PAIR.clientSecret },
      ...{ MEITUAN_HOST: "http://127.0.0.1:9", GATE_TOKEN: "many-gate-not-a-real-one", UPSTREAM_MILLISECONDS: "600000" },
    };
    supplier = await startSupplier(bindings, () => {});
  });
  after(() => supplier.stop());

  async function call(name, message) {
    const request = meituan.requests[name](message, { url: `${supplier.address}/meituan/order/${PATHS[name]}` });
    const response = await fetch(request.toRequest(), { signal: AbortSignal.timeout(60_000) });
    assert.equal(response.status, 200);
    const { code, describe, body } = await response.json();
    return { code, describe, ...body };
  }

  async function issuedOrder(product = "garden-day-instant") {
    const ids = { orderId: String(nextOrder++) };
    const prices = { buyPrice: 5800, unitPrice: 6600, totalPrice: 33000 };
    const create = { ...ids, partnerDealId: product, mtDealId: "1", ...prices, quantity: QUANTITY, visitors: [] };
    const { partnerOrderId } = await call("orderCreate", create);
    const { vouchers } = await call("orderPay", { ...ids, partnerOrderId });
    return { orderId: ids.orderId, partnerOrderId, vouchers };
  }

  const idsOf = ({ orderId, partnerOrderId }) => ({ orderId, partnerOrderId });

  const refundOf = ({ orderId, partnerOrderId }, refundId, voucherList) => ({
    ...{ orderId, partnerOrderId, refundId, partnerDealId: "garden-day-instant", voucherList, refundQuantity: voucherList.length },
    ...{ unitPrice: 6600, refundPrice: 6600, refundFee: 0, refundTime: Date.now() },
  });

  it("refund once, with the same refundId", async () => {
    const order = await issuedOrder();
    const refund = refundOf(order, "R1", order.vouchers.slice(0, 2));
    const answers = await Promise.all(Array.from({ length: MANY }, () => call("orderRefund", refund)));
    for (const { code } of answers) assert.ok([200, 601, 602].includes(code), String(code));
    assert.equal((await call("orderRefund", refund)).code, 601);
    const { refundedQuantity, voucherList } = await call("orderQuery", idsOf(order));
    assert.deepEqual([refundedQuantity, voucherList.filter(({ status }) => status === 2).length], [2, 2]);
  });

  it("refund exactly the tickets that there are, with different refundIds that want more", async () => {
    const order = await issuedOrder();
    const wanted = Array.from({ length: MANY }, (_, index) => refundOf(order, `R${index}`, [order.vouchers[index % QUANTITY]]));
    const answers = await Promise.all(wanted.map((refund) => call("orderRefund", refund)));
    const taken = answers.filter(({ code }) => [200, 601, 602].includes(code));
    const refused = answers.filter(({ code }) => code === 606);
    assert.deepEqual([taken.length, refused.length], [QUANTITY, MANY - QUANTITY]);
    const { orderQuantity, usedQuantity, refundedQuantity, voucherList } = await call("orderQuery", idsOf(order));
    assert.deepEqual([orderQuantity, usedQuantity, refundedQuantity], [QUANTITY, 0, QUANTITY]);
    assert.ok(voucherList.every(({ status }) => status === 2));
  });

  it("find a store that keeps the contract", async () => {
    const orders = await supplier.orders();
    const store = {
      load: (orderId) => orders.getByName(orderId).load(),
      save: (...saved) => orders.getByName(saved[0]).save(...saved),
    };
    const checks = await storeContract(store);
    assert.ok(checks.length > 10 && checks.every(({ passed }) => passed));
  });

  it("let each guest in once, whichever gate asks, and the same entry again with the same answer", async () => {
    const { orderId, vouchers } = await issuedOrder();
    const shown = (index) => [vouchers[index % QUANTITY], vouchers[(index + 1) % QUANTITY], "no-such-code"];
    const ids = Array.from({ length: MANY }, (_, index) => `gate-${index}`);
    const enter = (id, index) => supplier.enter(orderId, shown(index), id);
    const answers = await Promise.all(ids.map(enter));
    assert.deepEqual(answers.flatMap(({ entered }) => entered).sort(), [...vouchers].sort());
    for (const { entered, refused } of answers) {
      assert.equal(entered.length + Object.keys(refused).length, 3);
      assert.match(refused["no-such-code"], /[\u4e00-\u9fff]/);
    }
    const first = answers.findIndex(({ entered }) => entered.length > 0);
    assert.deepEqual(await enter(ids[first], first), answers[first]);
    assert.equal((await call("orderQuery", { orderId })).usedQuantity, QUANTITY);
    const unknown = await supplier.enter(String(nextOrder++), vouchers);
    assert.deepEqual([unknown.entered, Object.keys(unknown.refused)], [[], vouchers]);
  });

  it("create and pay one order once", async () => {
    const ids = { orderId: String(nextOrder++) };
    const prices = { buyPrice: 5800, unitPrice: 6600, totalPrice: 33000 };
    const create = { ...ids, partnerDealId: "garden-day-instant", mtDealId: "1", ...prices, quantity: QUANTITY, visitors: [] };
    for (const { code } of await Promise.all(Array.from({ length: MANY }, () => call("orderCreate", create))))
      assert.equal(code, 200);
    const paid = await Promise.all(Array.from({ length: MANY }, () => call("orderPay", ids)));
    for (const { code } of paid) assert.ok([200, 598].includes(code), String(code));
    const { voucherList } = await call("orderQuery", ids);
    const codes = voucherList.map(({ voucher }) => voucher);
    assert.equal(new Set(codes).size, QUANTITY);
    for (const { code, vouchers } of paid) if (code === 200) assert.deepEqual(vouchers, codes);
  });
});
