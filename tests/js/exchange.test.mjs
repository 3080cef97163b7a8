// What goes over the wire beside the messages: tests/exchange.rs does the same in Rust, over the same vectors.

import assert from "node:assert/strict";
import { createDecipheriv } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { RideClient, sealEnvelope } from "meituan-protocol/ride";
import { codes, TicketSupplier } from "meituan-protocol/ticket";
import { NOW, options, refusalOf } from "./ticket-support.mjs";

const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/exchange/${name}.json`, import.meta.url), "utf8"));
/** The vector is the key with its halves changed about. */
const opened = (key, text) => {
  const decipher = createDecipheriv("aes-128-cbc", key, key.slice(8) + key.slice(0, 8));
  return Buffer.concat([decipher.update(text, "base64"), decipher.final()]).toString();
};
const supplierOf = ({ key, mustEncrypt = false, maxBodyBytes = 1 << 20, host, signedUri }) =>
  new TicketSupplier({
    ...options,
    maxBodyBytes,
    ...(host != null && { host }),
    ...(key && { bodyEncryption: { key, required: mustEncrypt } }),
    ...(signedUri && { signedUri: () => signedUri }),
  });
const CONSUMED = { orderId: "7", partnerOrderId: "P7", quantity: 2, usedQuantity: 1, refundedQuantity: 0 };
const NOTICES = {
  consumeNotice: CONSUMED,
  payNotice: { issueType: 2, describe: "上游停航", body: { orderId: "7", partnerOrderId: "P7" } },
};

describe("hosts", () => {
  for (const { host, url } of vectors("hosts")) {
    it(`${host} ${url === null ? "is refused" : `is ${url}`}`, () => {
      if (url !== null) return assert.equal(supplierOf({ host }).requests.consumeNotice(CONSUMED).url, url);
      const error = refusalOf(() => supplierOf({ host }));
      return assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", "host"]);
    });
  }
});

describe("Meituan's replies to notices", () => {
  for (const { name, notice, status, body, expect, ...settings } of vectors("notice-replies")) {
    it(name, async () => {
      const request = supplierOf(settings).requests[notice](NOTICES[notice]);
      const read = () => request.parse(body, { status });
      const fetched = () => request.parseResponse(new Response(status === 204 ? null : body, { status }));
      if (expect.error === undefined) {
        for (const { code, describe, delivery, outcome } of [read(), await fetched()]) {
          const said = { [codes.Delivery.ACCEPTED]: "accepted", [codes.Delivery.PROCESSING]: "processing" }[delivery];
          assert.deepEqual({ code, describe, delivery: said }, expect);
          assert.equal(outcome, said === "accepted" ? "accepted" : "later");
        }
        return;
      }
      for (const error of [refusalOf(read), await fetched().catch((refused) => refused)]) {
        const { delivery: _, retryable = false, ...told } = expect;
        const { code, path, remoteCode, describe, httpStatus } = error;
        const found = { error: code, path, code: remoteCode, describe, httpStatus };
        assert.deepEqual(JSON.parse(JSON.stringify(found)), told);
        assert.equal(error.retryable, retryable);
      }
    });
  }
});

describe("refusals of calls", () => {
  for (const { name, uri, headers, body, expect, ...settings } of vectors("refusals")) {
    it(name, async () => {
      const supplier = supplierOf(settings);
      const request = { method: "POST", url: uri, headers, body };
      const sent = { headers: Object.entries(headers).filter(([, value]) => value !== ""), method: "POST", body };
      const arriving = new Request(`https://supplier.example${uri}`, sent);
      for (const error of [
        refusalOf(() => supplier.receiveSync(request)),
        await supplier.receive(arriving).catch((refused) => refused),
      ]) {
        const reply = error.toReply();
        if (expect === null) {
          assert.deepEqual([reply.status, reply.body], [503, ""]);
          continue;
        }
        const isSealed = reply.headers["x-encryption-status"] === "encrypted";
        assert.equal(isSealed, settings.key !== undefined);
        assert.deepEqual([reply.code, isSealed ? opened(settings.key, reply.body) : reply.body], [expect.code, expect.body]);
      }
    });
  }
});

