// What the package has beside the supplier: money, tables, checks of single messages.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { acceptsMessage, checkMessage, MESSAGES } from "meituan-protocol";
import * as ticket from "meituan-protocol/ticket";
import { codes, fen, formatYuan, MANDATORY, MeituanError, yuan } from "meituan-protocol/ticket";
import { CREATE, options, refusalOf, signed, wire } from "./ticket-support.mjs";

describe("money", () => {
  it("becomes fen exactly", () => {
    const amounts = { "580.00": 58000, 580: 58000, 0.1: 10, "1.150": 115, "-1.5": -150, 0: 0, 1199.5: 119950, "-0": 0 };
    for (const [text, amount] of Object.entries(amounts)) assert.equal(yuan(text), amount, text);
    assert.equal(yuan(1.15), 115);
    assert.equal(yuan("90071992547409.91"), Number.MAX_SAFE_INTEGER);
  });

  it("is refused where fen cannot hold it", () => {
    for (const amount of [0.1 + 0.2, "1.005", "1e3", "", " 1", "1,000", ".5", "1.", Number.NaN, 1e21, "90071992547409.92", null]) {
      assert.equal(refusalOf(() => yuan(amount)).code, "INVALID_MONEY", String(amount));
    }
    for (const amount of [1.5, Number.NaN, 2 ** 53, "1"]) assert.equal(refusalOf(() => fen(amount)).code, "INVALID_MONEY");
  });

  it("is written with two places", () => {
    const texts = ["580.00", "0.01", "-1.50", "0.00", "90071992547409.91"];
    for (const text of texts) assert.equal(formatYuan(yuan(text)), text);
  });
});

describe("the package", () => {
  it("names the mandatory calls, the messages and the codes", () => {
    assert.deepEqual([...MANDATORY].sort(), [
      "consumeNotice",
      "orderClose",
      "orderCreate",
      "orderPay",
      "orderQuery",
      "orderRefund",
    ]);
    assert.ok(MESSAGES.includes("ticket.orderPay.request") && MESSAGES.includes("ride.refunded.response"));
    // A request and a reply of each interface.
    assert.equal(MESSAGES.filter((name) => name.endsWith(".request")).length * 2, MESSAGES.length);
    assert.equal(codes.OrderPayCode.ISSUING, 598);
  });

  it("checks any message by its name", () => {
    const text =
      '{"code":200,"describe":"s","partnerId":1,"body":{"orderId":1,"partnerOrderId":"P","voucherType":1,"vouchers":["a"]}}';
    const bad = checkMessage("ticket.orderPay.response", text, { quantity: 2 });
    assert.equal(bad.ok, false);
    assert.equal(bad.value, undefined);
    assert.deepEqual(
      bad.issues.map(({ rule, path }) => [rule, path]),
      [["pay.one-code-per-ticket", "body.vouchers"]],
    );
    const good = checkMessage("ticket.orderPay.response", Buffer.from(text), { quantity: 1 });
    assert.ok(good.ok);
    assert.deepEqual(good.value.body.vouchers, ["a"]);
    assert.equal(checkMessage("ticket.heartbeat.request", '{"partnerId":1,"a":"\ud83d"}').issues[0].code, "LONE_SURROGATE");
    assert.equal(refusalOf(() => checkMessage("ticket.nothing", "{}")).code, "UNKNOWN_VALUE");
  });

  it("reads JSON of any kind with every digit, however many escapes its strings have", () => {
    const escapes = '\\n\\\\\\"'.repeat(1_000_000);
    const text = `{"mtOrderId":"1","eventCode":1,"extInfoMap":{"\\"12345678901234567890":["${escapes}",-12345678901234567890,1.5,12345678901234567]}}`;
    const { value, issues } = checkMessage("ride.orderChanged.request", text);
    assert.ok(value, JSON.stringify(issues));
    const [[name, [string, ...numbers]]] = Object.entries(value.extInfoMap);
    assert.equal(name, '"12345678901234567890');
    assert.equal(string, '\n\\"'.repeat(1_000_000));
    assert.deepEqual(numbers, ["-12345678901234567890", 1.5, "12345678901234567"]);
  });

  it("says in one word what the check says in full, of whole messages and of damaged ones", () => {
    const damages = [
      (text) => text,
      (text) => text.slice(0, -1),
      (text) => text.replace(/\d/, "x"),
      (text) => text.replace(/"[^"]+":/, '"unknown":'),
      (text) => text.replace(/:\d+/, ":-1"),
      (text) => text.replace(/"[^"]*"$/, "null"),
      (text) => `${text.slice(0, -1)},"code":1,"code":2}`,
      () => "[]",
      () => "",
    ];
    const { exchanges } = JSON.parse(readFileSync(new URL("../vectors/trace/whole.json", import.meta.url), "utf8"));
    const messages = exchanges.flatMap(({ call, request, response }) => [
      [`ticket.${call}.request`, request],
      [`ticket.${call}.response`, response],
    ]);
    const seen = { true: 0, false: 0 };
    const compare = (name, text) => {
      const { ok } = checkMessage(name, text);
      assert.equal(acceptsMessage(name, text), ok, `${name} ${text}`);
      assert.equal(acceptsMessage(name, Buffer.from(text)), ok, `${name} ${text}`);
      seen[ok]++;
    };
    for (const [name, message] of messages) for (const damage of damages) compare(name, damage(JSON.stringify(message)));
    for (const name of MESSAGES) for (const damage of damages) compare(name, damage('{"code":0,"mtOrderId":"1","data":{}}'));
    assert.ok(seen.true > 100 && seen.false > 100, JSON.stringify(seen));
    assert.equal(acceptsMessage("ticket.orderPay.response", "\ud83d"), false);
    assert.equal(refusalOf(() => acceptsMessage("ticket.nothing", "{}")).code, "UNKNOWN_VALUE");
  });

  it("reads what is absent as no property at all", () => {
    const absentIn = (value, path) => {
      if (value === undefined) return [path];
      if (typeof value !== "object") return [];
      return Object.entries(value).flatMap(([name, each]) => absentIn(each, `${path}.${name}`));
    };
    const { exchanges } = JSON.parse(readFileSync(new URL("../vectors/trace/whole.json", import.meta.url), "utf8"));
    let read = 0;
    for (const { call, request, response } of exchanges) {
      for (const [name, message] of [
        [`ticket.${call}.request`, request],
        [`ticket.${call}.response`, response],
      ]) {
        const { value } = checkMessage(name, JSON.stringify(message));
        if (value !== undefined) read++;
        if (value !== undefined) assert.deepEqual(absentIn(value, name), []);
      }
    }
    assert.ok(read > 20, `${read}`);
    assert.deepEqual(checkMessage("ride.orderChanged.request", '{"mtOrderId":"1"}').value, { mtOrderId: "1" });
  });

  it("says the same through require and import", async () => {
    const { createRequire } = await import("node:module");
    const required = createRequire(import.meta.url)("meituan-protocol/ticket");
    assert.deepEqual(Object.keys(required).sort(), Object.keys(ticket).sort());
    const call = new required.TicketSupplier(options).receiveSync(signed("/mt/create", wire(CREATE)));
    assert.equal(call.body.orderId, "1453361297221");
    const error = refusalOf(() => new required.TicketSupplier(options).receiveSync(signed("/mt/create", "{")));
    assert.ok(MeituanError.is(error) && !(error instanceof MeituanError));
  });
});
