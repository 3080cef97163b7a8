// What an error says, wherever it is shown: in a console, in a log, after a copy to another thread; in both languages.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import {
  checkMessage,
  explain,
  fen,
  MESSAGES,
  MeituanError,
  openEnvelope,
  RideClient,
  TicketSupplier,
  yuan,
} from "meituan-protocol";
import { handler } from "meituan-protocol/ticket";
import { latinIn } from "./chinese.mjs";
import { CREATE, fetched, options, refusalOf, signed, supplier, wire } from "./ticket-support.mjs";

/** Without the places in files. */
const shown = (error) => inspect(error).replace(/\n {4}at .*/g, "");
const unset = () => refusalOf(() => new TicketSupplier({ ...options, clientSecret: undefined }));
const pay = () => supplier.receiveSync(signed("/mt/pay", wire({ orderId: "ORDER", partnerOrderId: "P" })));

describe("an error in a console", () => {
  it("shows its code, its place, what was found and the hint, and nothing that is not known", () => {
    assert.equal(
      shown(unset()),
      `MeituanError: INVALID_CONFIG: the configuration cannot be used (at clientSecret): expected a string, found undefined: is the variable that it comes from set?
  path: clientSecret
  detail: expected a string, found undefined: is the variable that it comes from set?
  hint: path names the setting and detail what is wrong with it; a setting that comes from the environment may be unset here. Numbers may be given as numeric strings`,
    );
  });

  it("shows the same in Chinese where that is the language", () => {
    MeituanError.language = "zh";
    try {
      assert.equal(
        shown(unset()),
        `MeituanError: INVALID_CONFIG: 配置不可用（clientSecret）：应为字符串，实为 undefined：请确认其来源（如环境变量）已设置
  path: clientSecret
  detailZh: 应为字符串，实为 undefined：请确认其来源（如环境变量）已设置
  hint: path 是出错的配置项，detail 是原因；若取自环境变量，请确认当前环境已设置。数字也可写成数字字符串`,
      );
    } finally {
      MeituanError.language = "en";
    }
    assert.throws(() => (MeituanError.language = "fr"), { code: "INVALID_CONFIG", path: "language" });
  });

  it("is shown in the language of the handler that has reported it", async () => {
    const seen = [];
    const serve = handler({ config: options, language: "zh", onError: (error) => seen.push(shown(error)) });
    await serve(fetched("/mt/create", "{", {}));
    assert.match(seen[0], /MeituanError: TRUNCATED_JSON: JSON 不完整/);
    assert.match(seen[0], /\n {2}hint: 报文被截断/);
  });

  it("shows the cause, where it was called, and the string that was signed", () => {
    const error = refusalOf(() => new TicketSupplier({ ...options, now: () => "x" }).receiveSync(signed("/mt/create", "{}")));
    assert.match(inspect(error), /\n {4}at .*errors\.test\.mjs[\s\S]*\[cause\]: MeituanError: INVALID_CONFIG/);
    const wrong = refusalOf(() => supplier.receiveSync(signed("/mt/create", wire(CREATE), { secret: "other" })));
    assert.match(shown(wrong), /\n {2}stringToSign: POST \/mt\/create\n/);
  });

  it("never shows undefined, whichever error it is", () => {
    const codes = [...readFileSync(new URL("../../src/error.rs", import.meta.url), "utf8").matchAll(/^ {4}\w+ "([A-Z_0-9]+)":/gm)];
    assert.ok(codes.length > 40);
    for (const [, code] of codes) {
      const error = new MeituanError(code);
      assert.doesNotMatch(shown(error), /undefined/);
      assert.match(shown(error), new RegExp(`^MeituanError: ${code}: .+\n {2}hint: .`));
    }
  });
});

describe("the reply that an error of no call has", () => {
  it("is what the module writes for a function that fails, without the number of a supplier", async () => {
    const fails = () => {
      throw new Error("why");
    };
    const serve = handler({ config: options, heartbeat: fails, onError() {} });
    const written = await (await serve(fetched("/mt/heartbeat", '{"partnerId":1122}', {}))).text();
    const { status, code, headers, body } = new MeituanError("INVALID_JSON").toReply();
    assert.match(written, /,"partnerId":1122\}$/);
    assert.equal(body, written.replace(',"partnerId":1122', ""));
    assert.deepEqual(
      [status, code, headers],
      [200, JSON.parse(written).code, { "content-type": "application/json; charset=utf-8" }],
    );
  });
});

