// What a careful engineer writes without a library: one function for each object, the likely checks first.

import { agreesWithVouchers, isDate, isWallClock, isYuan } from "./rules.mjs";

/** @typedef {any} Json */

/** @param {Json} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** @param {Json} value */
const isText = (value) => typeof value === "string";
/** @param {Json} value */
const isTextOrAbsent = (value) => value === undefined || typeof value === "string";
/** @param {Json} value */
const isId = (value) => Number.isSafeInteger(value) && value >= 0;
/** @param {Json} value */
const isCount = (value) => Number.isInteger(value) && value >= 0 && value <= 0x7fffffff;
/** @param {Json} value */
const isCode = (value) => Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff;
/** @param {Json} value */
const isCodeOrAbsent = (value) => value === undefined || isCode(value);
/** @param {Json} value */
const isAmount = (value) => typeof value === "number" && isYuan(value);

/** @param {Json} value @param {(item: Json) => boolean} accepts */
function isListOrAbsent(value, accepts) {
  if (value === undefined) return true;
  if (!Array.isArray(value)) return false;
  for (let index = 0; index < value.length; index++) if (!accepts(value[index])) return false;
  return true;
}

/** @param {Json} value */
function isTextsOrAbsent(value) {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  for (const name in value) if (typeof value[name] !== "string") return false;
  return true;
}

/** @param {Json} value */
const isAdditionalCredential = (value) =>
  isObject(value) && isTextOrAbsent(value.credentialType) && isTextsOrAbsent(value.credentialInfoMap);

/** @param {Json} value */
const isVisitor = (value) =>
  isObject(value) &&
  isTextOrAbsent(value.name) &&
  isTextOrAbsent(value.pinyin) &&
  isTextOrAbsent(value.mobile) &&
  isTextOrAbsent(value.address) &&
  isTextOrAbsent(value.postCode) &&
  isTextOrAbsent(value.email) &&
  isTextsOrAbsent(value.credentials) &&
  isCodeOrAbsent(value.gender) &&
  isListOrAbsent(value.additionalCredentials, isAdditionalCredential);

/** @param {Json} value */
function isOrderCreate(value) {
  if (!isObject(value) || !isCount(value.partnerId) || !isObject(value.body)) return false;
  const { body } = value;
  return (
    isId(body.orderId) &&
    isText(body.partnerDealId) &&
    isId(body.mtDealId) &&
    isAmount(body.buyPrice) &&
    isAmount(body.unitPrice) &&
    isAmount(body.totalPrice) &&
    isCount(body.quantity) &&
    body.quantity > 0 &&
    isListOrAbsent(body.visitors, isVisitor) &&
    (body.travelDate === undefined || (isText(body.travelDate) && isDate(body.travelDate))) &&
    isTextOrAbsent(body.partnerPrimaryKey) &&
    isListOrAbsent(body.levelIds, isId) &&
    isCodeOrAbsent(body.realNameType)
  );
}

/** @param {Json} value */
function isOrderPay(value) {
  if (!isObject(value) || !isCount(value.partnerId) || !isObject(value.body)) return false;
  const { body } = value;
  return (
    isId(body.orderId) && isTextOrAbsent(body.partnerOrderId) && isTextOrAbsent(body.channel) && isTextOrAbsent(body.channelDetail)
  );
}

/** @param {Json} value */
const isCredentialVoucher = (value) =>
  isObject(value) &&
  isCode(value.credentialType) &&
  isText(value.credentialNo) &&
  isTextOrAbsent(value.voucher) &&
  isCodeOrAbsent(value.status);

/** @param {Json} value */
const isVoucherAddition = (value) => isObject(value) && isText(value.voucher) && isTextsOrAbsent(value.additionMap);

/** @param {Json} value */
const isOrderAddition = (value) =>
  isObject(value) && Number.isSafeInteger(value.orderAdditionKey) && isTextOrAbsent(value.orderAdditionValue);

/** @param {Json} value */
const hasAdditions = (value) =>
  isCodeOrAbsent(value.realNameType) &&
  isListOrAbsent(value.credentialList, isCredentialVoucher) &&
  isListOrAbsent(value.voucherAdditionalList, isVoucherAddition) &&
  isListOrAbsent(value.orderAdditionalList, isOrderAddition);

/** @param {Json} value */
const isVoucher = (value) =>
  isObject(value) &&
  isText(value.voucher) &&
  isTextOrAbsent(value.voucherPics) &&
  isText(value.voucherInvalidTime) &&
  isWallClock(value.voucherInvalidTime) &&
  isCount(value.quantity) &&
  isCode(value.status);

/** @param {Json} value */
function isOrderState(value) {
  if (!isObject(value) || !isCode(value.code) || !isText(value.describe) || !isCount(value.partnerId) || !isObject(value.body)) {
    return false;
  }
  const { body } = value;
  return (
    isId(body.orderId) &&
    isText(body.partnerOrderId) &&
    isCode(body.orderStatus) &&
    isCount(body.orderQuantity) &&
    isCount(body.usedQuantity) &&
    isCount(body.refundedQuantity) &&
    isCode(body.voucherType) &&
    isListOrAbsent(body.voucherList, isVoucher) &&
    hasAdditions(body) &&
    agreesWithVouchers(body)
  );
}

/** @param {Json} value */
const isOrderPaid = (value) =>
  isObject(value) &&
  isId(value.orderId) &&
  isText(value.partnerOrderId) &&
  value.partnerOrderId !== "" &&
  isCode(value.voucherType) &&
  isListOrAbsent(value.vouchers, isText) &&
  isListOrAbsent(value.voucherPics, isText) &&
  (value.asyReturnVoucher === undefined || typeof value.asyReturnVoucher === "boolean") &&
  hasAdditions(value);

/** @param {Json} value */
const isOrderCreated = (value) =>
  isObject(value) &&
  (value.orderId === undefined || isId(value.orderId)) &&
  isText(value.partnerOrderId) &&
  value.partnerOrderId !== "";

/** @param {Json} value */
function isOrderRefund(value) {
  if (!isObject(value) || !isCount(value.partnerId) || !isObject(value.body)) return false;
  const { body } = value;
  return (
    isId(body.orderId) &&
    isText(body.refundId) &&
    body.refundId !== "" &&
    isTextOrAbsent(body.partnerOrderId) &&
    isText(body.partnerDealId) &&
    Array.isArray(body.voucherList) &&
    isListOrAbsent(body.voucherList, isText) &&
    isCount(body.refundQuantity) &&
    body.refundQuantity > 0 &&
    isAmount(body.unitPrice) &&
    isAmount(body.refundPrice) &&
    isAmount(body.refundFee) &&
    isText(body.refundTime) &&
    isWallClock(body.refundTime) &&
    isListOrAbsent(body.credentialList, isCredentialVoucher)
  );
}

/** @param {Json} value */
const isHeartbeat = (value) => isObject(value) && isCount(value.partnerId);

/** @param {(value: Json) => boolean} accepts */
const validator = (accepts) => ({
  accepts,
  read: (/** @type {Json} */ value) => {
    if (!accepts(value)) throw new TypeError("not as it must be");
    return value;
  },
});

export const validators = {
  orderCreate: validator(isOrderCreate),
  orderPay: validator(isOrderPay),
  orderRefund: validator(isOrderRefund),
  orderState: validator(isOrderState),
  orderPaid: validator(isOrderPaid),
  orderCreated: validator(isOrderCreated),
  heartbeat: validator(isHeartbeat),
};
