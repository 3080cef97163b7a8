// The stand-in of Meituan Enterprise checks what the document demands. Its requests are made here by Node's own AES, so that
// both sides of the library being wrong in the same way would be noticed.

import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv } from "node:crypto";
import { beforeEach, describe, test } from "node:test";
import { MeituanRide } from "meituan-protocol/testing";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const KEYS = { entId: 617, accessKey: "TEST-NOT-A-REAL-ONE-TK", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
const KEY = Buffer.from(KEYS.secretKey, "base64");
const POSITION = { longitude: 116.488541, latitude: 40.006428 };
const JOURNEY = {
  fromLongitude: 116.488541,
  fromLatitude: 40.006428,
  toLongitude: 116.419153,
  toLatitude: 40.003063,
  reserveType: 1,
};
const METHODS = {
  queryNearByDrivers: "dache.query.nearby.driver",
  queryEstimatedPrice: "dache.query.estimated.price",
  submitOrder: "dache.submit.order",
  confirmOrder: "dache.confirm.order",
  cancelOrder: "dache.cancel.order",
  queryRealTimeOrder: "dache.query.real.time.order",
  notifyPaidResult: "dache.notify.paid.result",
};

function seal(text) {
  const cipher = createCipheriv("aes-128-ecb", KEY, null);
  return Buffer.concat([cipher.update(text, "utf8"), cipher.final()]).toString("base64url");
}

function open(content) {
  const decipher = createDecipheriv("aes-128-ecb", KEY, null);
  return Buffer.concat([decipher.update(Buffer.from(content, "base64url")), decipher.final()]).toString();
}

let meituan;
beforeEach(() => {
  meituan = new MeituanRide(KEYS);
});

/** `inner` and `outer` change what is inside and around the content; the rest changes the request itself. */
function ask(name, business, { inner = {}, outer = {}, at = NOW, to = meituan, about = {}, ...changes } = {}) {
  const common = { supplyCode: 1, entId: 617, method: METHODS[name], ts: Math.floor(at / 1000) };
  const content = seal(JSON.stringify({ ...common, ...business, ...inner }));
  const body = new URLSearchParams({ token: KEYS.accessKey, version: "1.0", content, ...outer }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const url = `/api/sqt/openapi/dache/${name}`;
  const reply = to.receive({ method: "POST", url, headers, body, ...changes }, { now: at, ...about });
  assert.equal(reply.status, 200);
  assert.match(reply.headers["m-traceid"], /./);
  return JSON.parse(reply.body);
}

const codeOf = (...asked) => ask(...asked).code;

const orderFor = ({ estimateId, estimatePrice, carTypeId, partnerCarTypeId }, channelPartnerOrderId = "order-1") => ({
  ...{ channelPartnerOrderId, mobile: "13000000000", userIdentifyCode: "70000185", identifyType: 30, reserveType: 1 },
  ...{ fLng: 116.488541, fLat: 40.006428, fromAddress: "起点", tLng: 116.419153, tLat: 40.003063, toAddress: "终点" },
  carTypeRequestList: [{ estimateId, estimateAmount: estimatePrice, carTypeId, partnerCarTypeId, originFee: estimatePrice }],
});

function estimate() {
  return ask("queryEstimatedPrice", JOURNEY).data.estimatePrice[0];
}

/** An order that has come as far as `events` further events of the drivers, confirmed after the first of them. */
function orderAfter(events) {
  const { mtOrderId } = ask("submitOrder", orderFor(estimate())).data;
  const ids = { mtOrderId, channelPartnerOrderId: "order-1" };
  for (let event = 0; event < events; event++) {
    meituan.advance(mtOrderId, { now: NOW + 1000 * event });
    if (event === 0) {
      const { body } = meituan.takePushes().find(({ name }) => name === "capacityOffered");
      assert.equal(codeOf("confirmOrder", { mtOrderId, driverId: body.submitDriveInfo.driverId }), 0);
    }
  }
  return ids;
}

describe("what is refused before it is looked at", () => {
  const refused = {
    "another token": [{ outer: { token: "SOMEBODY-ELSE" } }, 1010],
    "another version": [{ outer: { version: "2.0" } }, 1],
    "a content that does not open": [{ outer: { content: "AAAAAAAAAAAAAAAAAAAAAA" } }, 1010],
    "a content that is no object": [{ outer: { content: seal("[1]") } }, 1],
    "another enterprise": [{ inner: { entId: 618 } }, 1010],
    "no enterprise": [{ inner: { entId: undefined } }, 1010],
    "a request 601 seconds old": [{ inner: { ts: NOW / 1000 - 601 } }, 1010],
    "milliseconds for seconds": [{ inner: { ts: NOW } }, 1010],
    "the method of another path": [{ inner: { method: METHODS.cancelOrder } }, 9],
    "a field that is missing": [{ inner: { latitude: undefined } }, 1],
    "a field out of its range": [{ inner: { latitude: 91 } }, 1],
    "no supplyCode": [{ inner: { supplyCode: undefined } }, 1],
    GET: [{ method: "GET" }, 9],
    "a path that is none": [{ url: "/dache/elsewhere" }, 9],
    "JSON for a form": [{ headers: { "content-type": "application/json" } }, 1],
  };
  for (const [what, [changes, code]] of Object.entries(refused)) {
    test(what, () => assert.equal(codeOf("queryNearByDrivers", POSITION, changes), code));
  }

  test("and what is accepted: ts 600 seconds old, entId as text, unknown fields", () => {
    const inner = { ts: NOW / 1000 - 600, entId: "617", more: [1] };
    assert.equal(codeOf("queryNearByDrivers", POSITION, { inner }), 0);
  });
});

describe("orders", () => {
  test("each estimate can be ordered for ten minutes, and each order number once", () => {
    const given = estimate();
    const at = NOW + 600_000;
    assert.equal(codeOf("submitOrder", orderFor(given), { at: at + 1 }), 1000);
    assert.match(ask("submitOrder", orderFor(given), { at }).data.mtOrderId, /^\d{30}$/);
    assert.equal(codeOf("submitOrder", orderFor(given), { at }), 3);
    assert.equal(codeOf("submitOrder", orderFor(given, "order-2"), { at }), 0);
  });

  const impossible = {
    "a car type that is none": [{ carTypeId: 7 }, {}, 1300],
    "another car type than the estimate's": [{ carTypeId: 3 }, {}, 1300],
    "an estimate of nobody's": [{ estimateId: "e100" }, {}, 1000],
    "another price than the estimate's": [{ estimateAmount: 1 }, {}, 1],
    "a reservation without its time": [{}, { reserveType: 2 }, 1129],
    "a reservation for the past": [{}, { reserveType: 2, reserveTime: NOW - 1 }, 1129],
    "no car at all": [{}, { carTypeRequestList: [] }, 1],
  };
  for (const [what, [car, changes, code]] of Object.entries(impossible)) {
    test(what, () => {
      const order = orderFor(estimate());
      const carTypeRequestList = [{ ...order.carTypeRequestList[0], ...car }];
      assert.equal(codeOf("submitOrder", { ...order, carTypeRequestList, ...changes }), code);
    });
  }

  test("numbers that nobody can guess come from random bytes", () => {
    const numbers = [1, 2].map((byte) => {
      const about = { random: new Uint8Array(8).fill(byte) };
      return ask("submitOrder", orderFor(estimate(), `order-${byte}`), { about }).data.mtOrderId.slice(-9);
    });
    assert.equal(new Set(numbers).size, 2);
  });

  test("go through all states, each with its event, and are paid with the very balance", () => {
    const ids = orderAfter(0);
    const status = () => ask("queryRealTimeOrder", ids).data.orderStatus;
    const seen = [status()];
    const now = NOW;
    meituan.advance(ids.mtOrderId, { now });
    seen.push(status());
    assert.equal(meituan.advance(ids.mtOrderId, { now }), undefined, "it is the enterprise's turn");
    const { driverId } = meituan.state.orders[ids.mtOrderId].offers[0].submitDriveInfo;
    assert.equal(codeOf("confirmOrder", { mtOrderId: ids.mtOrderId, driverId: "1" }), 1000);
    assert.equal(codeOf("confirmOrder", { mtOrderId: ids.mtOrderId, driverId }), 0);
    assert.equal(codeOf("confirmOrder", { mtOrderId: ids.mtOrderId, driverId }), 0);
    seen.push(status());
    while (meituan.advance(ids.mtOrderId, { now })) seen.push(status());
    assert.deepEqual(seen, [1, 2, 3, 3, 4, 5, 6, 7]);
    const price = ask("queryRealTimeOrder", ids).data.userPriceInfo.userPayableBalancePrice;
    assert.equal(codeOf("notifyPaidResult", { ...ids, price: price - 1 }), 11);
    assert.equal(codeOf("notifyPaidResult", { ...ids, price }), 0);
    assert.equal(codeOf("notifyPaidResult", { ...ids, price }), 7);
    assert.equal(status(), 8);
    const events = meituan.state.orders[ids.mtOrderId].events.map(({ eventCode }) => eventCode);
    assert.deepEqual(events, [10, 11, 20, 40, 50, 60, 70, 80, 90]);
  });

  for (const [events, fee, status, paid] of [
    [0, 0, 200, undefined],
    [1, 500, 201, 203],
    [3, 1000, 201, 203],
  ]) {
    test(`cancelled after ${events} events cost ${fee}`, () => {
      const ids = orderAfter(events);
      const before = ask("queryRealTimeOrder", ids).data.orderStatus;
      assert.equal(ask("cancelOrder", { ...ids, type: 1, cancelCode: 10 }).data.cancelPrice, fee);
      assert.equal(ask("queryRealTimeOrder", ids).data.orderStatus, before);
      assert.equal(ask("cancelOrder", { ...ids, type: 2, cancelCode: 10 }).data.cancelPrice, fee);
      assert.equal(codeOf("cancelOrder", { ...ids, type: 2, cancelCode: 10 }), 1106);
      const { orderStatus, userPriceInfo, driverInfo } = ask("queryRealTimeOrder", ids).data;
      assert.equal(orderStatus, status);
      assert.equal(userPriceInfo.userPayableBalancePrice, fee);
      assert.equal(userPriceInfo.userPayableTotalPrice, 0);
      assert.equal(driverInfo === undefined, events === 0);
      assert.equal(codeOf("notifyPaidResult", { ...ids, price: fee }), paid === undefined ? 7 : 0);
      if (paid) assert.equal(ask("queryRealTimeOrder", ids).data.orderStatus, paid);
    });
  }

  test("cannot be cancelled once the trip has begun, by nobody", () => {
    const ids = orderAfter(4);
    assert.equal(codeOf("cancelOrder", { ...ids, type: 2, cancelCode: 10 }), 9);
    assert.throws(() => meituan.withdraw(ids.mtOrderId, 210, { now: NOW }), { code: "INVALID_CONFIG" });
  });

  test("can be cancelled by driver, dispatch and system", () => {
    for (const status of [210, 220, 230]) {
      meituan = new MeituanRide(KEYS);
      const ids = orderAfter(1);
      meituan.withdraw(ids.mtOrderId, status, { now: NOW });
      assert.equal(ask("queryRealTimeOrder", ids).data.orderStatus, status);
    }
  });

  test("are found by either number, and by no wrong pair", () => {
    const { mtOrderId, channelPartnerOrderId } = orderAfter(0);
    for (const ids of [{ mtOrderId }, { channelPartnerOrderId }]) assert.equal(codeOf("queryRealTimeOrder", ids), 0);
    for (const ids of [{ mtOrderId: "1" }, { mtOrderId, channelPartnerOrderId: "2" }, { mtOrderId: "__proto__" }]) {
      assert.equal(codeOf("queryRealTimeOrder", ids), 8);
    }
  });

  test("are refunded no more than was paid", () => {
    const ids = orderAfter(6);
    const { mtOrderId } = ids;
    assert.throws(() => meituan.refund(mtOrderId, { now: NOW }), { path: "mtOrderId" });
    const price = ask("queryRealTimeOrder", ids).data.userPriceInfo.userPayableBalancePrice;
    ask("notifyPaidResult", { ...ids, price });
    meituan.takePushes();
    meituan.refund(mtOrderId, { now: NOW, amount: 1 });
    assert.throws(() => meituan.refund(mtOrderId, { now: NOW, amount: price }), { path: "amount" });
    meituan.refund(mtOrderId, { now: NOW });
    assert.deepEqual(
      meituan.takePushes().map(({ body }) => body.refundAmount),
      [1, price - 1],
    );
  });

  test("are plain JSON, which another instance carries on", () => {
    const ids = orderAfter(2);
    const state = JSON.parse(JSON.stringify(meituan.state));
    assert.deepEqual(state, meituan.state);
    const to = new MeituanRide({ ...KEYS, state });
    assert.equal(ask("queryRealTimeOrder", ids, { to }).data.orderStatus, 3);
  });

  test("a failure on demand does nothing", () => {
    const order = orderFor(estimate());
    assert.deepEqual(ask("submitOrder", order, { about: { fail: 2 } }), { code: 2, message: "SYSTEM_ERROR" });
    assert.equal(codeOf("submitOrder", order), 0);
  });
});

describe("the other forms of a reply", () => {
  test("nested", () => {
    const to = new MeituanRide({ ...KEYS, replyForm: "nested" });
    const { status, data } = ask("queryNearByDrivers", POSITION, { to });
    assert.deepEqual([status, data.code, data.data.length], [0, 0, 4]);
    assert.equal(ask("queryNearByDrivers", POSITION, { to, outer: { token: "x" } }).status, 1010);
  });

  test("generation 2: accessKey, milliseconds, data encrypted", () => {
    const to = new MeituanRide({ ...KEYS, version: 2 });
    const newer = { to, outer: { accessKey: KEYS.accessKey } };
    const { status, data } = ask("queryNearByDrivers", POSITION, { ...newer, inner: { ts: NOW } });
    assert.deepEqual([status, JSON.parse(open(data)).data.length], [0, 4]);
    assert.equal(ask("queryNearByDrivers", POSITION, newer).status, 1010, "seconds");
  });
});

describe("a push", () => {
  const event = { mtOrderId: "111111", eventCode: 20, eventTime: NOW };

  test("is a form with the sealed business fields, entId and ts", () => {
    const { method, headers, body } = meituan.push("orderChanged", event, { now: NOW });
    assert.deepEqual([method, headers["content-type"]], ["POST", "application/x-www-form-urlencoded"]);
    const { token, version, content } = Object.fromEntries(new URLSearchParams(body));
    assert.deepEqual([token, version], [KEYS.accessKey, "1.0"]);
    assert.deepEqual(JSON.parse(open(content)), { entId: 617, ts: NOW / 1000, ...event });
  });

  test("can be JSON, of generation 2, bare as in the document's examples, or any text", () => {
    const options = { now: NOW, version: 2, format: "json", common: false };
    const { accessKey, content } = JSON.parse(meituan.push("orderChanged", event, options).body);
    assert.equal(accessKey, KEYS.accessKey);
    assert.deepEqual(JSON.parse(open(content)), event);
    const text = new URLSearchParams(meituan.push("orderChanged", "no JSON", { now: NOW }).body).get("content");
    assert.equal(open(text), "no JSON");
  });

  test("writes long ids as bare numbers, with every digit", () => {
    const refund = { mtOrderId: "1", sqtRefundNo: "R1", tradeOrderId: "526001045969776640", refundAmount: 1, refundStatus: 10 };
    const { body } = meituan.push("refunded", refund, { now: NOW });
    assert.match(open(new URLSearchParams(body).get("content")), /"tradeOrderId":526001045969776640[,}]/);
  });

  test("that its definition refuses is not sealed", () => {
    assert.throws(() => meituan.push("refunded", { mtOrderId: "1" }, { now: NOW }), { code: "MISSING_FIELD" });
    assert.throws(() => meituan.push("submitOrder", {}, { now: NOW }), { code: "INVALID_CONFIG", path: "name" });
  });

  test("is accepted by code 0 over HTTP 200, and by nothing else", () => {
    const accepted = (text, status) => meituan.readPushReply(text, { status }).accepted;
    assert.equal(accepted('{"code":0,"message":"成功"}'), true);
    assert.equal(accepted('{"code":0}'), true);
    for (const text of ['{"code":1,"message":"x"}', '{"status":0}', "", "<html>", "null"]) assert.equal(accepted(text), false);
    assert.equal(accepted('{"code":0}', 500), false);
  });
});

test("settings are checked by name", () => {
  for (const [changes, path] of [
    [{ entId: "x" }, "entId"],
    [{ accessKey: "" }, "accessKey"],
    [{ secretKey: "AAEC" }, "secretKey"],
    [{ version: 3 }, "version"],
    [{ replyForm: "x" }, "replyForm"],
  ]) {
    assert.throws(() => new MeituanRide({ ...KEYS, ...changes }), { code: "INVALID_CONFIG", path });
  }
  assert.throws(() => meituan.receive({ method: "POST", url: "/", headers: {}, body: "" }, {}), {
    code: "INVALID_CONFIG",
    path: "now",
  });
});
