import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { machines } from "meituan-protocol/definitions";
import { open } from "./browser.mjs";

const at = (list) => `orders#${list}`;
const title = (shown) => shown.locator(".now .verdict-title").innerText();
const entries = (shown) => shown.locator(".timeline .entry .code").allInnerTexts();
const happen = (shown, id) => shown.locator(`[data-happening="${id}"]`).click();

describe("the order explorer", () => {
  it("draws every state of both tables, and marks the one that the order is in", async () => {
    await open("orders", async ({ shown }) => {
      for (const [api, { states }] of Object.entries(machines)) {
        await shown.getByRole("combobox").selectOption(api);
        assert.equal(await shown.locator("svg .state").count(), states.length, api);
        assert.equal(await shown.locator("svg .state.here").count(), 1, api);
      }
    });
  });

  it("tells the order what is clicked, and says what Meituan would be answered", async () => {
    await open("orders", async ({ shown }) => {
      for (const id of ["create", "done", "pay", "later"]) await happen(shown, id);
      assert.equal(await title(shown), "Now: issuing");
      assert.match(await shown.locator(".now .verdict").innerText(), /598/);
      // What is legal now: a repeat of pay gets the truth, a refund is refused.
      const outcome = (id) => shown.locator(`li:has([data-happening="${id}"]) .outcome`).innerText();
      assert.match(await outcome("pay"), /^598/);
      assert.match(await outcome("refund"), /^6\d\d/);
      assert.match(await outcome("issued"), /→ issued$/);
      await happen(shown, "issued");
      assert.equal(await title(shown), "Now: issued");
      assert.equal(await shown.locator("svg .move.last").count(), 1);
    });
  });

  it("never runs a finished function again: what is doubled gets the current truth", async () => {
    await open(at("ticket/create.done.pay.done"), async ({ shown }) => {
      await happen(shown, "pay");
      assert.equal(await shown.locator(".timeline .kind").last().innerText(), "duplicate");
      assert.match(await shown.locator(".now .verdict").innerText(), /200/);
      assert.equal(await title(shown), "Now: issued");
    });
  });

  it("says what is wrong with a report that breaks a rule, and goes on", async () => {
    await open(at("ticket/create3.done.pay.done.query"), async ({ page, shown }) => {
      const refused = shown.locator(".timeline .entry").nth(3);
      assert.match(await refused.innerText(), /RULE_BROKEN at attemptEnded\.paid\.vouchers/);
      assert.equal(await title(shown), "Now: issuing");
      await page.getByRole("button", { name: "中文" }).click();
      assert.match(await refused.innerText(), /RULE_BROKEN，位置 attemptEnded\.paid\.vouchers/);
    });
  });

  it("moves entries by their buttons, and by dragging", async () => {
    await open(at("ride/e10.e11.e20"), async ({ page, shown }) => {
      assert.deepEqual(await entries(shown), ["10", "11", "20"]);
      await shown.getByRole("button", { name: /^Later: 10/ }).click();
      assert.deepEqual(await entries(shown), ["11", "10", "20"]);
      const [from, to] = [shown.locator(".handle").nth(2), shown.locator(".timeline > li").nth(0)];
      await from.scrollIntoViewIfNeeded();
      const [begin, end] = [await from.boundingBox(), await to.boundingBox()];
      await page.mouse.move(begin.x + 5, begin.y + 10);
      await page.mouse.down();
      await page.mouse.move(end.x + 20, end.y + end.height / 2, { steps: 12 });
      await page.mouse.up();
      assert.deepEqual(await entries(shown), ["20", "11", "10"]);
      // What overtook the others is the newest all the same.
      assert.equal(await title(shown), "Now: taken by a driver");
    });
  });

  it("ends in the same state however the pushes are shuffled, doubled and dropped in between", async () => {
    await open("orders", async ({ shown }) => {
      await shown.getByRole("combobox").selectOption("ride");
      await shown.getByRole("button", { name: "Pushes out of order" }).click();
      const expected = await title(shown);
      assert.equal(expected, "Now: completed");
      for (let round = 0; round < 8; round++) {
        await shown.getByRole("button", { name: "Shuffle" }).click();
        await shown
          .getByRole("button", { name: /^Once more/ })
          .nth(round)
          .click();
        assert.equal(await title(shown), expected, (await entries(shown)).join());
      }
      const before = (await entries(shown)).length;
      await shown
        .getByRole("button", { name: /^Leave out: 50/ })
        .first()
        .click();
      assert.equal((await entries(shown)).length, before - 1);
      assert.equal(await title(shown), expected);
      assert.match(await shown.locator(".converges").innerText(), /Shuffled and doubled 40 times over.*completed/s);
    });
  });

  it("has examples that are what they say", async () => {
    await open("orders", async ({ shown }) => {
      for (const [api, conflicts] of [
        ["ticket", { "Closed while issuing": 1 }],
        ["ride", {}],
      ]) {
        await shown.getByRole("combobox").selectOption(api);
        for (const name of await shown.locator(".examples button").allInnerTexts()) {
          await shown.getByRole("button", { name, exact: true }).click();
          assert.equal(await shown.locator(".now .conflict").count(), conflicts[name] ?? 0, name);
          assert.equal(await shown.locator(".timeline .kind.bad").count(), 0, name);
        }
      }
      const example = (name) => shown.getByRole("button", { name, exact: true }).click();
      const kinds = () => shown.locator(".timeline .kind").allInnerTexts();
      await example("Pushes out of order");
      const times = (await shown.locator(".timeline .entry").allInnerTexts()).map((text) => /happened at (\S+)/.exec(text)[1]);
      assert.notDeepEqual(times, times.toSorted());
      assert.equal((await kinds()).filter((kind) => kind === "stale").length, 4);
      await example("A whole ride");
      assert.deepEqual([...new Set(await kinds())], ["moved"]);
      assert.equal(await title(shown), "Now: completed");
      assert.match(await shown.locator(".now").innerText(), /Nothing to do for now/);
      await example("Cancelled with a fee");
      assert.match(await shown.locator(".now").innerText(), /notifyPaidResult \(5\.00\): this is owed/);
      await shown.getByRole("combobox").selectOption("ticket");
      await example("Refunded without codes");
      const unclear = shown.locator(".timeline .entry", { hasText: "no code named" });
      assert.match(await unclear.innerText(), /conflict/);
    });
  });

  it("names facts that contradict each other, whichever they are", async () => {
    await open(at("ride/e10.e20.e80.q7.pay.payok.q7"), async ({ shown }) => {
      assert.match(await shown.locator(".now .conflict").innerText(), /paidStillOwed/);
      assert.match(await shown.locator(".timeline .entry").last().innerText(), /conflict/);
      assert.doesNotMatch(await shown.locator(".timeline .entry").nth(4).innerText(), /conflict/);
    });
  });

  it("asks for a query where only that can tell", async () => {
    await open(at("ride/e10.e20.untimed"), async ({ shown }) => {
      assert.match(await shown.locator(".now").innerText(), /queryRealTimeOrder/);
    });
  });

  it("is shared by its address, which holds the events and no more", async () => {
    let address;
    let state;
    await open("orders", async ({ page, shown }) => {
      for (const id of ["create", "done", "pay", "done", "refund"]) await happen(shown, id);
      await shown.getByRole("button", { name: /^Earlier: orderRefund/ }).click();
      address = new URL(page.url()).hash.slice(1);
      state = await title(shown);
      assert.match(address, /^ticket\/[a-z0-9.@]+$/);
    });
    await open(at(address), async ({ shown }) => {
      assert.equal(await title(shown), state);
      assert.equal((await entries(shown)).length, 5);
    });
    await open(at("ticket/create.nonsense.<img>"), async ({ shown }) => {
      assert.deepEqual(await entries(shown), ["orderCreate"]);
    });
  });

  it("shows the order as it stood after any step", async () => {
    await open(at("ticket/create.done.pay.done"), async ({ shown }) => {
      await shown.locator(".timeline .entry").nth(1).click();
      assert.equal(await title(shown), "After step 2: created");
      assert.match(await shown.locator("svg .state.here").textContent(), /created/);
    });
  });

  it("shows how many tickets are in which state after any step", async () => {
    await open(at("ticket/create.done.pay.done.refund.later.entered2"), async ({ page, shown }) => {
      const counts = shown.locator(".now .counts");
      assert.equal(await counts.innerText(), "2 tickets: 1 used, 0 refunded, 1 being refunded, 0 free");
      await shown.locator(".timeline .entry").nth(3).click();
      assert.equal(await counts.innerText(), "2 tickets: 0 used, 0 refunded, 0 being refunded, 2 free");
      await page.getByRole("button", { name: "中文" }).click();
      assert.equal(await counts.innerText(), "共 2 张：已使用 0，已退款 0，退款中 0，可用 2");
    });
  });

  it("says in both languages what a conflict means, until it is settled", async () => {
    await open(at("ticket/create.done.pay.done.refund.later.unclear"), async ({ page, shown }) => {
      const conflicts = shown.locator(".now .conflict");
      assert.match(await conflicts.innerText(), /refunded-unclearly:S2 Meituan's refunded message does not say which tickets/);
      assert.match(await shown.locator(".timeline .entry").last().innerText(), /conflict/);
      await page.getByRole("button", { name: "中文" }).click();
      assert.match(await conflicts.innerText(), /冲突 refunded-unclearly:S2 .*无法确定/);
      await happen(shown, "which");
      assert.equal(await conflicts.count(), 0);
    });
  });

  it("says why an event is illegal, or a call refused", async () => {
    await open(at("ticket/create.done.pay.done.agreed.create3"), async ({ page, shown }) => {
      const outcome = (index) => shown.locator(".timeline .entry").nth(index).innerText();
      assert.match(await outcome(4), /illegal The refund is not known/);
      assert.match(await outcome(5), /410 Under the same number the first call had other content/);
      await page.getByRole("button", { name: "中文" }).click();
      assert.match(await outcome(4), /不允许 退款流水号不存在/);
      assert.match(await outcome(5), /410 同一单号重复到达/);
    });
  });

  it("speaks Chinese", async () => {
    await open(at("ticket/create.done"), async ({ shown }) => assert.equal(await title(shown), "当前：创建成功"), {
      locale: "zh-CN",
    });
  });
});
