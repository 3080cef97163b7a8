// `accept` and `mock` of the command line, as users run them: the package's own program, against running servers.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { newOrderId, RideClient } from "meituan-protocol/ride";
import { MeituanError, TicketSupplier } from "meituan-protocol/ticket";
import { listen } from "../../pkg/dist/cli/server.js";
import { freePort, ROOT, serve } from "../packaging/tools.mjs";
import { startSupplier } from "./supplier.mjs";

const PROGRAM = join(ROOT, "pkg/dist/cli/main.js");
const PAIR = { partnerId: 1122, clientId: "accept_client", clientSecret: "accept-secret-not-a-real-one" };
const SUPPLIER = {
  ...{ MEITUAN_PARTNER_ID: String(PAIR.partnerId), MEITUAN_CLIENT_ID: PAIR.clientId, MEITUAN_CLIENT_SECRET: PAIR.clientSecret },
  GATE_TOKEN: "accept-gate-not-a-real-one",
};
const ENTERPRISE = { entId: "617", accessKey: "TEST-NOT-A-REAL-ONE-TK", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

function start(words, environment) {
  const child = spawn(process.execPath, [PROGRAM, ...words], { env: { ...process.env, ...environment } });
  const texts = { out: "", err: "" };
  for (const [name, stream] of [
    ["out", child.stdout],
    ["err", child.stderr],
  ])
    stream.setEncoding("utf8").on("data", (text) => (texts[name] += text));
  const ended = once(child, "close").then(([code]) => {
    for (const secret of [PAIR.clientSecret, ENTERPRISE.secretKey, SUPPLIER.GATE_TOKEN])
      assert.ok(!`${texts.out}${texts.err}`.includes(secret), "a secret was printed");
    return { code, ...texts };
  });
  return { child, texts, ended };
}

const run = (words, environment = SUPPLIER) => start(words, environment).ended;

/** A program that serves, and where. */
async function mock(words, environment) {
  const running = start([...words, "--port", "0", "--json"], environment);
  for (const end = Date.now() + 20_000; !running.texts.out.includes("\n"); await new Promise((resolve) => setTimeout(resolve, 50)))
    assert.ok(Date.now() < end && running.child.exitCode === null, running.texts.err);
  const lines = () => running.texts.out.split("\n").slice(0, -1).map(JSON.parse);
  /** What it prints comes a moment after what it answers. */
  const line = async (index) => {
    for (const end = Date.now() + 5000; lines().length <= index && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 20));
    return lines()[index];
  };
  const stop = () => {
    running.child.kill("SIGTERM");
    return running.ended;
  };
  return { address: lines()[0].listening, line, stop };
}

