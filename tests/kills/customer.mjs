// Meituan, about one order: creates, pays, queries, refunds, closes; repeats what is not answered, and sometimes what is.

/** @typedef {{ orderId: string, quantity: number, voucherType: number }} Wanted */

const UNPAID = 1;
const CREATE_FAILED = 2;
const ISSUE_FAILED = 3;
const PAY_STATE_UNKNOWN = 2;
const ISSUED = 4;

export class Customer {
  isCreated = false;
  isPaid = false;
  isIssued = false;
  isEnded = false;
  /** The calls by subject: their bodies, and how often each was made. @type {Map<string, { name: string, body: any, tries: number }>} */
  calls = new Map();
  /** @type {Map<string, { codes: string[], quantity: number, isRefused: boolean }>} */
  refunds = new Map();
  #ownRefunds = new Map();
  #world;

  /** @param {import("./world.mjs").World} world @param {Wanted} wanted */
  constructor(world, wanted) {
    const { random } = world;
    this.#world = world;
    this.wanted = wanted;
    this.patience = 2 + random.below(5);
    this.isToBePaid = !random.is(0.06);
    this.intents = Array.from({ length: random.below(6) }, () => ({
      after: random.between(0, random.is(0.7) ? 20_000 : 60_000),
      what: random.pick([..."rrrrreeeeeqqomc"]),
    }));
  }

