import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createCipheriv, createHmac } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";

const manifestPath = createRequire(import.meta.url).resolve("meituan-protocol/package.json");
const manifest = createRequire(import.meta.url)("meituan-protocol/package.json");
const command = join(dirname(manifestPath), manifest.bin["meituan-protocol"]);

const DATE = "Wed, 06 May 2015 10:34:20 GMT";
const SECRET = "123456ce8b61f8e608eaf2e9702864a9";
const SIGNATURE = "hVQHFpzOXtxzOy5INj2IohJ85Y0=";
const KEY = "AAECAwQFBgcICQoLDA0ODw==";
const identity = ["--client-id", "x", "--client-secret", SECRET];
const signed = ["--method", "POST", "--uri", "/rhone/lv/deal/change/notice", "--date", DATE];

/** Runs the command line. Whatever it prints, the secret is not in it. */
function run(words, { input = "", environment = {} } = {}) {
  return new Promise((done, failed) => {
    const { MEITUAN_CLIENT_ID: _id, MEITUAN_CLIENT_SECRET: _secret, MEITUAN_SECRET_KEY: _key, ...inherited } = process.env;
    const child = spawn(process.execPath, [command, ...words], { env: { ...inherited, ...environment } });
    const texts = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      texts.out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      texts.err += text;
    });
    child.on("error", failed);
    child.on("close", (code) => {
      for (const secret of [SECRET, KEY]) assert.ok(!`${texts.out}${texts.err}`.includes(secret), "a secret was printed");
      done({ code, ...texts });
    });
    // What needs no input may have ended before it is written.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

describe("ba sign", () => {
  it("prints the published signature alone on a line", async () => {
    assert.deepEqual(await run(["ba", "sign", ...signed, ...identity]), { code: 0, out: `${SIGNATURE}\n`, err: "" });
  });

  it("agrees with an independent HMAC on other input", async () => {
    const uri = "/订单/create?x=1&y=%20";
    const date = "Fri, 17 Feb 2012 23:34:53 GMT";
    const { out } = await run([
      "ba",
      "sign",
      "--method",
      "get",
      "--uri",
      uri,
      "--date",
      date,
      "--client-id",
      "a",
      "--client-secret",
      "密 b",
    ]);
    assert.equal(out.trim(), createHmac("sha1", "密 b").update(`GET ${uri}\n${date}`).digest("base64"));
  });

  it("shows the string that was signed, and the header, on request", async () => {
    const { out } = await run(["ba", "sign", ...signed, ...identity, "--explain"]);
    assert.match(out, /POST␠\/rhone\/lv\/deal\/change\/notice␊\nWed,␠06␠May␠2015␠10:34:20␠GMT/);
    assert.ok(out.includes(`Authorization: MWS x:${SIGNATURE}`));
  });

  it("takes id and secret from the environment, and signs now when there is no date", async () => {
    const environment = { MEITUAN_CLIENT_ID: "env", MEITUAN_CLIENT_SECRET: SECRET };
    const { code, out } = await run(["ba", "sign", "--method", "POST", "--uri", "/a", "--json"], { environment });
    const { date, signature, authorization, stringToSign } = JSON.parse(out);
    assert.equal(code, 0);
    assert.ok(Math.abs(Date.parse(date) - Date.now()) < 60_000);
    assert.equal(stringToSign, `POST /a\n${date}`);
    assert.equal(signature, createHmac("sha1", SECRET).update(stringToSign).digest("base64"));
    assert.equal(authorization, `MWS env:${signature}`);
  });

  it("says what is missing or wrong, without repeating what may be a secret", async () => {
    const wrong = [
      [["ba", "sign", "--uri", "/a", ...identity], /--method is missing/],
      [["ba", "sign", ...signed, "--client-id", "x"], /--client-secret is missing \(or MEITUAN_CLIENT_SECRET/],
      [["ba", "sign", ...signed, ...identity, "--date", "today"], /--date is not an HTTP date/],
      [["ba", "sign", ...signed, "--client-id", "x", SECRET], /belongs to no option/],
      [["ba", "sign", ...signed, "--client-id", "x", "--secret", SECRET], /Unknown option '--secret'/],
      [["ba", "sign", ...signed, "--client-id", "x", `--secret=${SECRET}`], /Unknown option '--secret'/],
      [["ba"], /usage/],
      [["unheard-of"], /usage/],
      [[], /usage/],
    ];
    for (const [words, message] of wrong) {
      const { code, out, err } = await run(words);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, message);
    }
  });

  it("prints its usage on request", async () => {
    for (const words of [["--help"], ["-h"], ["ba", "sign", "--help"]]) {
      const { code, out } = await run(words);
      assert.equal(code, 0);
      assert.match(out, /usage/);
    }
  });
});

describe("ba verify", () => {
  const header = ["--authorization", `MWS x:${SIGNATURE}`];
  const at = ["--now", DATE];

  it("takes the published signature at its time", async () => {
    for (const now of [DATE, "2015-05-06T10:40:00Z", "1430908460000"]) {
      const { code } = await run(["ba", "verify", ...signed, ...header, ...identity, "--now", now]);
      assert.equal(code, 0);
    }
  });

  it("names what is wrong, and exits 1", async () => {
    const wrong = [
      [[...signed, ...header, ...identity], "STALE_DATE"],
      [[...signed, ...header, ...identity, ...at, "--now", "2015-05-06T10:34:26Z", "--tolerance", "5"], "STALE_DATE"],
      [[...signed, ...identity, ...at, "--authorization", "MWS x:MCPPkHFZfXRxtceG67CEuyfpELc="], "BAD_SIGNATURE"],
      [[...signed, ...identity, ...at, "--authorization", `MWS y:${SIGNATURE}`], "UNKNOWN_CLIENT"],
      [[...signed, ...identity, ...at, "--authorization", SIGNATURE], "MALFORMED_HEADER"],
      [[...signed, ...header, ...identity, ...at, "--date", "2015-05-06"], "MALFORMED_DATE"],
    ];
    for (const [words, error] of wrong) {
      const { code, out } = await run(["ba", "verify", ...words]);
      assert.equal(code, 1);
      assert.match(out, new RegExp(`^${error}: `));
      assert.match(out, /\nhint: /);
      const json = await run(["ba", "verify", ...words, "--json"]);
      assert.equal(json.code, 1);
      assert.equal(JSON.parse(json.out).error.code, error);
    }
  });

  it("shows the string to sign when the signature is wrong", async () => {
    const { out } = await run([
      "ba",
      "verify",
      ...signed,
      ...identity,
      ...at,
      "--authorization",
      "MWS x:MCPPkHFZfXRxtceG67CEuyfpELc=",
    ]);
    assert.match(out, /POST␠\/rhone\/lv\/deal\/change\/notice␊/);
  });

  it("explains a signature that a known mistake made", async () => {
    // The published example with CRLF instead of the line feed.
    const words = [
      "ba",
      "verify",
      ...signed,
      ...identity,
      ...at,
      "--authorization",
      "MWS x:snHoKwo6QhhSeqnzL6YVOX28a80=",
      "--explain",
    ];
    const { code, out } = await run(words);
    assert.equal(code, 1);
    assert.match(out, /CRLF.*\(line\.crlf\)\nfix: /);
    assert.match(out, /the string that was signed\nPOST␠\/rhone\/lv\/deal\/change\/notice␍␊/);
    const { diagnosis } = JSON.parse((await run([...words, "--json"])).out);
    assert.deepEqual([diagnosis.outcome, diagnosis.mistakes.map(({ id }) => id)], ["explained", ["line.crlf"]]);
  });
});

describe("check", () => {
  const paid = (vouchers) =>
    `{"code":200,"describe":"success","partnerId":1,"body":{"orderId":1,"partnerOrderId":"P","voucherType":1,"vouchers":${JSON.stringify(vouchers)}}}`;
  let folder;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "meituan-check-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("lists every message", async () => {
    const calls = (
      "orderCreate orderPay orderQuery orderRefund orderClose orderRefunded orderReschedule priceCalendar levelPricePull productPull " +
      "poiPull productStatus balance heartbeat payNotice refundNotice consumeNotice rescheduleNotice productChangeNotice levelPriceNotice"
    ).split(" ");
    const { code, out } = await run(["check", "--list"]);
    const names = out.trim().split("\n");
    assert.equal(code, 0);
    for (const call of calls) {
      assert.ok(names.includes(`ticket.${call}.request`), call);
      assert.ok(names.includes(`ticket.${call}.response`), call);
    }
    assert.deepEqual(JSON.parse((await run(["check", "--list", "--json"])).out), names);
  });

  it("refuses two tickets with one code under voucherType 1, by the rule's name", async () => {
    const { code, out } = await run(["check", "ticket.orderPay.response", "--quantity", "2"], { input: paid(["a"]) });
    assert.equal(code, 1);
    assert.match(out, /refused {2}RULE_BROKEN.*body\.vouchers.*pay\.one-code-per-ticket/);
    assert.match(out, /订单出票 4/);
  });

  it("takes a message that is right", async () => {
    const { code, out } = await run(["check", "ticket.orderPay.response", "-", "--quantity", "2"], { input: paid(["a", "b"]) });
    assert.deepEqual([code, out], [0, "ticket.orderPay.response: ok\n"]);
  });

  it("says which rule it could not check", async () => {
    const { code, out } = await run(["check", "ticket.orderPay.response"], { input: paid(["a"]) });
    assert.equal(code, 0);
    assert.match(out, /warning {2}RULE_UNCHECKED.*pay\.one-code-per-ticket/);
    assert.match(out, /ok, 1 warning\n$/);
  });

  it("warns of what is doubtful in an order, by the time that it is told", async () => {
    const body = { orderId: 1, partnerDealId: "D", mtDealId: 1, buyPrice: 1, unitPrice: 1.5, totalPrice: 2, quantity: 2 };
    const input = JSON.stringify({ partnerId: 1, body: { ...body, visitors: [{ name: "张三" }], travelDate: "2026-03-02" } });
    const { code, out } = await run(["check", "ticket.orderCreate.request", "-", "--now", "2026-03-02T15:59:59Z"], { input });
    assert.equal(code, 0);
    assert.match(out, /warning {2}RULE_BROKEN.*body\.totalPrice.*create\.total-price/);
    assert.match(out, /warning {2}RULE_BROKEN.*body\.visitors.*create\.visitors/);
    assert.match(out, /hint: this is what Meituan sent, and nothing is refused for it/);
    assert.match(out, /ok, 2 warnings\n$/);
    const later = await run(["check", "ticket.orderCreate.request", "-", "--now", "2026-03-02T16:00:00Z", "--json"], { input });
    assert.deepEqual(
      JSON.parse(later.out).issues.map(({ rule }) => rule),
      ["create.total-price", "create.travel-date", "create.visitors"],
    );
  });

  it("refuses the same code twice under voucherType 1, and names the type for a shared code", async () => {
    const { code, out } = await run(["check", "ticket.orderPay.response", "--quantity", "2"], { input: paid(["a", "a"]) });
    assert.equal(code, 1);
    assert.match(out, /refused {2}RULE_BROKEN.*body\.vouchers.*pay\.codes-distinct/);
    assert.match(out, /hint: voucherType 1 has a code of its own for each ticket.* is voucherType 2/);
  });

  it("reads a file, and prints every finding as JSON", async () => {
    const file = join(folder, "reply.json");
    await writeFile(file, paid(["a"]).replace('"orderId":1', '"orderId":"1","more":1'));
    const { code, out } = await run(["check", "ticket.orderPay.response", file, "--quantity", "2", "--json"]);
    assert.equal(code, 1);
    const { ok, message, issues } = JSON.parse(out);
    assert.deepEqual([ok, message], [false, "ticket.orderPay.response"]);
    assert.deepEqual(issues.map((issue) => issue.code).sort(), ["NUMBER_AS_STRING", "RULE_BROKEN", "UNKNOWN_FIELD"]);
    const broken = issues.find((issue) => issue.rule);
    assert.equal(broken.basis, "documented");
    assert.ok(broken.hint && broken.demands && broken.path && broken.offset > 0);
  });

  it("says where text stops being JSON", async () => {
    const { code, out } = await run(["check", "ticket.heartbeat.request"], { input: '{"partnerId":1,}' });
    assert.equal(code, 1);
    assert.match(out, /INVALID_JSON[\s\S]*at byte 15/);
  });

  it("exits 2 when it is called wrongly", async () => {
    const wrong = [
      [["check"], /which message/],
      [["check", "ticket.nothing"], /no message of this name/],
      [["check", "ticket.orderPay.response", join("no", "such", "file")], /no such file/],
      [["check", "ticket.orderPay.response", "-", "--quantity", "two"], /--quantity/],
      [["check", "ticket.orderPay.response", "-", "--now", "today"], /--now is neither/],
      [["check", "ticket.orderPay.response", "-", "-"], /one file/],
    ];
    for (const [words, message] of wrong) {
      const { code, err } = await run(words);
      assert.equal(code, 2);
      assert.match(err, message);
    }
  });
});

