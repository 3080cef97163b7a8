// The ride examples, each in its own runtime: Meituan's stand-in answers their requests and pushes what happens.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { newOrderId, RideClient } from "meituan-protocol/ride";
import { MeituanRide } from "meituan-protocol/testing";
import { startMeituan } from "../demo/ride-servers.mjs";
import { binary, ROOT, run, serve } from "../packaging/tools.mjs";

const KEYS = { entId: 617, accessKey: "TEST-NOT-A-REAL-ONE-TK", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
const PATHS = { capacityOffered: "/meituan/capacity", orderChanged: "/meituan/event", refunded: "/meituan/refund" };
const JOURNEY = {
  ...{ user: "70000185", mobile: "13000000000" },
  from: { longitude: 116.488541, latitude: 40.006428, address: "望京国际研发园(东南门)" },
  to: { longitude: 116.419153, latitude: 40.003063, address: "大屯路东(地铁站)" },
};

const folder = mkdtempSync(join(tmpdir(), "meituan-examples-"));
const settings = (address, name) => ({
  MEITUAN_ENT_ID: String(KEYS.entId),
  MEITUAN_ACCESS_KEY: KEYS.accessKey,
  MEITUAN_SECRET_KEY: KEYS.secretKey,
  MEITUAN_ENVIRONMENT: address,
  DATABASE: join(folder, `${name}.sqlite`),
});

/** One enterprise: its runtime, and how it is asked for a ride and given a push. */
const EXAMPLES = {
  async lambda(address) {
    // What its own `npm run build` makes.
    const outfile = join(folder, "function.mjs");
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "examples/lambda/package.json"), "utf8"));
    const [esbuild, ...options] = scripts.build.replace("dist/function.mjs", outfile).split(" ");
    await run(join(ROOT, "node_modules/.bin", esbuild), options, { cwd: join(ROOT, "examples/lambda") });
    Object.assign(process.env, settings(address, "lambda"));
    const { handler } = await import(pathToFileURL(outfile).href);
    let isBase64Encoded = false;
    const send = async (path, headers, text) => {
      // Now so, now so.
      isBase64Encoded = !isBase64Encoded;
      const body = isBase64Encoded ? Buffer.from(text).toString("base64") : text;
      const requestContext = { http: { method: "POST", path } };
      const response = await handler({
        version: "2.0",
        rawPath: path,
        rawQueryString: "",
        headers,
        requestContext,
        body,
        isBase64Encoded,
      });
      return { status: response.statusCode, text: response.body };
    };
    return { send, stop() {} };
  },

  async deno(address) {
    const options = ["run", "--no-prompt", "--unstable-kv", "--allow-net", "--allow-env", "--allow-read", "--allow-write"];
    const how = { cwd: join(ROOT, "examples/deno"), env: { ...settings(address, "deno"), DENO_DIR: join(folder, ".deno") } };
    return overHttp(await serve(binary("deno", "@deno"), () => [...options, "server.ts"], how));
  },

  async node(address) {
    const how = { cwd: join(ROOT, "examples/node"), env: settings(address, "node") };
    return overHttp(await serve(process.execPath, () => ["src/rides.mjs"], how));
  },
};

function overHttp({ address, stop, printed }) {
  const send = async (path, headers, body) => {
    const response = await fetch(`${address}${path}`, { method: "POST", headers, body });
    return { status: response.status, text: await response.text() };
  };
  const read = async (path) => (await fetch(`${address}${path}`)).json();
  return { send, read, stop, printed };
}

