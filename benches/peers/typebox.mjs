import Type from "typebox";
import { Compile } from "typebox/compile";
import { agreesWithVouchers, isDate, isWallClock, isYuan } from "./rules.mjs";

const integer = (/** @type {number} */ minimum, /** @type {number} */ maximum) => Type.Integer({ minimum, maximum });
const text = Type.String();
const id = integer(0, Number.MAX_SAFE_INTEGER);
const count = integer(0, 0x7fffffff);
const positive = integer(1, 0x7fffffff);
const code = integer(-0x80000000, 0x7fffffff);
const yuan = Type.Refine(Type.Number(), isYuan);
const texts = Type.Record(Type.String(), Type.String());
const some = Type.String({ minLength: 1 });
const { Optional, Array: List, Object: Obj } = Type;

const visitor = Obj({
  name: Optional(text),
  pinyin: Optional(text),
  mobile: Optional(text),
  address: Optional(text),
  postCode: Optional(text),
  email: Optional(text),
  credentials: Optional(texts),
  gender: Optional(code),
  additionalCredentials: Optional(List(Obj({ credentialType: Optional(text), credentialInfoMap: Optional(texts) }))),
});
const additions = {
  realNameType: Optional(code),
  credentialList: Optional(
    List(Obj({ credentialType: code, credentialNo: text, voucher: Optional(text), status: Optional(code) })),
  ),
  voucherAdditionalList: Optional(List(Obj({ voucher: text, additionMap: Optional(texts) }))),
  orderAdditionalList: Optional(
    List(
      Obj({
        orderAdditionKey: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
        orderAdditionValue: Optional(text),
      }),
    ),
  ),
};
const schemas = {
  orderCreate: Obj({
    partnerId: count,
    body: Obj({
      orderId: id,
      partnerDealId: text,
      mtDealId: id,
      buyPrice: yuan,
      unitPrice: yuan,
      totalPrice: yuan,
      quantity: positive,
      visitors: Optional(List(visitor)),
      travelDate: Optional(Type.Refine(Type.String(), isDate)),
      partnerPrimaryKey: Optional(text),
      levelIds: Optional(List(id)),
      realNameType: Optional(code),
      credentialList: Optional(Type.Unknown()),
      contacts: Optional(Type.Unknown()),
    }),
  }),
  orderPay: Obj({
    partnerId: count,
    body: Obj({ orderId: id, partnerOrderId: Optional(text), channel: Optional(text), channelDetail: Optional(text) }),
  }),
  orderState: Obj({
    code,
    describe: text,
    partnerId: count,
    body: Type.Refine(
      Obj({
        orderId: id,
        partnerOrderId: text,
        orderStatus: code,
        orderQuantity: count,
        usedQuantity: count,
        refundedQuantity: count,
        voucherType: code,
        voucherList: Optional(
          List(
            Obj({
              voucher: text,
              voucherPics: Optional(text),
              voucherInvalidTime: Type.Refine(Type.String(), isWallClock),
              quantity: count,
              status: code,
            }),
          ),
        ),
        ...additions,
      }),
      agreesWithVouchers,
    ),
  }),
  orderPaid: Obj({
    orderId: id,
    partnerOrderId: some,
    voucherType: code,
    vouchers: Optional(List(text)),
    voucherPics: Optional(List(text)),
    asyReturnVoucher: Optional(Type.Boolean()),
    ...additions,
  }),
  orderCreated: Obj({ orderId: Optional(id), partnerOrderId: some }),
  heartbeat: Obj({ partnerId: count }),
};

export const validators = Object.fromEntries(
  Object.entries(schemas).map(([name, schema]) => {
    const compiled = Compile(schema);
    return [
      name,
      {
        accepts: (/** @type {unknown} */ value) => compiled.Check(value),
        read(/** @type {unknown} */ value) {
          if (!compiled.Check(value)) throw new TypeError(JSON.stringify(compiled.Errors(value)));
          return value;
        },
      },
    ];
  }),
);
