// Meituan, which calls suppliers over HTTP until it is answered, and receives their notices.

import { MeituanTicket } from "meituan-protocol/testing";
import { listen } from "../../../pkg/dist/cli/server.js";

export const KEYS = { partnerId: 1122, clientId: "example-client", clientSecret: "not a real secret" };
const CALLS = ["orderCreate", "orderPay", "orderQuery", "orderRefund", "orderClose", "orderRefunded"];
export const ROUTES = Object.fromEntries(CALLS.map((call) => [`/meituan/order/${call.slice("order".length).toLowerCase()}`, call]));
const PATIENCE = 120_000;
const PAUSE = 150;
const LIMIT = 20_000;

const sleep = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Meituan {
  #ticket = new MeituanTicket({ ...KEYS, routes: ROUTES });
  #turn = 0;
  /** How long answered calls took, in milliseconds, by kind. @type {Record<string, number[]>} */
  took = {};
  counts = { calls: 0, unanswered: 0, notices: 0, refusedNotices: 0 };

  /**
   * @param {{ model: import("./model.mjs").Model, addresses: () => readonly string[], now?: () => number,
   *   fault?: (name: string) => boolean, answered?: () => void, noticed?: (orderId: string) => void }} world
   * `fault` says whether something named goes wrong now
   */
  constructor({ model, addresses, now = Date.now, fault = () => false, answered = () => {}, noticed = () => {} }) {
    this.model = model;
    this.addresses = addresses;
    this.now = now;
    this.fault = fault;
    this.answered = answered;
    this.noticed = noticed;
  }

  /** Calls until there is an answer, by whichever process. @returns {Promise<{ code: number, body: any }>} */
  async call(/** @type {any} */ name, /** @type {any} */ body) {
    for (const until = Date.now() + PATIENCE; ; await sleep(PAUSE)) {
      // Now and then it calls twice at once, and the first answer counts.
      const copies = this.fault("doubled call") ? 2 : 1;
      const replies = await Promise.all(Array.from({ length: copies }, () => this.#once(name, body)));
      const reply = replies.find((each) => each !== undefined);
      if (reply !== undefined) return reply;
      if (Date.now() > until) throw new Error(`${name} of ${body.orderId} is not answered`);
    }
  }

  /** One copy of a call to one process. @param {string} [address] */
  async #once(name, body, address = this.#next()) {
    if (address === undefined) return undefined;
    const replied = this.model.calls(name, body);
    const limit = this.fault("dropped connection") ? 2 : LIMIT;
    this.counts.calls++;
    const began = performance.now();
    const sent = await this.#sent(address, name, body, limit);
    if (sent === undefined || this.fault("lost reply")) {
      this.counts.unanswered++;
      return undefined;
    }
    this.took[name] ??= [];
    this.took[name].push(performance.now() - began);
    const { quantity } = this.model.of(body.orderId);
    const reply = this.#ticket.readReply(name, sent, { status: 200, request: body, quantity });
    if (reply.verdict !== "passed")
      this.model.violations.push(`${body.orderId}: ${name}: ${sent}: ${JSON.stringify(reply.issues)}`);
    replied(/** @type {any} */ (reply));
    this.answered();
    return /** @type {any} */ (reply);
  }

  /** @returns the reply as it came; undefined where none came @param {string} address @param {any} name @param {any} body */
  async #sent(address, name, body, limit = LIMIT) {
    const { uri, headers, body: text } = this.#ticket.call(name, body, { now: this.now() });
    const how = { method: "POST", headers, body: text, signal: AbortSignal.timeout(limit) };
    try {
      const response = await fetch(`${address}${uri}`, how);
      const said = await response.text();
      return response.status === 200 ? said : undefined;
    } catch {
      return undefined;
    }
  }

  /** Calls once, about an order that the model does not know: it is to be refused. */
  async refused(/** @type {any} */ name, /** @type {any} */ body) {
    return this.#ticket.readReply(name, (await this.#sent(this.#next(), name, body)) ?? "", { request: body });
  }

  #next() {
    const all = this.addresses();
    return all[this.#turn++ % all.length];
  }

  /** What one process says of an order. @param {string} address @param {string} orderId */
  async asks(address, orderId) {
    const body = { orderId, partnerOrderId: this.model.of(orderId).partnerOrderId };
    return this.#once("orderQuery", body, address);
  }

  /** Receives notices until `stop`. @param {number} [port] */
  async receive(port) {
    return listen(async (received, left) => {
      this.counts.notices++;
      const { orderId = "" } = this.#ticket.addressOf(received);
      const isRefused = this.fault("refused notice");
      const answer = isRefused ? { code: 599, describe: "系统异常" } : { code: 200, describe: "success" };
      const { quantity } = this.model.of(orderId);
      const judged = this.#ticket.receiveNotice(received, { now: this.now(), quantity, answer });
      if (judged.verdict !== "passed") this.model.violations.push(`${orderId}: ${judged.type}: ${JSON.stringify(judged.issues)}`);
      else this.model.notice(/** @type {string} */ (judged.type), judged.envelope, judged.body, !isRefused);
      this.noticed(orderId);
      if (isRefused) this.counts.refusedNotices++;
      // The answer is lost: the supplier does not know that it has arrived.
      if (this.fault("lost answer to a notice")) await left;
      return judged.reply;
    }, port);
  }
}

/** The body of a create. @param {string} orderId @param {number} quantity @param {string} [product] */
export const orderOf = (orderId, quantity, product = "garden-day") => {
  const prices = { buyPrice: 5800, unitPrice: 6600, totalPrice: 6600 * quantity };
  return { orderId, partnerDealId: product, mtDealId: "1", ...prices, quantity, visitors: [] };
};

/** The body of a refund of these codes. */
export const refundOf = (
  /** @type {{ orderId: string, partnerOrderId: string }} */ ids,
  /** @type {readonly string[]} */ codes,
) => ({
  ...{ ...ids, refundId: `${ids.orderId}-${codes[0]}`, partnerDealId: "garden-day", voucherList: codes },
  ...{ refundQuantity: codes.length, unitPrice: 6600, refundPrice: 6600 * codes.length, refundFee: 0 },
  refundTime: Math.floor(Date.now() / 1000) * 1000,
});
