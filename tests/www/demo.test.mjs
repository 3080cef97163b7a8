// The pages for the browser, as built, in real Chromium, below a path of a static site.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { checkMessage, MESSAGES, openEnvelope, sealEnvelope, TicketSupplier } from "meituan-protocol";
import { BUILT } from "../../www/build.mjs";
import { fileOf, open, SCREENSHOTS, site } from "./browser.mjs";
import "./acceptance.mjs";
import "./glyphs.mjs";
import "./orders.mjs";
import "./signature.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TOOLS = ["signature", "message", "envelope", "orders", "acceptance"];
/** What a page may load in all, in bytes after brotli 11. */
const MOST = { signature: 99_000, message: 131_500, envelope: 113_000, orders: 182_000, acceptance: 113_500 };
const KEY = "AAECAwQFBgcICQoLDA0ODw==";
const SECRET = "a secret that must not be kept";

describe("the page of a tool", () => {
  for (const tool of TOOLS) {
    it(`loads everything at once, from its own site, within its budget, and asks for nothing after that: ${tool}`, async () => {
      await open(tool, async ({ page, shown, requests }) => {
        await page.waitForLoadState("networkidle");
        assert.ok(requests.every((url) => url.startsWith(site.address)));
        assert.equal(new Set(requests).size, requests.length, "something was loaded twice");
        const sizes = requests.map((url) => {
          const path = decodeURIComponent(new URL(url).pathname).slice("/some/path/".length) || "index.html";
          return [path, brotliCompressSync(readFileSync(join(BUILT, path))).length];
        });
        const sum = sizes.reduce((sum, [, size]) => sum + size, 0);
        assert.ok(sizes.some(([path]) => path.endsWith(".wasm")) && sum <= MOST[tool], `${sum} bytes: ${JSON.stringify(sizes)}`);

        const before = requests.length;
        const buttons = shown.getByRole("button");
        // Some of them change what there is to press.
        for (let index = 0; index < Math.min(await buttons.count(), 40); index++) {
          const button = buttons.nth(index);
          if ((await button.isVisible()) && (await button.isEnabled())) await button.click();
        }
        const boxes = shown.getByRole("textbox");
        for (let index = 0; index < Math.min(await boxes.count(), 40); index++) {
          if (await boxes.nth(index).isEditable()) await boxes.nth(index).fill('{"code":200}');
        }
        await page.getByRole("button", { name: "中文" }).click();
        await page.waitForTimeout(200);
        assert.deepEqual(requests.slice(before), []);
      });
    });
  }

  it("leads to every tool, each at an address of its own", async () => {
    await open("signature", async ({ page, shown }) => {
      for (const tool of [...TOOLS.slice(1), TOOLS[0]]) {
        await page.locator("nav a").nth(TOOLS.indexOf(tool)).click();
        await page.waitForURL(site.address + fileOf(tool));
        await shown.waitFor();
        assert.equal(await page.locator("nav a[aria-current=page]").count(), 1);
        assert.equal(await page.locator("h1").textContent(), await page.locator("nav a[aria-current=page]").textContent());
      }
    });
  });

  it("may not connect to anything else", async () => {
    await open("signature", async ({ page }) => {
      const outcome = await page.evaluate(() =>
        fetch("http://127.0.0.1:9/").then(
          () => "answered",
          () => "refused",
        ),
      );
      assert.equal(outcome, "refused");
      const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /connect-src 'self'/);
    }).catch((error) => assert.match(error.message, /Content Security Policy|violates/));
  });

  it("speaks the browser's language, and the other one when asked; and keeps that choice", async () => {
    await open(
      "signature",
      async ({ page }) => {
        assert.equal(await page.locator("h1").textContent(), "签名诊断");
        assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
        await page.getByRole("button", { name: "English" }).click();
        assert.equal(await page.locator("h1").textContent(), "Signature doctor");
        await page.reload();
        assert.equal(await page.locator("h1").textContent(), "Signature doctor");
      },
      { locale: "zh-CN" },
    );
  });

  it("keeps no secret: not in the address, nor in storage, nor when the page is left", async () => {
    await open("signature", async ({ page, shown }) => {
      const kept = () =>
        page.evaluate(() =>
          JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, history.state, document.cookie, window.name]),
        );
      await shown.getByLabel("clientSecret").fill(SECRET);
      assert.ok(!(await kept()).includes(SECRET));
      await page.getByRole("link", { name: "Envelope" }).click();
      await shown.getByLabel(/secretKey/).fill(SECRET);
      assert.ok(!(await kept()).includes(SECRET));
    });
  });

  it("lets the keyboard skip to the tool, by a control that can be read once it has the focus", async () => {
    for (const colorScheme of ["light", "dark"]) {
      await open(
        "message",
        async ({ page }) => {
          await page.keyboard.press("Tab");
          const skip = page.getByRole("button", { name: "Skip to the tool" });
          assert.ok(
            await skip.evaluate((element) => element === document.activeElement && element.getBoundingClientRect().left >= 0),
          );
          await page.evaluate(AXE);
          const { violations, passes } = await page.evaluate(() => globalThis.axe.run(".skip", { runOnly: ["color-contrast"] }));
          assert.deepEqual([violations.length, passes.length], [0, 1]);
          await page.keyboard.press("Enter");
          assert.equal(await page.evaluate(() => document.activeElement.tagName), "MAIN");
        },
        { colorScheme },
      );
    }
  });

  for (const tool of TOOLS) {
    for (const colorScheme of ["light", "dark"]) {
      it(`has no serious fault of accessibility: ${tool}, ${colorScheme}`, async () => {
        for (const [locale, width] of ["en-US", "zh-CN"].flatMap((locale) => [1280, 390].map((width) => [locale, width]))) {
          await open(
            tool,
            async ({ page, shown }) => {
              const example = shown
                .getByRole("button", { name: /example|示例|例子|Sold and used|售出|with mistakes|但有错误/ })
                .first();
              if ((await example.count()) > 0) await example.click();
              await page.waitForTimeout(50);
              await page.screenshot({ path: join(SCREENSHOTS, `${tool}-${locale}-${colorScheme}-${width}.png`), fullPage: true });
              await page.evaluate(AXE);
              const { violations } = await page.evaluate(() => globalThis.axe.run());
              const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
              assert.deepEqual(
                serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
                [],
              );
              const { scrollWidth, clientWidth } = await page.evaluate(() => ({
                scrollWidth: document.documentElement.scrollWidth,
                clientWidth: document.documentElement.clientWidth,
              }));
              assert.ok(scrollWidth <= clientWidth, `${scrollWidth - clientWidth} pixels hang over`);
            },
            { locale, colorScheme, width },
          );
        }
      });
    }
  }
});

