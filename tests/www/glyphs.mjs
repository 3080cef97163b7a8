import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open } from "./browser.mjs";

/** Each sign of the page beyond ASCII that is drawn like one that no font has, and each that is drawn like another one. */
function boxesIn(families) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [40, 40];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const drawn = (sign, family) => {
    context.clearRect(0, 0, 40, 40);
    context.font = `24px ${family}`;
    context.fillText(sign, 4, 30);
    return String(context.getImageData(0, 0, 40, 40).data);
  };
  const fields = [...document.querySelectorAll("[placeholder], [title]")].map((one) => one.placeholder + one.title);
  const signs = [...new Set(document.body.innerText + fields.join(""))].filter((sign) => /[^\p{ASCII}\s]/u.test(sign));
  const chinese = signs.filter((sign) => /\p{Script=Han}/u.test(sign));
  return families.map((family) => {
    const [none, nothing] = [drawn("\u{10fffd}", family), drawn(" ", family)];
    const pictures = new Set(chinese.map((sign) => drawn(sign, family)));
    return {
      boxes: signs.filter((sign) => [none, nothing].includes(drawn(sign, family))).join(""),
      alike: chinese.length - pictures.size,
      chinese: chinese.length,
    };
  });
}

describe("the fonts of this machine", () => {
  it("have every sign of every page: no box stands for one", async () => {
    for (const tool of ["signature", "message", "envelope", "orders", "acceptance"]) {
      for (const locale of ["zh-CN", "en-US"]) {
        await open(
          tool,
          async ({ page, shown }) => {
            const example = shown.getByRole("button", { name: /example|示例|例子|Built in|内置/ }).first();
            if ((await example.count()) > 0) await example.click();
            const families = await page.evaluate(() =>
              ["--sans", "--mono"].map((name) => getComputedStyle(document.documentElement).getPropertyValue(name)),
            );
            for (const { boxes, alike, chinese } of await page.evaluate(boxesIn, families)) {
              const help = "install one for Chinese, such as by `apt-get install fonts-noto-cjk`";
              assert.deepEqual([boxes, alike], ["", 0], `${tool} in ${locale}: signs that no font has; ${help}`);
              assert.ok(locale === "en-US" || chinese > 50, `${tool}: it speaks no Chinese`);
            }
          },
          { locale },
        );
      }
    }
  });
});
