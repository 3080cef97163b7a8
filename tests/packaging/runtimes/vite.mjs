import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { chromium as playwright } from "playwright-core";
import { build } from "vite";
import { chromium, project, run, versionOf } from "../tools.mjs";

const OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

export const vite = {
  name: "vite",
  title: "browser: Vite production build in Chromium",
  loaders: ["dist/wasm-inline.js", "dist/wasm-orders-inline.js"],
  tested: () => `Vite ${versionOf("vite")}, Debian's Chromium`,
  async version() {
    const printed = await run(chromium(), ["--version", "--no-sandbox"], { cwd: "." });
    const [, browser] = /([\d.]+)/.exec(printed) ?? [];
    return `${versionOf("vite")}, Chromium ${browser}`;
  },
  async run({ tarball, expected }) {
    const folder = await project("vite", tarball, { template: "vite", expected });
    await build({ root: folder, configFile: false, logLevel: "silent", build: { outDir: "built", target: "es2022" } });
    const server = serve(join(folder, "built"));
    await once(server, "listening");
    const args = [...OPTIONS, "--disable-component-update", "--disable-sync"];
    const browser = await playwright.launch({ executablePath: chromium(), args });
    try {
      const page = await browser.newPage();
      const errors = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      const result = await page.evaluate(async () => globalThis.result);
      if (result === undefined) throw new Error(errors.join("\n") || "the page did nothing");
      return JSON.stringify(result);
    } finally {
      await browser.close();
      server.close();
    }
  },
};

const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };

function serve(folder) {
  const server = createServer(({ url }, response) => {
    const path = url === "/" ? "/index.html" : url;
    try {
      const body = readFileSync(join(folder, path));
      response.writeHead(200, { "content-type": TYPES[path.split(".").pop()] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return server.listen(0, "127.0.0.1");
}
