// Nothing in silence: what each hook receives, what the console gets without it, and what can be asked of an order.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryStore } from "meituan-protocol/testing";
import { handler, MeituanError, TicketSupplier } from "meituan-protocol/ticket";

const SECRET = "123456ce8b61f8e608eaf2e9702864a9";
const SETTINGS = {
  ...{ partnerId: 1122, clientId: "lvyou_x", clientSecret: SECRET, host: "https://meituan.example" },
  routes: { "/create": "orderCreate", "/pay": "orderPay", "/query": "orderQuery", "/refund": "orderRefund" },
};
const PATHS = { orderCreate: "/create", orderPay: "/pay", orderQuery: "/query", orderRefund: "/refund" };
const ORDER = "8985652356562370001";
const NAME = "张三";
const CREATE = {
  ...{ orderId: ORDER, partnerDealId: "D1", mtDealId: "7", buyPrice: 5800, unitPrice: 6000, totalPrice: 12000, quantity: 2 },
  ...{ visitors: [{ name: NAME, mobile: "13500000000" }, { name: NAME }], travelDate: "2026-03-02" },
};
const PAY = { orderId: ORDER, partnerOrderId: "P1" };
const PAY_KEY = `orderPay:${ORDER}`;
const CODES = ["SECRET-CODE-1", "SECRET-CODE-2"];
/** Noon in UTC+8 on the day of the visit. */
const NOON = Date.UTC(2026, 2, 2, 4);
const DAY = 86_400_000;

const HOOKS = ["onError", "onWarning", "onConflict", "onNoticeGivenUp"];

/** A supplier whose hooks are listened to, unless the console shall be. */
function shop({ store = new MemoryStore(), now = NOON, functions = {}, hooks = HOOKS, ...options } = {}) {
  const heard = [];
  const clock = { now };
  const supplier = new TicketSupplier({ ...SETTINGS, now: () => clock.now });
  const listening = Object.fromEntries(hooks.map((name) => [name, (what, about) => heard.push({ name, what, about })]));
  const serve = handler({
    ...{
      config: { ...SETTINGS, now: () => clock.now },
      store,
      send: () => Response.json({ code: 699, describe: NAME, partnerId: 1122 }),
    },
    ...{ orderCreate: () => ({ partnerOrderId: "P1" }), orderPay: (call) => call.issuing(), orderRefund: (call) => call.pending() },
    ...listening,
    ...options,
    ...functions,
  });
  const call = async (name, message) => {
    const request = supplier.requests[name](message, { url: `https://shop.example${PATHS[name]}`, now: clock.now });
    const response = await serve(request.toRequest());
    return response.status === 200 ? response.json() : { status: response.status };
  };
  const { onError: _, ...orderHooks } = listening;
  return {
    heard,
    clock,
    store,
    serve,
    call,
    orders: supplier.orders(store, undefined, orderHooks),
    settle: () => serve.settle(ORDER),
  };
}

async function issued(options) {
  const one = shop(options);
  await one.call("orderCreate", CREATE);
  await one.call("orderPay", PAY);
  await one.orders.apply(ORDER, { issued: { ...PAY, voucherType: 1, vouchers: CODES } });
  return one;
}

/** An order whose pay notice Meituan has never accepted. */
async function givenUp(options) {
  const one = await issued(options);
  await one.settle();
  one.clock.now += 8 * DAY;
  await one.settle();
  return one;
}

const named = (heard, name) => heard.filter((one) => one.name === name);

/** What the console got while something was done. */
async function linesOf(t, work) {
  const lines = [];
  for (const level of ["error", "warn", "log", "info"]) t.mock.method(console, level, (...words) => lines.push(words));
  await work();
  t.mock.restoreAll();
  for (const words of lines) assert.equal(words.length, 1, "one string");
  const all = lines.map(([line]) => line);
  for (const line of all) {
    assert.match(line, /^meituan-protocol/);
    assert.ok(!/[\n\r]/.test(line), line);
    for (const secret of [SECRET, NAME, "13500000000", ...CODES, "password"]) assert.ok(!line.includes(secret), line);
  }
  return all;
}