describe("an error in a log", () => {
  it("has code, path and what was found in its message, and both languages as JSON", () => {
    const error = unset();
    const { hint, hintZh, detail, detailZh, ...rest } = JSON.parse(JSON.stringify(error));
    assert.deepEqual(rest, {
      ...{ code: "INVALID_CONFIG", path: "clientSecret", issues: [], retryable: false, name: "MeituanError" },
      message: error.message,
    });
    assert.equal(error.message, `INVALID_CONFIG: the configuration cannot be used (at clientSecret): ${detail}`);
    assert.deepEqual([hint, hintZh, detail, detailZh], [error.hint, error.hintZh, error.detail, error.detailZh]);
    assert.match(hintZh + detailZh, /应为字符串.*环境变量|环境变量.*应为字符串/s);
  });

  it("is about the whole where no place is given", () => {
    for (const details of [undefined, {}, { path: undefined }, { path: null, detail: null, issues: null, retryable: null }]) {
      const { path, detail, issues, retryable } = new MeituanError("INVALID_JSON", details);
      assert.deepEqual([path, detail, issues, retryable], ["", "", [], false]);
    }
  });

  it("survives a copy to another thread: its message with the code and the place, its stack and its cause", () => {
    const error = new MeituanError("BODY_NOT_RAW", { path: "body", detail: "found an object", cause: new RangeError("why") });
    const copy = structuredClone(error);
    assert.ok(copy instanceof Error);
    assert.equal(copy.message, error.message);
    assert.match(copy.message, /^BODY_NOT_RAW: .*\(at body\): found an object$/);
    assert.equal(copy.stack, error.stack);
    assert.deepEqual([copy.cause?.name, copy.cause?.message], ["RangeError", "why"]);
    // The platform keeps no more; this keeps all.
    assert.equal(copy.code, undefined);
    assert.deepEqual(structuredClone(error.toJSON()), error.toJSON());
    for (const thrown of [unset(), refusalOf(() => pay().fail(1, "x")), refusalOf(() => pay().ok({ a: 1n }))]) {
      assert.equal(structuredClone(thrown).message, thrown.message);
    }
  });
});

