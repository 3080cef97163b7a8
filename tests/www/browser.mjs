// The built pages in real Chromium, for the tests of its tools.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium as playwright } from "playwright-core";
import { buildSite } from "../../www/build.mjs";
import { chromium } from "../packaging/tools.mjs";
import { serveSite } from "./site.mjs";

/** Pictures of the pages, to be looked at. */
export const SCREENSHOTS = join(fileURLToPath(new URL("../..", import.meta.url)), "target/www-screenshots");
const OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

let browser;
/** Where the pages are served. */
export let site;

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await buildSite();
  site = await serveSite({ below: "/some/path/" });
  const args = [...OPTIONS, "--disable-component-update", "--disable-sync"];
  browser = await playwright.launch({ executablePath: chromium(), args });
});

after(async () => {
  await browser?.close();
  site?.stop();
});

/** A tool's page, and what may follow `#` there. */
export const fileOf = (tool, held) => (tool === "signature" ? "" : `${tool}.html`) + (held === undefined ? "" : `#${held}`);

/** Opens a tool, `orders#…` with what its address holds, in a browser of its own; whatever goes wrong in the page fails the test. */
export async function open(tool, work, { locale = "en-US", colorScheme = "light", width = 1280 } = {}) {
  const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const wrong = [];
  const requests = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("request", (request) => requests.push(request.url()));
  try {
    await page.goto(site.address + fileOf(...tool.split("#")));
    const shown = page.locator("main > .tool");
    await shown.waitFor({ state: "attached" });
    await work({ page, shown, requests });
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}
