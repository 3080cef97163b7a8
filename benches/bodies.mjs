// The inputs: signed calls and replies of chosen sizes, the same for everybody. They are written by JSON.stringify and signed
// by node:crypto, so that nothing of the library is needed to make them.
//
// Ids stay below 2^53. Meituan's real ones do not, and JSON.parse would lose digits there; no peer is charged for that here.

import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { CLIENT_ID, CLIENT_SECRET, NOW, PARTNER_ID } from "./settings.mjs";

/** Different bodies in turn, so that nothing is measured that happens to fit one of them. */
const VARIANTS = 16;
const VARIANTS_OF_LARGE = 4;

/** @typedef {"ascii" | "chinese"} Script */

const WORDS = {
  ascii: {
    success: "success",
    names: ["Zhang Wei", "Wang Fang", "Li Na", "Liu Yang", "Chen Jing"],
    addresses: ["12 Wangjing East Road, Chaoyang, Beijing", "88 Century Avenue, Pudong, Shanghai", "5 Tianhe Road, Guangzhou"],
    note: "Enter at the east gate with your identity card, any time on the day of the visit",
  },
  chinese: {
    success: "成功",
    names: ["张伟", "王芳", "李娜", "欧阳思远", "陈静"],
    addresses: ["北京市朝阳区望京东路十二号院三号楼", "上海市浦东新区世纪大道八十八号", "广州市天河区天河路五号"],
    note: "请于游玩当日凭身份证由东门入园，开放时间内任意时刻均可，过期作废",
  },
};

/** @param {number} number @param {number} length */
const digits = (number, length) => String(number).padStart(length, "0");
/** @template Item @param {readonly Item[]} items @param {number} index */
const pick = (items, index) => items[index % items.length];

/**
 * Order create as it travels.
 * @param {{ visitors: number, script: Script, variant: number }} how
 */
function orderCreate({ visitors, script, variant }) {
  const words = WORDS[script];
  const quantity = Math.max(visitors, 1);
  const unitPrice = 580 + variant + 0.5;
  return {
    partnerId: PARTNER_ID,
    body: {
      orderId: 2674629059054130 + variant,
      partnerDealId: `D${12113 + variant}`,
      mtDealId: 1111110 + variant,
      buyPrice: 500.25,
      unitPrice,
      totalPrice: (unitPrice * 100 * quantity) / 100,
      quantity,
      visitors: Array.from({ length: visitors }, (_, index) => ({
        name: pick(words.names, index + variant),
        pinyin: "zhangwei",
        mobile: `135${digits(index * 16 + variant, 8)}`,
        address: pick(words.addresses, index + variant),
        postCode: "100102",
        email: `guest${index}@example.com`,
        credentials: { 0: `11010119900101${digits(index, 4)}` },
        gender: 1 + (index % 2),
      })),
      travelDate: `2026-12-${digits(1 + variant, 2)}`,
    },
  };
}

/**
 * The reply to order query as it travels: a code for each ticket, and a note for every fourth.
 * @param {{ vouchers: number, script: Script, variant: number }} how
 */
function orderState({ vouchers, script, variant }) {
  const words = WORDS[script];
  const used = vouchers >> 2;
  return {
    code: 200,
    describe: words.success,
    partnerId: PARTNER_ID,
    body: {
      orderId: 2674629059054130 + variant,
      partnerOrderId: `P${810000 + variant}`,
      orderStatus: 4,
      orderQuantity: vouchers,
      usedQuantity: used,
      refundedQuantity: 0,
      voucherType: 1,
      voucherList: Array.from({ length: vouchers }, (_, index) => ({
        voucher: voucher(index, variant),
        voucherInvalidTime: `2026-11-${digits(1 + (index % 28), 2)} 0${index % 10}:${digits(index % 60, 2)}:${digits(variant, 2)}`,
        quantity: 1,
        status: index < used ? 1 : 0,
      })),
      orderAdditionalList: Array.from({ length: (vouchers + 3) >> 2 }, (_, index) => ({
        orderAdditionKey: index + 1,
        orderAdditionValue: words.note,
      })),
    },
  };
}

/** @param {number} index @param {number} variant */
const voucher = (index, variant) => `9${digits(variant, 3)}${digits(index, 8)}`;

/**
 * What Node's HTTP server hands over: headers in lower case, the body in bytes.
 * @param {string} path
 * @param {object | string} message
 */
export function signedCall(path, message, now = NOW) {
  const body = Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
  const date = new Date(now).toUTCString();
  const signature = createHmac("sha1", CLIENT_SECRET).update(`POST ${path}\n${date}`).digest("base64");
  const headers = {
    host: "supplier.example.com",
    "user-agent": "Apache-HttpClient/4.5.13 (Java/1.8.0_202)",
    accept: "application/json",
    "accept-encoding": "gzip,deflate",
    "content-type": "application/json; charset=utf-8",
    "content-length": String(body.length),
    partnerid: String(PARTNER_ID),
    date,
    authorization: `MWS ${CLIENT_ID}:${signature}`,
    connection: "Keep-Alive",
  };
  return { method: "POST", url: path, headers, body };
}

