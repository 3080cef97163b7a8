// What a definition demands beyond types, written by hand once for all validators: dates that exist, whole fen, and what the
// fields must satisfy together. The wire's notation is made into the program's here too.

const BEIJING_OFFSET = 8 * 3_600_000;
const ZERO = 48;

/** @param {string} text @param {number} at */
function two(text, at) {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** @param {number} year @param {number} month */
const daysIn = (year, month) => (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : DAYS[month - 1]);

/** @param {string} text */
function startsWithDate(text) {
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  return text[4] === "-" && text[7] === "-" && year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/** @param {string} text `yyyy-MM-dd`, or empty for none */
export const isDate = (text) => text === "" || (text.length === 10 && startsWithDate(text));

/** @param {string} text `yyyy-MM-dd HH:mm:ss` */
export const isWallClock = (text) =>
  text.length === 19 &&
  startsWithDate(text) &&
  text[10] === " " &&
  text[13] === ":" &&
  text[16] === ":" &&
  two(text, 11) < 24 &&
  two(text, 14) < 60 &&
  two(text, 17) < 60;

/** @param {string} text one that `isWallClock` accepted */
export function wallClock(text) {
  const year = two(text, 0) * 100 + two(text, 2);
  const day = Date.UTC(year, two(text, 5) - 1, two(text, 8), two(text, 11), two(text, 14), two(text, 17));
  return day - BEIJING_OFFSET;
}

/** @param {number} milliseconds */
export const wallClockOf = (milliseconds) => new Date(milliseconds + BEIJING_OFFSET).toISOString().slice(0, 19).replace("T", " ");

/** @param {number} yuan */
export function isYuan(yuan) {
  const fen = yuan * 100;
  return Math.abs(fen - Math.round(fen)) < 1e-6;
}

/** @param {number} yuan */
const fen = (yuan) => Math.round(yuan * 100);

const USED = 1;
const REFUNDED = 2;
const VOID = 3;

/** How many different texts. @param {string[]} texts */
const countDistinct = (texts) => new Set(texts).size;

/**
 * The codes of a reply to order query agree with its state; its quantities are reported where they do not, as they refuse nothing.
 * @param {any} state
 */
export function agreesWithVouchers(state) {
  const { orderStatus, voucherType, voucherList = [], orderQuantity } = state;
  if (orderStatus !== 4 || (voucherType !== 1 && voucherType !== 2)) return true;
  if (voucherList.length === 0) return false;
  const codes = new Set();
  for (const { voucher, status } of voucherList) if (status !== VOID) codes.add(voucher);
  return codes.size === (voucherType === 1 ? orderQuantity : 1);
}

/** @param {any} state */
export function quantitiesAgree({ orderQuantity, usedQuantity, refundedQuantity, voucherList = [] }) {
  let [used, refunded] = [0, 0];
  for (const { status, quantity } of voucherList) {
    if (status === USED) used += quantity;
    else if (status === REFUNDED) refunded += quantity;
  }
  const codesAgree = voucherList.length === 0 || (used === usedQuantity && refunded === refundedQuantity);
  return usedQuantity + refundedQuantity <= orderQuantity && codesAgree;
}

/**
 * The codes of a reply to order pay are there, and as many as the order has tickets.
 * @param {any} paid
 * @param {number} quantity
 */
export function paysForAll({ voucherType, vouchers = [] }, quantity) {
  if (voucherType === 1) return vouchers.length === quantity && vouchers.every((/** @type {string} */ code) => code !== "");
  if (voucherType === 2) return vouchers.length === 1 && vouchers[0] !== "";
  return vouchers.length === 0;
}

/** Under voucherType 1 no code appears twice; that is reported. @param {any} paid */
export const codesAreDistinct = ({ voucherType, vouchers = [] }) =>
  voucherType !== 1 || countDistinct(vouchers) === vouchers.length;

/**
 * What programs hold, made in the parsed message itself: that is cheaper than another object.
 * @param {any} body
 */
export function orderCreateForPrograms(body) {
  body.orderId = String(body.orderId);
  body.mtDealId = String(body.mtDealId);
  body.buyPrice = fen(body.buyPrice);
  body.unitPrice = fen(body.unitPrice);
  body.totalPrice = fen(body.totalPrice);
  if (body.levelIds !== undefined) body.levelIds = body.levelIds.map(String);
  if (body.travelDate === "") body.travelDate = undefined;
  return body;
}

/** @param {any} body */
export function orderStateForPrograms(body) {
  body.orderId = String(body.orderId);
  const { voucherList } = body;
  if (voucherList !== undefined) for (const item of voucherList) item.voucherInvalidTime = wallClock(item.voucherInvalidTime);
  return body;
}

/** @param {any} body */
export function orderRefundForPrograms(body) {
  body.orderId = String(body.orderId);
  body.unitPrice = fen(body.unitPrice);
  body.refundPrice = fen(body.refundPrice);
  body.refundFee = fen(body.refundFee);
  body.refundTime = wallClock(body.refundTime);
  return body;
}

/** @param {any} body */
export function orderPayForPrograms(body) {
  body.orderId = String(body.orderId);
  return body;
}
