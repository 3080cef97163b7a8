import * as v from "valibot";
import { agreesWithVouchers, isDate, isWallClock, isYuan } from "./rules.mjs";

const integer = (/** @type {number} */ least, /** @type {number} */ most) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const text = v.string();
const id = integer(0, Number.MAX_SAFE_INTEGER);
const count = integer(0, 0x7fffffff);
const positive = integer(1, 0x7fffffff);
const code = integer(-0x80000000, 0x7fffffff);
const yuan = v.pipe(v.number(), v.check(isYuan));
const texts = v.record(v.string(), v.string());
const some = v.pipe(v.string(), v.minLength(1));

const visitor = v.object({
  name: v.optional(text),
  pinyin: v.optional(text),
  mobile: v.optional(text),
  address: v.optional(text),
  postCode: v.optional(text),
  email: v.optional(text),
  credentials: v.optional(texts),
  gender: v.optional(code),
  additionalCredentials: v.optional(v.array(v.object({ credentialType: v.optional(text), credentialInfoMap: v.optional(texts) }))),
});
const additions = {
  realNameType: v.optional(code),
  credentialList: v.optional(
    v.array(v.object({ credentialType: code, credentialNo: text, voucher: v.optional(text), status: v.optional(code) })),
  ),
  voucherAdditionalList: v.optional(v.array(v.object({ voucher: text, additionMap: v.optional(texts) }))),
  orderAdditionalList: v.optional(
    v.array(
      v.object({
        orderAdditionKey: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
        orderAdditionValue: v.optional(text),
      }),
    ),
  ),
};
const schemas = {
  orderCreate: v.object({
    partnerId: count,
    body: v.object({
      orderId: id,
      partnerDealId: text,
      mtDealId: id,
      buyPrice: yuan,
      unitPrice: yuan,
      totalPrice: yuan,
      quantity: positive,
      visitors: v.optional(v.array(visitor)),
      travelDate: v.optional(v.pipe(v.string(), v.check(isDate))),
      partnerPrimaryKey: v.optional(text),
      levelIds: v.optional(v.array(id)),
      realNameType: v.optional(code),
      credentialList: v.optional(v.unknown()),
      contacts: v.optional(v.unknown()),
    }),
  }),
  orderPay: v.object({
    partnerId: count,
    body: v.object({
      orderId: id,
      partnerOrderId: v.optional(text),
      channel: v.optional(text),
      channelDetail: v.optional(text),
    }),
  }),
  orderState: v.object({
    code,
    describe: text,
    partnerId: count,
    body: v.pipe(
      v.object({
        orderId: id,
        partnerOrderId: text,
        orderStatus: code,
        orderQuantity: count,
        usedQuantity: count,
        refundedQuantity: count,
        voucherType: code,
        voucherList: v.optional(
          v.array(
            v.object({
              voucher: text,
              voucherPics: v.optional(text),
              voucherInvalidTime: v.pipe(v.string(), v.check(isWallClock)),
              quantity: count,
              status: code,
            }),
          ),
        ),
        ...additions,
      }),
      v.check(agreesWithVouchers),
    ),
  }),
  orderPaid: v.object({
    orderId: id,
    partnerOrderId: some,
    voucherType: code,
    vouchers: v.optional(v.array(text)),
    voucherPics: v.optional(v.array(text)),
    asyReturnVoucher: v.optional(v.boolean()),
    ...additions,
  }),
  orderCreated: v.object({ orderId: v.optional(id), partnerOrderId: some }),
  heartbeat: v.object({ partnerId: count }),
};

export const validators = Object.fromEntries(
  Object.entries(schemas).map(([name, schema]) => [
    name,
    {
      accepts: (/** @type {unknown} */ value) => v.safeParse(schema, value, { abortEarly: true }).success,
      read: (/** @type {unknown} */ value) => v.parse(schema, value),
    },
  ]),
);