/**
 * How many of something make a message of about so many bytes.
 * @param {(many: number) => object} build
 * @param {number} bytes
 */
function fitting(build, bytes) {
  const length = (/** @type {number} */ many) => Buffer.byteLength(JSON.stringify(build(many)));
  // Enough of them to see what one more costs, notes included.
  const each = (length(48) - length(8)) / 40;
  return Math.max(1, Math.round((bytes - length(8)) / each) + 8);
}

/** @param {number} bytes */
const variantsOf = (bytes) => (bytes > 16_384 ? VARIANTS_OF_LARGE : VARIANTS);

/** @param {number} count @param {(variant: number) => any} make @returns {any[]} */
const each = (count, make) => Array.from({ length: count }, (_, variant) => make(variant));

/** @param {number} bytes @param {Script} script */
export function orderCreateCalls(bytes, script) {
  const visitors = fitting((many) => orderCreate({ visitors: many, script, variant: 0 }), bytes);
  return each(variantsOf(bytes), (variant) => signedCall("/mt/order/create", orderCreate({ visitors, script, variant })));
}

/** @param {number} bytes @param {Script} script */
export function orderStates(bytes, script) {
  return orderStatesOf(
    fitting((vouchers) => orderState({ vouchers, script, variant: 0 }), bytes),
    script,
    variantsOf(bytes),
  );
}

/** @param {number} vouchers @param {Script} script @param {number} [variants] */
export const orderStatesOf = (vouchers, script, variants = VARIANTS_OF_LARGE) =>
  each(variants, (variant) => Buffer.from(JSON.stringify(orderState({ vouchers, script, variant }))));

/**
 * Calls of order pay, each with the codes that the supplier's own function has made for it.
 * @param {number} vouchers
 */
export const orderPayCalls = (vouchers, variants = VARIANTS) =>
  each(variants, (variant) => {
    const [orderId, partnerOrderId] = [2674629059054130 + variant, `P${810000 + variant}`];
    const request = signedCall("/mt/order/pay", { partnerId: PARTNER_ID, body: { orderId, partnerOrderId } });
    const vouchersOfOrder = Array.from({ length: vouchers }, (_, index) => voucher(index, variant));
    return { request, reply: { partnerOrderId, voucherType: 1, vouchers: vouchersOfOrder }, quantity: vouchers };
  });

/**
 * Orders to keep: each is created with a body of about so many bytes, paid, and one of its tickets refunded.
 * @param {number} bytes
 */
export function orderLives(bytes) {
  const visitors = fitting((many) => orderCreate({ visitors: many, script: "ascii", variant: 0 }), bytes);
  return each(VARIANTS, (variant) => lifeOf(orderCreate({ visitors, script: "ascii", variant }), variant));
}

/** @param {any} created @param {number} variant @param {{ refunded?: string }} [change] */
function lifeOf(created, variant, { refunded } = {}) {
  const { orderId, quantity, unitPrice, partnerDealId } = created.body;
  const ids = { orderId, partnerOrderId: `P${810000 + variant}` };
  const vouchers = Array.from({ length: quantity }, (_, index) => voucher(index, variant));
  const refund = {
    ...{ ...ids, refundId: `R${variant}`, partnerDealId, voucherList: [refunded ?? vouchers[quantity - 1]], refundQuantity: 1 },
    ...{ unitPrice, refundPrice: unitPrice, refundFee: 0, refundTime: "2026-11-22 12:00:00" },
  };
  const calls = {
    create: signedCall("/mt/order/create", created),
    pay: signedCall("/mt/order/pay", { partnerId: PARTNER_ID, body: ids }),
    refund: signedCall("/mt/order/refund", { partnerId: PARTNER_ID, body: refund }),
  };
  return { ...calls, partnerOrderId: ids.partnerOrderId, vouchers };
}

/** So many codes make a reply to order pay of about so many bytes. @param {number} bytes */
export const vouchersIn = (bytes) => Math.max(1, Math.round((bytes - 110) / 15));

export const heartbeatCalls = () =>
  each(VARIANTS, (variant) => signedCall(`/mt/heartbeat?beat=${variant}`, { partnerId: PARTNER_ID }));

/** @param {number} bytes @param {Script} script */
export const texts = (bytes, script) =>
  orderStates(bytes, script).map((body) => {
    const text = body.toString();
    // Cut by bytes, at a character.
    return Buffer.from(text)
      .subarray(0, bytes)
      .toString()
      .replace(/\uFFFD+$/, "");
  });

// What nobody may take. Each breaks one thing in a message that is right otherwise.