describe("the message check", () => {
  it("has a good example of every message, and knows the message by it", async () => {
    await open("message", async ({ shown }) => {
      const choice = shown.getByLabel("Message", { exact: true });
      for (const name of MESSAGES) {
        await choice.selectOption(name);
        await shown.getByRole("button", { name: "A good example" }).click();
        const text = await shown.locator(".json-editor textarea").inputValue();
        assert.match(await shown.locator(".verdict").first().textContent(), /Nothing is wrong/, `${name}\n${text}`);
        assert.deepEqual(checkMessage(name, text, {}).issues, [], name);
      }
    });
  });

  it("shows what is wrong at its place, and says why in both languages", async () => {
    const text =
      '{"partnerId":1122,"code":200,"describe":"success","body":{"orderId":"x","partnerOrderId":"订单","voucherType":1}}';
    await open("message", async ({ page, shown }) => {
      await shown.locator(".json-editor textarea").fill(text);
      assert.match(await shown.locator(".verdict").first().textContent(), /ticket\.orderPay\.response/);
      assert.deepEqual(await shown.locator(".json-editor .mark-bad").allTextContents(), ['"x"']);
      assert.match(await shown.locator(".findings > li").first().textContent(), /body\.orderId · line 1/);
      await shown.locator(".findings button").first().click();
      const at = await shown.locator(".json-editor textarea").evaluate((area) => area.selectionStart);
      assert.equal(at, text.indexOf('"x"'));
      await page.getByRole("button", { name: "中文" }).click();
      assert.match(await shown.locator(".findings > li").first().textContent(), /不合格/);
    });
  });

  it("says that it cannot tell which message a string is, and what is wrong with any", async () => {
    await open("message", async ({ page, shown }) => {
      const verdict = shown.locator(".verdict").first();
      for (const [text, says] of [
        ["{}", /^It is not known which message this is/],
        ['{"foo":1}', /^It is not known which message this is/],
        ["hello", /^One thing is wrong$/],
        ["[]", /^One thing is wrong$/],
      ]) {
        await shown.locator(".json-editor textarea").fill(text);
        assert.match(await verdict.innerText(), says, text);
        assert.equal(await verdict.locator("code").count(), 0, text);
      }
      await shown.locator(".json-editor textarea").fill("{}");
      await page.getByRole("button", { name: "中文" }).click();
      assert.match(await verdict.innerText(), /^看不出是哪种报文/);
      await shown.getByLabel("报文类型").selectOption("ticket.orderPay.response");
      assert.match(await verdict.innerText(), /处不合格/);
    });
  });

  it("leads from each finding to its own place", async () => {
    const vouchers = Array.from({ length: 120 }, (_, index) => `A${index}`);
    const body = { orderId: "x", partnerOrderId: "P1", voucherType: 1, vouchers: [...vouchers, {}] };
    const text = JSON.stringify({ partnerId: 1122, code: 200, describe: "success", body, tail: null }, null, 2);
    await open("message", async ({ shown }) => {
      await shown.getByLabel("Message", { exact: true }).selectOption("ticket.orderPay.response");
      await shown.locator(".json-editor textarea").fill(text);
      const isSeen = (mark) =>
        mark.evaluate((element) => {
          const [{ top, bottom }, frame] = [element, element.closest(".json-editor")].map((one) => one.getBoundingClientRect());
          return top >= frame.top && bottom <= frame.bottom && top >= 0 && bottom <= innerHeight;
        });
      const marks = shown.locator(".json-editor .mark-bad");
      assert.deepEqual(await marks.allTextContents(), ['"x"', "{"]);
      for (const [place, at] of [
        [/vouchers/, 1],
        [/orderId/, 0],
        [/vouchers/, 1],
      ]) {
        await shown.locator(".findings button", { hasText: place }).first().click();
        assert.deepEqual([await isSeen(marks.nth(at)), await isSeen(marks.nth(1 - at))], [true, false], String(place));
      }
    });
  });

  it("keeps the text when it fails, says so, and goes on at the next change", async () => {
    await open("message", async ({ page, shown }) => {
      const area = shown.locator(".json-editor textarea");
      await page.evaluate(() => {
        const real = TextEncoder.prototype.encodeInto;
        TextEncoder.prototype.encodeInto = function (text, ...rest) {
          if (text.includes("break")) throw new RangeError("out of order");
          return real.call(this, text, ...rest);
        };
        const encode = TextEncoder.prototype.encode;
        TextEncoder.prototype.encode = function (text) {
          if (text.includes("break")) throw new RangeError("out of order");
          return encode.call(this, text);
        };
      });
      // Short strings need no encoder.
      const message = '{"code":200,"describe":"break this message"}';
      await area.fill(message);
      assert.match(await shown.locator(".verdict").first().innerText(), /This page has failed at it[\s\S]*MODULE_FAILED/);
      assert.equal(await area.inputValue(), message);
      await area.fill('{"code":200}');
      assert.match(await shown.locator(".verdict").first().innerText(), /Nothing is wrong/);
    });
  });

  it("shows the acceptance point that a broken rule belongs to, with the hand-out's section", async () => {
    const body = { orderId: 1, partnerOrderId: "P1", voucherType: 1, vouchers: ["910632001657"] };
    await open("message", async ({ shown }) => {
      await shown.getByLabel("Message", { exact: true }).selectOption("ticket.orderPay.response");
      await shown.locator(".json-editor textarea").fill(JSON.stringify({ partnerId: 1122, code: 200, describe: "success", body }));
      await shown.getByLabel("Tickets of the order").fill("3");
      const finding = shown.locator(".findings > li").filter({ hasText: "RULE_BROKEN" });
      assert.match(await finding.first().textContent(), /Acceptance point pay\.code-per-ticket .*订单出票/);
    });
  });

  it("makes a signed request out of a form, and the receiver accepts it", async () => {
    await open("message", async ({ shown }) => {
      await shown.getByLabel("Message", { exact: true }).selectOption("ticket.orderQuery.request");
      await shown.getByRole("button", { name: "A good example" }).click();
      await shown.getByRole("tab", { name: "Form" }).click();
      await shown.getByLabel(/^orderId/).fill("8985652356562370001");
      assert.match(await shown.locator(".json-editor textarea").inputValue(), /"orderId": 8985652356562370001/);
      await shown.getByRole("tab", { name: "Signed request" }).click();
      await shown.getByLabel("clientId").fill("c");
      await shown.getByLabel("clientSecret").last().fill(SECRET);
      await shown.getByLabel("Address it is sent to").fill("https://supplier.example/query");
      await shown.getByRole("tab", { name: "fetch" }).click();
      const code = await shown.locator(".code-view pre").textContent();
      const [, url, options] = /^await fetch\("([^"]+)", (\{[\s\S]+\})\);\s*$/.exec(code);
      const { method, headers, body } = JSON.parse(options);
      const supplier = new TicketSupplier({
        partnerId: 1122,
        clientId: "c",
        clientSecret: SECRET,
        routes: { "/query": "orderQuery" },
      });
      const call = supplier.receiveSync({ method, url, headers, body });
      assert.equal(call.body.orderId, "8985652356562370001");
    });
  });
});

