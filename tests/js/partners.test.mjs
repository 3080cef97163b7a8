// Several partners at one address: whose call it is, what strangers learn, and whose orders are whose.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryStore } from "meituan-protocol/testing";
import { handler, partnerStore, settler, TicketPartners, TicketSupplier } from "meituan-protocol/ticket";
import { CREATE, DATE, hmac, NOW, options, refusalOf } from "./ticket-support.mjs";

const { routes } = options;
const ACCOUNTS = new Map(
  [1122, 7, 8].map((partnerId) => [
    partnerId,
    { partnerId, clientId: `lvyou_${partnerId}`, clientSecret: `secret of ${partnerId}`, now: () => NOW },
  ]),
);
const ORDER = "1453361297221";

/** A call for a partner, signed without the library. */
function called(partnerId, path, body, { as = partnerId, secret = `secret of ${as}`, headers = {}, date = DATE } = {}) {
  const signature = hmac(secret, `POST ${path}\n${date}`);
  const head = { PartnerId: String(partnerId), Date: date, Authorization: `MWS lvyou_${as}:${signature}`, ...headers };
  const text = JSON.stringify({ partnerId, body }).replace('"ORDER"', ORDER);
  for (const [name, value] of Object.entries(head)) if (value === undefined) delete head[name];
  return { method: "POST", url: path, headers: head, body: text };
}
const fetched = (...how) => {
  const { url, ...init } = called(...how);
  return new Request(`https://supplier.example${url}`, init);
};
/** All that a caller gets to see. */
const seenOf = async (response) => [response.status, [...response.headers], await response.text()];
const quiet = { onError() {} };

