// Plays the whole life of a ride, and of one that is cancelled: the enterprise is the library's client, Meituan its
// stand-in from meituan-protocol/testing. Between the two there is HTTP, and a clock that the demo turns.

import { createCipheriv, createDecipheriv } from "node:crypto";
import { carTypeRequestOf, MeituanError, newOrderId, RideClient } from "meituan-protocol/ride";
import { compare, MeituanRide } from "meituan-protocol/testing";
import { startEnterprise, startMeituan } from "./ride-servers.mjs";

/** Invented for the demo; the key is the bytes 0 to 15. */
const KEYS = { entId: 617, accessKey: "DEMO-NOT-A-REAL-ONE-TK", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
const ROUTES = {
  "/meituan/capacity": "capacityOffered",
  "/meituan/event": "orderChanged",
  "/meituan/refund": "refunded",
};
const PATHS = Object.fromEntries(Object.entries(ROUTES).map(([path, name]) => [name, path]));

const FROM = { longitude: 116.488541, latitude: 40.006428, address: "望京国际研发园(东南门)" };
const TO = { longitude: 116.419153, latitude: 40.003063, address: "大屯路东(地铁站)" };
const JOURNEY = {
  ...{ fromLongitude: FROM.longitude, fromLatitude: FROM.latitude, toLongitude: TO.longitude, toLatitude: TO.latitude },
  reserveType: 1,
};

/**
 * @param {import("../../pkg/dist/cli/report.js").Report} report
 * @param {string | undefined} broken the step whose outcome is tampered with on the wire
 */
export async function playRides(report, broken) {
  const stage = await Stage.set(report, broken);
  try {
    await stage.play("a ride, from the estimate to the refund", ride);
    await stage.play("a ride cancelled with a fee", cancelledRide);
    await stage.play("what Meituan and the enterprise must refuse", refusedRequests);
  } finally {
    await stage.clear();
  }
}

/** @param {Stage} stage */
async function ride(stage) {
  const { meituan } = stage;
  await stage.call("ride-near-by", "queryNearByDrivers", FROM_POSITION, { code: 0, data: { length: 4 } });
  const { order, ids } = await submitted(stage, "ride");
  await stage.lastRequestByNode("ride-sealed-request", { ...order, method: "dache.submit.order", entId: KEYS.entId });
  await stage.call("ride-submit-again", "submitOrder", order, { code: 3, name: "REPEAT_SUBMIT_ORDER_ERROR" });
  await stage.call("ride-query-submitted", "queryRealTimeOrder", ids, { code: 0, data: { orderStatus: 1 } });
  await confirmed(stage, "ride", ids);

  const [started] = stage.happening(ids);
  const first = await stage.push("ride-event-started", started, { isKnown: false, body: { eventCode: 40 } });
  await stage.push("ride-event-doubled", started, { isKnown: true, key: first.key });

  // These two overtake each other: who believed the last one would have the driver arrive in the middle of the trip.
  const [arrived] = stage.happening(ids);
  const [driving] = stage.happening(ids);
  await stage.push("ride-event-overtaking", driving, { isLate: false, body: { eventCode: 60 } }, { format: "json" });
  await stage.push("ride-event-overtaken", arrived, { isLate: true, body: { eventCode: 50 } });
  await stage.call("ride-query-settles", "queryRealTimeOrder", ids, { code: 0, data: { orderStatus: 5 } });

  const [delivered] = stage.happening(ids);
  await stage.push("ride-event-delivered", delivered, { body: { eventCode: 70 } });
  const [billed] = stage.happening(ids);
  await stage.push("ride-event-billed", billed, { body: { eventCode: 80 } });
  const due = await stage.call("ride-query-to-pay", "queryRealTimeOrder", ids, { code: 0, data: { orderStatus: 7, ...ids } });
  const price = due.data.userPriceInfo.userPayableBalancePrice;
  await stage.newerReply("ride-sealed-reply", "queryRealTimeOrder", ids, { orderStatus: 7, mtOrderId: ids.mtOrderId });
  await stage.call("ride-pay-wrong-price", "notifyPaidResult", { ...ids, price: price + 1 }, { code: 11, name: "ILLEGAL_PRICE" });
  await stage.call("ride-pay", "notifyPaidResult", { ...ids, price }, { code: 0 });
  const [paid] = meituan.takePushes();
  await stage.push("ride-event-paid", paid, { isKnown: false, body: { eventCode: 90 } });
  await stage.call("ride-pay-again", "notifyPaidResult", { ...ids, price }, { code: 7, name: "NOT_WAIT_PAY_ORDER_NOT_PAY" });
  // The balance stays as it was: only the state tells that it is paid.
  const userPriceInfo = { userPayableBalancePrice: price };
  await stage.call("ride-query-paid", "queryRealTimeOrder", ids, { code: 0, data: { orderStatus: 8, userPriceInfo } });

  const refundAmount = Math.floor(price / 2);
  const sqtRefundNo = meituan.refund(ids.mtOrderId, { amount: refundAmount, now: stage.now() });
  const [refund] = meituan.takePushes();
  stage.enterprise.books.isClosed = true;
  await stage.push("ride-refund-not-taken", refund, { isTaken: false, answer: { accepted: false, code: 2 } });
  stage.enterprise.books.isClosed = false;
  const counted = { key: `refund:${sqtRefundNo}`, refunded: refundAmount, body: { tradeOrderId: refund.body.tradeOrderId } };
  await stage.push("ride-refund", refund, { isKnown: false, ...counted });
  await stage.push("ride-refund-doubled", refund, { isKnown: true, ...counted }, { version: 2 });
}

/** @param {Stage} stage */
async function cancelledRide(stage) {
  const { meituan } = stage;
  const { ids } = await submitted(stage, "cancel");
  await confirmed(stage, "cancel", ids);
  const ask = { ...ids, cancelCode: 10, type: 1 };
  const confirm = { ...ask, type: 2 };
  const asked = await stage.call("cancel-ask-fee", "cancelOrder", ask, { code: 0 });
  const { cancelPrice } = asked.data;
  await stage.call("cancel-only-asked", "queryRealTimeOrder", ids, { code: 0, data: { orderStatus: 3 } });
  await stage.call("cancel", "cancelOrder", confirm, { code: 0, data: { cancelPrice: 500 } });
  const [cancelled] = meituan.takePushes();
  await stage.push("cancel-event", cancelled, { body: { eventCode: 110 } });
  const userPriceInfo = { cancelFee: cancelPrice, userPayableBalancePrice: cancelPrice, userPayableTotalPrice: 0 };
  await stage.call("cancel-query-fee", "queryRealTimeOrder", ids, { code: 0, data: { orderStatus: 201, userPriceInfo } });
  await stage.call("cancel-pay-fee", "notifyPaidResult", { ...ids, price: cancelPrice }, { code: 0 });
  const [paid] = meituan.takePushes();
  await stage.push("cancel-event-paid", paid, { body: { eventCode: 90 } });
  await stage.call("cancel-query-paid", "queryRealTimeOrder", ids, { code: 0, data: { orderStatus: 203 } });
  // After a time-out of one's own this says: it is cancelled, query it.
  await stage.call("cancel-again", "cancelOrder", confirm, { code: 1106, name: "CANCELED_ORDER_NOT_CANCEL_AGAIN" });
}

/** @param {Stage} stage */
async function refusedRequests(stage) {
  const { address } = stage;
  const stranger = new RideClient({ ...KEYS, accessKey: "ANOTHER-NOT-REAL-TK", environment: address });
  await stage.call("ride-wrong-token", "queryNearByDrivers", FROM_POSITION, { code: 1010, name: "AUTH_ERROR" }, stranger);
  const otherKey = new RideClient({ ...KEYS, secretKey: "EBESExQVFhcYGRobHB0eHw==", environment: address });
  await stage.call("ride-wrong-key", "queryNearByDrivers", FROM_POSITION, { code: 1010, name: "AUTH_ERROR" }, otherKey);
  const unknown = { mtOrderId: "111111", channelPartnerOrderId: "18511111111" };
  await stage.call("ride-unknown-order", "queryRealTimeOrder", unknown, { code: 8, name: "ILLEGAL_ORDER_ID" });

  const { data } = await stage.call("ride-estimate-to-expire", "queryEstimatedPrice", JOURNEY, { code: 0 });
  const [estimate] = data.estimatePrices;
  const order = orderOf(estimate, newOrderId());
  const car = { ...carTypeRequestOf(estimate), carTypeId: 9 };
  const reservation = { ...order, reserveType: 2, reserveTime: stage.now() - 60_000 };
  await stage.call("ride-reserved-too-late", "submitOrder", reservation, { code: 1129, name: "RESERVE_TIME_ERROR" });
  const other = { ...order, carTypeRequestList: [car] };
  await stage.call("ride-no-such-car-type", "submitOrder", other, { code: 1300, name: "ILLEGAL_CAR_TYPE_ID" });
  stage.wait(10 * 60 + 1);
  await stage.call("ride-estimate-expired", "submitOrder", order, { code: 1000, name: "DATA_NOT_EXIST" });

  const push = { name: "orderChanged", body: { ...unknown, eventCode: 90, eventTime: stage.now() } };
  const forger = new MeituanRide({ ...KEYS, secretKey: "EBESExQVFhcYGRobHB0eHw==" });
  const refused = { isTaken: false, answer: { accepted: false, code: 1010 } };
  await stage.push("ride-push-wrong-key", push, { type: "DECRYPTION_FAILED", ...refused }, { by: forger });
  await stage.push("ride-push-stale", push, { type: "STALE_TIMESTAMP", ...refused }, { now: stage.now() - 3_600_000 });
}

/** From the estimate to the order. */
async function submitted(stage, prefix) {
  const estimated = await stage.call(`${prefix}-estimate`, "queryEstimatedPrice", JOURNEY, { code: 0 });
  const [estimate] = estimated.data.estimatePrices;
  const order = orderOf(estimate, newOrderId());
  const { data } = await stage.call(`${prefix}-submit`, "submitOrder", order, { code: 0 });
  const [created] = stage.meituan.takePushes();
  await stage.push(`${prefix}-event-created`, created, { isKnown: false, body: { eventCode: 10, mtOrderId: data.mtOrderId } });
  return { order, ids: { mtOrderId: data.mtOrderId, channelPartnerOrderId: order.channelPartnerOrderId } };
}

/** From the offer to the driver. */
async function confirmed(stage, prefix, ids) {
  const [pushed, offer] = stage.happening(ids);
  await stage.push(`${prefix}-event-pushed`, pushed, { body: { eventCode: 11 } });
  const taken = await stage.push(`${prefix}-offer`, offer, { isKnown: false, body: { mtOrderId: ids.mtOrderId } });
  const { driverId } = taken.body.submitDriveInfo;
  await stage.call(`${prefix}-confirm`, "confirmOrder", { mtOrderId: ids.mtOrderId, driverId }, { code: 0 });
  const [confirmation] = stage.meituan.takePushes();
  await stage.push(`${prefix}-event-confirmed`, confirmation, { body: { eventCode: 20 } });
}

const FROM_POSITION = { longitude: FROM.longitude, latitude: FROM.latitude };

const orderOf = (estimate, channelPartnerOrderId) => ({
  ...{ channelPartnerOrderId, identifyType: 30, userIdentifyCode: "70000185", mobile: "13000000000", reserveType: 1 },
  ...{ fLng: FROM.longitude, fLat: FROM.latitude, fromAddress: FROM.address },
  ...{ tLng: TO.longitude, tLat: TO.latitude, toAddress: TO.address, carTypeRequestList: [carTypeRequestOf(estimate)] },
});

/** Ends a life whose next steps would build on one that failed. */
class Abandoned extends Error {}

/** Both sides, and what they need to be played. */
class Stage {
  #clock = Date.now();
  #report;
  #broken;

  static async set(report, broken) {
    const stage = new Stage(report, broken);
    stage.meituan = new MeituanRide(KEYS);
    // The newer generation has the same orders.
    const newer = new MeituanRide({ ...KEYS, version: 2, state: stage.meituan.state });
    stage.server = await startMeituan({ older: stage.meituan, newer, now: stage.now });
    stage.address = `${stage.server.address}/api/sqt/openapi`;
    stage.client = new RideClient({ ...KEYS, routes: ROUTES, environment: stage.address });
    stage.newer = new RideClient({ ...KEYS, version: 2, environment: `${stage.server.address}/v2` });
    stage.enterprise = await startEnterprise(stage.client, stage.now);
    return stage;
  }

  constructor(report, broken) {
    this.#report = report;
    this.#broken = broken;
  }

  async clear() {
    await this.enterprise.stop();
    await this.server.stop();
  }

  now = () => this.#clock;

  wait(seconds) {
    this.#clock += 1000 * seconds;
  }

  /** What is pushed because of the next thing that happens; half a minute later than the last. */
  happening({ mtOrderId }) {
    this.wait(30);
    this.meituan.advance(mtOrderId, { now: this.now() });
    return this.meituan.takePushes();
  }

  async play(title, life) {
    this.#report.begin(title);
    // What an abandoned life has left behind is not this one's affair.
    this.meituan.takePushes();
    this.enterprise.books.isClosed = false;
    try {
      await life(this);
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
      this.#report.abandon();
    }
  }

  /** The enterprise asks Meituan. */
  call(name, what, message, expect, client = this.client) {
    return this.#step(name, expect, `${what}${detailOf(what, message)}`, async (isBroken) => {
      const request = client.requests[what](message, { now: this.now() });
      const response = await fetch(request.toRequest(), { signal: AbortSignal.timeout(20_000) });
      const text = await response.text();
      const received = isBroken ? text.replace(/"code":-?\d+/, '"code":2') : text;
      const found = await outcomeOf(request, new Response(received, response));
      return { found, came: repliedWith(what, found) };
    });
  }

  /** Meituan pushes to the enterprise. */
  push(name, { name: what, body }, expect, { by = this.meituan, now = this.now(), ...how } = {}) {
    const wanted = { type: what, isTaken: true, answer: { accepted: true, code: 0 }, ...expect };
    return this.#step(name, wanted, `${what}${pushDetailOf(body)} ←`, async (isBroken) => {
      this.wait(1);
      const sealed = by.push(what, body, { now, ...how });
      const { method, headers } = sealed;
      const sent = isBroken ? sealed.body.replace(KEYS.accessKey, "BROKEN-ON-PURPOSE-TK") : sealed.body;
      const url = this.enterprise.address + PATHS[what];
      const response = await fetch(url, { method, headers, body: sent, signal: AbortSignal.timeout(20_000) });
      const answer = by.readPushReply(await response.text(), { status: response.status });
      const found = { ...this.enterprise.last.outcome, answer };
      return { found, came: takenAs(found) };
    });
  }

  /** A second opinion: what was sent last, opened by Node's own AES, and sealed again. */
  lastRequestByNode(name, expect) {
    return this.#step(name, expect, "node:crypto opens the request", async (isBroken) => {
      const { content } = Object.fromEntries(new URLSearchParams(this.server.last.request));
      return this.#byNode(isBroken ? content.toLowerCase() : content);
    });
  }

  /** The same of a reply: those of the newer generation are encrypted. */
  newerReply(name, what, message, expect) {
    return this.#step(name, { code: 0, data: expect }, `${what}, generation 2, and node:crypto`, async (isBroken) => {
      const request = this.newer.requests[what](message, { now: this.now() });
      const response = await fetch(request.toRequest(), { signal: AbortSignal.timeout(20_000) });
      const text = await response.text();
      const { issues } = compare(expect, (await outcomeOf(request, new Response(text, response))).data);
      if (issues.length > 0) throw new Error(`the client read something else: ${issues[0].detail}`);
      const { data } = JSON.parse(text);
      return this.#byNode(isBroken ? data.toLowerCase() : data);
    });
  }

  #byNode(content) {
    const key = Buffer.from(KEYS.secretKey, "base64");
    const decipher = createDecipheriv("aes-128-ecb", key, null);
    const plain = Buffer.concat([decipher.update(Buffer.from(content, "base64url")), decipher.final()]);
    const cipher = createCipheriv("aes-128-ecb", key, null);
    const again = Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64url");
    if (again !== content) throw new Error("sealed again it is another content");
    return { found: JSON.parse(plain.toString()), came: `${plain.length} bytes of JSON, the same sealed again` };
  }

  async #step(name, expect, sent, play) {
    this.#report.start(name);
    const step = { name, shows: [] };
    let played;
    try {
      const { found, came } = await play(name === this.#broken);
      played = { sent, came, found, ...compare(expect, found) };
    } catch (error) {
      const issue = { id: "step", refuses: true, path: "", detail: String(error), text: { en: "", zh: "" } };
      played = { sent, came: "", verdict: "failed", issues: [issue] };
    }
    this.#report.finish(step, played);
    if (played.verdict !== "passed") throw new Abandoned(name);
    return played.found;
  }
}