/** Functions of which nobody hears how they end. */
const ENDLESS = {
  hangs: () => new Promise(() => {}),
  throws: () => {
    throw new Error("password=secret");
  },
};

/** Stores that have saved, and say otherwise. */
const MISLEADING = {
  "that it came second": () => false,
  "that it failed": () => {
    throw new Error("connection reset");
  },
};

describe("a closing function that", () => {
  for (const [name, act] of Object.entries(ENDLESS)) {
    it(`${name} runs ten times, later and later, is heard of each time, and is a conflict in the end`, async () => {
      let runs = 0;
      const orderClose = () => {
        runs++;
        return act();
      };
      const one = shop({ functions: { orderClose }, deadlineMs: 5 });
      await one.call("orderCreate", CREATE);
      await one.orders.apply(ORDER, { orderClose: { orderId: ORDER, closeType: 2 } });
      runs = 1;
      for (let minutes = 0; minutes < 600; minutes++) {
        one.clock.now += 60_000;
        if (one.store.due(one.clock.now).length > 0) await one.settle();
      }
      assert.equal(runs, 10);
      assert.equal(named(one.heard, "onWarning").filter(({ what }) => what[0].report === "function-broke-off").length, 9);
      const conflicts = named(one.heard, "onConflict").map(({ what }) => what.map(({ breach }) => breach));
      assert.deepEqual([conflicts, one.store.due(2 ** 52)], [[["function-unusable"]], []]);
    });
  }
});

