import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { MeituanError, nodeCipher, openEnvelope, RideClient, sealEnvelope } from "meituan-protocol/ride";
import { MeituanRide } from "meituan-protocol/testing";
import { fen, TicketSupplier } from "meituan-protocol/ticket";

const NOW = 1629857463000;
const SECRET_KEY = "AAECAwQFBgcICQoLDA0ODw==";
const BODY_KEY = "0123456789abcdef";

const ORDER = {
  channelPartnerOrderId: "4fccd962-1ef3-4b0c-9442-6c40eb682387",
  ...{ mobile: "1366489439", userIdentifyCode: "70000185", identifyType: 30 },
  ...{ fLng: 116.488541, fLat: 40.006428, tLng: 116.419153, tLat: 40.003063, toAddress: "大屯路东(地铁站)" },
  ...{ networkType: "4G", clientIp: "172.30.194.206", reserveType: 1 },
  carTypeRequestList: [
    { estimateId: "1000000001", estimateAmount: fen(2380), carTypeId: 2, partnerCarTypeId: 1, originFee: fen(2380) },
  ],
};

/** `node:crypto` as a cipher, that tells how many bytes it was asked for. */
function counted(make = nodeCipher(crypto)) {
  const asked = { encrypt: [], decrypt: [] };
  const cipher = (key, vector) => {
    const ready = make(key, vector);
    const counting = (name) => (blocks) => {
      asked[name].push(blocks.length);
      return ready[name](blocks);
    };
    return { encrypt: counting("encrypt"), decrypt: counting("decrypt") };
  };
  return { cipher, asked };
}

/** Passes the check of ciphers, and does nothing then: what is sealed and opened with it, the module has done alone. */
const ofModule = (key, vector) => {
  const ready = nodeCipher(crypto)(key, vector);
  const unless = (name) => (blocks) => (blocks.length > 32 ? undefined : ready[name](blocks));
  return { encrypt: unless("encrypt"), decrypt: unless("decrypt") };
};

const thrown = (work) => {
  try {
    work();
  } catch (error) {
    assert.ok(MeituanError.is(error), String(error));
    return { code: error.code, path: error.path, message: error.message };
  }
  throw new Error("nothing was thrown");
};

const textOf = (bytes) => "票".repeat(Math.floor(bytes / 3)) + "x".repeat(bytes % 3);
const LENGTHS = [0, 1, 15, 16, 17, 1000, 1007, 1008, 1009, 1023, 1024, 1025, 1536, 65_535, 65_536];