/** @param {object} message @param {(message: any) => void} damage */
function damaged(message, damage) {
  const copy = structuredClone(message);
  damage(copy);
  return copy;
}

const ALL_RIGHT = /** @type {const} */ ({ script: "ascii", variant: 0 });

export function wrongOrderStates() {
  const right = orderState({ vouchers: 4, ...ALL_RIGHT });
  const wrong = [
    (/** @type {any} */ { body }) => delete body.orderId,
    (/** @type {any} */ { body }) => delete body.voucherList[2].status,
    (/** @type {any} */ { body }) => (body.partnerOrderId = {}),
    (/** @type {any} */ { body }) => (body.orderQuantity = -1),
    (/** @type {any} */ { body }) => (body.voucherList = "none"),
    (/** @type {any} */ { body }) => (body.voucherList[0].quantity = 1.5),
    (/** @type {any} */ { body }) => (body.voucherList[3].voucherInvalidTime = "2026-02-30 10:00:00"),
    (/** @type {any} */ { body }) => (body.voucherList[3].voucherInvalidTime = "2026-02-20 24:00:00"),
    (/** @type {any} */ { body }) => (body.orderAdditionalList[0].orderAdditionValue = ["a list"]),
    // Four tickets, and three codes.
    (/** @type {any} */ { body }) => body.voucherList.pop(),
    (/** @type {any} */ { body }) => (body.voucherList[1].voucher = body.voucherList[0].voucher),
    (/** @type {any} */ { body }) => (body.voucherList[1].status = 3),
  ];
  const texts = wrong.map((damage) => JSON.stringify(damaged(right, damage)));
  return [...texts, JSON.stringify(right).slice(0, -1), "[]", ""].map((text) => Buffer.from(text));
}

export function wrongOrderCreateCalls() {
  const path = "/mt/order/create";
  const right = orderCreate({ visitors: 2, ...ALL_RIGHT });
  const wrong = [
    (/** @type {any} */ { body }) => delete body.mtDealId,
    (/** @type {any} */ { body }) => (body.orderId = -1),
    (/** @type {any} */ { body }) => (body.unitPrice = 580.005),
    (/** @type {any} */ { body }) => (body.quantity = 0),
    (/** @type {any} */ { body }) => (body.travelDate = "2026-11-31"),
    (/** @type {any} */ { body }) => (body.visitors = {}),
    (/** @type {any} */ { body }) => (body.visitors[1].name = []),
    (/** @type {any} */ { body }) => (body.visitors[1].credentials[0] = {}),
    (/** @type {any} */ { body }) => (body.visitors[0].gender = 1.5),
    (/** @type {any} */ message) => (message.partnerId += 1),
    (/** @type {any} */ message) => delete message.body,
  ];
  const call = signedCall(path, right);
  return [
    ...wrong.map((damage) => signedCall(path, damaged(right, damage))),
    signedCall(path, JSON.stringify(right).slice(0, -2)),
    signedCall("/mt/order/creates", right),
    signedCall(path, right, NOW - 601_000),
    ...Object.entries({ partnerid: "1123", authorization: call.headers.authorization.replace(CLIENT_ID, "bench-other") }).map(
      ([name, value]) => ({ ...call, headers: { ...call.headers, [name]: value } }),
    ),
    { ...call, headers: { ...call.headers, authorization: signedCall("/mt/order/pay", right).headers.authorization } },
  ];
}

export function wrongOrderLives() {
  const right = orderCreate({ visitors: 2, ...ALL_RIGHT });
  const life = lifeOf(right, 0);
  const other = lifeOf(orderCreate({ visitors: 2, script: "ascii", variant: 1 }), 1);
  return [
    { ...life, create: other.create },
    { ...life, pay: other.pay },
    { ...life, vouchers: life.vouchers.slice(1) },
    { ...life, vouchers: [...life.vouchers.slice(1), life.vouchers[1]] },
    { ...life, pay: { ...life.pay, headers: { ...life.pay.headers, authorization: life.create.headers.authorization } } },
    lifeOf(right, 0, { refunded: other.vouchers[1] }),
    lifeOf(
      damaged(right, ({ body }) => delete body.mtDealId),
      0,
    ),
  ];
}

export function wrongOrderPayCalls() {
  const [call] = orderPayCalls(3, 1);
  const { vouchers } = call.reply;
  return [
    { ...call, quantity: 4 },
    { ...call, reply: { ...call.reply, vouchers: vouchers.slice(1) } },
    { ...call, reply: { ...call.reply, vouchers: [...vouchers.slice(1), vouchers[1]] } },
    { ...call, reply: { ...call.reply, vouchers: [...vouchers.slice(1), ""] } },
    { ...call, reply: { ...call.reply, voucherType: 2 } },
    { ...call, reply: { ...call.reply, partnerOrderId: "" } },
  ];
}