describe("hooks", () => {
  for (const [says, misled] of Object.entries(MISLEADING)) {
    it(`hear of a conflict and of a notice that is given up also where the store has saved them and says ${says}`, async () => {
      const kept = new MemoryStore();
      let misleads = false;
      const store = {
        load: (id) => kept.load(id),
        save(...all) {
          const isSaved = kept.save(...all);
          if (!misleads || !isSaved) return isSaved;
          misleads = false;
          return misled();
        },
      };
      const one = await issued({ store });
      const enter = (id) => one.orders.apply(ORDER, { consumed: { id, vouchers: [CODES[0]] } }).catch(() => {});
      await enter("E1");
      misleads = true;
      for (let tries = 0; tries < 3; tries++) await enter("E2");
      const conflicts = named(one.heard, "onConflict").map(({ what }) => what.map(({ breach }) => breach));
      assert.deepEqual(conflicts, [["entered-twice"]]);
      await one.settle();
      one.clock.now += 8 * DAY;
      misleads = true;
      for (let tries = 0; tries < 3; tries++) await one.settle().catch(() => {});
      assert.deepEqual(
        named(one.heard, "onNoticeGivenUp").map(({ what }) => what.id),
        [`payNotice:${ORDER}`],
      );
    });
  }

  it("hears of each call that the order rules refuse, though nothing is saved", async (t) => {
    const REFUND = {
      ...{ orderId: ORDER, refundId: "R1", partnerOrderId: "P1", partnerDealId: "D1", voucherList: CODES, refundQuantity: 2 },
      ...{ unitPrice: 6000, refundPrice: 12000, refundFee: 0, refundTime: NOON },
    };
    const { call, heard } = shop({ functions: { orderPay: () => assert.fail("there is no such order") } });
    for (const [name, message, code] of [
      ["orderPay", PAY, 599],
      ["orderRefund", REFUND, 699],
      ["orderPay", PAY, 599],
    ]) {
      assert.equal((await call(name, message)).code, code);
      const [{ name: hook, what, about }, ...more] = heard.splice(0);
      assert.deepEqual([hook, what, about, more], ["onWarning", [{ report: "call-refused" }], { orderId: ORDER, call: name }, []]);
    }
    // Whoever asks is answered, and nothing has happened.
    assert.equal((await call("orderQuery", PAY)).code, 301);
    assert.deepEqual(heard, []);

    const lines = [];
    t.mock.method(console, "warn", (line) => lines.push(line));
    const quiet = shop({ hooks: [] });
    const other = { ...PAY, orderId: "77" };
    for (const _ of [1, 2]) assert.equal((await quiet.call("orderPay", other)).code, 599);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0], /order 77, orderPay: call-refused: /);
  });

  it("by the console tells of no key that a sender or a function wrote, which may name somebody", async (t) => {
    const lines = [];
    t.mock.method(console, "error", (line) => lines.push(line));
    t.mock.method(console, "warn", (line) => lines.push(line));
    const ID = "110101199001011234";
    for (const odd of [
      { [NAME]: "13500000000" },
      { [ID]: 1 },
      { voucherAdditionalList: [{ voucher: CODES[0], additionMap: { [ID]: 5 } }] },
      { voucherAdditionalList: [{ voucher: CODES[0], additionMap: { [NAME]: 5 } }] },
    ]) {
      const { call } = shop({ hooks: [], functions: { orderPay: () => ({ voucherType: 1, vouchers: CODES, ...odd }) } });
      await call("orderCreate", CREATE);
      lines.splice(0);
      await call("orderPay", PAY);
      const said = lines.join("\n");
      assert.match(said, /\(at body\.(voucherAdditionalList\[0\]\.additionMap\.)?…\)/);
      for (const secret of [ID, NAME, "13500000000", ...CODES]) assert.ok(!said.includes(secret), said);
    }
  });

  it("receive which order, call and key an error is about, and never the request where it is printed", async () => {
    const orderPay = () => {
      throw new Error("the upstream");
    };
    const one = shop({ functions: { orderPay } });
    await one.call("orderCreate", CREATE);
    assert.equal((await one.call("orderPay", PAY)).code, 598);
    const [{ what, about }] = named(one.heard, "onError");
    assert.equal(what.message, "the upstream");
    assert.deepEqual({ ...about }, { orderId: ORDER, call: "orderPay", key: PAY_KEY });
    assert.equal(JSON.stringify(about), JSON.stringify({ orderId: ORDER, call: "orderPay", key: PAY_KEY }));
    assert.equal(new URL(about.request.url).pathname, "/pay");
  });

  it("receive which notice Meituan did not accept, and from settle which function threw", async () => {
    const one = await issued({
      functions: {
        orderRefund() {
          throw new Error("again");
        },
      },
    });
    await one.call("orderRefund", {
      ...{ ...PAY, refundId: "R1", partnerDealId: "D1", voucherList: [CODES[0]], refundQuantity: 1, unitPrice: 6000 },
      ...{ refundPrice: 6000, refundFee: 0, refundTime: NOON },
    });
    one.heard.length = 0;
    one.clock.now += 120_000;
    await one.settle();
    assert.deepEqual(
      named(one.heard, "onError").map(({ what, about }) => [what.code ?? what.message, { ...about }]),
      [
        ["again", { orderId: ORDER, call: "orderRefund", key: `orderRefund:${ORDER}:R1` }],
        ["REMOTE_REJECTED", { orderId: ORDER, call: "payNotice", key: `payNotice:${ORDER}` }],
      ],
    );
  });

  it("hear of every 503, by a stable code where nothing was thrown", async () => {
    const store = new MemoryStore();
    const hanging = () => new Promise(() => {});
    const first = shop({ store, functions: { orderCreate: hanging }, deadlineMs: 300 });
    void first.call("orderCreate", CREATE);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = shop({ store, deadlineMs: 60 });
    assert.deepEqual(await second.call("orderCreate", CREATE), { status: 503 });
    const [{ what, about }, ...more] = second.heard;
    assert.ok(MeituanError.is(what));
    assert.deepEqual([what.code, { ...about }, more], ["NO_REPLY", { orderId: ORDER, call: "orderCreate" }, []]);
    assert.match(what.hint, /orders\.explain/);
    assert.match(what.hintZh, /orders\.explain/);
  });

  it("hear of a 503 once where something was thrown", async () => {
    const orderCreate = () => {
      throw new Error("the upstream");
    };
    const one = shop({ functions: { orderCreate } });
    assert.deepEqual(await one.call("orderCreate", CREATE), { status: 503 });
    assert.deepEqual(
      one.heard.map(({ what }) => what.message),
      ["the upstream"],
    );
  });

  it("receive conflicts with the call that they came by", async () => {
    const one = await issued();
    await one.call("orderCreate", { ...CREATE, quantity: 3, totalPrice: 18000 });
    await one.orders.apply(ORDER, { consumed: { id: "gate-1", vouchers: [CODES[0]] } });
    await one.orders.apply(ORDER, { consumed: { id: "gate-2", vouchers: [CODES[0]] } });
    assert.deepEqual(
      named(one.heard, "onConflict").map(({ what, about }) => [what.map(({ breach }) => breach), about]),
      [
        [["repeated-differently"], { orderId: ORDER, call: "orderCreate" }],
        [["entered-twice"], { orderId: ORDER }],
      ],
    );
  });

  it("receive a notice that was given up, without its content, and onConflict does not receive it as well", async () => {
    const one = await givenUp();
    const id = `payNotice:${ORDER}`;
    const [{ what, about }, ...more] = named(one.heard, "onNoticeGivenUp");
    assert.deepEqual(what, { id, name: "payNotice", since: NOON, tries: 1 });
    assert.deepEqual([about, more], [{ orderId: ORDER, call: "payNotice", key: id }, []]);
    assert.deepEqual(named(one.heard, "onConflict"), []);
  });

  it("receive as warnings what an order reports, and what deviates", async () => {
    const one = await issued({ send: () => Response.json({ code: 300, describe: "processing", partnerId: 1122 }) });
    await one.settle();
    await one.call("orderQuery", PAY);
    const warnings = named(one.heard, "onWarning").filter(({ what }) => what[0].report);
    assert.deepEqual(
      warnings.map(({ what, about }) => [what, about]),
      [[[{ report: "accepted-at-last" }], { orderId: ORDER, call: "orderQuery" }]],
    );
  });

  it("of another kind, and another language, are refused by name", () => {
    const act = () => {};
    const options = { config: SETTINGS, store: new MemoryStore(), orderCreate: act, orderPay: act, orderRefund: act };
    for (const [more, path] of [
      ...HOOKS.map((name) => [{ [name]: 1 }, name]),
      [{ language: "fr" }, "language"],
      [{ unknownOutcome: "pending" }, "unknownOutcome"],
    ]) {
      assert.throws(() => handler({ ...options, ...more }), { code: "INVALID_CONFIG", path });
    }
    assert.throws(() => handler({ config: SETTINGS, onConflict: act }), { code: "INVALID_CONFIG", path: "onConflict" });
    const supplier = new TicketSupplier(SETTINGS);
    assert.throws(() => supplier.orders(options.store, {}, { onConflicts: act }), { code: "INVALID_CONFIG", path: "onConflicts" });
  });
});