  get #ids() {
    return { orderId: this.wanted.orderId, partnerOrderId: `P${this.wanted.orderId}` };
  }

  get #prices() {
    return { unitPrice: 100 };
  }

  #after(delay, act) {
    this.#world.after(delay, act);
  }

  create() {
    const { orderId, quantity } = this.wanted;
    const prices = { buyPrice: 100, ...this.#prices, totalPrice: 100 * quantity };
    return this.#call("create", "orderCreate", { orderId, partnerDealId: "D", mtDealId: "1", ...prices, quantity });
  }

  #pay() {
    if (this.isEnded) return;
    this.isPaid = true;
    this.#call("pay", "orderPay", this.#ids);
  }

  query(isLast = false) {
    return this.#call("query", "orderQuery", this.#ids, isLast);
  }

  #close(closeType) {
    if (this.isEnded) return;
    this.isEnded = true;
    this.#call("end by close", "orderClose", { ...this.#ids, closeType });
  }

  /** The order is refunded, because nobody knows whether it was issued. */
  #unpay() {
    if (this.isEnded) return;
    this.isEnded = true;
    this.#call("end by message", "orderRefunded", this.#refundedMessage(PAY_STATE_UNKNOWN, this.wanted.quantity));
  }

  #refundedMessage(refundMessageType, count) {
    const refundTime = Math.floor(this.#world.now() / 1000) * 1000;
    return { orderId: this.wanted.orderId, refundPrice: 100, refundMessageType, reason: "原因", refundTime, count };
  }

  #again(subject) {
    const { name, body } = this.calls.get(subject);
    if (!this.isEnded || subject.startsWith("end")) this.#call(subject, name, body);
  }

  #intend(what, place) {
    if (this.isEnded) return;
    const { random } = this.#world;
    const { voucherType, quantity, orderId } = this.wanted;
    const account = this.#world.upstream.account(orderId);
    const held = [...this.refunds.values()].filter(({ isRefused }) => !isRefused);
    const taken = [...held.flatMap(({ codes }) => codes), ...[...this.#ownRefunds.values()].flat()];
    const codes = account.codes.filter((code) => !taken.includes(code));
    const left = quantity - held.reduce((sum, refund) => sum + refund.quantity, 0) - this.#ownRefunds.size;
    if (what === "e") this.#world.upstream.enter(orderId);
    else if (what === "q") this.query();
    else if (what === "c") this.#close(ISSUE_FAILED);
    else if (what === "m") {
      this.#call(`reschedule ${place}`, "orderReschedule", { ...this.#ids, rescheduleType: 1, rescheduleNo: `N${place}` });
    } else if (what === "o" && voucherType === 1 && codes.length > 0) {
      const refundSerialNo = `S${place}`;
      const voucherList = [random.pick(codes)];
      this.#ownRefunds.set(refundSerialNo, voucherList);
      this.#call(`own refund ${place}`, "orderRefunded", { ...this.#refundedMessage(1, 1), refundSerialNo, voucherList });
    } else if (what === "r") {
      const many = 1 + random.below(quantity);
      if (many > left) return;
      const refundId = `R${place}`;
      const from = random.below(codes.length);
      const voucherList = voucherType === 1 ? [...codes.slice(from), ...codes.slice(0, from)].slice(0, many) : account.codes;
      this.refunds.set(refundId, { codes: voucherType === 1 ? voucherList : [], quantity: many, isRefused: false });
      const refundTime = Math.floor(this.#world.now() / 1000) * 1000;
      const prices = { ...this.#prices, refundPrice: 100 * many, refundFee: 0 };
      const about = { ...this.#ids, refundId, partnerDealId: "D", voucherList, refundQuantity: many };
      this.#call(`refund ${place}`, "orderRefund", { ...about, ...prices, refundTime });
    }
  }

  async #call(subject, name, body, isLast = false) {
    const known = this.calls.get(subject) ?? { name, body, tries: 0 };
    known.tries++;
    this.calls.set(subject, known);
    const reply = await this.#world.call(this.wanted, name, body);
    if (isLast) return reply;
    if (reply === undefined) this.#notAnswered(subject, known.tries);
    else this.#answered(subject, reply);
    return reply;
  }

  #notAnswered(subject, tries) {
    const { random } = this.#world;
    const pause = random.between(500, 15_000) * 2 ** Math.min(Math.floor(tries / 4), 2);
    const isPatient = tries < this.patience;
    if (subject === "query") return;
    if (subject === "create" && !isPatient) this.#after(pause, () => this.#close(CREATE_FAILED));
    else if (subject === "pay" && !isPatient)
      this.#after(pause, () => (random.is(0.5) ? this.#close(ISSUE_FAILED) : this.#unpay()));
    else {
      if (subject === "pay" && random.is(0.3)) this.#after(pause / 2, () => this.isEnded || this.query());
      this.#after(pause, () => this.#again(subject));
    }
  }

  #answered(subject, { code, body }) {
    const { random } = this.#world;
    if (this.#world.strikes(0.1)) this.#after(random.between(10, 30_000), () => this.#again(subject));
    const soon = random.between(500, 10_000);
    if (subject === "create" && code === 200 && !this.isCreated) {
      this.isCreated = true;
      this.#after(soon, () => (this.isToBePaid ? this.#pay() : this.#close(UNPAID)));
    } else if (subject === "pay" && code === 200) this.hearsOfIssue();
    else if (subject === "pay" && code !== 598 && random.is(0.5)) this.#after(soon, () => this.#close(ISSUE_FAILED));
    else if (subject.startsWith("refund") && code >= 603) this.refunds.get(subject.replace("refund ", "R")).isRefused = true;
    else if (subject === "query" && body?.orderStatus === ISSUED && this.isPaid) this.hearsOfIssue();
  }

  /** The order is issued: what the guests want to do with it begins. */
  hearsOfIssue() {
    if (this.isIssued) return;
    this.isIssued = true;
    for (const [place, { after, what }] of this.intents.entries()) this.#after(after, () => this.#intend(what, place));
  }

  /** What has become of it all? Where no reply comes, says which. @returns {Promise<string[]>} */
  async askOnceMore() {
    const isMeant = (subject) => subject !== "query" && !(this.isEnded && subject.startsWith("reschedule"));
    const open = [];
    for (const [subject, { name, body }] of [...this.calls].filter(([known]) => isMeant(known))) {
      let reply;
      // What died before may still have its lease, by a clock that is ahead.
      for (let tries = 0; tries < 4 && reply === undefined; tries++) reply = await this.#call(subject, name, body, true);
      if (reply === undefined) open.push(`${subject} of ${this.wanted.orderId}`);
    }
    return open;
  }
}