describe("accept", { timeout: 120_000 }, () => {
  it("shows every acceptance point of the example supplier", async () => {
    const port = await freePort();
    const bindings = { ...SUPPLIER, MEITUAN_HOST: `http://127.0.0.1:${port}`, UPSTREAM_MILLISECONDS: "1000" };
    const supplier = await startSupplier(bindings, () => {});
    try {
      const products = [
        "--instant",
        "garden-day-instant",
        "--issues",
        "tower-night-upstream",
        "--refuses",
        "ferry-stopped-upstream",
      ];
      const there = ["--notices", String(port), "--gate", `${supplier.address}/gate/enter`, "--travel-date", today()];
      const about = [...products, ...there, "--price", "58", "--production-url", "https://supplier.example"];
      const announced = ["--announced-at", "2026-03-02T09:00:00+08:00", "--upgrade-at", "2026-03-09T09:00:00+08:00"];
      const { code, out, err } = await run(["accept", supplier.address, ...about, ...announced, "--strict-coverage", "--json"]);
      assert.equal(code, 0, out + err);
      const { ok, steps, skipped, unasked, points, warned, notExercised, exercisedBy } = JSON.parse(out);
      assert.deepEqual([ok, skipped, unasked, warned, notExercised, exercisedBy], [true, [], [], [], [], []]);
      assert.ok(steps.length > 40 && steps.every(({ verdict }) => verdict === "passed"));
      assert.ok(points.length > 30 && points.every(({ verdict }) => verdict === "passed"));
    } finally {
      await supplier.stop();
    }
  });

  it("answers notices at once that come twice, or that nobody has asked for", async () => {
    const [port, ear] = [await freePort(), `http://127.0.0.1:${await freePort()}`];
    const stray = new TicketSupplier({ ...PAIR, host: ear }).requests.consumeNotice({
      ...{ orderId: "7", partnerOrderId: "P7", quantity: 1, usedQuantity: 0, refundedQuantity: 0 },
    });
    const codes = [];
    // On its way to Meituan each notice is doubled, and one about another order comes in between.
    const network = await listen(async ({ method, url, headers, body }) => {
      const { partnerid, date, authorization } = headers;
      const send = () => fetch(`${ear}${url}`, { method, headers: { partnerid, date, authorization }, body });
      const answers = [];
      for (const one of [send, () => fetch(stray.toRequest()), send]) {
        const began = Date.now();
        const { code, ...reply } = await (await one()).json();
        assert.ok(Date.now() - began < 5000, "it was kept waiting");
        answers.push({ code, ...reply });
      }
      codes.push(answers.map(({ code }) => code));
      return { status: 200, headers: {}, body: JSON.stringify(answers[0]) };
    }, port);
    const bindings = { ...SUPPLIER, MEITUAN_HOST: network.address, UPSTREAM_MILLISECONDS: "2000" };
    const supplier = await startSupplier(bindings, () => {});
    try {
      const there = ["--notices", ear.split(":")[2], "--gate", `${supplier.address}/gate/enter`, "--travel-date", today()];
      const { code, out, err } = await run([
        ...["accept", supplier.address, "--issues", "tower-night-upstream", "--price", "58", "--json", ...there],
      ]);
      assert.equal(code, 0, out + err);
      const { skipped, unasked, steps } = JSON.parse(out);
      assert.ok(steps.some(({ name }) => name === "consume-notice-totals"));
      assert.deepEqual(skipped, []);
      assert.deepEqual(codes[0], [599, 200, 200], "the first is not accepted, and the second says the same");
      assert.ok(codes.slice(1).every((each) => each.every((one) => one === 200)));
      assert.deepEqual(new Set(unasked.map(({ orderId, isRepeat }) => orderId === "7" || isRepeat)), new Set([true]));
      assert.ok(unasked.some(({ orderId, code }) => orderId === "7" && code === 200));
    } finally {
      await supplier.stop();
      await network.stop();
    }
  });

  it("plays what it can where there is neither gate nor ear, and says what it leaves out", async () => {
    const env = { ...SUPPLIER, DATABASE: join(mkdtempSync(join(tmpdir(), "meituan-accept-")), "tickets.sqlite") };
    const example = join(ROOT, "examples/node");
    const supplier = await serve(process.execPath, () => ["src/tickets-express.mjs"], { cwd: example, env });
    try {
      const { code, out, err } = await run(["accept", supplier.address, "--instant", "garden-day", "--price", "58.00"]);
      assert.equal(code, 0, out + err);
      assert.match(out, /not played: enter-void and what follows it; there is no gate/);
      assert.match(out, /pay\.vouchers .* passed\n/);
      assert.match(out, /consume\.quantities .* notExercised\n/);
      assert.match(
        out,
        /\d+ passed, 0 failed\nacceptance points: 16 passed, 0 failed, 0 warned, 17 not exercised \(--issues, --notices, --gate, --production-url, --refuses, --announced-at, --upgrade-at\)\n$/,
      );
      const strict = await run(["accept", supplier.address, "--instant", "garden-day", "--price", "58.00", "--strict-coverage"]);
      assert.equal(strict.code, 1);
      assert.match(strict.out, /, 0 failed, 0 warned, 17 not exercised/);
    } finally {
      supplier.stop();
    }
  });

  it("names what a supplier does wrong that keeps no orders", async () => {
    const routes = { "/mt/create": "orderCreate", "/mt/pay": "orderPay", "/mt/query": "orderQuery", "/mt/refund": "orderRefund" };
    const forgetful = new TicketSupplier({ ...PAIR, routes });
    const answers = {
      orderCreate: (call) => call.ok({ partnerOrderId: randomUUID().slice(0, 8) }),
      orderPay: (call) => call.ok({ voucherType: 1, vouchers: [1, 2, 3].map(() => randomUUID().slice(0, 8)) }),
      orderRefund: (call) => call.ok(),
      orderQuery: (call) => call.fail(301, "订单不存在"),
    };
    const server = await listen((request) => {
      try {
        const call = forgetful.receiveSync(request);
        return answers[call.type](call);
      } catch (error) {
        if (!MeituanError.is(error)) throw error;
        return error.toReply();
      }
    });
    try {
      const file = join(mkdtempSync(join(tmpdir(), "meituan-accept-")), "routes.json");
      writeFileSync(file, JSON.stringify(Object.fromEntries(Object.entries(routes).map(([path, call]) => [path.slice(3), call]))));
      // The prefix stands in the address.
      const about = ["--instant", "anything", "--price", "58", "--routes", file];
      const { code, out } = await run(["accept", `${server.address}/mt`, ...about, "--json"]);
      assert.equal(code, 1);
      const { ok, steps, points } = JSON.parse(out);
      const failed = steps.filter(({ verdict }) => verdict === "failed").map(({ name }) => name);
      assert.equal(ok, false);
      assert.deepEqual(failed, ["pay-instant-again", "unknown-product"]);
      const found = [...steps.flatMap(({ issues }) => issues), ...points.flatMap(({ findings }) => findings)];
      const said = found.filter(({ detail }) => detail);
      assert.ok(
        said.some(({ detail }) => /^expected /.test(detail)),
        out,
      );
      for (const { detail, detailZh } of said)
        assert.ok(detailZh === detail ? !/[a-z] [a-z]/.test(detail) : /\p{Script=Han}/u.test(detailZh), detail);
    } finally {
      await server.stop();
    }
  });

  it("fails where nobody answers", async () => {
    const address = `http://127.0.0.1:${await freePort()}`;
    const { code, out } = await run(["accept", address, "--instant", "anything", "--price", "58"]);
    assert.equal(code, 1);
    assert.match(out, /ECONNREFUSED/);
  });

  it("knows wrong usage", async () => {
    for (const [words, why] of [
      [[], /where does the supplier answer/],
      [["ftp://127.0.0.1"], /not an http or https URL/],
      [["http://127.0.0.1:9"], /--price is missing/],
      [["http://127.0.0.1:9", "--price", "58"], /name a product/],
      [["http://127.0.0.1:9", "--price", "58.001", "--instant", "x"], /INVALID_MONEY/],
      [["http://127.0.0.1:9", "--price", "58", "--instant", "x", "--notices", "x"], /--notices is not a whole number/],
      [["http://127.0.0.1:9", "--price", "58", "--instant", "x", "--routes", "/no/such/file"], /--routes: ENOENT/],
      [["http://127.0.0.1:9", "--price", "58", "--instant", "x", "--upgrade-at", "2026-03-02"], /--announced-at is missing/],
      [
        ["http://127.0.0.1:9", "--price", "58", "--instant", "x", "--upgrade-at", "2026-03-02", "--announced-at", "x"],
        /--announced-at is neither an HTTP date/,
      ],
    ]) {
      const { code, err } = await run(["accept", ...words]);
      assert.equal(code, 2, err);
      assert.match(err, why);
    }
    const { code, err } = await run(["accept", "http://127.0.0.1:9"], { MEITUAN_PARTNER_ID: "1122" });
    assert.equal(code, 2);
    assert.match(err, /--client-id is missing \(or MEITUAN_CLIENT_ID in the environment\)/);
  });
});