describe("without hooks the console", () => {
  for (const [language, words] of [
    [
      "en",
      {
        conflict: /conflict entered-twice: A ticket .*orders\.explain\("8985652356562370001"\)/,
        given: /sent no more/,
        thrown: /thrown at /,
      },
    ],
    ["zh", { conflict: /冲突 entered-twice：同一张票/, given: /已停止发送/, thrown: /抛出 TypeError/ }],
  ]) {
    it(`gets one line for each report, with ids, what it means and what to do, and no content (${language})`, async (t) => {
      const lines = await linesOf(t, async () => {
        const orderPay = () => {
          throw new TypeError(`INSERT INTO guests VALUES ('${NAME}')\n    at password`);
        };
        const one = shop({ hooks: [], language, functions: { orderPay } });
        await one.call("orderCreate", CREATE);
        await one.call("orderPay", PAY);
        const orders = new TicketSupplier(SETTINGS).orders(one.store, undefined, { language });
        await orders.apply(ORDER, { issued: { ...PAY, voucherType: 1, vouchers: CODES } }, { now: NOON });
        for (const id of ["gate-1", "gate-2"]) {
          await orders.apply(ORDER, { consumed: { id, vouchers: [CODES[0]] } }, { now: NOON });
        }
        await one.settle();
        one.clock.now += 8 * DAY;
        await one.settle();
      });
      const about = (pattern) => lines.filter((line) => pattern.test(line));
      const [thrown] = about(words.thrown);
      assert.match(thrown, new RegExp(`${ORDER}.*orderPay.*${PAY_KEY}.*TypeError.*reports\\.test\\.mjs:\\d+`));
      assert.match(thrown, /onError/);
      assert.equal(about(words.conflict).length, 1);
      assert.match(about(/REMOTE_REJECTED/)[0], /payNotice:8985652356562370001.*699/);
      assert.match(about(words.given)[0], /payNotice:8985652356562370001.*orders\.retryNotice\("8985652356562370001", key\)/);
    });
  }

  it("gets a warning once, and one line for what is refused", async (t) => {
    const lines = await linesOf(t, async () => {
      const one = shop({ hooks: [] });
      for (let round = 0; round < 3; round++) await one.call("orderCreate", { ...CREATE, totalPrice: 1 });
      const unknown = await one.serve(new Request("https://shop.example/nothing", { method: "POST", body: "{}" }));
      assert.equal(unknown.status, 200);
    });
    assert.equal(lines.filter((line) => line.includes("create.total-price")).length, 1);
    assert.equal(lines.filter((line) => line.includes("UNKNOWN_ROUTE")).length, 1);
  });

  it("gets a line of whatever is thrown, and Meituan its reply", async (t) => {
    const unreadable = new Error("password");
    Object.defineProperty(unreadable, "name", {
      get() {
        throw new Error("password");
      },
    });
    const changed = new Error("x");
    changed.stack = `Error: guests\n${NAME}@example.com 13500000000\n    at work (shop.mjs:7:1)`;
    const later = Object.create(MeituanError.prototype, { code: { value: "OF_A_LATER_VERSION" }, path: { value: "" } });
    const lines = await linesOf(t, async () => {
      for (const thrown of [{ code: "ECONNRESET", message: "password" }, undefined, "password", unreadable, changed, later]) {
        const orderCreate = () => {
          throw thrown;
        };
        const one = shop({ hooks: [], functions: { orderCreate } });
        assert.deepEqual(await one.call("orderCreate", CREATE), { status: 503 });
      }
    });
    assert.equal(lines.length, 6, lines.join("\n"));
    assert.match(lines[0], /object thrown/);
    assert.match(lines[4], /Error thrown at work \(shop\.mjs:7:1\)/);
  });

  it("gets what a hook throws, without its content", async (t) => {
    const lines = await linesOf(t, async () => {
      const onError = async () => {
        throw new Error("password");
      };
      const one = shop({ hooks: [], onError, send: undefined });
      await one.serve(new Request("https://shop.example/nothing", { method: "POST", body: "{}" }));
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    assert.equal(lines.length, 1);
    assert.match(lines[0], /Error thrown at/);
  });
});

describe("an order explained", () => {
  it("says that nothing is known", async () => {
    const { orders } = shop();
    const { isKnown, due, conflicts, meaning } = await orders.explain(ORDER);
    assert.deepEqual([isKnown, due, conflicts], [false, undefined, []]);
    assert.match(meaning.en, /nothing is stored/);
    assert.match(meaning.zh, /没有任何记录/);
  });

  it("says what is known, what is due and when, and what somebody has to look into, in both languages", async () => {
    const one = await givenUp();
    await one.orders.apply(ORDER, { consumed: { id: "gate-1", vouchers: [CODES[0]] } });
    await one.orders.apply(ORDER, { consumed: { id: "gate-2", vouchers: [CODES[0]] } });
    await one.call("orderRefund", {
      ...{ ...PAY, refundId: "R1", partnerDealId: "D1", voucherList: [CODES[1]], refundQuantity: 1, unitPrice: 6000 },
      ...{ refundPrice: 6000, refundFee: 0, refundTime: NOON },
    });
    const before = one.store.load(ORDER);
    const told = await one.orders.explain(ORDER);
    assert.deepEqual(one.store.load(ORDER), before, "nothing is saved");
    assert.deepEqual(
      [told.isKnown, told.partnerOrderId, told.orderStatus, told.counts],
      [true, "P1", 4, { quantity: 2, used: 1, refunded: 0, pending: 1, free: 0 }],
    );
    assert.equal(told.due, one.clock.now, "the consume notice");
    assert.deepEqual(
      told.notices.map(({ id, tries }) => [id, tries]),
      [[`consumeNotice:${ORDER}:gate-1`, 0]],
    );
    assert.deepEqual(told.givenUp, [{ id: `payNotice:${ORDER}`, name: "payNotice", since: NOON, tries: 1 }]);
    assert.deepEqual(told.refunds, [{ refundId: "R1", quantity: 1, requestedAt: one.clock.now }]);
    assert.deepEqual(told.conflicts.map(({ breach }) => breach).sort(), ["entered-twice", "notice-given-up"]);
    assert.ok(told.conflicts.some(({ breach, meaning }) => breach === "entered-twice" && /再次入园/.test(meaning.zh)));
    for (const [language, pattern] of [
      [
        "en",
        /orderStatus 4 ISSUED.*Due since 2026-03-10 12:00:00 UTC\+8.*Refund R1.*orders\.retryNotice\(.*orders\.resolveConflict\(/s,
      ],
      ["zh", /已使用 1.*2026-03-10 12:00:00 UTC\+8 起有待办.*退款 R1.*orders\.retryNotice\(.*orders\.resolveConflict\(/s],
    ]) {
      assert.match(told.meaning[language], pattern);
    }
  });

  it("says which functions run, and which broke off", async () => {
    const store = new MemoryStore();
    const one = shop({ store, functions: { orderPay: () => new Promise(() => {}) }, deadlineMs: 300 });
    await one.call("orderCreate", CREATE);
    void one.call("orderPay", PAY);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const functionsAt = async (now) => (await one.orders.explain(ORDER, { now })).functions;
    const running = { call: "orderPay", key: PAY_KEY, isBrokenOff: false, startedAt: NOON };
    assert.deepEqual(await functionsAt(NOON), [running]);
    assert.deepEqual(await functionsAt(NOON + 120_000), [{ ...running, isBrokenOff: true }]);
    assert.match((await one.orders.explain(ORDER, { now: NOON + 120_000 })).meaning.zh, /已中断，settle 会再次运行/);
  });

  it("is put right: a conflict is resolved, a notice sent again, and what is not there is illegal with its reason", async () => {
    const one = await givenUp();
    assert.deepEqual(
      (await one.orders.conflicts()).map(({ orderId, conflicts }) => [orderId, conflicts.map(({ breach }) => breach)]),
      [[ORDER, ["notice-given-up"]]],
    );
    await one.orders.retryNotice(ORDER, `payNotice:${ORDER}`);
    assert.deepEqual(await one.orders.conflicts(), []);
    assert.deepEqual(
      (await one.orders.pendingNotices(ORDER)).map(({ id }) => id),
      [`payNotice:${ORDER}`],
    );
    await one.call("orderCreate", { ...CREATE, quantity: 3, totalPrice: 18000 });
    const [{ conflicts }] = await one.orders.conflicts();
    const { kind } = await one.orders.resolveConflict(ORDER, conflicts[0].id, "the guest called");
    assert.equal(kind, "moved");
    assert.equal((await one.orders.load(ORDER)).conflicts.at(-1).note, "the guest called");
    assert.deepEqual(await one.orders.conflicts(), []);
    const wrong = await one.orders.resolveConflict(ORDER, "nothing");
    assert.deepEqual([wrong.kind, wrong.reason], ["illegal", "unknown-conflict"]);
    assert.equal((await one.orders.retryNotice(ORDER, "nothing")).reason, "unknown-notice");
    const { load, save } = new MemoryStore();
    const others = new TicketSupplier(SETTINGS).orders({ load, save });
    await assert.rejects(others.conflicts(), { code: "INVALID_CONFIG", path: "store" });
  });

  it("tells the store how many conflicts are open", async () => {
    const inner = new MemoryStore();
    const saved = [];
    const store = {
      load: (id) => inner.load(id),
      save(...all) {
        saved.push(all[3].conflicts);
        return inner.save(...all);
      },
    };
    const one = await issued({ store });
    assert.ok(saved.every((count) => count === 0));
    await one.call("orderCreate", { ...CREATE, quantity: 3, totalPrice: 18000 });
    assert.equal(saved.at(-1), 1);
  });
});
