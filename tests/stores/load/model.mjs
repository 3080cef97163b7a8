// What Meituan may conclude from what it was sent: replies and notices, and nothing of what a supplier has stored. A violation is what no
// order of true events explains.

/** What is known of an order. */
class Known {
  /** @type {string | undefined} */
  partnerOrderId;
  /** @type {string[] | undefined} */
  codes;
  /** Codes that let guests in, and those whose money went back. Neither ever gets smaller. @type {Set<string>} */
  used = new Set();
  /** @type {Set<string>} */
  refunded = new Set();
  /** The refunds that were asked for, by their number. @type {Map<string, { codes: readonly string[], is: "open" | "agreed" | "refused" }>} */
  refunds = new Map();
  /** Whether a notice must follow. */
  isPromised = false;
  /** The last total of a consume notice that was accepted. */
  notifiedUsed = 0;

  /** @param {string} orderId @param {number} quantity */
  constructor(orderId, quantity) {
    this.orderId = orderId;
    this.quantity = quantity;
  }
}

const CREATED = 2;
const ISSUED = 4;
const ISSUING = 5;
const USED = 1;
const REFUNDED = 2;
/** A failure of another kind says nothing about the refund, and Meituan's staff would have to look into it. */
const REFUSALS = [604, 606, 607, 699];

export class Model {
  /** @type {string[]} */
  violations = [];
  /** @type {Map<string, Known>} */
  orders = new Map();
  /** Which order a code belongs to. @type {Map<string, string>} */
  #owners = new Map();

  /** @param {string} orderId @param {number} quantity */
  begin(orderId, quantity) {
    this.orders.set(orderId, new Known(orderId, quantity));
  }

  /** @param {string} orderId */
  of(orderId) {
    const known = this.orders.get(orderId);
    if (known === undefined) throw new Error(`there is no order ${orderId}`);
    return known;
  }

