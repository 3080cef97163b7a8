import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { checkTrace } from "meituan-protocol/testing";
import { open } from "./browser.mjs";

const TRACE = readFileSync(new URL("../vectors/trace/whole.json", import.meta.url), "utf8");

const load = (shown, name, text) =>
  shown.getByLabel(/A recording/).setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });

/** The points of the page, by their verdict's tone. */
const pointsOf = async (shown, tone) =>
  (await shown.locator(`[data-point].${tone}`).evaluateAll((list) => list.map((one) => one.dataset.point))).sort();

describe("the acceptance check", () => {
  it("judges a recording out of a file as the library does", async () => {
    const { points } = checkTrace(TRACE);
    const idsOf = (verdict) =>
      points
        .filter((point) => point.verdict === verdict)
        .map(({ id }) => id)
        .sort();
    await open("acceptance", async ({ shown }) => {
      await load(shown, "whole.json", TRACE);
      await shown.locator("[data-point]").first().waitFor();
      assert.deepEqual(await pointsOf(shown, "good"), idsOf("passed"));
      assert.deepEqual(await pointsOf(shown, "calm"), idsOf("notExercised"));
      assert.deepEqual(await pointsOf(shown, "bad"), []);
    });
  });

  it("names the points that a supplier with mistakes fails, and leads to the exchange", async () => {
    await open("acceptance", async ({ shown }) => {
      await shown.getByRole("button", { name: "Built in: the same with mistakes" }).click();
      assert.deepEqual(await pointsOf(shown, "bad"), [
        "create.time",
        "pay.code-per-ticket",
        "refund.pending",
        "refund.true-reason",
      ]);
      await shown.locator('[data-point="pay.code-per-ticket"]').getByRole("button").first().click();
      const step = shown.getByRole("status").last();
      assert.match(await step.innerText(), /orderPay[\s\S]*pay\.one-code-per-ticket/);
    });
  });

  it("walks through the exchanges, and says what each shows", async () => {
    await open("acceptance", async ({ shown }) => {
      await shown.getByRole("button", { name: "Built in: a supplier that keeps every point" }).click();
      const step = shown.getByRole("status").last();
      assert.match(await step.innerText(), /Exchange 1 of 45: orderCreate/);
      assert.match(await step.innerText(), /general\.success-code/);
      await shown.getByRole("button", { name: "Next", exact: true }).click();
      await shown.getByRole("button", { name: "Next", exact: true }).click();
      assert.match(await step.innerText(), /Exchange 3 of 45: orderPay/);
      assert.match(await shown.locator(".code-view pre").last().innerText(), /598/);
      await shown.getByRole("button", { name: "Previous", exact: true }).click();
      assert.match(await step.innerText(), /Exchange 2 of 45: orderQuery/);
    });
  });

  it("keeps numbers that JavaScript cannot hold", async () => {
    const text = TRACE.replaceAll("453361297301", "9007199254740993123".slice(0, 18));
    await open("acceptance", async ({ shown }) => {
      await load(shown, "large.json", text);
      await shown.locator("[data-point]").first().waitFor();
      assert.match(await shown.locator(".code-view pre").first().innerText(), /900719925474099312/);
      assert.deepEqual(await pointsOf(shown, "bad"), []);
    });
  });

  it("says what is wrong with a file that is no recording, and takes the next one", async () => {
    await open("acceptance", async ({ shown }) => {
      const says = (words) => shown.locator(".verdict", { hasText: words }).waitFor();
      await load(shown, "broken.json", '{"version":1,"exchanges":[{"at":"yesterday"}]}');
      await says(/This is no recording[\s\S]*exchanges\[0\]/);
      await load(shown, "cut.json", TRACE.slice(0, 500));
      await says(/ends before the JSON does/);
      await load(shown, "whole.json", TRACE);
      await shown.locator("[data-point]").first().waitFor();
    });
  });

  it("calls nothing good where nothing was shown", async () => {
    await open("acceptance", async ({ page, shown }) => {
      for (const text of ['{"version":1,"exchanges":[]}', '{"exchanges":[]}']) {
        await load(shown, "empty.json", text);
        const verdict = shown.locator(".verdict.warn");
        await verdict.waitFor();
        assert.match(await verdict.innerText(), /^Nothing can be said[\s\S]*There is no exchange/);
        assert.equal(await shown.locator(".verdict.good").count(), 0);
      }
      await page.getByRole("button", { name: "中文" }).click();
      assert.match(await shown.locator(".verdict.warn").innerText(), /^无法得出结论[\s\S]*没有任何报文往来/);
    });
  });

  it("shows the exchange that a finding leads to", async () => {
    await open("acceptance", async ({ shown }) => {
      await shown.getByRole("button", { name: "Built in: the same with mistakes" }).click();
      for (const id of ["refund.pending", "pay.code-per-ticket", "create.time"]) {
        const link = shown.locator(`[data-point="${id}"]`).getByRole("button").first();
        const number = /\d+/.exec(await link.innerText())[0];
        await link.click();
        const step = shown.getByRole("status").last();
        assert.match(await step.innerText(), new RegExp(`Exchange ${number} of`));
        const { y } = await step.boundingBox();
        assert.ok(y >= 0 && y < 900, `${id}: it stands at ${y}`);
        const [current, list] = [shown.locator(".exchange[aria-current]"), shown.locator(".exchanges")];
        const [one, around] = [await current.boundingBox(), await list.boundingBox()];
        assert.ok(one.x >= around.x && one.x + one.width <= around.x + around.width, `${id}: its button is out of sight`);
      }
    });
  });

  it("says what it found in the language of the page", async () => {
    await open("acceptance", async ({ page, shown }) => {
      await shown.getByRole("button", { name: "Built in: the same with mistakes" }).click();
      const pending = shown.locator('[data-point="refund.pending"]');
      assert.match(await pending.innerText(), /no result within the trace|no notice was sent/);
      await page.getByRole("button", { name: "中文" }).click();
      assert.match(await pending.innerText(), /记录中没有结果|没有发送通知/);
      assert.doesNotMatch(await pending.innerText(), /no result|no notice/);
    });
  });

  it("speaks Chinese", async () => {
    await open(
      "acceptance",
      async ({ shown }) => {
        await shown.getByRole("button", { name: "内置：同一记录，但有错误" }).click();
        assert.match(await shown.locator(".verdict").first().innerText(), /4 个验收点不通过/);
      },
      { locale: "zh-CN" },
    );
  });
});
