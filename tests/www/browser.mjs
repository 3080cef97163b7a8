// The built page in real Chromium, for the tests of its tools.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium as playwright } from "playwright-core";
import { chromium } from "../packaging/tools.mjs";
import { buildPage, servePage } from "./site.mjs";

/** Pictures of the page, to be looked at. */
export const SCREENSHOTS = join(fileURLToPath(new URL("../..", import.meta.url)), "target/www-screenshots");
const OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

let browser;
/** Where the page is served. */
export let site;

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await buildPage();
  site = await servePage({ below: "/some/path/" });
  const args = [...OPTIONS, "--disable-component-update", "--disable-sync"];
  browser = await playwright.launch({ executablePath: chromium(), args });
});

after(async () => {
  await browser?.close();
  site?.stop();
});

/** Opens a tool in a browser of its own; whatever goes wrong in the page fails the test. */
export async function open(tool, work, { locale = "en-US", colorScheme = "light", width = 1280 } = {}) {
  const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const wrong = [];
  const requests = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("request", (request) => requests.push(request.url()));
  try {
    await page.goto(`${site.address}#/${tool}`);
    const shown = page.locator("main > div:not([hidden])");
    await shown.waitFor({ state: "attached" });
    await work({ page, shown, requests });
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}
