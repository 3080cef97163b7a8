import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { checkMessage, MESSAGES } from "meituan-protocol";
import { values } from "meituan-protocol/definitions";
import * as ride from "meituan-protocol/ride";
import { carTypeRequestOf, newOrderId, RideClient, sealEnvelope, signSorted, tables } from "meituan-protocol/ride";
import { client, IDS, INTERFACES, json, options, read, SECRET_KEY, thrown, VECTORS } from "./ride-support.mjs";

describe("settings", () => {
  it("that are wrong are refused by their path", () => {
    const wrong = {
      entId: [0, -1, 1.5, 2 ** 53, "x", "", undefined, "99999999999999999999"],
      accessKey: ["", undefined, 1, "with space"],
      secretKey: [undefined, 7],
      environment: ["", "ftp://x", "https://x/?y", 1],
      version: [0, 3, "two"],
      toleranceSeconds: [-1, 0.5],
      strictInferred: ["yes"],
      requireToken: [1, "yes"],
      maxBodyBytes: [0, 2 ** 30],
      now: [1],
    };
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        const { code, path } = thrown(() => new RideClient({ ...options, [name]: value }));
        assert.deepEqual([code, path], ["INVALID_CONFIG", name], `${name}: ${value}`);
      }
    }
    for (const routes of [{ "/a": "submitOrder" }, { "/a": "nothing" }, { a: "refunded" }, []]) {
      assert.equal(thrown(() => new RideClient({ ...options, routes })).code, "INVALID_CONFIG");
    }
    assert.equal(thrown(() => new RideClient({ ...options, tolerance: 1 })).path, "tolerance");
  });
});

describe("the rest", () => {
  it("makes order numbers from randomness, the caller's or the platform's", () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => index);
    assert.equal(newOrderId(bytes), "00010203-0405-4607-8809-0a0b0c0d0e0f");
    const many = new Set(Array.from({ length: 100 }, () => newOrderId()));
    assert.equal(many.size, 100);
    for (const id of many) assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    assert.equal(thrown(() => newOrderId(bytes.subarray(1))).code, "INVALID_CONFIG");
  });

  for (const name of readdirSync(new URL("sorted-sign/", VECTORS))) {
    it(`signs sorted parameters: the vector ${name}`, () => {
      const { scheme, secret, parameters } = json(`sorted-sign/${name}/input.json`);
      const how = { scheme: scheme === "prefix" ? "prefix" : "sign_key" };
      const signature = signSorted(secret, Object.fromEntries(parameters), how);
      assert.equal(signature, read(`sorted-sign/${name}/sign.txt`).trim());
    });
  }

  it("signs numbers and flags as they are sent, leaves out what has no value, and refuses objects", () => {
    const texts = signSorted("s", { a: "1", b: "true" });
    assert.equal(signSorted("s", { b: true, a: 1, c: null, d: undefined }), texts);
    assert.equal(thrown(() => signSorted("s", { a: {} })).path, "parameters.a");
    assert.equal(thrown(() => signSorted("s", {}, { scheme: "md5" })).path, "scheme");
  });

  for (const { name, estimate, request } of json("ride-estimate/car-type-requests.json")) {
    it(`orders with an estimate: ${name}`, () => {
      assert.deepEqual(carTypeRequestOf(estimate), request ?? undefined);
      if (request === null) return;
      const { supplyCode: _, method: __, entId: ___, ts: ____, ...order } = json("ride/submitOrder/request.json");
      assert.deepEqual(client.requests.submitOrder({ ...order, carTypeRequestList: [carTypeRequestOf(estimate)] }).warnings, []);
    });
  }

  it("has the document's tables in both languages", () => {
    const sizes = Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.length]));
    const { resultCodes, orderStates, orderEvents, cancelTypes, cancelReasons, carTypes, questions } = sizes;
    assert.deepEqual([resultCodes, orderStates, orderEvents, cancelTypes], [20, 15, 18, 6]);
    assert.deepEqual([cancelReasons, carTypes, questions], [18, 6, 25]);
    const bySomeId = tables.questions.find(({ faqId }) => faqId === 49614);
    assert.deepEqual(bySomeId.question.zh, "司机恶意绕路");
    for (const { meaning } of Object.values(tables).flat()) if (meaning) assert.ok(meaning.zh && meaning.en);
  });

  it("has every table of the document among the values, also those that no field carries", () => {
    assert.deepEqual(Object.keys(values.CancelType ?? {}), ["1001", "1002", "1003", "1004", "1005", "1006"]);
    const reference = readFileSync(new URL("../../docs/ride-messages.md", import.meta.url), "utf8");
    for (const { faqId, category, question } of tables.questions) {
      assert.ok(reference.includes(`| ${faqId} | ${category.zh} · ${category.en} | ${question.zh} · ${question.en} |`), faqId);
    }
    for (const environment of ["test", "production"]) {
      const { url } = new RideClient({ ...options, environment }).requests.queryRealTimeOrder(IDS);
      assert.ok(reference.includes(`\`${url.replace("/dache/queryRealTimeOrder", "")}\``));
    }
    for (const { field, from } of tables.carTypeRequestSources) {
      assert.ok(reference.includes(`| \`${field}\` | ${from.map((name) => `\`${name}\``).join(", ")} |`), field);
    }
  });

  it("checks every message by its name", () => {
    const names = MESSAGES.filter((name) => name.startsWith("ride."));
    assert.equal(names.length, 2 * INTERFACES.length);
    for (const name of names) {
      const [, of, side] = name.split(".");
      const file = `ride/${of}/${side === "request" ? "request" : "response"}.json`;
      // The one example of an event that is at hand comes from a sibling's sample, which has its fields in `data`.
      const { data, ...outer } = json(file);
      const text = name === "ride.orderChanged.request" ? JSON.stringify({ ...outer, ...data, changeStatus: 20 }) : read(file);
      assert.equal(checkMessage(name, text).ok, true, name);
      assert.equal(checkMessage(name, "[]").ok, false, name);
    }
  });

  it("is the same as a CommonJS module", () => {
    const required = createRequire(import.meta.url)("meituan-protocol/ride");
    assert.deepEqual(Object.keys(required).sort(), Object.keys(ride).sort());
    assert.equal(required.sealEnvelope(SECRET_KEY, "x"), sealEnvelope(SECRET_KEY, "x"));
  });
});
