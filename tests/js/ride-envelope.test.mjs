import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { MeituanError, openEnvelope, RideClient, sealEnvelope } from "meituan-protocol/ride";
import { IDS, json, nodeSeal, options, read, SECRET_KEY, thrown, VECTORS } from "./ride-support.mjs";

describe("the envelope", () => {
  const CASES = readdirSync(new URL("envelope/", VECTORS), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of CASES) {
    it(`seals and opens the vector ${name}`, () => {
      const { key, plain } = json(`envelope/${name}/input.json`);
      const sealed = read(`envelope/${name}/sealed.txt`);
      assert.equal(sealEnvelope(key, plain), sealed);
      assert.equal(openEnvelope(key, sealed), plain);
    });
  }

  /** Any text, with characters of every length in UTF-8. */
  const anyText = () => {
    const parts = ["a", '"', "\\", "\n", "é", "订", "😀", "\u0000", "\u2028"];
    return Array.from({ length: randomInt(200) }, () => parts[randomInt(parts.length)]).join("");
  };

  it("agrees with Node's AES on random texts and keys, in both directions", () => {
    for (let round = 0; round < 500; round++) {
      const key = randomBytes(16).toString("base64");
      const text = anyText();
      const content = sealEnvelope(key, text);
      assert.equal(content, nodeSeal(text, key));
      assert.equal(openEnvelope(key, nodeSeal(text, key)), text);
      const bytes = Buffer.from(content, "base64url");
      for (const notation of [
        bytes.toString("base64"),
        bytes.toString("base64").replaceAll("+", " "),
        bytes.toString("base64url"),
      ]) {
        assert.equal(openEnvelope(key, notation), text);
      }
    }
  });

  it("opens an altered content to another text, or fails by one name that tells nothing", () => {
    const text = JSON.stringify({ ...IDS, price: 12345, remark: anyText() });
    const content = Buffer.from(sealEnvelope(SECRET_KEY, text), "base64url");
    const outcomes = { opened: 0, refused: 0 };
    for (let round = 0; round < 2000; round++) {
      const altered = Buffer.from(content);
      altered[randomInt(altered.length)] ^= 1 << randomInt(8);
      try {
        assert.notEqual(openEnvelope(SECRET_KEY, altered.toString("base64url")), text);
        outcomes.opened++;
      } catch (error) {
        assert.ok(MeituanError.is(error), String(error));
        assert.deepEqual([error.code, error.detail, error.path], ["DECRYPTION_FAILED", "", "content"]);
        outcomes.refused++;
      }
    }
    assert.ok(outcomes.refused > 1000, JSON.stringify(outcomes));
  });

  it("does not notice when whole blocks are exchanged: what is opened is not proven", () => {
    const blocks = ['{"price":0000001', ',"mark":"000001"', ',"amount":009999', "}               "];
    const content = Buffer.from(sealEnvelope(SECRET_KEY, blocks.join("")), "base64url");
    const [first, second, third, ...rest] = [0, 1, 2, 3, 4].map((index) => content.subarray(16 * index, 16 * index + 16));
    const altered = Buffer.concat([first, third, second, ...rest]).toString("base64url");
    assert.equal(openEnvelope(SECRET_KEY, altered), [blocks[0], blocks[2], blocks[1], blocks[3]].join(""));
  });

  it("refuses a key that is not 16 bytes of Base64, by name, and shows nothing of it", () => {
    for (const key of ["", "short", "AAECAwQFBgcICQoLDA0O", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "!!ECAwQFBgcICQoLDA0ODw=="]) {
      const error = thrown(() => sealEnvelope(key, "x"));
      assert.deepEqual([error.code, error.path], ["INVALID_CONFIG", "secretKey"]);
      if (key !== "") assert.ok(!JSON.stringify(error).includes(key));
      assert.equal(thrown(() => new RideClient({ ...options, secretKey: key })).path, "secretKey");
    }
  });

  it("uses the key it is given, whichever one came before", () => {
    const keys = [SECRET_KEY, randomBytes(16).toString("base64"), randomBytes(16).toString("base64url")];
    const near = SECRET_KEY.replace("Dw==", "Dg==");
    for (let round = 0; round < 200; round++) {
      const key = [...keys, near][randomInt(4)];
      if (randomInt(3) === 0) assert.equal(thrown(() => sealEnvelope(key.slice(1), "x")).code, "INVALID_CONFIG");
      const content = nodeSeal(`text ${round}`, key);
      assert.equal(sealEnvelope(key, `text ${round}`), content);
      assert.equal(openEnvelope(key, content), `text ${round}`);
    }
  });

  it("refuses a string that UTF-8 cannot hold", () => {
    assert.equal(thrown(() => sealEnvelope(SECRET_KEY, "a\udc00")).code, "LONE_SURROGATE");
  });
});