describe("replies to calls", () => {
  for (const { name, uri, headers, request, how, body, expect, key } of vectors("replies")) {
    it(name, () => {
      const call = supplierOf({ key }).receiveSync({ method: "POST", url: uri, headers, body: request });
      const replied = () => {
        if (how === "ok") return call.ok(body);
        if (how === "already") return call.ok(body, { already: true });
        if (how === "pending") return call.pending(body);
        return how.unlisted === undefined ? call.fail(how.code, how.describe) : call.failUnlisted(how.unlisted, how.describe);
      };
      if (expect.error !== undefined) {
        const error = refusalOf(replied);
        return assert.deepEqual({ error: error.code, path: error.path }, expect);
      }
      const reply = replied();
      const text = key === undefined ? reply.body : opened(key, reply.body);
      const warnings = reply.warnings.filter(({ code }) => code !== "RULE_UNCHECKED").map(({ code, path }) => [code, path]);
      return assert.deepEqual({ code: reply.code, body: text, warnings }, expect);
    });
  }
});

describe("rides", () => {
  const secretKey = "AAECAwQFBgcICQoLDA0ODw==";
  const client = (maxBodyBytes = 1 << 20) =>
    new RideClient({
      ...{ entId: 617, accessKey: "CESHI-TK", secretKey, maxBodyBytes, now: () => NOW },
      routes: { "/refund": "refunded" },
    });
  const pushed = () => {
    const content = sealEnvelope(
      secretKey,
      '{"mtOrderId":"1430","sqtRefundNo":"R1","refundStatus":10,"refundAmount":100,"refundTime":1430908460000}',
    );
    return client().receiveSync({ url: "/refund", body: `token=CESHI-TK&content=${content}` });
  };

  for (const { name, status, body, maxBodyBytes, expect } of vectors("ride-replies")) {
    it(`reply: ${name}`, async () => {
      const request = client(maxBodyBytes).requests.cancelOrder({ mtOrderId: "1430", type: 1 });
      const read = () => request.parse(body, { status });
      const fetched = () => request.parseResponse(new Response(body, { status }));
      if (expect.error === undefined) {
        for (const { cancelPrice } of [read(), await fetched()]) assert.deepEqual({ cancelPrice }, expect);
        return;
      }
      for (const error of [refusalOf(read), await fetched().catch((refused) => refused)]) {
        const { code, remoteCode, describe, httpStatus, retryable } = error;
        const found = { error: code, code: remoteCode, describe, httpStatus, retryable };
        assert.deepEqual(JSON.parse(JSON.stringify(found)), { retryable: false, ...expect });
      }
    });
  }

  for (const { name, uri, token = "CESHI-TK", text = "", sealed = sealEnvelope(secretKey, text), expect } of vectors("pushes")) {
    it(`push: ${name}`, () => {
      const receive = () => client().receiveSync({ url: uri, body: `token=${token}&content=${sealed}` });
      if (expect.error === undefined) {
        const { type, deduplicationKey: key } = receive();
        return assert.deepEqual({ type, key }, expect);
      }
      const error = refusalOf(receive);
      const { status, code, body } = error.toReply();
      assert.equal(status, 200);
      return assert.deepEqual({ error: error.code, code, body }, expect);
    });
  }

  for (const { code, message, body, error } of vectors("push-answers")) {
    it(`answer: ${code} ${JSON.stringify(message)}`, () => {
      const push = pushed();
      const answered = () => (code === 0 ? push.ok() : push.fail(code, message));
      if (error !== undefined) return assert.equal(refusalOf(answered).code, error);
      const reply = answered();
      return assert.deepEqual([reply.status, reply.code, reply.body], [200, code, body]);
    });
  }
});
