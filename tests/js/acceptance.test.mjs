import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { checkTrace, MeituanTicket, MemoryStore, traceOf } from "meituan-protocol/testing";
import { changeOfEndpointMail, handler, MeituanError, TicketSupplier } from "meituan-protocol/ticket";
import { latinIn } from "./chinese.mjs";

const VECTORS = new URL("../vectors/", import.meta.url);
const SECRET = "123456ce8b61f8e608eaf2e9702864a9";
const SETTINGS = {
  partnerId: 1122,
  clientId: "lvyou_x",
  clientSecret: SECRET,
  host: "https://meituan.example",
  routes: { "/create": "orderCreate", "/pay": "orderPay", "/query": "orderQuery", "/refund": "orderRefund" },
};
const PATHS = Object.fromEntries(Object.entries(SETTINGS.routes).map(([path, name]) => [name, path]));
const supplier = new TicketSupplier(SETTINGS);
const ORDER = "8985652356562370001";
const IDS = { orderId: ORDER, partnerOrderId: "P1" };
const CREATE = {
  ...{ orderId: ORDER, partnerDealId: "D1", mtDealId: "7", buyPrice: 5800, unitPrice: 6000, totalPrice: 12000, quantity: 2 },
  visitors: [{ name: "张三", mobile: "13500000000", credentials: { 0: "110101199001011234" } }],
};
const request = (name, message) => supplier.requests[name](message, { url: `https://shop.example${PATHS[name]}` }).toRequest();

describe("acceptance points", () => {
  for (const file of readdirSync(new URL("acceptance/", VECTORS))) {
    const { point, cases } = JSON.parse(readFileSync(new URL(`acceptance/${file}`, VECTORS), "utf8"));
    it(`${point}: ${cases.length} recordings are judged as they should be`, () => {
      for (const { name, verdict, strict, trace } of cases) {
        const { ok, points } = checkTrace(JSON.stringify(trace), { strict });
        assert.equal(points.find(({ id }) => id === point).verdict, verdict, name);
        const failed = points.filter((one) => one.verdict === "failed").map(({ id }) => id);
        assert.deepEqual(failed, verdict === "failed" ? [point] : [], name);
        assert.equal(ok, failed.length === 0);
      }
    });
  }

  it("say in both languages what they demand, and where the hand-out says so", () => {
    const { points } = checkTrace(traceOf([]));
    assert.equal(points.length, 33);
    for (const { id, text, section, verdict } of points) {
      assert.ok(text.en.length > 10 && /\p{Script=Han}/u.test(text.zh) && /\p{Script=Han}/u.test(section), id);
      assert.equal(verdict, "notExercised", id);
    }
    const fromPartFive = points.filter(({ section }) => /^订单/.test(section));
    assert.ok(fromPartFive.length >= 19, String(fromPartFive.length));
  });

  it("are judged in a recording of an older version, or of none", () => {
    const exchanges = '"exchanges":[]';
    for (const text of [`{"version":2,${exchanges}}`, `{"version":1,${exchanges}}`, `{${exchanges}}`]) {
      const { version, ok } = checkTrace(text);
      assert.deepEqual([version, ok], [1, true], text);
    }
    assert.match(traceOf([]), /^\{"version":2,/);
  });

  it("refuse what is no trace", () => {
    for (const text of ["", "[]", '{"version":3,"exchanges":[]}', '{"version":1,"exchanges":[{}]}']) {
      assert.throws(
        () => checkTrace(text),
        (error) => MeituanError.is(error),
        text,
      );
    }
  });
});

describe("what is found in recordings", () => {
  const sources = new URL("../../src/ticket/acceptance/", import.meta.url);
  const source = (file) => readFileSync(new URL(file, sources), "utf8");
  const rows = new Map([...source("details.rs").matchAll(/^ {4}"(.*)", "(.*)";$/gm)].map(([, en, zh]) => [en, zh]));

  it("has a row of its own in Chinese: each phrase of the sources, and no other", () => {
    // Points and the table are in both languages; the others of these write no findings.
    const others = ["details.rs", "endpoint.rs", "mod.rs", "points.rs", "report.rs", "trace.rs"];
    const files = readdirSync(sources).filter((file) => !others.includes(file));
    const code = files.map((file) => source(file).replace(/^ *\/\/.*$|reason = ".*?"/gm, "")).join("");
    const texts = [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, text]) => text);
    const phrases = new Set(texts.filter((text) => text.includes(" ")));
    assert.ok(files.length >= 8 && phrases.size > 60, `${phrases.size}`);
    assert.deepEqual([...phrases].sort(), [...rows.keys()].sort());
    for (const [en, zh] of rows) {
      assert.match(zh, /\p{Script=Han}/u, en);
      assert.deepEqual(latinIn(zh), [], zh);
    }
  });

  it("is said in Chinese without English words, whatever is found in the recordings of the vectors", () => {
    const said = new Map();
    for (const file of readdirSync(new URL("acceptance/", VECTORS))) {
      for (const { trace } of JSON.parse(readFileSync(new URL(`acceptance/${file}`, VECTORS), "utf8")).cases) {
        for (const { findings } of checkTrace(JSON.stringify(trace)).points)
          for (const { detail, detailZh } of findings) said.set(detail, detailZh);
      }
    }
    said.delete(undefined);
    const own = [...said.keys()].filter((en) => rows.has(en));
    assert.ok(own.length > 45 && said.size > own.length, `${own.length} of ${said.size}`);
    // A name, a number or an address says the same in both.
    const wrong = [...said].filter(([en, zh]) => (en.includes(" ") ? en === zh || latinIn(zh ?? en).length > 0 : zh !== en));
    assert.deepEqual(wrong, []);
    for (const en of own) assert.equal(said.get(en), rows.get(en));
  });
});

