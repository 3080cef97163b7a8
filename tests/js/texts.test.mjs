// What is said to people: in both languages, for every message, value, rule and error.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkMessage, explain, MESSAGES, transition } from "meituan-protocol";
import { conflicts, definitions, machines, reasons, reports, values } from "meituan-protocol/definitions";
import { MeituanTicket } from "meituan-protocol/testing";

const CHINESE = /\p{Script=Han}/u;

/** Both halves of a string, or a complaint about where it stands. */
function halves(doc, where) {
  const parts = doc.split(" · ");
  assert.equal(parts.length, 2, `${where}: ${doc}`);
  const [zh, en] = parts;
  assert.ok(zh.trim() !== "" && /[a-zA-Z]/.test(en), `${where}: ${doc}`);
  return { zh, en };
}

describe("the definitions", () => {
  it("say of every message and field what it is, in Chinese and in English", () => {
    for (const [name, { doc, fields }] of Object.entries(definitions)) {
      assert.match(halves(doc, name).zh, CHINESE, name);
      // The body of a message is its object, which says for itself what it is.
      for (const { name: field, doc } of fields.filter(({ doc }) => doc !== "")) {
        assert.match(halves(doc, `${name}.${field}`).zh, CHINESE, `${name}.${field}`);
      }
      assert.ok(
        fields.every(({ doc, of }) => doc !== "" || of !== undefined),
        name,
      );
    }
    assert.ok(MESSAGES.every((name) => name in definitions));
  });

  it("say of every value and event what it means, in both", () => {
    for (const [table, meanings] of Object.entries(values)) {
      for (const [value, doc] of Object.entries(meanings)) halves(doc, `${table} ${value}`);
    }
    for (const { event, doc } of machines.ride.moves) halves(doc, `event ${event}`);
  });
});

describe("an explanation", () => {
  it("says in both languages what a broken rule demands, what is wrong, and what to do", () => {
    const body = { orderId: 1, partnerOrderId: "P1", voucherType: 1, vouchers: ["A"] };
    const reply = JSON.stringify({ partnerId: 1122, code: 200, describe: "success", body });
    const broken = checkMessage("ticket.orderPay.response", reply, { quantity: 2 }).issues.find(({ rule }) => rule);
    const { meaning, hint, rule, points } = explain(broken);
    for (const text of [meaning, hint, rule.demand, ...points.map(({ demand }) => demand)]) {
      assert.match(text.zh, CHINESE);
      assert.match(text.en, /[a-z]{3}/);
    }
    assert.match(rule.demand.zh, /凭证码个数等于票数/);
    assert.match(rule.demand.en, /as many codes as tickets/);
    assert.equal(rule.basis, "documented");
  });
});

describe("an explanation of what is found in an order", () => {
  it("says of every conflict, reason and report what it means, in both languages", () => {
    for (const [kind, table] of [
      ["breach", conflicts],
      ["reason", reasons],
      ["report", reports],
    ]) {
      assert.ok(Object.keys(table).length > (kind === "report" ? 1 : 20), kind);
      for (const [id, text] of Object.entries(table)) {
        assert.match(id, /^[a-z]+(-[a-z]+)*$/);
        assert.deepEqual(explain({ [kind]: id }), { meaning: text });
        // What Meituan reads after a success is its own word.
        if (id !== "success") assert.match(text.zh, CHINESE, id);
        assert.match(text.en, /^[A-Z].*[.)]$/s, id);
      }
    }
  });

  it("has the sentence of whatever an order reports", () => {
    const orderId = "8985652356562370001";
    const { reason } = transition(null, { orderPay: { orderId } }, { now: 0 });
    assert.match(explain({ reason }).meaning.zh, /订单不存在/);
    assert.match(explain({ breach: "entered-twice" }).meaning.en, /used again/);
    assert.deepEqual(explain({ breach: "of-a-later-version" }).meaning, { en: "of-a-later-version", zh: "of-a-later-version" });
  });
});

describe("the test kit", () => {
  it("says of a broken rule in both languages what it demands", () => {
    const meituan = new MeituanTicket({ partnerId: 1122, clientId: "client", clientSecret: "secret" });
    const body = { orderId: 1, partnerOrderId: "P1", voucherType: 1, vouchers: ["A"] };
    const reply = JSON.stringify({ partnerId: 1122, code: 200, describe: "success", body });
    const { issues } = meituan.readReply("orderPay", reply, { quantity: 2 });
    const { text } = issues.find(({ id }) => id === "pay.one-code-per-ticket");
    assert.match(text.zh, /凭证码个数等于票数/);
    assert.match(text.en, /as many codes as tickets/);
  });
});
