// A load on one server of the loopback: some connections, each of which sends its next request once the reply to the last one has
// arrived. By sockets, because clients that count in whole milliseconds cannot tell these servers apart.

import { connect } from "node:net";

/** So many connections may be closed by the server in a load. It may do so at any time between two requests. */
const MAX_CLOSED = 20;
const CLOSED = new Set(["ECONNRESET", "EPIPE"]);

const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("\r\n0\r\n\r\n");

/** As bytes; without what lets a runtime compress its reply. @param {{ method: string, url: string, headers: Record<string, string>, body: Buffer }} request */
export function rendered({ method, url, headers: { "accept-encoding": _, ...headers }, body }) {
  const lines = Object.entries({ host: "127.0.0.1", ...headers, "content-length": String(body.length) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`${method} ${url} HTTP/1.1\r\n${head}\r\n`), body]);
}

/**
 * @param {number} port
 * @param {readonly Buffer[]} requests sent in turn
 * @param {{ connections: number, count: number, check: (status: number, body: string) => void }} how what all connections send together
 * @returns {Promise<{ seconds: number, latencies: number[] }>} latencies in milliseconds
 */
export async function load(port, requests, { connections, count, check }) {
  /** @type {number[]} */
  const latencies = [];
  let sent = 0;
  let closed = 0;
  const begin = performance.now();
  /** On one connection. @returns {Promise<Buffer | undefined>} a request to which nothing came before the server closed the connection */
  const talk = (/** @type {Buffer | undefined} */ first) =>
    /** @type {Promise<Buffer | undefined>} */ (
      new Promise((resolve, reject) => {
        const socket = connect(port, "127.0.0.1").setNoDelay();
        let started = 0;
        let arrived = Buffer.alloc(0);
        let request = first;
        const next = () => {
          if (request === undefined && sent === count) {
            socket.end(() => resolve(undefined));
            return;
          }
          request ??= requests[sent++ % requests.length];
          started = performance.now();
          socket.write(request);
        };
        socket.on("connect", next);
        // One that is reset is closed, too: what follows says so.
        socket.on("error", (/** @type {NodeJS.ErrnoException} */ error) => CLOSED.has(error.code ?? "") || reject(error));
        socket.on("close", () => (arrived.length === 0 ? resolve(request) : reject(new Error("a reply breaks off"))));
        socket.on("data", (chunk) => {
          arrived = arrived.length === 0 ? chunk : Buffer.concat([arrived, chunk]);
          const headEnd = arrived.indexOf(HEAD_END);
          if (headEnd < 0) return;
          const start = headEnd + HEAD_END.length;
          const length = /content-length: (\d+)/i.exec(arrived.latin1Slice(0, headEnd))?.[1];
          // What is not counted comes in chunks, and nothing follows the last one.
          const end = length === undefined ? arrived.length : start + Number(length);
          const isWhole = length === undefined ? arrived.subarray(start).indexOf(LAST_CHUNK) >= 0 : arrived.length >= end;
          if (!isWhole) return;
          latencies.push(performance.now() - started);
          try {
            check(Number(arrived.latin1Slice(9, 12)), arrived.utf8Slice(start, end));
          } catch (error) {
            socket.destroy();
            reject(error);
            return;
          }
          arrived = arrived.subarray(end);
          request = undefined;
          next();
        });
      })
    );
  const talks = async () => {
    for (let request = await talk(undefined); request !== undefined || sent < count; request = await talk(request)) {
      if (++closed > MAX_CLOSED) throw new Error("the server closes its connections");
    }
  };
  await Promise.all(Array.from({ length: connections }, talks));
  return { seconds: (performance.now() - begin) / 1000, latencies };
}