describe("what Meituan's side finds in replies and notices", () => {
  it("is said in both languages", () => {
    const meituan = new MeituanTicket({ ...SETTINGS, host: "https://shop.example" });
    const reply = (fields) => JSON.stringify({ partnerId: 1122, describe: "success", ...fields });
    const create = { code: 200, body: { orderId: 7, partnerOrderId: "P1" } };
    const paid = { code: 598, body: { orderId: 7, partnerOrderId: "P1", voucherType: 1, vouchers: ["V1"] } };
    const found = [
      meituan.readReply("orderCreate", reply({ ...create, partnerId: 9 }), { status: 500, request: { orderId: "8" } }),
      meituan.readReply("orderCreate", reply({ code: 999 }), { expect: { code: 200, body: { orderId: "7" } } }),
      meituan.readReply("orderPay", reply(paid), { expect: { body: { vouchers: ["V1", "V2"] } } }),
      meituan.readReply("orderPay", reply({ code: 598, body: { orderId: 7, partnerOrderId: "P1" } }), {
        request: { orderId: "8" },
      }),
      meituan.readReply("orderPay", reply({ code: 598 }), { expect: { body: { vouchers: ["V1"] } } }),
      meituan.readReply("orderCreate", reply({ ...create, body: { orderId: [], partnerOrderId: 7 } })),
      meituan.receiveNotice({ method: "POST", url: "https://x.example/no", headers: {}, body: "{" }, { now: 0 }),
    ].flatMap(({ issues }) => issues);
    const ids = found.map(({ id }) => id);
    for (const id of ["reply.http-200", "reply.listed-code", "reply.partner-id", "reply.echo", "pay.issuing-bare", "expected"])
      assert.ok(ids.includes(id), id);
    const words = found.filter(({ detail }) => /[a-z]{3,} /.test(detail));
    assert.ok(words.length >= 7, JSON.stringify(found));
    const wrong = found.filter(({ detailZh }) => typeof detailZh !== "string" || latinIn(detailZh).length > 0);
    assert.deepEqual(wrong, []);
    for (const { detail, detailZh } of words) assert.match(detailZh, /\p{Script=Han}/u, detail);
    assert.ok(found.some(({ detailZh }) => detailZh === "应为 200，实为 999"));
  });
});