describe("mock ticket", { timeout: 60_000 }, () => {
  let meituan;
  before(async () => {
    meituan = await mock(["mock", "ticket"], SUPPLIER);
  });
  after(() => meituan?.stop());

  const send = async (pair, message) => {
    const supplier = new TicketSupplier({ ...pair, host: meituan.address });
    const notice = supplier.requests.consumeNotice(message);
    return (await fetch(notice.toRequest())).json();
  };
  const consumed = { orderId: "8985652356562370001", partnerOrderId: "P1", quantity: 2, usedQuantity: 1, refundedQuantity: 0 };

  it("accepts a notice that is as it must be", async () => {
    assert.equal((await send(PAIR, consumed)).code, 200);
    const { type, orderId, verdict } = await meituan.line(1);
    assert.deepEqual([type, orderId, verdict], ["consumeNotice", consumed.orderId, "passed"]);
  });

  it("refuses one of somebody else's, and says why", async () => {
    const { code, describe: why } = await send({ ...PAIR, clientSecret: "another" }, consumed);
    assert.equal(code, 300);
    assert.ok(why.length > 3);
    assert.equal((await meituan.line(2)).issues[0].id, "BAD_SIGNATURE");
  });

  it("ends when it is told to", async () => {
    assert.equal((await meituan.stop()).code, 0);
  });
});