/** A refusal of Meituan's is an outcome like any other here. */
async function outcomeOf(request, response) {
  try {
    const { data, warnings } = await request.parseResponse(response);
    return { code: 0, data, warnings };
  } catch (error) {
    if (!MeituanError.is(error) || error.remoteCode === undefined) throw error;
    return { code: error.remoteCode, name: error.remoteName, describe: error.describe };
  }
}

/** What of a request tells it from others. */
function detailOf(what, message) {
  if (what === "submitOrder") return ` …${message.channelPartnerOrderId.slice(-6)}`;
  if (what === "cancelOrder") return message.type === 1 ? ", asks the fee" : ", confirms";
  if (what === "notifyPaidResult") return ` ${message.price} fen`;
  return "";
}

function pushDetailOf({ eventCode, refundAmount }) {
  if (eventCode !== undefined) return ` ${eventCode}`;
  return refundAmount === undefined ? "" : ` ${refundAmount} fen`;
}

function repliedWith(what, { code, name, describe, data }) {
  if (code !== 0) return [code, name ?? "", describe].join(" ");
  if (what === "queryNearByDrivers") return `0 ${data.length} cars`;
  if (what === "queryEstimatedPrice") return `0 ${data.estimatePrices.length} prices`;
  if (what === "submitOrder") return `0 ${data.mtOrderId}`;
  if (what === "cancelOrder") return `0 fee ${data.cancelPrice} fen`;
  const balance = data?.userPriceInfo?.userPayableBalancePrice;
  if (what === "queryRealTimeOrder") return `0 status ${data.orderStatus}, balance ${balance} fen`;
  return "0";
}

function takenAs({ type, isTaken, isKnown, isLate, refunded, body, answer }) {
  const said = [];
  if (body?.submitDriveInfo) said.push(`driver ${body.submitDriveInfo.driverId}`);
  if (!isTaken && body === undefined) said.push(type);
  if (isTaken) said.push(isKnown ? "known already" : isLate ? "new, but older than the last" : "new");
  if (refunded !== undefined) said.push(`refunded in all ${refunded} fen`);
  return `${said.join(", ") || "not taken"} → ${answer.code}${answer.accepted ? "" : ", to be pushed again"}`;
}