describe("a recording", () => {
  async function recorded() {
    const exchanges = [];
    const serve = handler({
      config: SETTINGS,
      store: new MemoryStore(),
      record: (exchange) => exchanges.push(exchange),
      send: async () => Response.json({ code: 200, describe: "success", partnerId: 1122 }),
      orderCreate: () => ({ partnerOrderId: "P1" }),
      orderPay: (call) => call.issuing(),
      orderRefund: () => {},
    });
    const call = async (name, message) => {
      const response = await serve(request(name, message));
      await settled();
      return response.json();
    };
    await call("orderCreate", CREATE);
    await call("orderQuery", IDS);
    await call("orderPay", IDS);
    await call("orderQuery", IDS);
    return { exchanges, call, serve };
  }
  const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

  it("of the handler has every exchange, exact ids, no secret and nobody's name", async () => {
    const { exchanges, serve } = await recorded();
    await serve(new Request("https://shop.example/query", { method: "POST", body: "{}" }));
    await settled();
    assert.equal(exchanges.length, 5);
    const text = traceOf(exchanges, { partnerId: 1122 });
    assert.match(text, new RegExp(`"orderId":${ORDER}[,}]`));
    for (const gone of [SECRET, "lvyou_x", "张三", "13500000000", "110101199001011234"]) assert.ok(!text.includes(gone), gone);
    const parsed = JSON.parse(text);
    assert.deepEqual(
      parsed.exchanges.map(({ call }) => call),
      ["orderCreate", "orderQuery", "orderPay", "orderQuery", "orderQuery"],
    );
    assert.deepEqual(
      parsed.exchanges.map(({ authenticated }) => authenticated),
      [true, true, true, true, false],
    );
    const { points } = checkTrace(text);
    assert.deepEqual(
      points.filter(({ verdict }) => verdict === "failed"),
      [],
    );
    const passed = points.filter(({ verdict }) => verdict === "passed").map(({ id }) => id);
    for (const id of ["query.untouched", "query.issuing"]) assert.ok(passed.includes(id), passed.join(" "));
  });
});