describe("envelope", () => {
  const key = ["--secret-key", KEY];
  const text = '{"id":526001045969776640,"地址":"望京\\u0020 😀", "n":1.50}\n';
  const seal = (plain) => {
    const cipher = createCipheriv("aes-128-ecb", Buffer.from(KEY, "base64"), null);
    return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64url");
  };

  it("seals as another AES does, and opens to the very bytes that were sealed", async () => {
    const sealed = await run(["envelope", "seal", ...key], { input: text });
    assert.deepEqual(sealed, { code: 0, out: seal(text), err: "" });
    const opened = await run(["envelope", "open"], { input: `${sealed.out}\n`, environment: { MEITUAN_SECRET_KEY: KEY } });
    assert.deepEqual(opened, { code: 0, out: text, err: "" });
  });

  it("reads a file and prints JSON", async () => {
    const folder = await mkdtemp(join(tmpdir(), "envelope-"));
    const file = join(folder, "plain.json");
    await writeFile(file, text);
    const { code, out } = await run(["envelope", "seal", file, ...key, "--json"]);
    await rm(folder, { recursive: true });
    assert.deepEqual([code, JSON.parse(out)], [0, { version: 1, ok: true, content: seal(text) }]);
  });

  it("exits 1 for what does not open, and says so without a word about the text", async () => {
    const other = seal(text).replace(/^./, (first) => (first === "A" ? "B" : "A"));
    const cut = await run(["envelope", "open", ...key], { input: seal(text).slice(0, 40) });
    assert.equal(cut.code, 1);
    assert.match(cut.err, /^DECRYPTION_FAILED: [\s\S]*hint: /);
    const altered = await run(["envelope", "open", ...key, "--json"], { input: other });
    assert.equal(altered.code, 1);
    const { ok, error } = JSON.parse(altered.out);
    assert.deepEqual([ok, error.code, error.detail], [false, "DECRYPTION_FAILED", ""]);
    assert.equal((await run(["envelope", "seal", ...key], { input: Buffer.from([0xff]) })).code, 1);
    const bad = await run(["envelope", "seal", "--secret-key", "c2hvcnQ="], { input: "x" });
    assert.equal(bad.code, 1);
    assert.match(bad.err, /INVALID_CONFIG[\s\S]*secretKey/);
  });

  it("exits 2 when it is called wrongly", async () => {
    const wrong = [
      [["envelope", "seal"], /--secret-key is missing \(or MEITUAN_SECRET_KEY/],
      [["envelope"], /usage/],
      [["envelope", "open", ...key, "a", "b"], /one file/],
    ];
    for (const [words, message] of wrong) {
      const { code, err } = await run(words);
      assert.equal(code, 2);
      assert.match(err, message);
    }
  });
});

describe("what a terminal would obey", () => {
  /** ESC, a title, a colour, a bell, C1, a line of its own, a turned direction, a separator of lines. */
  const EVIL = "\u001b]0;pwned\u0007\u001b[31m\u009b2J\u0085\r\nok\u202e\u2066\u200f\u061c\u2028\u007f\b";
  const obeyed = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
  const secret = ["--client-secret", SECRET];
  const date = ["--date", DATE];

  const cases = {
    "an option that there is not": [["check", `--${EVIL}`]],
    "a file that there is not": [["check", "ticket.orderPay.response", `/no/${EVIL}`]],
    "a URI": [["ba", "sign", "--method", "POST", "--uri", `/${EVIL}`, ...date, "--client-id", "x", ...secret, "--explain"]],
    "a method": [["ba", "sign", "--method", EVIL, "--uri", "/", ...date, "--client-id", EVIL, ...secret, "--explain"]],
    "a client's id": [["ba", "sign", "--method", "POST", "--uri", "/", ...date, "--client-id", EVIL, ...secret, "--json"]],
    "a date that is none": [
      ["ba", "verify", "--method", "POST", "--uri", "/", "--date", EVIL, "--authorization", EVIL, "--client-id", "x", ...secret],
    ],
    "a header that is none": [
      [
        ...["ba", "verify", "--method", "POST", "--uri", `/${EVIL}`, ...date, "--now", DATE, "--explain"],
        ...["--authorization", `MWS x:${SIGNATURE}${EVIL}`, "--client-id", "x", ...secret],
      ],
    ],
    "a header that is none, as JSON": [
      [
        ...["ba", "verify", "--method", "POST", "--uri", `/${EVIL}`, ...date, "--now", DATE, "--explain", "--json"],
        ...["--authorization", `MWS x:${EVIL}`, "--client-id", "x", ...secret],
      ],
    ],
    "a message's keys and values": [
      ["check", "ticket.orderPay.response"],
      JSON.stringify({ code: 200, describe: EVIL, partnerId: EVIL, [EVIL]: 1, body: { [EVIL]: EVIL, voucherType: EVIL } }),
    ],
    "a message's keys and values, as JSON": [
      ["check", "ticket.orderPay.response", "--json"],
      JSON.stringify({ code: 200, describe: EVIL, partnerId: EVIL, [EVIL]: 1, body: { [EVIL]: EVIL, voucherType: EVIL } }),
    ],
    "what was sealed, as JSON": [
      ["envelope", "open", "--secret-key", KEY, "--json"],
      (() => {
        const cipher = createCipheriv("aes-128-ecb", Buffer.from(KEY, "base64"), null);
        return Buffer.concat([cipher.update(EVIL), cipher.final()]).toString("base64url");
      })(),
    ],
    "an address": [["accept", `https://${EVIL}`]],
    "a file of routes": [
      ["accept", "http://127.0.0.1:1", "--partner-id", "1", "--client-id", "x", ...secret, "--routes", `/no/${EVIL}`],
    ],
    "a number": [["accept", "http://127.0.0.1:1", "--partner-id", EVIL, "--client-id", EVIL, ...secret, "--price", EVIL]],
  };
  for (const [what, [words, input]] of Object.entries(cases)) {
    it(`is not printed: ${what}`, async () => {
      const { out, err } = await run(words, { input });
      assert.ok(out + err !== "");
      for (const line of `${out}${err}`.split("\n")) assert.doesNotMatch(line, obeyed, JSON.stringify(line));
      assert.ok(!`${out}${err}`.split("\n").some((line) => /^ok/.test(line)), "a line of its own");
    });
  }

  it("is not printed of what comes over HTTP", async () => {
    const child = spawn(process.execPath, [
      ...[command, "mock", "ticket", "--port", "0", "--partner-id", "1122", "--client-id", "x", ...secret],
    ]);
    let out = "";
    child.stdout.setEncoding("utf8");
    try {
      const address = await new Promise((resolve, reject) => {
        child.on("error", reject);
        child.stdout.on("data", (text) => {
          out += text;
          const found = /http:\S+/.exec(out);
          if (found) resolve(found[0]);
        });
      });
      const body = JSON.stringify({ partnerId: 1122, [EVIL]: 1, body: { orderId: EVIL, [EVIL]: EVIL } });
      for (const path of ["/rhone/mtp/api/order/consume/notice", `/${encodeURIComponent(EVIL)}`]) {
        await fetch(`${address}${path}`, {
          method: "POST",
          body,
          headers: { PartnerId: "1122", Date: DATE, Authorization: "MWS x:\u009b" },
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      child.kill("SIGTERM");
    }
    const lines = out.split("\n");
    assert.ok(lines.length > 3, out);
    for (const line of lines) assert.doesNotMatch(line, obeyed, JSON.stringify(line));
  });

  it("is written as it is where what was asked for goes to a program", async () => {
    const sealed = await run(["envelope", "seal", "--secret-key", KEY], { input: EVIL });
    const opened = await run(["envelope", "open", "--secret-key", KEY], { input: sealed.out });
    assert.equal(opened.out, EVIL);
  });
});
