import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { open } from "./browser.mjs";
import { FORMATS, PARTS } from "./pasted.mjs";

const FOLDER = new URL("../vectors/diagnosis/", import.meta.url);
const vectors = readdirSync(FOLDER).map((file) => [file, JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"))]);
const vector = (file) => vectors.find(([name]) => name === file)[1];
const RIGHT = vector("right.json");

const httpOf = ({ method, url, headers, body }) =>
  [`${method} ${url} HTTP/1.1`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), "", body].join("\n");

/** What the formats are made of. */
const partsOf = ({ method, url, headers, body }) => {
  const { host, pathname, search } = new URL(url);
  const { Date: date, Authorization: authorization } = headers;
  return { method, url, path: pathname + search, host, date, authorization, partnerId: headers.PartnerId, body };
};

const paste = (shown, text) => shown.getByLabel(/^The request/).fill(text);
const give = (shown, secret) => shown.getByLabel("clientSecret", { exact: true }).fill(secret);
const title = (shown) => shown.locator(".verdict-title").innerText();
const named = (shown) => shown.locator(".verdict code").allTextContents();

describe("the signature doctor", () => {
  it("names each known mistake, and each pair, by the request alone", async () => {
    await open("signature", async ({ shown }) => {
      await shown.locator("summary").click();
      for (const [file, vector] of vectors) {
        await paste(shown, httpOf(vector));
        await give(shown, vector.secrets[0]);
        await shown.getByLabel("Other secrets of a rotation").fill(vector.secrets.slice(1).join(" "));
        await shown.getByLabel("clientId that was agreed on").fill(vector.clientId);
        assert.deepEqual(await named(shown), vector.mistakes, file);
        if (vector.mistakes.length === 0) assert.equal(await title(shown), "The signature is right");
      }
    });
  });

  it("shows an example that is what it says", async () => {
    await open("signature", async ({ shown }) => {
      await shown.getByRole("button", { name: "Show an example" }).click();
      assert.deepEqual(await named(shown), ["date.beijing"]);
    });
  });

  it("reads the request in every form that people have it in: a right signature is right, a wrong one is explained", async () => {
    await open("signature", async ({ shown }) => {
      for (const [name, write] of Object.entries(FORMATS)) {
        await give(shown, RIGHT.secrets[0]);
        await paste(shown, write(partsOf(RIGHT)));
        assert.equal(await title(shown), "The signature is right", name);
        await paste(shown, write(partsOf(vector("line.crlf.json"))));
        assert.deepEqual(await named(shown), ["line.crlf"], name);
        // Without the date of its header, or without it, the other forms mean nothing: these have them exactly.
        await paste(shown, write(partsOf(vector("date.beijing.json"))));
        assert.deepEqual(await named(shown), ["date.beijing"], name);
      }
    });
  });

  it("says what it could not read, and no verdict; what is typed then is enough", async () => {
    const labels = { url: "URL or path", date: "Date", authorization: "Authorization" };
    await open("signature", async ({ shown }) => {
      await give(shown, RIGHT.secrets[0]);
      for (const [name, [write, unread]] of Object.entries(PARTS)) {
        await paste(shown, write(partsOf(RIGHT)));
        assert.equal(await title(shown), `Not read: ${unread.map((one) => labels[one]).join(", ")}`, name);
        assert.deepEqual(await named(shown), [], name);
        for (const one of unread) await shown.getByLabel(labels[one], { exact: true }).fill(partsOf(RIGHT)[one]);
        assert.equal(await title(shown), "The signature is right", name);
      }
    });
  });

  it("says that it could read nothing, in both languages", async () => {
    await open("signature", async ({ page, shown }) => {
      for (const text of [
        "hello",
        "你好：世界",
        "{}",
        "null",
        '{"code":200}',
        "date",
        "<html>401</html>",
        "curl",
        ">",
        "^\"'`\\",
      ]) {
        await paste(shown, text);
        assert.match(await title(shown), /No request could be read from this|Not read/, text);
      }
      await paste(shown, "hello");
      await page.getByRole("button", { name: "中文" }).click();
      assert.equal(await title(shown), "没有读出请求");
    });
  });

  it("asks for one request where several are pasted", async () => {
    const other = { ...RIGHT, headers: { ...RIGHT.headers, Authorization: "MWS vector-client:ZZM1YXAjWdeb/qJM01Xpe21ixrA=" } };
    await open("signature", async ({ shown }) => {
      for (const name of ["a map of Java", "nginx, a format of its own", "curl -v", "HAR"]) {
        await paste(shown, [other, RIGHT].map((one) => FORMATS[name](partsOf(one))).join("\n"));
        assert.equal(await title(shown), "2 signed requests are in this", name);
        // The same one twice is one.
        await give(shown, RIGHT.secrets[0]);
        await paste(shown, [RIGHT, RIGHT].map((one) => FORMATS["nginx, JSON"](partsOf(one))).join("\n"));
        assert.equal(await title(shown), "The signature is right", name);
      }
    });
  });

  it("takes a method that a log lacks for the one that was signed", async () => {
    const signature = createHmac("sha1", "a secret").update("GET /poi?page=1\nWed, 06 May 2015 10:34:20 GMT").digest("base64");
    await open("signature", async ({ shown }) => {
      await give(shown, "a secret");
      await paste(shown, `uri=/poi?page=1 headers={date=Wed, 06 May 2015 10:34:20 GMT, authorization=MWS client:${signature}}`);
      assert.equal(await title(shown), "The signature is right");
      assert.match(await shown.locator(".panel").last().innerText(), /The method was not read: taken to be GET/);
    });
  });

  it("blames no proxy for a header that a log left out, and does for one that was not sent", async () => {
    const { Authorization: _, ...headers } = RIGHT.headers;
    await open("signature", async ({ shown }) => {
      await give(shown, RIGHT.secrets[0]);
      await paste(shown, httpOf({ ...RIGHT, headers }));
      assert.deepEqual(await named(shown), ["header.authorization"]);
      await paste(shown, `method=POST uri=/a headers={date=${headers.Date}}`);
      assert.equal(await title(shown), "Not read: Authorization");
    });
  });

  it("expects no signature of an id that was typed as the secret", async () => {
    await open("signature", async ({ shown }) => {
      await paste(shown, httpOf(RIGHT));
      await give(shown, "vector-client");
      assert.deepEqual(await named(shown), ["header.secret"]);
      assert.match(await shown.locator("dl.compare dd").first().innerText(), /^none/);
    });
  });

  it("keeps what was typed when it fails, says so, and goes on at the next change", async () => {
    await open("signature", async ({ page, shown }) => {
      await paste(shown, httpOf(RIGHT));
      await page.evaluate(() => {
        const { charCodeAt } = String.prototype;
        String.prototype.charCodeAt = function (at) {
          if (globalThis.isBroken) throw new RangeError("out of order");
          return charCodeAt.call(this, at);
        };
        globalThis.isBroken = true;
      });
      await give(shown, "a secret");
      assert.equal(await title(shown), "This page has failed at it");
      assert.match(await shown.locator(".verdict").innerText(), /MODULE_FAILED|out of order/);
      assert.equal(await shown.getByLabel(/^The request/).inputValue(), httpOf(RIGHT));
      await page.evaluate(() => {
        globalThis.isBroken = false;
      });
      await give(shown, RIGHT.secrets[0]);
      assert.equal(await title(shown), "The signature is right");
    });
  });
});