describe("mock ride", { timeout: 60_000 }, () => {
  const PATHS = { "/meituan/capacity": "capacityOffered", "/meituan/event": "orderChanged", "/meituan/refund": "refunded" };
  const pushes = [];
  let enterprise;
  let meituan;
  let ride;
  before(async () => {
    const receiver = new RideClient({ ...ENTERPRISE, routes: PATHS });
    enterprise = await listen((request) => {
      const push = receiver.receiveSync(request);
      pushes.push(push);
      // Each comes again until it is taken.
      return pushes.length === 1 ? push.fail(2, "not just now") : push.ok();
    });
    const environment = {
      ...{ MEITUAN_ENT_ID: ENTERPRISE.entId, MEITUAN_ACCESS_KEY: ENTERPRISE.accessKey, MEITUAN_SECRET_KEY: ENTERPRISE.secretKey },
    };
    meituan = await mock(["mock", "ride", "--every", "1", "--push", enterprise.address], environment);
    ride = new RideClient({ ...ENTERPRISE, environment: meituan.address });
  });
  after(async () => {
    await meituan?.stop();
    await enterprise?.stop();
  });

  const ask = async (request) => request.parseResponse(await fetch(request.toRequest()));
  const until = async (found) => {
    for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const what = pushes.find(found);
      if (what) return what;
    }
    throw new Error(`it did not come:\n${pushes.map(({ type, body }) => `${type} ${body.eventCode}`).join("\n")}`);
  };

  it("takes a ride from the order to the bill", async () => {
    const [from, to] = [
      { longitude: 116.488541, latitude: 40.006428 },
      { longitude: 116.419153, latitude: 40.003063 },
    ];
    const place = {
      fromLongitude: from.longitude,
      fromLatitude: from.latitude,
      toLongitude: to.longitude,
      toLatitude: to.latitude,
    };
    const { estimatePrices } = await ask(ride.requests.queryEstimatedPrice({ ...place, reserveType: 1 }));
    const [{ estimateId, estimatePrice, carTypeId, partnerId, partnerCarTypeId }] = estimatePrices;
    const car = { estimateId, estimateAmount: estimatePrice, originFee: estimatePrice, carTypeId, partnerId, partnerCarTypeId };
    const { mtOrderId } = await ask(
      ride.requests.submitOrder({
        ...{ channelPartnerOrderId: newOrderId(), identifyType: 30, userIdentifyCode: "1", mobile: "13000000000", reserveType: 1 },
        ...{ fLng: from.longitude, fLat: from.latitude, fromAddress: "望京" },
        ...{ tLng: to.longitude, tLat: to.latitude, toAddress: "大屯路东" },
        carTypeRequestList: [car],
      }),
    );
    const { body } = await until(({ type }) => type === "capacityOffered");
    assert.equal(body.mtOrderId, mtOrderId);
    await ask(ride.requests.confirmOrder({ mtOrderId, driverId: body.submitDriveInfo.driverId }));
    await until(({ type, body: { eventCode } }) => type === "orderChanged" && eventCode === 80);
    assert.equal(pushes[0].deduplicationKey, pushes[1].deduplicationKey, "what was not taken comes again, before all others");
  });

  it("ends when it is told to", async () => {
    assert.equal((await meituan.stop()).code, 0);
  });

  it("ends with wrong usage where it cannot listen, as the mock of the other API does", async () => {
    const environment = {
      ...{ MEITUAN_ENT_ID: ENTERPRISE.entId, MEITUAN_ACCESS_KEY: ENTERPRISE.accessKey, MEITUAN_SECRET_KEY: ENTERPRISE.secretKey },
      ...SUPPLIER,
    };
    const taken = await listen(() => ({ status: 200, headers: {}, body: "" }));
    try {
      const used = taken.address.split(":")[2];
      for (const api of ["ride", "ticket"]) {
        for (const [port, why] of [
          [used, /--port: listen EADDRINUSE/],
          ["65536", /--port is not a whole number/],
          ["x", /--port is not a whole number/],
        ]) {
          const running = start(["mock", api, "--port", port], environment);
          const timer = setTimeout(() => running.child.kill("SIGKILL"), 10_000);
          const { code, err } = await running.ended;
          clearTimeout(timer);
          assert.equal(code, 2, `mock ${api} --port ${port}`);
          assert.match(err, why);
        }
      }
    } finally {
      await taken.stop();
    }
  });

  it("knows wrong usage", async () => {
    const { MEITUAN_ENT_ID: _, ...environment } = process.env;
    for (const words of [["mock", "ride", "--port", "0"], ["mock", "ride"], ["mock", "ticket", "--port", "x"], ["mock"]]) {
      assert.equal((await run(words, environment)).code, 2, words.join(" "));
    }
  });
});