describe("several partners at one address", () => {
  it("are known by the number that a call names", async () => {
    const asked = [];
    const serve = handler({
      routes,
      partners: async (partnerId, env) => {
        asked.push([partnerId, env]);
        return ACCOUNTS.get(partnerId);
      },
      orderCreate: (call) => ({ partnerOrderId: `${call.partnerId}-${call.body.orderId}` }),
    });
    for (const partnerId of [1122, 7, 1122, 7]) {
      const reply = await (await serve(fetched(partnerId, "/mt/create", CREATE), "env")).json();
      assert.equal(reply.code, 200);
      assert.equal(reply.partnerId, partnerId);
      assert.deepEqual(reply.body, { partnerOrderId: `${partnerId}-${ORDER}` });
    }
    assert.deepEqual(asked, [
      [1122, "env"],
      [7, "env"],
    ]);
  });

  it("do not sign for each other", async () => {
    const told = [];
    const serve = handler({
      routes,
      partners: (partnerId) => ACCOUNTS.get(partnerId),
      orderCreate: () => assert.fail("it ran"),
      onError: (error, about) => told.push([error.code, about.partnerId]),
    });
    const reply = await (await serve(fetched(7, "/mt/create", CREATE, { as: 8 }))).json();
    assert.deepEqual(reply, { code: 499, describe: "签名校验失败", partnerId: 7 });
    // The message is of one partner, and the head of another.
    const mixed = called(7, "/mt/create", CREATE);
    const body = mixed.body.replace('"partnerId":7', '"partnerId":8');
    assert.equal((await (await serve(new Request(`https://supplier.example${mixed.url}`, { ...mixed, body }))).json()).code, 499);
    assert.deepEqual(told, [
      ["UNKNOWN_CLIENT", 7],
      ["WRONG_PARTNER_ID", 7],
    ]);
  });

  it("are refused like those that are none, to the byte", async () => {
    const key = "0123456789abcdef";
    const codes = [];
    const serve = handler({
      routes,
      partners: (partnerId) =>
        partnerId === 7 ? { ...ACCOUNTS.get(7), toleranceSeconds: 60, bodyEncryption: { key, required: true } } : undefined,
      onError: (error) => codes.push(error.code),
    });
    const signature = hmac("wrong", `POST /mt/pay\n${DATE}`);
    const ways = {
      "a wrong secret": { as: 7, secret: "wrong" },
      "another client": { as: 1122 },
      "an old date": { as: 7, date: "Wed, 06 May 2015 10:20:20 GMT" },
      "an encrypted body": { as: 7, secret: "wrong", headers: { "X-Encryption-Status": "encrypted" } },
      "no date": { as: 7, headers: { Date: undefined } },
      "a broken date": { as: 7, headers: { Date: "yesterday" } },
      "no signature": { as: 7, headers: { Authorization: undefined } },
      "a broken signature": { as: 7, headers: { Authorization: `MWS ${signature}` } },
      "a long head": { as: 7, headers: { Authorization: `MWS ${"x".repeat(200_000)}:${signature}` } },
    };
    for (const path of ["/mt/create", "/mt/pay", "/mt/refund", "/mt/product", "/nowhere"]) {
      for (const [name, way] of Object.entries(ways)) {
        // Of an old date the number is known, and of one that is none it is not: both numbers have one digit.
        const [known, unknown] = await Promise.all(
          [7, 9].map(async (partnerId) => seenOf(await serve(fetched(partnerId, path, { orderId: 1 }, way)))),
        );
        assert.equal(known[2], unknown[2].replace('"partnerId":9', '"partnerId":7'), `${name} at ${path}`);
        assert.deepEqual(known.slice(0, 2), unknown.slice(0, 2), `${name} at ${path}`);
        assert.equal(known[0], 200);
      }
    }
    // The hook gets the true reason.
    for (const code of ["BAD_SIGNATURE", "UNKNOWN_CLIENT", "STALE_DATE", "WRONG_PARTNER_ID", "MALFORMED_DATE", "MISSING_HEADER"]) {
      assert.ok(codes.includes(code), `${code} of ${[...new Set(codes)]}`);
    }
  });

  it("answer 503 to a body that is cut or empty once the signature is right, and nothing of that shows to others", async () => {
    const settings = { ...ACCOUNTS.get(7), bodyEncryption: { key: "0123456789abcdef", required: true } };
    const serve = handler({ routes, partners: (partnerId) => ({ 7: settings, 8: ACCOUNTS.get(8) })[partnerId], ...quiet });
    const sealed = { "X-Encryption-Status": "encrypted" };
    const answerTo = (partnerId, body, how) => {
      const { url, ...init } = called(partnerId, "/mt/create", {}, how);
      return serve(new Request(`https://supplier.example${url}`, { ...init, body }));
    };
    for (const [partnerId, body, headers] of [
      [8, "", {}],
      [8, '{"partnerId":8,', {}],
      [8, "AAAA", sealed],
      [7, "{}", {}],
    ]) {
      assert.deepEqual(await seenOf(await answerTo(partnerId, body, { headers })), [503, [["retry-after", "1"]], ""]);
      const [known, unknown] = await Promise.all(
        [partnerId, 9].map(async (number) => seenOf(await answerTo(number, body, { as: 7, secret: "wrong", headers }))),
      );
      assert.equal(known[0], 200);
      assert.equal(known[2], unknown[2].replace('"partnerId":9', `"partnerId":${partnerId}`));
      assert.deepEqual(known.slice(0, 2), unknown.slice(0, 2));
    }
  });

  it("are not looked up for a path that nobody has, nor by what is no number", async () => {
    const asked = [];
    const serve = handler({
      routes,
      partners: (partnerId) => void asked.push(partnerId),
      fallback: () => new Response("shop"),
      ...quiet,
    });
    assert.equal(await (await serve(fetched(7, "/shop", {}))).text(), "shop");
    for (const PartnerId of [undefined, "", "0", "-1", "1e3", "7, 7", "99999999999", "2147483648", "seven"]) {
      const reply = await (await serve(fetched(7, "/mt/create", CREATE, { headers: { PartnerId } }))).json();
      assert.equal(reply.code, 499, `${PartnerId}`);
    }
    assert.deepEqual(asked, []);
    await serve(fetched(7, "/mt/create", CREATE, { headers: { PartnerId: "0007" } }));
    assert.deepEqual(asked, [7]);
  });

  it("are asked for once by simultaneous calls", async () => {
    let asked = 0;
    let answer;
    const serve = handler({
      routes,
      partners: () => {
        asked += 1;
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
      orderCreate: () => ({ partnerOrderId: "P" }),
    });
    const serving = Array.from({ length: 20 }, () => serve(fetched(7, "/mt/create", CREATE)));
    await new Promise(setImmediate);
    answer(ACCOUNTS.get(7));
    const replies = await Promise.all(serving);
    assert.ok(replies.every(({ status, code }) => status === 200 && code === 200));
    assert.equal(asked, 1);
  });

  it("get 503 while they cannot be looked up, and that is not kept", async () => {
    const told = [];
    const boom = new Error("database is down");
    let fails = true;
    for (const partners of [
      () => (fails ? Promise.reject(boom) : ACCOUNTS.get(7)),
      () => {
        if (fails) throw boom;
        return ACCOUNTS.get(7);
      },
    ]) {
      fails = true;
      const serve = handler({
        routes,
        partners,
        orderCreate: () => ({ partnerOrderId: "P" }),
        onError: (error) => told.push(error),
      });
      for (let turn = 0; turn < 2; turn++) {
        const response = await serve(fetched(7, "/mt/create", CREATE));
        assert.deepEqual([response.status, await response.text()], [503, ""]);
      }
      fails = false;
      assert.equal((await (await serve(fetched(7, "/mt/create", CREATE))).json()).code, 200);
    }
    assert.deepEqual(told, [boom, boom, boom, boom]);
  });

  it("wait a second for what another call has begun, and then ask themselves: its request may be over", async () => {
    let times = 0;
    const serve = handler({
      ...{ routes, orderCreate: (call) => ({ partnerOrderId: call.body.orderId }), ...quiet },
      partners: (partnerId) => (++times === 1 ? new Promise(() => {}) : Promise.resolve(ACCOUNTS.get(partnerId))),
    });
    // Never answered: nothing ends it, as nothing ends what a Worker has stopped.
    serve(fetched(7, "/mt/create", CREATE));
    const joined = await Promise.all(Array.from({ length: 3 }, () => serve(fetched(7, "/mt/create", CREATE))));
    for (const response of joined) assert.equal((await response.json()).code, 200);
    assert.equal(times, 2);
  });

  it("are kept as long as is set, and no more than are set", async () => {
    const asked = [];
    const serve = handler({
      routes,
      partners: (partnerId) => {
        asked.push(partnerId);
        return ACCOUNTS.get(partnerId);
      },
      partnersCache: { max: 2, maxAgeMs: 150 },
      orderCreate: () => ({ partnerOrderId: "P" }),
      ...quiet,
    });
    const call = (partnerId) => serve(fetched(partnerId, "/mt/create", CREATE));
    // 1122 is used again, so that 7 goes when 8 comes. Numbers that are nobody's push nobody out.
    for (const partnerId of [1122, 7, 1122, 8, 1122, 901, 902, 903, 904, 1122, 8, 904, 903]) await call(partnerId);
    assert.deepEqual(asked.splice(0), [1122, 7, 8, 901, 902, 903, 904]);
    await call(7);
    await call(901);
    assert.deepEqual(asked.splice(0), [7, 901]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await call(7);
    await call(901);
    assert.deepEqual(asked, [7, 901]);
  });

  it("name the setting that is wrong", async () => {
    const partners = (partnerId) => ACCOUNTS.get(partnerId);
    const wrong = [
      [{ config: options, partners, routes }, "partners"],
      [{ routes }, "config"],
      [{}, "config"],
      [{ partners: ACCOUNTS, routes }, "partners"],
      [{ partners }, "routes"],
      [{ partners, routes: { "/a": "orderCreated" } }, "routes"],
      [{ partners, routes, partnersCache: { max: 0 } }, "partnersCache.max"],
      [{ partners, routes, partnersCache: { maxAgeMs: -1 } }, "partnersCache.maxAgeMs"],
      [{ partners, routes, partnersCache: { ttl: 1 } }, "partnersCache.ttl"],
    ];
    for (const [given, path] of wrong) {
      const error = refusalOf(() => handler(given));
      assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", path]);
    }
    const returned = [
      [ACCOUNTS.get(8), "partners.partnerId"],
      [{ ...ACCOUNTS.get(7), clientSecret: "" }, "partners.clientSecret"],
      [{ ...ACCOUNTS.get(7), routes }, "partners.routes"],
      [{ ...ACCOUNTS.get(7), clientld: "x" }, "partners.clientld"],
      [false, "partners"],
    ];
    for (const [found, path] of returned) {
      const told = [];
      const serve = handler({ routes, partners: async () => found, onError: (error) => told.push([error.code, error.path]) });
      const response = await serve(fetched(7, "/mt/create", CREATE));
      assert.deepEqual([response.status, await response.text()], [503, ""], path);
      assert.deepEqual(told, [["INVALID_CONFIG", path]]);
    }
  });

  it("take settings that are objects of a class", async () => {
    class Account {
      #secret = "secret of 7";
      partnerId = 7;
      get clientId() {
        return "lvyou_7";
      }
      get clientSecret() {
        return this.#secret;
      }
      now() {
        return NOW;
      }
    }
    const serve = handler({ routes, partners: () => new Account(), orderCreate: () => ({ partnerOrderId: "P" }) });
    assert.equal((await (await serve(fetched(7, "/mt/create", CREATE))).json()).code, 200);
  });
});

describe("several partners without Fetch", () => {
  it("are refused alike whatever the body is: nothing of it is looked at before", () => {
    const partners = new TicketPartners({ routes, partners: (partnerId) => ACCOUNTS.get(partnerId) });
    const bodies = ["{}", new Uint8Array([0x1f, 0x8b, 8]), "x".repeat(3 << 20)];
    const refused = (partnerId, body) => {
      const { code, body: reply } = refusalOf(() =>
        partners.receiveSync({ ...called(partnerId, "/mt/create", CREATE, { secret: "wrong" }), body }),
      ).toReply();
      return [code, JSON.parse(reply).describe];
    };
    for (const body of bodies) assert.deepEqual(refused(7, body), refused(9, body));
  });

  it("are received at once, and refused alike", () => {
    const partners = new TicketPartners({ routes, partners: (partnerId) => ACCOUNTS.get(partnerId) });
    const call = partners.receiveSync(called(7, "/mt/create", CREATE));
    assert.deepEqual([call.type, call.partnerId], ["orderCreate", 7]);
    const [known, unknown] = [7, 9].map((partnerId) =>
      refusalOf(() => partners.receiveSync(called(partnerId, "/mt/create", CREATE, { as: 7, secret: "wrong" }))),
    );
    assert.deepEqual([known.code, unknown.code], ["BAD_SIGNATURE", "WRONG_PARTNER_ID"]);
    assert.equal(known.toReply().body, unknown.toReply().body.replace('"partnerId":9', '"partnerId":7'));
    assert.deepEqual(known.toReply().headers, unknown.toReply().headers);
  });

  it("say that a promise cannot be waited for, every time", async () => {
    const partners = new TicketPartners({ routes, partners: async (partnerId) => ACCOUNTS.get(partnerId) });
    const refused = () => {
      const error = refusalOf(() => partners.receiveSync(called(7, "/mt/create", CREATE)));
      assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", "partners"]);
      assert.match(error.detail, /use receive/);
      assert.equal(error.toReply().status, 503);
    };
    refused();
    assert.equal((await partners.receive(fetched(7, "/mt/create", CREATE))).partnerId, 7);
    // It is kept now, but who calls would wait again when that time is over.
    refused();
    assert.equal((await partners.receive(fetched(7, "/mt/create", CREATE))).partnerId, 7);
  });
});

describe("orders of several partners", () => {
  const PAY = { orderId: "ORDER", partnerOrderId: "" };
  const QUERY = { orderId: "ORDER", partnerOrderId: "" };

  /** A handler whose codes say whose order they are of. */
  function kept(store, more = {}) {
    const keys = [];
    const sent = [];
    const serve = handler({
      routes,
      partners: async (partnerId) => ACCOUNTS.get(partnerId),
      store,
      send: async (request) => {
        sent.push([request.headers.get("partnerid"), request.headers.get("authorization").split(":")[0], await request.json()]);
        return Response.json({ code: 200, describe: "success", partnerId: Number(request.headers.get("partnerid")) });
      },
      orderCreate: (call) => ({ partnerOrderId: `P${call.partnerId}` }),
      orderPay: (call) => {
        keys.push(call.attemptKey);
        return { voucherType: 1, vouchers: [`${call.partnerId}-a`, `${call.partnerId}-b`] };
      },
      orderRefund: (call) => call.pending(),
      ...more,
    });
    const reply = async (partnerId, path, body) => (await serve(fetched(partnerId, path, body))).json();
    return { serve, reply, keys, sent };
  }

  it("are never read or changed by a call of another partner with the same number", async () => {
    const store = new MemoryStore();
    const { reply, keys } = kept(store);
    await reply(7, "/mt/create", CREATE);
    await reply(7, "/mt/pay", PAY);
    const before = JSON.stringify(await store.load(`7:${ORDER}`));

    // To the other partner it is no order at all.
    assert.equal((await reply(8, "/mt/query", QUERY)).code, 301);
    await reply(8, "/mt/close", { orderId: "ORDER", closeType: 1 });
    assert.notEqual((await reply(8, "/mt/pay", PAY)).code, 200);
    assert.equal(JSON.stringify(await store.load(`7:${ORDER}`)), before);

    const third = kept(store);
    await third.reply(1122, "/mt/create", CREATE);
    assert.deepEqual((await third.reply(1122, "/mt/pay", PAY)).body.vouchers, ["1122-a", "1122-b"]);
    assert.equal(JSON.stringify(await store.load(`7:${ORDER}`)), before);
    const own = await reply(7, "/mt/query", QUERY);
    assert.deepEqual(
      own.body.voucherList.map(({ voucher }) => voucher),
      ["7-a", "7-b"],
    );
    // What is issued once for one of them is issued for the other as well.
    assert.deepEqual(keys, [`7:orderPay:${ORDER}`]);
    assert.deepEqual(third.keys, [`1122:orderPay:${ORDER}`]);
  });

  it("may be in a store of each partner's own", async () => {
    const stores = { 7: new MemoryStore(), 8: new MemoryStore() };
    const asked = [];
    const { serve } = kept((partnerId, env) => {
      asked.push([partnerId, env]);
      return stores[partnerId];
    });
    await serve(fetched(7, "/mt/create", CREATE), "env");
    assert.deepEqual(asked, [[7, "env"]]);
    assert.ok(await stores[7].load(`7:${ORDER}`));
    assert.equal(await stores[8].load(`8:${ORDER}`), null);
  });

  it("may be in the view of their partner, which names no key twice", async () => {
    const shared = new MemoryStore();
    for (const copied of [false, true]) {
      const { reply, serve } = kept((partnerId) => {
        const view = partnerStore(shared, partnerId);
        return copied ? { ...view } : view;
      });
      for (const partnerId of [7, 8]) {
        assert.equal((await reply(partnerId, "/mt/create", CREATE)).code, 200);
        assert.ok(await shared.load(`${partnerId}:${ORDER}`));
        assert.equal(await shared.load(`${partnerId}:${partnerId}:${ORDER}`), null);
        assert.equal((await reply(partnerId, "/mt/pay", PAY)).code, 200);
      }
      await settler(serve, shared, { now: () => NOW })();
    }
    const own = partnerStore(shared, 7);
    assert.equal(partnerStore(own, "7"), own);
    assert.match(refusalOf(() => partnerStore(own, 8)).detail, /partner 7 alone/);
  });

  it("get 503 where the view is another partner's", async () => {
    const shared = new MemoryStore();
    const told = [];
    const { serve } = kept(partnerStore(shared, 7), { onError: (error) => told.push([error.code, error.path]) });
    assert.equal((await serve(fetched(7, "/mt/create", CREATE))).status, 200);
    assert.equal((await serve(fetched(8, "/mt/create", CREATE))).status, 503);
    assert.deepEqual(told, [["INVALID_CONFIG", "store"]]);
    assert.ok(await shared.load(`7:${ORDER}`));
    assert.equal(await shared.load(`7:8:${ORDER}`), null);
  });

  it("have their notices signed by their own partner", async () => {
    const store = new MemoryStore();
    let isPending = true;
    const { serve, reply, sent } = kept(store, {
      orderPay: (call) =>
        isPending ? call.issuing() : { voucherType: 1, vouchers: [`${call.partnerId}-a`, `${call.partnerId}-b`] },
    });
    for (const partnerId of [7, 8]) {
      await reply(partnerId, "/mt/create", CREATE);
      assert.equal((await reply(partnerId, "/mt/pay", PAY)).code, 598);
    }
    isPending = false;
    for (const partnerId of [7, 8]) {
      const orders = new TicketSupplier(ACCOUNTS.get(partnerId)).orders(partnerStore(store, partnerId));
      await orders.apply(ORDER, {
        issued: { orderId: ORDER, partnerOrderId: `P${partnerId}`, voucherType: 1, vouchers: [`${partnerId}-a`, `${partnerId}-b`] },
      });
    }
    assert.deepEqual((await store.due(NOW)).sort(), [`7:${ORDER}`, `8:${ORDER}`]);
    const { settled, failed } = await settler(serve, store, { now: () => NOW })();
    assert.deepEqual([settled, failed], [2, 0]);
    sent.sort(([one], [other]) => one - other);
    assert.deepEqual(
      sent.map(([partnerId, client, { partnerId: inside, body }]) => [partnerId, client, inside, body.vouchers]),
      [
        ["7", "MWS lvyou_7", 7, ["7-a", "7-b"]],
        ["8", "MWS lvyou_8", 8, ["8-a", "8-b"]],
      ],
    );
    assert.deepEqual(await store.due(NOW), []);
  });

  it("are listed for one partner without those of others", async () => {
    const store = new MemoryStore();
    const { reply } = kept(store, { orderPay: (call) => call.issuing() });
    for (const partnerId of [7, 8]) {
      await reply(partnerId, "/mt/create", CREATE);
      await reply(partnerId, "/mt/pay", PAY);
    }
    const later = NOW + 30 * 86_400_000;
    assert.deepEqual(await partnerStore(store, "7").due(later), [ORDER]);
    assert.deepEqual(await partnerStore(store, 70).due(later), []);
    assert.equal("claimDue" in partnerStore(store, 7), false);
    assert.equal(refusalOf(() => partnerStore(store, 0)).path, "partnerId");
    assert.equal(refusalOf(() => partnerStore({}, 7)).path, "store");
  });

  it("are settled by the store's key, and by nothing else", async () => {
    const { serve } = kept(new MemoryStore());
    for (const key of [ORDER, `07:${ORDER}`, "7:", `99999999999:${ORDER}`]) {
      await assert.rejects(serve.settle(key), { code: "INVALID_CONFIG", path: "orderId" }, key);
    }
    await assert.rejects(serve.settle(`9:${ORDER}`), { code: "INVALID_CONFIG", path: "partners" });
  });

  it("are reported with whose they are", async () => {
    const told = [];
    const { reply } = kept(new MemoryStore(), {
      orderCreate: () => {
        throw new Error("no");
      },
      onError: (error, about) => told.push([error.message, { ...about }]),
    });
    await kept(new MemoryStore()).reply(7, "/mt/create", CREATE);
    await reply(7, "/mt/create", CREATE).catch(() => {});
    assert.deepEqual(told[0], ["no", { partnerId: 7, orderId: ORDER, call: "orderCreate", key: `orderCreate:${ORDER}` }]);
  });
});
