// Receives the supplier's notices. Each is answered at once, by the judge of notices; without a judge, when its reader has decided.

import type { MeituanTicket } from "../testing/ticket.js";
import { UNAUTHENTICATED } from "../ticket/exchange.js";
import { listen, type Received } from "./server.js";

interface NoticeAnswer {
  code: number;
  describe: string;
}

export interface Notice {
  /** Undefined where no notice goes to that path. */
  type?: string;
  orderId?: string;
  /** When it arrived. */
  at: number;
  /** The same by the clock that orders what happens within a millisecond. */
  began: number;
  received: Received;
  answer: (reply: any) => void;
  /** The answer to it. */
  reply?: any;
  /** Whether its signature is right, once it was answered. */
  isAuthentic?: boolean;
  /** Whether it says what Meituan has accepted before. */
  isRepeat?: boolean;
  /** Whether somebody has waited for it. */
  isTaken?: boolean;
}

/** @param how any free port, if none is given */
export async function receiveNotices(
  addressOf: (request: Received) => { type?: string | undefined; orderId?: string | undefined },
  { port, judge }: { port?: number | undefined; judge?: NoticeJudge | undefined } = {},
) {
  /** Those that nobody has taken yet. */
  const arrived: Notice[] = [];
  /** Those who wait for one. */
  const waiting: { type: string; orderId: string; resolve: (notice: Notice) => void }[] = [];

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
        const notice: Notice = { ...addressOf(received), at: Date.now(), began: performance.now(), received, answer };
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
    /** The next notice of a type about an order, as soon as it is there. */
    take(type: string, orderId: string, milliseconds = 30_000): Promise<Notice> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(waiter), 1);
          reject(new Error(`no ${type} came within ${milliseconds / 1000} s`));
        }, milliseconds);
        const waiter = {
          type,
          orderId,
          resolve(notice: Notice) {
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

/** Answers every notice as soon as it comes: the one that a step waits for, repeats, and unexpected ones. */
export class NoticeJudge {
  #meituan;
  /** How many tickets an order has. */
  #quantities = new Map<string, number>();
  /** Answers to the next notices of a type about an order. */
  #answers = new Map<string, NoticeAnswer[]>();
  /** The notices that Meituan has accepted. */
  #accepted = new Set<string>();
  /** All that came, in their order. */
  notices: Notice[] = [];

  constructor(meituan: MeituanTicket) {
    this.#meituan = meituan;
  }

  /** Facts that a step makes known, before it has results. */
  prepare({
    orderId,
    quantity,
    answers = {},
  }: {
    orderId: string;
    quantity: number;
    answers?: Readonly<Record<string, readonly NoticeAnswer[]>> | undefined;
  }) {
    this.#quantities.set(orderId, quantity);
    for (const [type, each] of Object.entries(answers)) this.#answers.set(`${type} ${orderId}`, [...each]);
  }

  answer(notice: Notice) {
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

/** The content of a notice without its times: two are the same though their times differ. */
const sayingOf = ({ type, orderId, received }: Notice) => {
  const body = new TextDecoder().decode(received.body);
  return `${type} ${orderId} ${body.replace(/"(?:requestTime|responseTime|voucherInvalidTime)"\s*:\s*"[^"]*"/g, "")}`;
};
