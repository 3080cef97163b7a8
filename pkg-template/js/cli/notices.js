// Where the supplier's notices arrive. Each is answered at once, by the judge of notices; without a judge, when somebody
// who takes it has decided.

import { UNAUTHENTICATED } from "../ticket/exchange.js";
import { listen } from "./server.js";

/** @typedef {import("./server.js").Received} Received */

/**
 * @typedef {{ code: number, describe: string }} NoticeAnswer
 * @typedef {object} Notice
 * @property {string} [type] undefined where no notice goes to that path
 * @property {string} [orderId]
 * @property {number} at when it arrived
 * @property {number} began the same by the clock that orders what happens within a millisecond
 * @property {Received} received
 * @property {(reply: any) => void} answer
 * @property {any} [reply] what it was answered
 * @property {boolean} [isAuthentic] whether its signature is right, once it was answered
 * @property {boolean} [isRepeat] whether it says what Meituan has accepted before
 * @property {boolean} [isTaken] whether somebody has waited for it
 */
/**
 * @param {(request: Received) => { type?: string | undefined, orderId?: string | undefined }} addressOf
 * @param {{ port?: number | undefined, judge?: NoticeJudge | undefined }} [how] any free port, if none is given
 */
export async function receiveNotices(addressOf, { port, judge } = {}) {
  /** Those that nobody has taken yet. @type {Notice[]} */
  const arrived = [];
  /** Those who wait for one. @type {{ type: string, orderId: string, resolve: (notice: Notice) => void }[]} */
  const waiting = [];

  const match = () => {
    for (const waiter of [...waiting]) {
      const index = arrived.findIndex(({ type, orderId }) => orderId === waiter.orderId && type === waiter.type);
      if (index < 0) continue;
      waiting.splice(waiting.indexOf(waiter), 1);
      const [notice] = arrived.splice(index, 1);
      notice.isTaken = true;
      waiter.resolve(notice);
    }
  };

  const server = await listen(
    (received, left) =>
      new Promise((answer) => {
        /** @type {Notice} */
        const notice = { ...addressOf(received), at: Date.now(), began: performance.now(), received, answer };
        judge?.answer(notice);
        // A repeat is no news to the step that waits for the next notice.
        if (notice.isRepeat) return;
        // A supplier that gave up waiting will come again; its old question needs no answer.
        left.then(() => {
          const index = arrived.indexOf(notice);
          if (index >= 0 && notice.reply === undefined) arrived.splice(index, 1);
        });
        arrived.push(notice);
        match();
      }),
    port,
  );

  return {
    ...server,
    judge,
    /**
     * The next notice of a type about an order, as soon as it is there.
     * @param {string} type
     * @param {string} orderId
     * @returns {Promise<Notice>}
     */
    take(type, orderId, milliseconds = 30_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(waiter), 1);
          reject(new Error(`no ${type} came within ${milliseconds / 1000} s`));
        }, milliseconds);
        const waiter = {
          ...{ type, orderId },
          resolve(/** @type {Notice} */ notice) {
            clearTimeout(timer);
            resolve(notice);
          },
        };
        waiting.push(waiter);
        match();
      });
    },
  };
}

/** Answers every notice as soon as it comes: the one that a step waits for, what was said before, and what nobody has asked. */
export class NoticeJudge {
  #meituan;
  /** How many tickets an order has. @type {Map<string, number>} */
  #quantities = new Map();
  /** What the next notices of a type about an order get. @type {Map<string, NoticeAnswer[]>} */
  #answers = new Map();
  /** What Meituan has accepted. @type {Set<string>} */
  #accepted = new Set();
  /** All that came, in their order. @type {Notice[]} */
  notices = [];

  /** @param {import("../testing/ticket.js").MeituanTicket} meituan */
  constructor(meituan) {
    this.#meituan = meituan;
  }

  /**
   * What a step makes known, before anything can come of it.
   * @param {{ orderId: string, quantity: number, answers?: Readonly<Record<string, readonly NoticeAnswer[]>> | undefined }} step
   */
  prepare({ orderId, quantity, answers = {} }) {
    this.#quantities.set(orderId, quantity);
    for (const [type, each] of Object.entries(answers)) this.#answers.set(`${type} ${orderId}`, [...each]);
  }

  /** @param {Notice} notice */
  answer(notice) {
    const { type, orderId, at, received } = notice;
    const saying = sayingOf(notice);
    notice.isRepeat = this.#accepted.has(saying);
    const planned = notice.isRepeat ? undefined : this.#answers.get(`${type} ${orderId}`)?.shift();
    const quantity = this.#quantities.get(orderId ?? "");
    const { issues, reply } = this.#meituan.receiveNotice(received, { now: at, quantity, answer: planned });
    notice.reply = reply;
    notice.isAuthentic = !issues.some(({ id }) => UNAUTHENTICATED.includes(id));
    if (reply.code === 200) this.#accepted.add(saying);
    this.notices.push(notice);
    notice.answer(reply);
  }
}

/** What a notice says, whenever it is said: two are the same though their times differ. @param {Notice} notice */
const sayingOf = ({ type, orderId, received }) => {
  const body = new TextDecoder().decode(received.body);
  return `${type} ${orderId} ${body.replace(/"(?:requestTime|responseTime|voucherInvalidTime)"\s*:\s*"[^"]*"/g, "")}`;
};