describe("a cipher of the host's", () => {
  it("seals and opens every envelope as the library does", () => {
    const { cipher, asked } = counted();
    for (const length of LENGTHS) {
      const text = textOf(length);
      const content = sealEnvelope(SECRET_KEY, text, { cipher: ofModule });
      assert.equal(sealEnvelope(SECRET_KEY, text, { cipher }), content);
      assert.equal(openEnvelope(SECRET_KEY, content, { cipher }), text);
    }
    const long = LENGTHS.map((length) => length + 16 - (length % 16)).filter((padded) => padded >= 1024);
    // Two blocks are asked for to see whether it computes AES at all.
    assert.deepEqual(asked.encrypt.filter((length) => length > 32).sort(), long.sort());
    assert.deepEqual(asked.decrypt.filter((length) => length > 32).sort(), long.sort());
  });

  it("agrees with the vectors", () => {
    const { cipher } = counted();
    const folder = new URL("../vectors/envelope/", import.meta.url);
    const named = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert(named.length > 0);
    for (const { name } of named) {
      const { key, plain } = JSON.parse(readFileSync(new URL(`${name}/input.json`, folder), "utf8"));
      const sealed = readFileSync(new URL(`${name}/sealed.txt`, folder), "utf8").trim();
      assert.equal(sealEnvelope(key, plain, { cipher }), sealed, name);
      assert.equal(openEnvelope(key, sealed, { cipher }), plain, name);
    }
  });

  it("opens nothing that the library does not open, and says the same of it", () => {
    const { cipher } = counted();
    const content = sealEnvelope(SECRET_KEY, textOf(2000));
    const wrong = [
      content.slice(0, -1),
      content.slice(0, -22),
      `A${content.slice(1)}`,
      `${content.slice(0, -1)}A`,
      sealEnvelope("EBESExQVFhcYGRobHB0eHw==", textOf(2000)),
      `${content}!`,
      Buffer.alloc(2048).toString("base64url"),
    ];
    for (const each of wrong) {
      assert.deepEqual(
        thrown(() => openEnvelope(SECRET_KEY, each, { cipher })),
        thrown(() => openEnvelope(SECRET_KEY, each, { cipher: ofModule })),
      );
    }
  });

  it("is not used where it fails: the library then computes by itself", () => {
    for (const failing of [() => undefined, () => new Uint8Array(16), () => assert.fail("out of order")]) {
      const { cipher } = counted((key, vector) => {
        const ready = nodeCipher(crypto)(key, vector);
        const unless = (name) => (blocks) => (blocks.length > 32 ? failing() : ready[name](blocks));
        return { encrypt: unless("encrypt"), decrypt: unless("decrypt") };
      });
      const text = textOf(3000);
      const content = sealEnvelope(SECRET_KEY, text, { cipher });
      assert.equal(content, sealEnvelope(SECRET_KEY, text, { cipher: ofModule }));
      assert.equal(openEnvelope(SECRET_KEY, content, { cipher }), text);
    }
  });

  it("is refused unless it computes AES-128 with and without chaining", () => {
    const ready = nodeCipher(crypto);
    const identity = { encrypt: (blocks) => blocks, decrypt: (blocks) => blocks };
    const wrong = [
      null,
      true,
      {},
      crypto,
      () => undefined,
      () => identity,
      (key) => ready(key, null),
      (key) => ready(key.toReversed?.(), null),
    ];
    for (const cipher of wrong) {
      const client = { entId: 1, accessKey: "token", secretKey: SECRET_KEY, cipher };
      assert.deepEqual(thrown(() => new RideClient(client)).code, "INVALID_CONFIG");
      assert.equal(thrown(() => new RideClient(client)).path, "cipher");
      assert.equal(thrown(() => sealEnvelope(SECRET_KEY, "", { cipher })).path, "cipher");
      const bodyEncryption = { key: BODY_KEY, cipher };
      const refused = thrown(() => new TicketSupplier({ partnerId: 1, clientId: "c", clientSecret: "s", bodyEncryption }));
      assert.equal(refused.path, "bodyEncryption.cipher");
    }
  });

  it("seals a client's requests and opens what is sent to it, in both generations", () => {
    for (const version of [1, 2]) {
      const { cipher, asked } = counted();
      const options = { entId: 617, accessKey: "token", secretKey: SECRET_KEY, version, now: () => NOW };
      const routes = { "/event": "orderChanged" };
      const [plain, hosted] = [{}, { cipher }].map((how) => new RideClient({ ...options, routes, ...how }));
      const meituan = new MeituanRide({ entId: 617, accessKey: "token", secretKey: SECRET_KEY, version });

      const order = { ...ORDER, fromAddress: textOf(1500) };
      const sealed = hosted.requests.submitOrder(order);
      assert.equal(sealed.body, plain.requests.submitOrder(order).body);

      const push = meituan.push("orderChanged", JSON.stringify({ mtOrderId: "1", eventCode: 3, remark: textOf(3000) }), {
        now: NOW,
      });
      const call = { method: "POST", url: "/event", headers: push.headers, body: push.body };
      assert.deepEqual(hosted.receiveSync(call).body, plain.receiveSync(call).body);
      assert(asked.encrypt.some((length) => length >= 1024));
      assert(asked.decrypt.some((length) => length >= 1024));
    }
  });

  it("encrypts and opens the ticket API's whole bodies", () => {
    const { cipher, asked } = counted();
    const options = { partnerId: 1122, clientId: "client", clientSecret: "secret", routes: { "/pay": "orderPay" }, now: () => NOW };
    const bodyEncryption = { key: BODY_KEY };
    const [plain, hosted] = [{}, { cipher }].map(
      (how) => new TicketSupplier({ ...options, bodyEncryption: { ...bodyEncryption, ...how } }),
    );

    const request = { orderId: "1", partnerOrderId: "P1", channelDetail: textOf(3000) };
    const sent = plain.requests.orderPay(request, { uri: "/pay", encrypted: true });
    assert.equal(hosted.requests.orderPay(request, { uri: "/pay", encrypted: true }).body, sent.body);

    const call = hosted.receiveSync({ method: "POST", url: "/pay", headers: sent.headers, body: sent.body });
    assert.equal(call.body.channelDetail, request.channelDetail);
    const vouchers = Array.from({ length: 200 }, (_, index) => `V${index}`);
    const reply = call.ok({ voucherType: 1, vouchers }, { order: { quantity: 200 } });
    assert.deepEqual(sent.parse(reply.body).body.vouchers, vouchers);
    assert.deepEqual(
      [asked.encrypt.filter((length) => length >= 1024).length, asked.decrypt.filter((length) => length >= 1024).length],
      [2, 1],
    );
  });

  it("may be handed over anew in every request without growing", () => {
    const options = { entId: 617, accessKey: "token", secretKey: SECRET_KEY, now: () => NOW };
    const order = { ...ORDER, fromAddress: textOf(1500) };
    const first = new RideClient({ ...options, cipher: nodeCipher(crypto) }).requests.submitOrder(order).body;
    for (let turn = 0; turn < 100; turn++) {
      const { cipher, asked } = counted();
      assert.equal(new RideClient({ ...options, cipher }).requests.submitOrder(order).body, first);
      assert.equal(asked.encrypt.filter((length) => length >= 1024).length, 1);
    }
  });
});

