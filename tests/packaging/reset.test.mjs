// A call whose connection is reset while its partner is looked up, in workerd: it ends all that the call has begun, and says so to nobody.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Miniflare } from "miniflare";
import { pack, project } from "./tools.mjs";
import { modulesOf } from "./workers.mjs";

const KEYS = { partnerId: 1122, clientId: "reset", clientSecret: "not a real secret" };
const BODY = '{"partnerId":1122,"body":{"orderId":8985652356562370001,"closeType":1}}';
const WORKER = `
  import { handler } from "meituan-protocol/ticket";
  const serve = handler({
    routes: { "/close": "orderClose" },
    partners: async (_, { ACCOUNTS }) => (await fetch(ACCOUNTS)).json(),
    orderClose: () => {},
  });
  export default { fetch: serve };`;

function headers() {
  const date = new Date().toUTCString();
  const signature = createHmac("sha1", KEYS.clientSecret).update(`POST /close\n${date}`).digest("base64");
  return { PartnerId: String(KEYS.partnerId), Date: date, Authorization: `MWS ${KEYS.clientId}:${signature}` };
}

describe("in workerd, on the packed package,", { timeout: 120_000 }, () => {
  /** What looks partners up: its first answer never comes. */
  const accounts = createServer((_, response) => {
    asked += 1;
    if (asked > 1) response.end(JSON.stringify(KEYS));
  });
  let asked = 0;
  /** @type {Miniflare} */
  let worker;
  before(async () => {
    accounts.listen(0, "127.0.0.1");
    await once(accounts, "listening");
    const folder = await project("reset", await pack(), { expected: null });
    const entry = join(folder, "reset.mjs");
    writeFileSync(entry, WORKER);
    const { port } = /** @type {import("node:net").AddressInfo} */ (accounts.address());
    worker = new Miniflare({
      ...{ modules: await modulesOf(entry), compatibilityDate: "2026-04-01", host: "127.0.0.1", port: 0 },
      bindings: { ACCOUNTS: `http://127.0.0.1:${port}` },
    });
  });
  after(async () => {
    await worker?.dispose();
    accounts.closeAllConnections();
    accounts.close();
  });

  test("a look-up whose call was reset holds up the next call of its partner for a second at most", async () => {
    const { host, port } = await worker.ready;
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    const head = Object.entries({ Host: host, ...headers(), "Content-Length": BODY.length });
    socket.write(`POST /close HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${BODY}`);
    while (asked === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.resetAndDestroy();

    for (const turn of ["first", "second"]) {
      const began = performance.now();
      const response = await fetch(`http://${host}/close`, { method: "POST", headers: headers(), body: BODY });
      assert.deepEqual([response.status, (await response.json()).code], [200, 200], turn);
      // A second is what a call waits for another one's look-up; the rest is the time of a busy machine.
      assert.ok(performance.now() - began < 4000, `${turn}: ${performance.now() - began} ms`);
    }
    assert.equal(asked, 2);
  });
});
