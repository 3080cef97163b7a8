// The supplier's own system, which is the truth. It acts once for each key, and answers a key that it has done with what it did. It
// may refuse, decide later, and report what guests do.

/** What it knows of an order. */
class Account {
  ended = new Map();
  pending = new Set();
  refunds = new Map();
  usedCodes = new Set();
  spoiled = 0;
  used = 0;
  isIssued = false;
  isVoid = false;

  /** @param {import("./customer.mjs").Wanted} wanted */
  constructor(wanted) {
    this.wanted = wanted;
  }

  get codes() {
    const { orderId, quantity, voucherType } = this.wanted;
    if (voucherType === 1) return Array.from({ length: quantity }, (_, place) => `K${orderId}-${place + 1}`);
    return voucherType === 2 ? [`K${orderId}`] : [];
  }

  get paid() {
    const { voucherType } = this.wanted;
    return { voucherType, vouchers: this.codes };
  }

  /** Whether these tickets are there to be refunded, or to enter with. */
  isFree(codes, quantity) {
    const held = [...this.refunds.values()].filter(({ isRefused }) => !isRefused);
    if (this.wanted.voucherType === 1) {
      return codes.every((code) => !this.usedCodes.has(code) && !held.some((refund) => refund.codes.includes(code)));
    }
    return this.used + held.reduce((sum, refund) => sum + refund.quantity, 0) + quantity <= this.wanted.quantity;
  }

  /** The tickets that let a guest in, by what this system knows. @returns {(string | undefined)[]} */
  freeTickets() {
    if (!this.isIssued || this.isVoid) return [];
    if (this.wanted.voucherType === 1) return this.codes.filter((code) => this.isFree([code], 1));
    return this.isFree([], 1) ? [undefined] : [];
  }
}

export class Upstream {
  #accounts = new Map();
  /** What it was asked for. @type {Set<string>} */
  #keys = new Set();
  #world;

  /** @param {import("./world.mjs").World} world */
  constructor(world) {
    this.#world = world;
  }

  /** @param {import("./customer.mjs").Wanted} wanted */
  open(wanted) {
    this.#accounts.set(wanted.orderId, new Account(wanted));
  }

  /** @param {string} orderId @returns {Account} */
  account(orderId) {
    return this.#accounts.get(orderId);
  }

  /** Answers a supplier's process; undefined where it is not reached, or its answer is lost. */
  async answer({ key, call, body }, /** @type {string} */ process) {
    const world = this.#world;
    const { random } = world;
    if (this.#keys.has(key)) world.counts.rerun++;
    this.#keys.add(key);
    const isSlow = world.strikes(0.08);
    const wait = () => world.wait(isSlow ? random.between(1_000, 20_000) : random.between(10, 600));
    await wait();
    if (world.strikes(0.06)) return undefined;
    world.killer.reached("before act", process);
    const end = this.#act(key, call, body);
    world.killer.reached("after act", process);
    await wait();
    return world.strikes(0.06) ? undefined : end;
  }

  #log(order, act, about) {
    this.#world.log({ is: "acted", order, act, ...about });
  }

  #act(key, call, body) {
    const account = this.account(body.orderId);
    const { orderId } = body;
    const known = account.ended.get(key);
    if (known) {
      if (call === "orderPay" && account.spoiled-- > 0) return { reply: { voucherType: 1, vouchers: ["a", "a"] } };
      return known;
    }
    if (account.pending.has(key)) return { isPending: true };
    const refuses = this.#world.strikes(0.04);
    const putsOff = this.#world.strikes(0.45);
    const ended = (end) => {
      account.ended.set(key, end);
      return end;
    };
    switch (call) {
      case "orderCreate":
        if (refuses || account.isVoid) {
          this.#log(orderId, "refuseCreate");
          return ended({ refused: "库存不足" });
        }
        this.#log(orderId, "create", { key });
        return ended({ reply: { partnerOrderId: `P${orderId}` } });
      case "orderPay":
        if (refuses || account.isVoid) return ended(this.#refuseIssue(orderId));
        if (putsOff) return this.#later(account, key, () => this.#decideIssue(account, key));
        return ended(this.#issue(account, key));
      case "orderRefund":
        return this.#refund(account, key, body, { refuses, putsOff, ended });
      case "orderReschedule":
        return ended(refuses ? { refused: "不可改签" } : { reply: { successCount: 1 } });
      default: {
        const { refundSerialNo, voucherList } = body;
        if (call === "orderRefunded" && refundSerialNo) {
          account.refunds.set(refundSerialNo, { codes: voucherList, quantity: 1, isRefused: false });
          this.#log(orderId, "ownRefund", { key, refundId: refundSerialNo, codes: voucherList, quantity: 1 });
        } else {
          account.isVoid = true;
          account.pending.clear();
          this.#log(orderId, "void");
        }
        return ended({ reply: undefined });
      }
    }
  }

  #issue(account, key) {
    account.isIssued = true;
    this.#log(account.wanted.orderId, "issue", { key });
    if (this.#world.strikes(0.03)) account.spoiled = 1;
    return { reply: account.paid };
  }

  #refuseIssue(orderId) {
    this.#log(orderId, "refuseIssue");
    return { refused: "上游无票" };
  }

