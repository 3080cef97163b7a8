// The built page, served below a path of a static site, as it may be anywhere.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { BUILT } from "../../www/build.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * Serves what was built, on this machine alone.
 * @param {{ below?: string, port?: number }} [where]
 */
export async function serveSite({ below = "/", port = 0 } = {}) {
  const server = createServer(({ url = "" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const path = pathname.startsWith(below) ? normalize(pathname.slice(below.length) || "index.html") : undefined;
    try {
      if (path === undefined || path.startsWith("..")) throw new Error("not of this site");
      const body = readFileSync(join(BUILT, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { address: `http://127.0.0.1:${server.address().port}${below}`, stop: () => server.close() };
}
