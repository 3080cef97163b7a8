import * as z from "zod";
import { agreesWithVouchers, isDate, isWallClock, isYuan } from "./rules.mjs";

/**
 * @param {{ jitless: boolean }} how Zod compiles its objects with `new Function`, which edge runtimes forbid.
 */
function schemas({ jitless }) {
  // Asked for when a schema is made, and kept in it.
  z.config({ jitless });
  const id = z.int().nonnegative();
  const count = z.int32().nonnegative();
  const positive = z.int32().positive();
  const code = z.int32();
  const yuan = z.number().refine(isYuan);
  const date = z.string().refine(isDate);
  const texts = z.record(z.string(), z.string());

  const visitor = z.object({
    name: z.string().optional(),
    pinyin: z.string().optional(),
    mobile: z.string().optional(),
    address: z.string().optional(),
    postCode: z.string().optional(),
    email: z.string().optional(),
    credentials: texts.optional(),
    gender: code.optional(),
    additionalCredentials: z
      .array(z.object({ credentialType: z.string().optional(), credentialInfoMap: texts.optional() }))
      .optional(),
  });
  const orderCreate = z.object({
    partnerId: count,
    body: z.object({
      orderId: id,
      partnerDealId: z.string(),
      mtDealId: id,
      buyPrice: yuan,
      unitPrice: yuan,
      totalPrice: yuan,
      quantity: positive,
      visitors: z.array(visitor).optional(),
      travelDate: date.optional(),
      partnerPrimaryKey: z.string().optional(),
      levelIds: z.array(id).optional(),
      realNameType: code.optional(),
      credentialList: z.unknown().optional(),
      contacts: z.unknown().optional(),
    }),
  });
  const orderPay = z.object({
    partnerId: count,
    body: z.object({
      orderId: id,
      partnerOrderId: z.string().optional(),
      channel: z.string().optional(),
      channelDetail: z.string().optional(),
    }),
  });
  const credentialVoucher = z.object({
    credentialType: code,
    credentialNo: z.string(),
    voucher: z.string().optional(),
    status: code.optional(),
  });
  const additions = {
    realNameType: code.optional(),
    credentialList: z.array(credentialVoucher).optional(),
    voucherAdditionalList: z.array(z.object({ voucher: z.string(), additionMap: texts.optional() })).optional(),
    orderAdditionalList: z.array(z.object({ orderAdditionKey: z.int(), orderAdditionValue: z.string().optional() })).optional(),
  };
  const orderState = z.object({
    code,
    describe: z.string(),
    partnerId: count,
    body: z
      .object({
        orderId: id,
        partnerOrderId: z.string(),
        orderStatus: code,
        orderQuantity: count,
        usedQuantity: count,
        refundedQuantity: count,
        voucherType: code,
        voucherList: z
          .array(
            z.object({
              voucher: z.string(),
              voucherPics: z.string().optional(),
              voucherInvalidTime: z.string().refine(isWallClock),
              quantity: count,
              status: code,
            }),
          )
          .optional(),
        ...additions,
      })
      .refine(agreesWithVouchers),
  });
  const orderPaid = z.object({
    orderId: id,
    partnerOrderId: z.string().min(1),
    voucherType: code,
    vouchers: z.array(z.string()).optional(),
    voucherPics: z.array(z.string()).optional(),
    asyReturnVoucher: z.boolean().optional(),
    ...additions,
  });
  const orderCreated = z.object({ orderId: id.optional(), partnerOrderId: z.string().min(1) });
  const heartbeat = z.object({ partnerId: count });
  z.config({ jitless: false });
  return { orderCreate, orderPay, orderState, orderPaid, orderCreated, heartbeat };
}

/** @param {{ jitless: boolean }} how */
export const validators = (how) =>
  Object.fromEntries(
    Object.entries(schemas(how)).map(([name, schema]) => [
      name,
      {
        accepts: (/** @type {unknown} */ value) => schema.safeParse(value).success,
        read: (/** @type {unknown} */ value) => schema.parse(value),
      },
    ]),
  );