  #refund(account, key, { orderId, refundId, voucherList, refundQuantity }, { refuses, putsOff, ended }) {
    const codes = account.wanted.voucherType === 1 ? voucherList : [];
    const isFree = account.refunds.has(refundId) || account.isFree(codes, refundQuantity);
    if (!account.refunds.has(refundId)) {
      account.refunds.set(refundId, { codes, quantity: refundQuantity, isRefused: !isFree });
      this.#log(orderId, "askRefund", { refundId, codes, quantity: refundQuantity });
    }
    if (refuses || !isFree || account.isVoid) return ended(this.#refuseRefund(account, key, refundId));
    if (putsOff) return this.#later(account, key, () => this.#decideRefund(account, key, refundId));
    this.#log(orderId, "refund", { key, refundId });
    return ended({ reply: undefined });
  }

  #refuseRefund(account, key, refundId) {
    account.refunds.get(refundId).isRefused = true;
    this.#log(account.wanted.orderId, "refuseRefund", { key, refundId });
    return { refused: "已过退改期限" };
  }

  #later(account, key, decide) {
    account.pending.add(key);
    const { random } = this.#world;
    this.#world.after(random.between(500, random.is(0.3) ? 60_000 : 15_000), () => {
      // It was closed in the meantime.
      if (account.pending.delete(key)) decide();
    });
    return { isPending: true };
  }

  #decideIssue(account, key) {
    const { orderId } = account.wanted;
    const isGood = this.#world.random.is(0.8);
    const end = isGood ? this.#issue(account, key) : this.#refuseIssue(orderId);
    account.ended.set(key, end);
    const event = isGood
      ? { issued: { orderId, partnerOrderId: `P${orderId}`, ...account.paid } }
      : { issueFailed: { describe: end.refused } };
    this.#report(orderId, event);
  }

  #decideRefund(account, key, refundId) {
    const { orderId } = account.wanted;
    if (this.#world.random.is(0.75)) {
      this.#log(orderId, "refund", { key, refundId });
      account.ended.set(key, { reply: undefined });
      this.#report(orderId, { refundAgreed: { refundId } });
    } else {
      account.ended.set(key, this.#refuseRefund(account, key, refundId));
      this.#report(orderId, { refundRefused: { refundId, describe: "已过退改期限" } });
    }
  }

  /** A guest enters, if a ticket is free. @param {string} orderId */
  enter(orderId) {
    const account = this.account(orderId);
    const free = account.freeTickets().filter((code) => this.#world.isAdmitted(orderId, code));
    if (free.length === 0) return;
    const code = this.#world.random.pick(free);
    account.used++;
    if (code !== undefined) account.usedCodes.add(code);
    this.#log(orderId, "enter", { code });
    const id = `E${account.used}`;
    this.#report(orderId, { consumed: { id, ...(code === undefined ? { quantity: 1 } : { vouchers: [code] }) } });
  }

  /** Some process of the supplier's records it, sooner or later, and sometimes two do. */
  #report(orderId, event) {
    const world = this.#world;
    const record = async () => {
      const copies = world.strikes(0.1) ? 2 : 1;
      const answers = await Promise.all(Array.from({ length: copies }, () => world.recorded(orderId, event)));
      const answer = answers.find((one) => one !== undefined);
      if (answer === undefined) world.after(world.random.between(2_000, 15_000), record);
      else if (answer.kind === "illegal")
        world.log({ is: "refused", order: orderId, event: Object.keys(event)[0], reason: answer.reason });
    };
    world.after(world.strikes(0.2) ? world.random.between(1_000, 40_000) : 50, record);
  }
}