describe("a recording of what no definition names", () => {
  it("masks its values, and keeps their shape", async () => {
    const found = [];
    const serve = supplier.observe(
      () =>
        Response.json({
          code: 200,
          describe: "success",
          partnerId: 1122,
          token: "t",
          body: { ...IDS, idCard: ["1301"], x: { y: true } },
        }),
      { report: ({ exchange }) => found.push(exchange) },
    );
    const signed = request("orderPay", IDS);
    const body = JSON.stringify({ partnerId: 1122, secret: 7, body: { partnerOrderId: "P1", idCard: "1301" } });
    await serve(
      new Request(`${signed.url}?phone=13500000000`, {
        method: "POST",
        headers: { ...Object.fromEntries(signed.headers), "X-Own": "own" },
        body,
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(found.length, 1);
    const { request: sent, response } = JSON.parse(found[0]);
    assert.deepEqual(sent, { partnerId: 1122, secret: "***", body: { partnerOrderId: "P1", idCard: "***" } });
    assert.deepEqual(response, {
      ...{ code: 200, describe: "success", partnerId: 1122, token: "***" },
      body: { ...IDS, idCard: ["***"], x: { y: "***" } },
    });
    for (const gone of ["1301", "13500000000", "own", '"t"']) assert.ok(!found[0].includes(gone), gone);
  });
});

describe("a recording of what is not authenticated", () => {
  const now = Date.parse("2026-03-02T10:00:00+08:00");
  const signed = new TicketSupplier({ ...SETTINGS, now: () => now });
  const recordedOf = async (request) => {
    const exchanges = [];
    const serve = signed.observe(() => Response.json({ code: 499, describe: "拒绝", partnerId: 1122 }), {
      report: ({ exchange }) => exchanges.push(JSON.parse(exchange)),
    });
    await serve(request);
    await new Promise((resolve) => setTimeout(resolve, 10));
    return exchanges[0];
  };
  const created = (options) => signed.requests.orderCreate(CREATE, { url: "https://shop.example/create", ...options }).toRequest();

  it("calls a stale Date no wrong signature", async () => {
    const { authenticated, stale } = await recordedOf(created({ now: now - 3_600_000 }));
    assert.deepEqual([authenticated, stale], [undefined, true]);
  });

  it("tells a wrong signature from a right one", async () => {
    const wrong = await recordedOf(created({ now, signedUri: "/elsewhere" }));
    assert.deepEqual([wrong.authenticated, wrong.stale], [false, undefined]);
    const right = await recordedOf(created({ now }));
    assert.deepEqual([right.authenticated, right.stale], [true, undefined]);
  });
});

describe("observing an existing handler", () => {
  it("changes nothing, and tells what would fail", async () => {
    const found = [];
    const answers = {
      "/create": { code: 200, describe: "success", partnerId: 1122, body: { partnerOrderId: "P1" } },
      "/pay": {
        code: 200,
        describe: "ok",
        partnerId: 1122,
        body: { orderId: 1, partnerOrderId: "P1", voucherType: 2, vouchers: ["a", "b"] },
      },
    };
    const seen = [];
    const existing = async (incoming, env) => {
      seen.push([await incoming.text(), env]);
      return Response.json(answers[new URL(incoming.url).pathname] ?? {}, { status: 200, headers: { "x-own": "1" } });
    };
    const serve = supplier.observe(existing, { report: (one) => found.push(one) });
    const paid = await serve(request("orderPay", IDS), "env");
    assert.deepEqual(await paid.json(), answers["/pay"]);
    assert.equal(paid.headers.get("x-own"), "1");
    await serve(new Request("https://shop.example/create", { method: "POST", body: "{}" }), "env");
    await serve(new Request("https://shop.example/elsewhere", { method: "POST", body: "{}" }), "env");
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(seen.length, 3);
    assert.equal(seen[0][1], "env");
    assert.equal(found.length, 2, "what is no call of Meituan's is nobody's business");
    const [pay, create] = found;
    assert.deepEqual([pay.call, pay.error], ["orderPay", undefined]);
    assert.ok(pay.replyIssues.some(({ rule, refuses }) => rule === "pay.exactly-one-code" && refuses));
    assert.deepEqual([create.call, create.error.code], ["orderCreate", "MISSING_HEADER"]);
    assert.equal(JSON.parse(create.exchange).authenticated, false);
  });

  it("does not let a report that fails reach Meituan", async (test) => {
    const logged = test.mock.method(console, "error", () => {});
    const serve = supplier.observe(() => new Response("fine"), {
      report() {
        throw new Error("no disk");
      },
    });
    assert.equal(await (await serve(request("orderQuery", IDS))).text(), "fine");
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(logged.mock.callCount(), 1);
  });
});

describe("the mail about a change of endpoint", () => {
  const now = Date.parse("2026-03-02T10:00:00+08:00");
  const change = {
    ...{ pmsName: "某系统", partnerId: 1122, kind: "address", scope: "下单接口", salesContact: "bd@example.com" },
    upgradeAt: Date.parse("2026-03-05T10:00:00+08:00"),
    restoredAt: new Date("2026-03-05T12:00:00+08:00"),
  };

  it("has recipients, subject and body as the hand-out wants them", () => {
    assert.deepEqual(changeOfEndpointMail(change, { now }), {
      to: ["bd@example.com", "hb.trip.api@meituan.com", "ask.api@meituan.com"],
      subject: "【某系统】【1122】更换接口地址",
      body: "【某系统】【1122】更换接口地址，升级时间：2026-03-05 10:00:00，影响范围：下单接口，升级完成（恢复上线时间）：2026-03-05 12:00:00",
    });
    assert.match(changeOfEndpointMail({ ...change, kind: "upgrade" }, { now }).subject, /系统升级$/);
  });

  it("is refused with fewer than three working days' notice", () => {
    const refused = (more, at = now) => {
      try {
        changeOfEndpointMail({ ...change, ...more }, { now: at });
      } catch (error) {
        assert.ok(MeituanError.is(error));
        return [error.code, error.path];
      }
    };
    assert.deepEqual(refused({}, now + 1), ["RULE_BROKEN", "upgradeAt"]);
    assert.deepEqual(refused({ calendar: { holidays: ["2026-03-03"] } }), ["RULE_BROKEN", "upgradeAt"]);
    // 清明节 is from 4 to 6 April: the shipped calendar knows it, and a calendar of one's own replaces it.
    const spring = Date.parse("2026-04-02T10:00:00+08:00");
    const aftermath = { upgradeAt: spring + 5 * 86_400_000, restoredAt: spring + 6 * 86_400_000 };
    assert.deepEqual(refused(aftermath, spring), ["RULE_BROKEN", "upgradeAt"]);
    assert.deepEqual(refused({ ...aftermath, calendar: {} }, spring), undefined);
    assert.deepEqual(refused({ salesContact: "nobody" }), ["INVALID_CONFIG", "salesContact"]);
    assert.deepEqual(refused({ kind: "other" }), ["INVALID_CONFIG", "kind"]);
    assert.deepEqual(refused({ scope: " " }), ["EMPTY_STRING", "scope"]);
  });
});
