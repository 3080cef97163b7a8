// Published answers of AES, by the package and by the host's cipher; src/known_answers.rs has those that take no package.

import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { nodeCipher, openEnvelope, sealEnvelope } from "meituan-protocol/ride";
import { MeituanError, TicketSupplier } from "meituan-protocol/ticket";

const vectors = (path) => JSON.parse(readFileSync(new URL(`../vectors/${path}`, import.meta.url), "utf8"));
const bytes = (digits) => Buffer.from(digits, "hex");

const NIST = vectors("nist/aes-128.json");
const CBC = vectors("wycheproof/aes_cbc_pkcs5_test.json").testGroups.find(({ keySize }) => keySize === 128).tests;
const cipher = nodeCipher(crypto);
/** So many blocks before what a test is about: then the host's cipher is asked. */
const LONG = 64;

const padded = (text) => Buffer.concat([text, Buffer.alloc(16 - (text.length % 16), 16 - (text.length % 16))]);

function raw(algorithm, key, vector, text, decrypts = false) {
  const ready = decrypts ? crypto.createDecipheriv(algorithm, key, vector) : crypto.createCipheriv(algorithm, key, vector);
  ready.setAutoPadding(false);
  return Buffer.concat([ready.update(text), ready.final()]);
}

const thrown = (work) => {
  try {
    work();
  } catch (error) {
    assert.ok(MeituanError.is(error), String(error));
    return { code: error.code, path: error.path, message: error.message };
  }
  throw new Error("nothing was thrown");
};

describe("published answers of AES-128", () => {
  it("are those of the host's cipher: NIST", () => {
    assert.equal(NIST.length, 31);
    for (const { source, key, vector, plain, sealed } of NIST) {
      const ready = cipher(bytes(key), vector === undefined ? null : bytes(vector));
      assert.equal(Buffer.from(ready.encrypt(bytes(plain))).toString("hex"), sealed, source);
      const again = cipher(bytes(key), vector === undefined ? null : bytes(vector));
      assert.equal(Buffer.from(again.decrypt(bytes(sealed))).toString("hex"), plain, source);
    }
  });

  it("are those of the host's cipher: Wycheproof", () => {
    const valid = CBC.filter(({ result }) => result === "valid");
    assert.equal(valid.length, 24);
    for (const { tcId, key, iv, msg, ct } of valid) {
      const text = padded(bytes(msg));
      assert.equal(Buffer.from(cipher(bytes(key), bytes(iv)).encrypt(text)).toString("hex"), ct, `${tcId}`);
      assert.deepEqual(Buffer.from(cipher(bytes(key), bytes(iv)).decrypt(bytes(ct))), text, `${tcId}`);
    }
  });

  it("are those of envelopes, whoever computes them", () => {
    // Their text is text: zeros. The keys are any bytes.
    const tests = NIST.filter(({ source }) => source.includes("KeySbox"));
    assert.equal(tests.length, 21);
    for (const { source, key, plain, sealed } of tests) {
      const secretKey = bytes(key).toString("base64");
      for (const blocks of [1, LONG]) {
        const text = bytes(plain).toString("latin1").repeat(blocks);
        for (const how of [{}, { cipher }]) {
          const content = sealEnvelope(secretKey, text, how);
          const found = Buffer.from(content, "base64url").toString("hex");
          assert.equal(found.slice(0, 32 * blocks), sealed.repeat(blocks), source);
          assert.equal(openEnvelope(secretKey, content, how), text, source);
        }
      }
    }
  });
});

describe("a padding that is wrong", () => {
  const KEY = "0123456789abcdef";
  const invalid = CBC.filter(({ result }) => result === "invalid");
  /** What their ciphertexts hold, padding and all; alone, and long enough for the host's cipher. */
  const wrong = invalid.flatMap(({ key, iv, ct }) => {
    const text = raw("aes-128-cbc", bytes(key), bytes(iv), bytes(ct), true);
    return [text, Buffer.concat([Buffer.alloc(16 * LONG, "{"), text])];
  });

  it("is one error of envelopes, whichever it is and whoever computes", () => {
    assert.equal(invalid.length, 48);
    // The empty one behind other blocks is their end: it is wrong too.
    const secretKey = Buffer.from(KEY).toString("base64");
    const all = wrong.map((text) => raw("aes-128-ecb", KEY, null, text).toString("base64url"));
    const errors = all.flatMap((content) => [{}, { cipher }].map((how) => thrown(() => openEnvelope(secretKey, content, how))));
    for (const error of errors) assert.deepEqual(error, errors[0]);
    assert.equal(errors[0].code, "DECRYPTION_FAILED");
  });

  it("is one refusal of whole bodies, whichever it is and whoever computes", () => {
    const vector = Buffer.from(KEY.slice(8) + KEY.slice(0, 8));
    const settings = { partnerId: 1122, clientId: "client", clientSecret: "secret", routes: { "/pay": "orderPay" } };
    const suppliers = [{}, { cipher }].map((how) => new TicketSupplier({ ...settings, bodyEncryption: { key: KEY, ...how } }));
    const request = { orderId: "1", partnerOrderId: "P1" };
    const { headers } = suppliers[0].requests.orderPay(request, { uri: "/pay", encrypted: true });
    // An empty body is seen to be empty without a key.
    const texts = wrong.filter(({ length }) => length > 0);
    assert.equal(texts.length, wrong.length - 1);
    const all = texts.map((text) => raw("aes-128-cbc", KEY, vector, text).toString("base64"));
    const refusals = all.flatMap((body) =>
      suppliers.map((supplier) => thrown(() => supplier.receiveSync({ method: "POST", url: "/pay", headers, body }))),
    );
    for (const refusal of refusals) assert.deepEqual(refusal, refusals[0]);
    assert.equal(refusals[0].code, "DECRYPTION_FAILED");
  });
});