describe("the envelope", () => {
  it("opens a form of either generation, and seals what the library opens", async () => {
    const plain = '{"orderId":"订单 1"}';
    await open("envelope", async ({ shown }) => {
      await shown.getByLabel(/^secretKey/).fill(KEY);
      for (const version of ["1", "2"]) {
        const form = new URLSearchParams({ token: "t", version, content: sealEnvelope(KEY, plain) });
        await shown.getByLabel(/^The content/).fill(form.toString());
        assert.match(await shown.locator(".verdict").textContent(), new RegExp(`It opens · Generation ${version}`));
        assert.match(await shown.locator(".code-view pre").first().textContent(), /"orderId": "订单 1"/);
      }
      await shown.getByLabel("What to do").selectOption("seal");
      await shown.getByLabel(/^The content to seal/).fill(plain);
      assert.equal(openEnvelope(KEY, await shown.locator(".code-view pre").first().textContent()), plain);
    });
  });

  it("finds the content in a command, an address, JSON and logs", async () => {
    const content = sealEnvelope(KEY, '{"orderId":"订单 1"}');
    const [sent, form] = [encodeURIComponent(content), new URLSearchParams({ token: "t", content }).toString()];
    await open("envelope", async ({ shown }) => {
      await shown.getByLabel(/^secretKey/).fill(KEY);
      for (const pasted of [
        ...[
          content,
          sent,
          `'${content}'`,
          form,
          `https://supplier.example/push?${form}`,
          `curl https://a.example --data '${form}'`,
        ],
        ...[
          `POST /push HTTP/1.1\nHost: a\n\n${form}`,
          JSON.stringify({ content }),
          `body=${JSON.stringify({ token: "t", content })} cost=3`,
        ],
        ...[`"{\\"content\\":\\"${content}\\"}"`, `{token=t, content=${content}, version=1}`, `{'content': '${content}'}`],
        JSON.stringify({ content }).replaceAll("/", "\\/").replaceAll("=", "\\u003d"),
      ]) {
        await shown.getByLabel(/^The content/).fill(pasted);
        assert.match(await shown.locator(".verdict").textContent(), /It opens/, pasted);
        assert.match(await shown.locator(".code-view pre").first().textContent(), /订单 1/, pasted);
      }
    });
  });

  it("says why a content does not open", async () => {
    const content = sealEnvelope(KEY, '{"a":1}');
    await open("envelope", async ({ shown }) => {
      for (const [key, pasted, why] of [
        ["short", content, /neither the Base64 of exactly 16 bytes nor 32 hex digits/],
        [KEY, content.slice(0, -4), /no multiple of 16/],
        [KEY, `${content}!`, /no Base64: there is “!”/],
        ["DwECAwQFBgcICQoLDA0ODw==", content, /this key does not open it/],
      ]) {
        await shown.getByLabel(/^secretKey/).fill(key);
        await shown.getByLabel(/^The content/).fill(pasted);
        assert.match(await shown.locator(".verdict").textContent(), why);
      }
    });
  });
});