/** A key of its own for each: the library keeps the last one. */
const newKey = () => crypto.randomBytes(16).toString("base64");

/** How often the functions of node:crypto that encrypt and decrypt were called meanwhile. */
function countedCrypto(work) {
  const shared = process.getBuiltinModule("node:crypto");
  const { createCipheriv, createDecipheriv } = shared;
  const calls = { createCipheriv: 0, createDecipheriv: 0 };
  try {
    for (const [name, make] of Object.entries({ createCipheriv, createDecipheriv })) {
      shared[name] = (...given) => {
        calls[name]++;
        return make(...given);
      };
    }
    work();
  } finally {
    Object.assign(shared, { createCipheriv, createDecipheriv });
  }
  return calls;
}

describe("Node's own AES", () => {
  it("seals and opens long envelopes without being asked, and leaves short ones to the module", () => {
    for (const [length, each] of [
      [1000, 0],
      [1024, 1],
      [70_000, 1],
    ]) {
      const key = newKey();
      const calls = countedCrypto(() => {
        const text = "x".repeat(length);
        const content = sealEnvelope(key, text);
        // What is opened is longer than what was sealed.
        if (length >= 1024) assert.equal(openEnvelope(key, content), text);
      });
      assert.deepEqual(calls, { createCipheriv: each, createDecipheriv: each }, String(length));
    }
  });

  it("seals the requests of clients, and opens what they receive", () => {
    const calls = countedCrypto(() => {
      const ride = new RideClient({ entId: 617, accessKey: "token", secretKey: newKey(), now: () => NOW });
      ride.requests.submitOrder({ ...ORDER, fromAddress: textOf(1500) });
    });
    assert.equal(calls.createCipheriv, 1);
  });

  it("seals and opens as the module does, whatever the text is", () => {
    const key = newKey();
    const pieces = ["\ufeff", "\0", "\ufffd", "票", "\u{1f600}", "\r\n", "=", "a", "\u00e9", '"\\'];
    for (let round = 0; round < 400; round++) {
      const text = Array.from({ length: 400 + crypto.randomInt(900) }, () => pieces[crypto.randomInt(pieces.length)]).join("");
      const content = sealEnvelope(key, text);
      assert.equal(content, sealEnvelope(key, text, { cipher: ofModule }));
      assert.equal(openEnvelope(key, content), text);
      assert.equal(openEnvelope(key, Buffer.from(content)), text);
    }
  });

  it("opens what the module opens, and refuses what it refuses, in the same words", () => {
    const secret = crypto.randomBytes(16);
    const key = secret.toString("base64");
    const outcome = (content, options) => {
      try {
        return openEnvelope(key, content, options);
      } catch (error) {
        assert.ok(MeituanError.is(error), String(error));
        return `${error.code} ${error.path} ${error.message}`;
      }
    };
    const sealedBytes = (bytes) => {
      const cipher = crypto.createCipheriv("aes-128-ecb", secret, null);
      return Buffer.concat([cipher.update(bytes), cipher.final()]);
    };
    const damages = [
      (content) => content,
      (content) => content.replaceAll("-", "+").replaceAll("_", "/"),
      (content) => content.replace("-", "+"),
      (content) => content.replaceAll("-", " "),
      (content) => Buffer.from(content, "base64url").toString("base64"),
      (content) => `${content}=`,
      (content) => `${content}==`,
      (content) => `${content}\n`,
      (content) => `${content}\r\n`,
      (content) => `\n${content}`,
      (content) => content.slice(0, -1),
      (content) => content.slice(0, -22),
      (content) => content.slice(0, 1100),
      (content) => `${content}A`,
      (content, at) => `${content.slice(0, at)}${content.slice(at + 1)}`,
      (content, at) => `${content.slice(0, at)}A${content.slice(at)}`,
      (content, at) => `${content.slice(0, at)}A${content.slice(at + 1)}`,
      (content, at) => `${content.slice(0, at)}=${content.slice(at + 1)}`,
      (content, at) => `${content.slice(0, at)}!${content.slice(at + 1)}`,
      (content, at) => `${content.slice(0, at)}\n${content.slice(at)}`,
      (content, at) => `${content.slice(0, at)}é${content.slice(at + 1)}`,
      // The same low byte.
      (content, at) => `${content.slice(0, at)}${String.fromCharCode(0x100 + content.charCodeAt(at))}${content.slice(at + 1)}`,
      // Bits behind the last byte.
      ...["A", "B", "Q", "g", "w", "_"].map((last) => (content) => `${content.slice(0, -1)}${last}`),
    ];
    let opened = 0;
    for (let round = 0; round < 1500; round++) {
      const bytes = round % 3 === 0 ? crypto.randomBytes(900 + (round % 64)) : Buffer.from(textOf(900 + (round % 64)));
      const content = sealedBytes(bytes).toString("base64url");
      for (const damage of damages) {
        const damaged = damage(content, crypto.randomInt(content.length));
        const [ours, module] = [outcome(damaged), outcome(damaged, { cipher: ofModule })];
        assert.equal(ours, module, JSON.stringify([key, damaged]));
        opened += module.startsWith("DECRYPTION_FAILED") ? 0 : 1;
      }
    }
    assert.ok(opened > 5000, String(opened));
  });

  it("is not used for a key that it would read otherwise", () => {
    const key = Buffer.from(Array.from({ length: 16 }, (_, index) => 0xfb ^ index)).toString("base64");
    const text = "x".repeat(2000);
    const content = sealEnvelope(key, text);
    for (const written of [
      key.replace("==", ""),
      key.replaceAll("+", "-").replaceAll("/", "_"),
      key.replaceAll("+", " "),
      `${key}\n`,
    ]) {
      assert.equal(sealEnvelope(written, text), content, written);
      assert.equal(openEnvelope(written, content), text, written);
    }
    const hex = Buffer.from(key, "base64").toString("hex");
    assert.equal(sealEnvelope(hex.toUpperCase(), text), content);
  });
});