describe("a common mistake says what it is", () => {
  it("a variable that is not set: undefined, empty, or made into a string", () => {
    for (const value of [undefined, null, "", "undefined"]) {
      for (const name of ["partnerId", "clientId", "clientSecret"]) {
        const error = refusalOf(() => new TicketSupplier({ ...options, [name]: value }));
        assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", name]);
        assert.match(
          error.detail,
          /found (undefined|null|an empty string|the string "undefined"): is the variable that it comes from set\?$/,
        );
        assert.match(error.detailZh, /请确认其来源（如环境变量）已设置$/);
      }
      const ride = { entId: 1, accessKey: "a", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
      for (const name of ["entId", "accessKey", "secretKey"]) {
        assert.match(
          refusalOf(() => new RideClient({ ...ride, [name]: value })).detail,
          /is the variable that it comes from set\?$/,
        );
      }
      assert.match(refusalOf(() => openEnvelope(value, "AAAA")).detail, /is the variable that it comes from set\?$/);
    }
  });

  it("an amount that is a string", () => {
    const error = refusalOf(() => fen("58"));
    assert.deepEqual([error.code, error.path], ["INVALID_MONEY", "amount"]);
    assert.equal(
      error.detail,
      'expected a whole number of fen, such as fen(5800), found the string "58": yuan accepts strings: yuan("58.00")',
    );
    assert.equal(error.detailZh, '应为以分为单位的整数，如 fen(5800)，实为字符串 "58"：字符串请用 yuan("58.00")');
    assert.match(refusalOf(() => yuan("58.001")).detail, /found the string "58.001"$/);
    assert.match(refusalOf(() => fen(Number.NaN)).detail, /found NaN$/);
  });

  it("an empty body: a body parser has read it", async () => {
    for (const body of ["", new Uint8Array(0)]) {
      const error = refusalOf(() => supplier.receiveSync(signed("/mt/create", body)));
      assert.deepEqual([error.code, error.path], ["TRUNCATED_JSON", "body"]);
      assert.match(error.detail, /found an empty body: a body parser has most likely read it/);
      assert.match(error.detailZh, /实为空的请求体：多半已被 body 解析中间件读取/);
    }
    const parsed = refusalOf(() => supplier.receiveSync(signed("/mt/create", { orderId: 1 })));
    assert.match(parsed.detail, /found an object: a body parser has read it$/);
    const read = fetched("/mt/create", wire(CREATE));
    await read.text();
    await assert.rejects(supplier.receive(read), { code: "BODY_NOT_RAW", detail: /read before: clone the request/ });
    const client = new RideClient({
      ...{ entId: 1, accessKey: "a", secretKey: "AAECAwQFBgcICQoLDA0ODw==" },
      routes: { "/p": "refunded" },
    });
    const push = refusalOf(() => client.receiveSync({ url: "/p", body: "" }));
    assert.match(push.detail, /found an empty body/);
  });

  it("a number as an id, beyond what a number can hold", async () => {
    const order = { quantity: 1 };
    const orderId = Number("8985652356562370001");
    const notice = { orderId, partnerOrderId: "P", quantity: 1, usedQuantity: 1, refundedQuantity: 0 };
    const runs = {
      "body.orderId": [
        () => pay().ok({ orderId, partnerOrderId: "P", voucherType: 0 }, { order }),
        () => supplier.requests.consumeNotice(notice),
      ],
      orderId: [() => supplier.orders({ load: () => null, save: () => true }).load(orderId)],
    };
    for (const [path, all] of Object.entries(runs)) {
      for (const run of all) {
        const error = await Promise.resolve()
          .then(run)
          .then(assert.fail, (error) => error);
        assert.equal(error.path, path);
        assert.match(
          error.detail,
          /found 8985652356562370000[,:] beyond 2\^53 a number has lost digits already.*pass the string that it was read from/,
        );
        assert.match(error.detailZh, /实为 8985652356562370000[，：]超过 2\^53 的数字已丢失精度，请使用解析前的原文$/);
      }
    }
    const client = new RideClient({ entId: 1, accessKey: "a", secretKey: "AAECAwQFBgcICQoLDA0ODw==" });
    assert.match(refusalOf(() => new RideClient({ entId: orderId, accessKey: "a", secretKey: "a" })).detail, /beyond 2\^53/);
    assert.match(refusalOf(() => client.requests.queryRealTimeOrder({ mtOrderId: orderId })).detail, /beyond 2\^53/);
  });

  it("a broken rule: its sentence, and what was found", () => {
    const error = refusalOf(() => pay().ok({ voucherType: 1, vouchers: ["SECRET-CODE"] }, { order: { quantity: 2 } }));
    assert.deepEqual([error.code, error.path, error.rule], ["RULE_BROKEN", "body.vouchers", "pay.one-code-per-ticket"]);
    assert.equal(
      error.message,
      "RULE_BROKEN: a rule about the message's fields is broken (at body.vouchers): voucherType 1: as many codes as tickets " +
        "(acceptance manual, 订单出票 4); found a list of 1, order.quantity is 2 [rule pay.one-code-per-ticket]",
    );
    assert.match(
      error.text("zh"),
      /：voucherType 1：凭证码个数等于票数（验收手册 订单出票 4）；实为长度为 1 的数组，order.quantity 为 2/,
    );
    assert.deepEqual(error.demand, explain(error).rule.demand);
    assert.doesNotMatch(JSON.stringify(error) + inspect(error), /SECRET-CODE/);
  });
});

describe("what is said in Chinese", () => {
  /** @type {Map<string, string>} details, and an error that has each */
  const said = new Map();
  const note = (error) => said.set(error.detail, error.text("zh").replace(`（${error.path}）`, ""));

  it("has no English words: whatever messages are refused for", () => {
    const vectors = new URL("../vectors/", import.meta.url);
    const files = readdirSync(vectors, { recursive: true, withFileTypes: true }).filter(({ name }) => name.endsWith(".json"));
    assert.ok(files.length > 50);
    const values = ["null", '"x"', "1.5", "-1", "[]", "{}", "true", '""', "1e30", '"2015-13-01"', "99999999999999999999"];
    for (const name of MESSAGES) {
      const [api, call, side] = name.split(".");
      const file = files.find(({ parentPath, name: found }) => parentPath.endsWith(`${api}/${call}`) && found.startsWith(side));
      const text = file === undefined ? "{}" : readFileSync(`${file.parentPath}/${file.name}`, "utf8");
      for (const [place] of text.matchAll(/(?<=": ?)("[^"]*"|-?[\d.]+|\[|\{|true|false)/g)) {
        for (const value of values) {
          const changed = text.replace(`: ${place}`, `: ${value}`);
          for (const { code, detail, path, rule } of checkMessage(name, changed).issues) {
            const { detail: both } = explain({ code, detail, rule });
            if (detail !== "") note(new MeituanError(code, { path, detail: both ?? detail }));
          }
        }
      }
    }
    assert.ok(said.size > 20, `${said.size}`);
    const english = [...said].filter(([, zh]) => latinIn(zh).length > 0);
    assert.deepEqual(english, []);
  });

  it("has no English words: every detail of the table of the modules, and none of a source is missing there", () => {
    const table = readFileSync(new URL("../../src/details.rs", import.meta.url), "utf8");
    const rows = [...table.matchAll(/^ {4}"(.*)", "(.*)";$/gm)];
    assert.ok(rows.length > 40);
    for (const [, en, zh] of rows) {
      assert.match(zh, /\p{Script=Han}|^[{}#， 至]+$/u, en);
      assert.deepEqual(latinIn(zh), [], zh);
    }
  });
});
