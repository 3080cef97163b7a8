// The ride examples, each in its own runtime: Meituan's stand-in answers their requests and pushes what happens.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { carTypeRequestOf, newOrderId, RideClient } from "meituan-protocol/ride";
import { MeituanRide } from "meituan-protocol/testing";
import { startMeituan } from "../demo/ride-servers.mjs";
import { binary, ROOT, run, serve } from "../packaging/tools.mjs";
import { built } from "./rust.mjs";

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
  async lambda(address, kept = "lambda") {
    // What its own `npm run build` makes.
    const outfile = join(folder, `${kept}.mjs`);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "examples/lambda/package.json"), "utf8"));
    const [esbuild, ...options] = scripts.build.replace("dist/function.mjs", outfile).split(" ");
    await run(join(ROOT, "node_modules/.bin", esbuild), options, { cwd: join(ROOT, "examples/lambda") });
    Object.assign(process.env, settings(address, kept));
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

  async deno(address, kept = "deno") {
    const options = ["run", "--no-prompt", "--unstable-kv", "--allow-net", "--allow-env", "--allow-read", "--allow-write"];
    const how = { cwd: join(ROOT, "examples/deno"), env: { ...settings(address, kept), DENO_DIR: join(folder, ".deno") } };
    return overHttp(await serve(binary("deno", "@deno"), () => [...options, "server.ts"], how));
  },

  async rust(address, kept = "rust") {
    const program = await built("rides");
    return overHttp(await serve(program, () => [], { cwd: folder, env: settings(address, kept) }));
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
  describe(`the ride example for ${name}`, { timeout: 600_000 }, () => {
    const older = new MeituanRide(KEYS);
    let meituan;
    let enterprise;
    let mtOrderId;
    /** How often each interface was called. */
    const calls = new Map();
    const isLost = (url) => {
      const [, of] = url.split("/dache/");
      calls.set(of, (calls.get(of) ?? 0) + 1);
      return false;
    };
    before(async () => {
      meituan = await startMeituan({ older, newer: older, now: Date.now, isLost });
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

    it("confirms the offered car, and accepts every push once", async () => {
      older.advance(mtOrderId, { now: Date.now() });
      const { driver } = older.state.orders[mtOrderId];
      assert.equal(driver, undefined);
      const offered = older.takePushes();
      for (const each of offered) assert.ok((await push(each)).accepted, `${each.name}\n${enterprise.printed?.()}`);
      // It may be confirmed after the answer.
      for (let waited = 0; older.state.orders[mtOrderId].driver === undefined && waited < 5000; waited += 20) await sleep(20);
      const { driverId } = older.state.orders[mtOrderId].driver;
      // Other offers of the same order come as well, before and after it knows of its driver.
      const { body } = offered.find(({ name }) => name === "capacityOffered");
      const offerOf = (number) => ({
        name: "capacityOffered",
        body: { ...body, mtDispatchSubOrderId: number, submitDriveInfo: { ...body.submitDriveInfo, driverId: number } },
      });
      for (const number of ["1", "2"]) assert.ok((await push(offerOf(number))).accepted, enterprise.printed?.());
      await pushAll();
      assert.ok((await push(offerOf("3"))).accepted, enterprise.printed?.());
      assert.deepEqual([older.state.orders[mtOrderId].driver.driverId, calls.get("confirmOrder")], [driverId, 1]);
      await pushAll();
      while (older.advance(mtOrderId, { now: Date.now() }) !== undefined) await pushAll();
      if (name === "deno" || name === "rust") assert.equal((await enterprise.read(`/rides/${mtOrderId}`)).orderStatus, 7);
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
      if (name === "rust") assert.equal((await enterprise.read(`/rides/${mtOrderId}`)).refunded, 100);
    });
  });
}

/** Those that order by themselves. */
for (const name of ["lambda", "deno", "rust"]) {
  describe(`the ride example for ${name}, whose answers are lost`, { timeout: 600_000 }, () => {
    const older = new MeituanRide(KEYS);
    let meituan;
    let enterprise;
    let lost = 0;
    before(async () => {
      const isLost = (url) => url.endsWith("/submitOrder") && lost-- > 0;
      meituan = await startMeituan({ older, newer: older, now: Date.now, isLost });
      enterprise = await EXAMPLES[name](meituan.address, "lost");
    });
    after(async () => {
      await enterprise?.stop();
      await meituan?.stop();
    });
    const order = async (journey) => {
      const { status, text } = await enterprise.send("/rides", { "content-type": "application/json" }, JSON.stringify(journey));
      return { status, ...JSON.parse(text) };
    };
    const numbers = () => Object.values(older.state.orders).map((one) => one.channelPartnerOrderId);

    it("submits again under the same number, and it is one ride", async () => {
      lost = 1;
      const { status, mtOrderId, channelPartnerOrderId } = await order(JOURNEY);
      assert.equal(status, 201, enterprise.printed?.());
      assert.deepEqual(numbers(), [channelPartnerOrderId]);
      assert.deepEqual(Object.keys(older.state.orders), [mtOrderId]);
    });

    it("gives its number back where it does not know, and is asked again with it", async () => {
      lost = 3;
      const channelPartnerOrderId = newOrderId();
      const unknown = await order({ ...JOURNEY, channelPartnerOrderId });
      assert.deepEqual(unknown, { status: 503, channelPartnerOrderId });
      const known = await order({ ...JOURNEY, channelPartnerOrderId });
      assert.equal(known.status, 201, enterprise.printed?.());
      assert.equal(older.state.orders[known.mtOrderId].channelPartnerOrderId, channelPartnerOrderId);
      assert.equal(numbers().length, 2);
      // And once more, as its answer may be lost as well.
      assert.equal((await order({ ...JOURNEY, channelPartnerOrderId })).mtOrderId, known.mtOrderId);
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
  const submit = ride.requests.submitOrder({
    ...{ channelPartnerOrderId: newOrderId(), identifyType: 30, userIdentifyCode: user, mobile, reserveType: 1 },
    ...{ fLng: from.longitude, fLat: from.latitude, fromAddress: from.address },
    ...{ tLng: to.longitude, tLat: to.latitude, toAddress: to.address },
    carTypeRequestList: [carTypeRequestOf(estimatePrices[0])],
  });
  return (await submit.parseResponse(await fetch(submit.toRequest()))).mtOrderId;
}
