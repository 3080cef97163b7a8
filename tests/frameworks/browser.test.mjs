// What a browser does not let programs do: set Date, which Meituan's signature is over.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { build } from "esbuild";
import { chromium as playwright } from "playwright-core";
import { chromium } from "../packaging/tools.mjs";

const PAGE = `
  import { handler, MeituanError, TicketSupplier } from "meituan-protocol/ticket";
  import { RideClient } from "meituan-protocol/ride";
  const supplier = new TicketSupplier({ partnerId: 1122, clientId: "a", clientSecret: "b" });
  const notice = supplier.requests.consumeNotice({ orderId: "1", partnerOrderId: "P", quantity: 1, usedQuantity: 1, refundedQuantity: 0 });
  const caught = (run) => {
    try {
      return { ok: String(run()) };
    } catch (error) {
      return MeituanError.is(error) ? error.toJSON() : { other: String(error) };
    }
  };
  const ride = new RideClient({ entId: 617, accessKey: "a", secretKey: "AAECAwQFBgcICQoLDA0ODw==" });
  const query = ride.requests.queryRealTimeOrder({ mtOrderId: "1", channelPartnerOrderId: "2" });
  globalThis.found = { ticket: caught(() => notice.toRequest()), ride: caught(() => query.toRequest()) };
`;

describe("in Chromium", { timeout: 120_000 }, () => {
  let browser;
  let server;
  let script;
  before(async () => {
    const stdin = { contents: PAGE, resolveDir: import.meta.dirname, loader: "js" };
    const bundle = await build({ stdin, bundle: true, write: false, format: "iife", logLevel: "error" });
    script = bundle.outputFiles[0].text;
    // An address of its own, so that the page may do whatever pages may.
    server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<title>notices</title>"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    browser = await playwright.launch({ executablePath: chromium(), args: ["--no-sandbox", "--disable-gpu"] });
  });
  after(async () => {
    await browser?.close();
    server.close();
  });

  it("toRequest refuses a notice, and says why; a ride's request has no such header", async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.addScriptTag({ content: script });
    const { ticket, ride } = await page.evaluate("globalThis.found");
    assert.deepEqual([ticket.code, ticket.path], ["FORBIDDEN_HEADER", "headers.date"]);
    assert.match(ticket.hint, /sign and send on a server/);
    assert.match(ticket.hintZh, /服务器/);
    assert.deepEqual(ride, { ok: "[object Request]" });
  });
});
