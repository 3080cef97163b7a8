// A server on this machine that answers with values.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  method: string;
  url: string;
  headers: any;
  body: Uint8Array;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * @param answer `left`: nobody waits any longer
 * @param port any free one, if not given
 */
export async function listen(answer: (request: Received, left: Promise<unknown>) => Answer | Promise<Answer>, port = 0) {
  const server = createServer(async (request, response) => {
    const left = once(response, "close").catch(() => {});
    try {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method = "", url = "", headers } = request;
      const reply = await answer({ method, url, headers, body: Buffer.concat(chunks) }, left);
      response.writeHead(reply.status, reply.headers).end(reply.body);
    } catch (error) {
      // A fault of ours: the caller shall see what it was.
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${bound}`,
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
