// Tickets of the examples that are refunded or void are sold again, each once: whatever comes twice, at once, or in another order.

import assert from "node:assert/strict";
import { Meituan, orderOf, refundOf } from "./load/meituan.mjs";
import { Model } from "./load/model.mjs";

const FIRST = 8985652356562430001n;
const QUANTITY = 3;
const DAY = 86_400_000;
const PATIENCE = 10_000;

const sleep = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The day in UTC+8, so many days from now. @param {number} days */
const dayFromNow = (days) => new Date(Date.now() + days * DAY + 8 * 3_600_000).toISOString().slice(0, 10);

/**
 * @param {{ port: number, address: string, stock: () => Promise<number>, hasDates: boolean,
 *   reserve: (orderId: string, quantity: number) => Promise<unknown>,
 *   whileBusy?: Record<"released" | "products", (work: () => Promise<void>, orderId: string, ticket: string) => Promise<void>> }} how
 * `reserve` does what a create did that was killed before its end was recorded; `hasDates` where a refund after the day of the visit is refused; `whileBusy` keeps the database from releasing a ticket, or from taking
 * any from the stock
 */
export async function sellsAgain({ port, address, stock, reserve, hasDates, whileBusy }) {
  const model = new Model();
  const meituan = new Meituan({ model, addresses: () => [address] });
  const notices = await meituan.receive(port);
  const whole = await stock();
  let orders = 0;

  const created = async (/** @type {object} */ more = {}) => {
    const orderId = String(FIRST + BigInt(orders++));
    model.begin(orderId, QUANTITY);
    const { partnerOrderId } = (await meituan.call("orderCreate", { ...orderOf(orderId, QUANTITY), ...more })).body;
    return { orderId, partnerOrderId };
  };
  const issued = async (/** @type {object} */ more = {}) => {
    const ids = await created(more);
    assert.equal((await meituan.call("orderPay", ids)).code, 200);
    const { codes = [] } = model.of(ids.orderId);
    return { ids, codes };
  };
  /** So many tickets are held. @param {number} held @param {string} why */
  const holds = async (held, why) => {
    for (const until = Date.now() + PATIENCE; (await stock()) !== whole - held && Date.now() < until; ) await sleep(50);
    // Whatever would come twice has come.
    await sleep(200);
    assert.equal(whole - (await stock()), held, why);
  };
  const close = (/** @type {object} */ ids, closeType = 1) => meituan.call("orderClose", { ...ids, closeType });
  const refunded = (
    /** @type {object} */ ids,
    count = QUANTITY,
    /** @type {readonly string[] | undefined} */ voucherList = undefined,
  ) =>
    meituan.call("orderRefunded", {
      ...{ ...ids, refundSerialNo: "S1", voucherList, count, refundPrice: -1 },
      ...{ refundMessageType: 1, reason: "用户投诉", refundTime: Math.floor(Date.now() / 1000) * 1000 },
    });

  try {
    const { ids, codes } = await issued();
    await holds(3, "an order that is issued");
    const both = [0, 1].map((at) => refundOf(ids, [codes[at]]));
    const replies = await Promise.all([...both, ...both].map((body) => meituan.call("orderRefund", body)));
    assert.ok(replies.every(({ code }) => code === 200 || code === 601 || code === 602));
    await holds(1, "two refunds at once, each of them twice");
    assert.equal((await meituan.call("orderRefund", both[0])).code, 601);
    await holds(1, "a refund that is repeated later");
    for (let time = 0; time < 2; time++) assert.equal((await refunded(ids, 2, [codes[0], codes[2]])).code, 200);
    await holds(0, "a refund by Meituan, of a ticket that was refunded before as well");

    const unpaid = await created();
    await holds(3, "an order that is created");
    for (let time = 0; time < 2; time++) assert.equal((await close(unpaid)).code, 200);
    await holds(0, "an order that is closed");

    const early = await created();
    assert.equal((await refunded(early, 1)).code, 200);
    await holds(3, "an order that is not issued, of which a part is refunded: the others are still to be issued");
    assert.equal((await close(early)).code, 200);
    await holds(0, "what was left of it");

    const begun = String(FIRST + BigInt(orders++));
    model.begin(begun, QUANTITY);
    await reserve(begun, QUANTITY);
    // Meanwhile the price has changed: a refusal would leave the tickets held.
    const again = await meituan.call("orderCreate", { ...orderOf(begun, QUANTITY), buyPrice: 5700 });
    assert.equal(again.code, 200);
    await holds(3, "an order whose create ran before");
    assert.equal((await close({ orderId: begun, partnerOrderId: again.body.partnerOrderId })).code, 200);
    await holds(0, "the same, closed");
    const repriced = await meituan.refused("orderCreate", {
      ...orderOf(String(FIRST + BigInt(orders++)), QUANTITY),
      buyPrice: 5700,
    });
    assert.equal(repriced.code, 410);
    await holds(0, "an order with another price");

    const failed = await issued();
    assert.equal((await meituan.call("orderRefund", refundOf(failed.ids, failed.codes.slice(0, 1)))).code, 200);
    for (let time = 0; time < 2; time++) assert.equal((await close(failed.ids, 3)).code, 200);
    await holds(0, "an order that is closed after it was issued, and after a refund");

    const never = String(FIRST + BigInt(orders++));
    model.begin(never, QUANTITY);
    for (const closeType of [1, 2]) assert.equal((await close({ orderId: never }, closeType)).code, 200);
    await holds(0, "an order that was never made, and is closed");

    if (hasDates) {
      // The time at which the guest wanted the refund decides, not the time at which the function runs.
      const past = await issued({ travelDate: dayFromNow(-2) });
      const late = { ...refundOf(past.ids, past.codes.slice(0, 1)), refundTime: Math.floor((Date.now() - DAY) / 1000) * 1000 };
      for (let time = 0; time < 2; time++) assert.equal((await meituan.call("orderRefund", late)).code, 606);
      await holds(3, "a refund that is refused");
      const before = { ...refundOf(past.ids, past.codes.slice(1)), refundTime: Math.floor((Date.now() - 3 * DAY) / 1000) * 1000 };
      assert.equal((await meituan.call("orderRefund", before)).code, 200);
      await holds(1, "a refund that the guest wanted before the day of the visit");
      await close(past.ids, 3);
      await holds(0, "what was left");
    }

    if (whileBusy) {
      const two = await issued();
      /** @type {Promise<unknown>} */
      let open = Promise.resolve();
      const refundsTwo = async () => {
        open = meituan.call("orderRefund", refundOf(two.ids, [two.codes[0]])).catch((error) => error);
        await sleep(300);
        assert.equal((await meituan.call("orderRefund", refundOf(two.ids, [two.codes[1]]))).code, 200);
        await holds(2, "a refund, while another one is not decided: its ticket stays held");
      };
      await whileBusy.released(refundsTwo, two.ids.orderId, two.codes[0]);
      assert.equal(/** @type {any} */ (await open).code, 200);
      await holds(1, "both of them");
      await close(two.ids, 3);
      await holds(0, "what was left");

      // Its create still runs when Meituan closes it: the tickets are taken afterwards.
      const late = String(FIRST + BigInt(orders++));
      model.begin(late, QUANTITY);
      const ended = { create: false, close: false };
      /** @type {Promise<{ code: number }> | undefined} */
      let closing;
      const closesLate = async () => {
        open = meituan.refused("orderCreate", orderOf(late, QUANTITY)).finally(() => (ended.create = true));
        await sleep(300);
        closing = close({ orderId: late }, 2).finally(() => (ended.close = true));
        await sleep(300);
        assert.equal(ended.create, false, "create did not wait for the stock");
      };
      await whileBusy.products(closesLate, late, "");
      assert.equal((await closing)?.code, 200);
      await open;
      await holds(0, "an order that was closed while its create still ran");
    }
    assert.deepEqual(model.violations, []);
  } finally {
    await notices.stop();
  }
}