for (const [name, start] of Object.entries(EXAMPLES)) {
  describe(`the ride example for ${name}`, { timeout: 60_000 }, () => {
    const older = new MeituanRide(KEYS);
    let meituan;
    let enterprise;
    let mtOrderId;
    before(async () => {
      meituan = await startMeituan({ older, newer: older, now: Date.now });
      enterprise = await start(meituan.address);
    });
    after(async () => {
      await enterprise?.stop();
      await meituan?.stop();
    });

    const push = async ({ name, body }, by = older) => {
      const { headers, body: sealed } = by.push(name, body, { now: Date.now() });
      const { status, text } = await enterprise.send(PATHS[name], headers, sealed);
      return older.readPushReply(text, { status });
    };
    /** All that happened since, pushed twice: Meituan's pushes are doubled now and then. */
    const pushAll = async () => {
      const pushes = older.takePushes();
      for (const each of pushes) for (let time = 0; time < 2; time++) assert.ok((await push(each)).accepted, each.name);
      return pushes.map(({ body }) => body.eventCode);
    };

    it("orders a ride", async () => {
      mtOrderId = name === "node" ? await orderByHand(meituan.address) : await orderBy(enterprise);
      assert.deepEqual(Object.keys(older.state.orders), [mtOrderId]);
      await pushAll();
    });

    it("confirms the offered car, and takes every push once", async () => {
      older.advance(mtOrderId, { now: Date.now() });
      const { driver } = older.state.orders[mtOrderId];
      assert.equal(driver, undefined);
      const offered = older.takePushes();
      for (const each of offered) assert.ok((await push(each)).accepted, `${each.name}\n${enterprise.printed?.()}`);
      assert.notEqual(older.state.orders[mtOrderId].driver, undefined);
      await pushAll();
      while (older.advance(mtOrderId, { now: Date.now() }) !== undefined) await pushAll();
      if (name === "deno") assert.equal((await enterprise.read(`/rides/${mtOrderId}`)).orderStatus, 7);
      if (name === "node") {
        const events = await enterprise.read(`/rides/${mtOrderId}`);
        const happened = older.state.orders[mtOrderId].events.map(({ eventCode }) => eventCode);
        assert.deepEqual(events.map(({ code }) => code).sort(), happened.sort());
      }
    });

    it("refuses a push that is sealed with another key", async () => {
      const forger = new MeituanRide({ ...KEYS, secretKey: "EBESExQVFhcYGRobHB0eHw==" });
      const forged = { name: "orderChanged", body: { mtOrderId, eventCode: 90, eventTime: Date.now() } };
      const { accepted, code } = await push(forged, forger);
      assert.equal(accepted, false);
      assert.equal(code, 1010);
    });

    it("takes a refund, once", async () => {
      const ride = new RideClient({ ...KEYS, environment: meituan.address });
      const order = older.state.orders[mtOrderId];
      const price = order.charges.userPayableBalancePrice;
      const paid = ride.requests.notifyPaidResult({ mtOrderId, channelPartnerOrderId: order.channelPartnerOrderId, price });
      await paid.parseResponse(await fetch(paid.toRequest()));
      older.refund(mtOrderId, { now: Date.now(), amount: 100 });
      await pushAll();
      if (name === "node") assert.deepEqual(await enterprise.read("/refunds"), { fen: 100 });
    });
  });
}

async function orderBy(enterprise) {
  const { status, text } = await enterprise.send("/rides", { "content-type": "application/json" }, JSON.stringify(JOURNEY));
  assert.equal(status, 201, text);
  return JSON.parse(text).mtOrderId;
}

/** For the example that only receives. */
async function orderByHand(environment) {
  const ride = new RideClient({ ...KEYS, environment });
  const { from, to, user, mobile } = JOURNEY;
  const estimate = ride.requests.queryEstimatedPrice({
    ...{ fromLongitude: from.longitude, fromLatitude: from.latitude, toLongitude: to.longitude, toLatitude: to.latitude },
    reserveType: 1,
  });
  const { estimatePrices } = await estimate.parseResponse(await fetch(estimate.toRequest()));
  const [{ estimateId, estimatePrice, carTypeId, partnerId, partnerCarTypeId }] = estimatePrices;
  const submit = ride.requests.submitOrder({
    ...{ channelPartnerOrderId: newOrderId(), identifyType: 30, userIdentifyCode: user, mobile, reserveType: 1 },
    ...{ fLng: from.longitude, fLat: from.latitude, fromAddress: from.address },
    ...{ tLng: to.longitude, tLat: to.latitude, toAddress: to.address },
    carTypeRequestList: [
      { estimateId, estimateAmount: estimatePrice, originFee: estimatePrice, carTypeId, partnerId, partnerCarTypeId },
    ],
  });
  return (await submit.parseResponse(await fetch(submit.toRequest()))).mtOrderId;
}
