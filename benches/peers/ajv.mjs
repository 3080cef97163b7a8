import { Ajv } from "ajv";
import { agreesWithVouchers, isDate, isWallClock, isYuan } from "./rules.mjs";

const ajv = new Ajv({ allErrors: false });
ajv.addFormat("date-or-empty", { type: "string", validate: isDate });
ajv.addFormat("wall-clock", { type: "string", validate: isWallClock });
ajv.addFormat("yuan", { type: "number", validate: isYuan });

const text = { type: "string" };
const some = { type: "string", minLength: 1 };
const id = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const count = { type: "integer", minimum: 0, maximum: 0x7fffffff };
const positive = { type: "integer", minimum: 1, maximum: 0x7fffffff };
const code = { type: "integer", minimum: -0x80000000, maximum: 0x7fffffff };
const integer = { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
const yuan = { type: "number", format: "yuan" };
const texts = { type: "object", additionalProperties: text };
/** @param {object} items */
const list = (items) => ({ type: "array", items });
/** @param {object} needed @param {object} [optional] */
const object = (needed, optional = {}) => ({
  type: "object",
  required: Object.keys(needed),
  properties: { ...needed, ...optional },
});

const visitor = object(
  {},
  {
    ...{ name: text, pinyin: text, mobile: text, address: text, postCode: text, email: text, credentials: texts, gender: code },
    additionalCredentials: list(object({}, { credentialType: text, credentialInfoMap: texts })),
  },
);
const additions = {
  realNameType: code,
  credentialList: list(object({ credentialType: code, credentialNo: text }, { voucher: text, status: code })),
  voucherAdditionalList: list(object({ voucher: text }, { additionMap: texts })),
  orderAdditionalList: list(object({ orderAdditionKey: integer }, { orderAdditionValue: text })),
};
const schemas = {
  orderCreate: object({
    partnerId: count,
    body: object(
      {
        ...{ orderId: id, partnerDealId: text, mtDealId: id, buyPrice: yuan, unitPrice: yuan, totalPrice: yuan },
        quantity: positive,
      },
      {
        visitors: list(visitor),
        travelDate: { type: "string", format: "date-or-empty" },
        partnerPrimaryKey: text,
        levelIds: list(id),
        realNameType: code,
        credentialList: {},
        contacts: {},
      },
    ),
  }),
  orderPay: object({
    partnerId: count,
    body: object({ orderId: id }, { partnerOrderId: text, channel: text, channelDetail: text }),
  }),
  orderState: object({
    code,
    describe: text,
    partnerId: count,
    body: object(
      {
        ...{ orderId: id, partnerOrderId: text, orderStatus: code, orderQuantity: count },
        ...{ usedQuantity: count, refundedQuantity: count, voucherType: code },
      },
      {
        voucherList: list(
          object(
            { voucher: text, voucherInvalidTime: { type: "string", format: "wall-clock" }, quantity: count, status: code },
            { voucherPics: text },
          ),
        ),
        ...additions,
      },
    ),
  }),
  orderPaid: object(
    { orderId: id, partnerOrderId: some, voucherType: code },
    { vouchers: list(text), voucherPics: list(text), asyReturnVoucher: { type: "boolean" }, ...additions },
  ),
  orderCreated: object({ partnerOrderId: some }, { orderId: id }),
  heartbeat: object({ partnerId: count }),
};

/** @type {Record<string, (value: any) => boolean>} What the fields must satisfy together. */
const rules = { orderState: ({ body }) => agreesWithVouchers(body) };

export const validators = Object.fromEntries(
  Object.entries(schemas).map(([name, schema]) => {
    const validate = ajv.compile(schema);
    const rule = rules[name];
    /** @type {(value: unknown) => boolean} */
    const accepts = rule === undefined ? validate : (value) => validate(value) && rule(value);
    const read = (/** @type {unknown} */ value) => {
      if (!accepts(value)) throw new TypeError(ajv.errorsText(validate.errors) || `${name}: a rule is broken`);
      return value;
    };
    return [name, { accepts, read }];
  }),
);