  /** @param {Known} known @param {string} what */
  #violated(known, what) {
    this.violations.push(`${known.orderId}: ${what}`);
  }

  /**
   * A call leaves. Its reply may not say less than what was heard by then.
   * @param {string} name @param {any} body
   * @returns {(reply: { code: number, body?: any }) => void} to be called with the reply
   */
  calls(name, body) {
    const known = this.of(body.orderId);
    const isDecided = (known.refunds.get(body.refundId)?.is ?? "open") !== "open";
    const floor = { isIssued: known.codes !== undefined, isDecided, used: [...known.used], refunded: [...known.refunded] };
    if (name === "orderRefund" && !known.refunds.has(body.refundId)) {
      known.refunds.set(body.refundId, { codes: body.voucherList, is: "open" });
    }
    return ({ code, body: said }) => this.#replied(known, name, body, floor, code, said);
  }

  #replied(known, name, body, floor, code, said) {
    if (said?.partnerOrderId !== undefined) this.#names(known, said.partnerOrderId);
    if (name === "orderCreate") {
      if (code !== 200) this.#violated(known, `create is replied ${code}`);
    } else if (name === "orderPay") {
      if (code === 200) this.#issued(known, said.vouchers);
      else if (code !== 598) this.#violated(known, `pay is replied ${code}`);
      else if (floor.isIssued) this.#violated(known, "598 after it was issued");
      // The notice may have been faster.
      else known.isPromised = known.codes === undefined;
    } else if (name === "orderRefund" && code === 602) {
      if (floor.isDecided) this.#violated(known, `602 of the refund ${body.refundId} after it was decided`);
    } else if (name === "orderRefund") this.#refund(known, body.refundId, code);
    else if (name === "orderQuery") this.#state(known, floor, code, said);
  }

  /** @param {Known} known @param {string} partnerOrderId */
  #names(known, partnerOrderId) {
    known.partnerOrderId ??= partnerOrderId;
    if (partnerOrderId !== known.partnerOrderId) this.#violated(known, `${known.partnerOrderId} becomes ${partnerOrderId}`);
  }

  /** @param {Known} known @param {readonly string[]} codes */
  #issued(known, codes) {
    if (codes.length !== known.quantity || new Set(codes).size !== codes.length) {
      this.#violated(known, `${codes.length} codes for ${known.quantity} tickets`);
    }
    known.codes ??= [...codes];
    known.isPromised = false;
    if (codes.join() !== known.codes.join()) this.#violated(known, `its codes change from ${known.codes} to ${codes}`);
    for (const code of codes) {
      const owner = this.#owners.get(code) ?? known.orderId;
      this.#owners.set(code, owner);
      if (owner !== known.orderId) this.#violated(known, `the code ${code} is that of ${owner}`);
    }
  }

  /** @param {Known} known @param {string} refundId @param {number} code */
  #refund(known, refundId, code) {
    const refund = known.refunds.get(refundId);
    if (refund === undefined) return this.#violated(known, `nobody asked for the refund ${refundId}`);
    const is = code === 200 || code === 601 ? "agreed" : "refused";
    if (is === "refused" && !REFUSALS.includes(code)) return this.#violated(known, `the refund ${refundId} is replied ${code}`);
    // A refusal may become an agreement, and nothing else may change.
    if (refund.is === "agreed" && is === "refused") this.#violated(known, `the refund ${refundId} is refused after it was agreed`);
    refund.is = is;
    if (is === "agreed") this.#ended(known, known.refunded, refund.codes);
    return undefined;
  }

  /** Codes are used or refunded. @param {Known} known @param {Set<string>} which @param {readonly string[]} codes */
  #ended(known, which, codes) {
    const other = which === known.used ? known.refunded : known.used;
    for (const code of codes) {
      which.add(code);
      if (other.has(code)) this.#violated(known, `${code} is used, and its money went back`);
      if (known.codes !== undefined && !known.codes.includes(code)) this.#violated(known, `${code} is none of its codes`);
    }
  }

  #state(known, floor, code, said) {
    if (code !== 200) return this.#violated(known, `the query is replied ${code}`);
    const { orderStatus, orderQuantity, usedQuantity, refundedQuantity, voucherList = [] } = said;
    if (orderQuantity !== known.quantity) this.#violated(known, `${orderQuantity} tickets instead of ${known.quantity}`);
    if (orderStatus !== ISSUED) {
      if (floor.isIssued) this.#violated(known, `state ${orderStatus} after it was issued`);
      if (orderStatus !== CREATED && orderStatus !== ISSUING) this.#violated(known, `state ${orderStatus}`);
      return undefined;
    }
    this.#issued(
      known,
      voucherList.map(({ voucher }) => voucher),
    );
    this.#totals(known, voucherList, usedQuantity, refundedQuantity);
    const listed = [USED, REFUNDED].map((status) => Model.#codesIn(voucherList, status).length);
    if (listed[0] !== usedQuantity || listed[1] !== refundedQuantity) {
      this.#violated(known, `${usedQuantity} used and ${refundedQuantity} refunded, and ${listed.join(" and ")} such codes`);
    }
    for (const [status, heard] of /** @type {const} */ ([
      [USED, floor.used],
      [REFUNDED, floor.refunded],
    ])) {
      const now = Model.#codesIn(voucherList, status);
      for (const gone of heard.filter((each) => !now.includes(each))) {
        this.#violated(known, `the query does not know any more that ${gone} was ${status === USED ? "used" : "refunded"}`);
      }
    }
    return undefined;
  }

  /** @param {readonly { voucher: string, status: number }[]} voucherList @param {number} status */
  static #codesIn(voucherList, status) {
    return voucherList.filter((each) => each.status === status).map(({ voucher }) => voucher);
  }

  #totals(known, voucherList, usedQuantity, refundedQuantity) {
    if (usedQuantity + refundedQuantity > known.quantity) this.#violated(known, "more used and refunded than there are");
    this.#ended(known, known.used, Model.#codesIn(voucherList, USED));
    this.#ended(known, known.refunded, Model.#codesIn(voucherList, REFUNDED));
  }

  /**
   * A notice has arrived.
   * @param {string} type @param {any} envelope @param {any} body @param {boolean} isAccepted
   */
  notice(type, envelope, body, isAccepted) {
    const known = this.of(body.orderId);
    this.#names(known, body.partnerOrderId);
    if (type === "payNotice") {
      if (envelope.issueType !== 1) return this.#violated(known, "the pay notice says that it was not issued");
      this.#issued(known, body.vouchers);
    } else if (type === "refundNotice") {
      this.#refund(known, body.refundId, envelope.code);
    } else if (type === "consumeNotice") {
      const { quantity, usedQuantity, refundedQuantity, voucherList } = body;
      if (quantity !== known.quantity) this.#violated(known, `a notice about ${quantity} tickets`);
      if (usedQuantity < known.notifiedUsed) this.#violated(known, `${usedQuantity} used after ${known.notifiedUsed}`);
      this.#totals(known, voucherList, usedQuantity, refundedQuantity);
      if (isAccepted) known.notifiedUsed = usedQuantity;
    }
    return undefined;
  }

  /** Nothing goes on any more, and the order was queried once more. @param {string} orderId @param {any} last the reply's body */
  ends(orderId, last) {
    const known = this.of(orderId);
    if (last.orderStatus !== ISSUED || known.codes === undefined) return this.#violated(known, "it was paid, and is not issued");
    if (known.isPromised) this.#violated(known, "598 was replied, and no notice followed");
    for (const [refundId, { is }] of known.refunds)
      if (is === "open") this.#violated(known, `the refund ${refundId} is not decided`);
    if (last.usedQuantity !== known.notifiedUsed) {
      this.#violated(known, `${last.usedQuantity} used, and ${known.notifiedUsed} in the last notice`);
    }
    const agreed = [...known.refunds.values()].filter(({ is }) => is === "agreed").flatMap(({ codes }) => codes);
    if (last.refundedQuantity !== agreed.length) {
      this.#violated(known, `${last.refundedQuantity} refunded, and ${agreed.length} were agreed`);
    }
    return undefined;
  }
}
