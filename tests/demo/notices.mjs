// Where the supplier's notices arrive. A notice waits, unanswered, until somebody takes it: so whoever plays Meituan
// decides about each, and nothing has to be guessed about when it comes.

import { once } from "node:events";
import { createServer } from "node:http";

/** @param {(request: { url: string, body: Uint8Array }) => { type?: string, orderId?: string }} addressOf */
export async function receiveNotices(addressOf) {
  /** Those that nobody has taken yet, and those who wait for one. */
  const arrived = [];
  const waiting = [];

  const match = () => {
    for (const waiter of [...waiting]) {
      const index = arrived.findIndex((notice) => notice.orderId === waiter.orderId && notice.type === waiter.type);
      if (index < 0) continue;
      waiting.splice(waiting.indexOf(waiter), 1);
      waiter.resolve(arrived.splice(index, 1)[0]);
    }
  };

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const received = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks) };
    const notice = {
      ...addressOf(received),
      at: Date.now(),
      received,
      answer: ({ status, headers, body }) => response.writeHead(status, headers).end(body),
    };
    // A supplier that gave up waiting will come again; its old question needs no answer.
    response.on("close", () => {
      const index = arrived.indexOf(notice);
      if (index >= 0) arrived.splice(index, 1);
    });
    arrived.push(notice);
    match();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    address: `http://127.0.0.1:${server.address().port}`,
    /** The next notice of a type about an order, as soon as it is there. */
    take(type, orderId, milliseconds = 30_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(waiter), 1);
          reject(new Error(`no ${type} came within ${milliseconds / 1000} s`));
        }, milliseconds);
        const waiter = {
          ...{ type, orderId },
          resolve(notice) {
            clearTimeout(timer);
            resolve(notice);
          },
        };
        waiting.push(waiter);
        match();
      });
    },
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
