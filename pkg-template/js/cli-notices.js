// Where the supplier's notices arrive. A notice waits, unanswered, until somebody takes it: so whoever plays Meituan
// decides about each, and nothing has to be guessed about when it comes.

import { listen } from "./cli-http.js";

/**
 * @typedef {import("./cli-http.js").Received} Received
 * @typedef {{ type?: string | undefined, orderId?: string | undefined, at: number, received: Received, answer: (reply: any) => void }} Notice
 */

/**
 * @param {(request: Received) => { type?: string | undefined, orderId?: string | undefined }} addressOf
 * @param {number} [port] any free one, if not given
 */
export async function receiveNotices(addressOf, port) {
  /** Those that nobody has taken yet. @type {Notice[]} */
  const arrived = [];
  /** Those who wait for one. @type {{ type: string, orderId: string, resolve: (notice: Notice) => void }[]} */
  const waiting = [];

  const match = () => {
    for (const waiter of [...waiting]) {
      const index = arrived.findIndex((notice) => notice.orderId === waiter.orderId && notice.type === waiter.type);
      if (index < 0) continue;
      waiting.splice(waiting.indexOf(waiter), 1);
      waiter.resolve(arrived.splice(index, 1)[0]);
    }
  };

  const server = await listen(
    (received, left) =>
      new Promise((answer) => {
        const notice = { ...addressOf(received), at: Date.now(), received, answer };
        // A supplier that gave up waiting will come again; its old question needs no answer.
        left.then(() => {
          const index = arrived.indexOf(notice);
          if (index >= 0) arrived.splice(index, 1);
        });
        arrived.push(notice);
        match();
      }),
    port,
  );

  return {
    ...server,
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
