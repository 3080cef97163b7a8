import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { chromium as playwright } from "playwright-core";
import { build } from "vite";
import { chromium, project, ROOT, run, versionOf } from "../tools.mjs";

const OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

const PAGE = readFileSync(join(ROOT, "docs/loading.md"), "utf8");
const WASM = "'wasm-unsafe-eval'";
const POLICY = /^Content-Security-Policy: (.*)$/m.exec(PAGE)?.[1] ?? "";

export const vite = {
  name: "vite",
  title: "browser: Vite production build in Chromium",
  isSlow: true,
  needs: ["import.module", "#wasm: default", "wasm: default"],
  tested: () => `Vite ${versionOf("vite")}, Debian's Chromium`,
  async version() {
    const printed = await run(chromium(), ["--version", "--no-sandbox"], { cwd: "." });
    const [, browser] = /([\d.]+)/.exec(printed) ?? [];
    return `${versionOf("vite")}, Chromium ${browser}`;
  },
  async run({ tarball, expected }) {
    const folder = await project("vite", tarball, { template: "vite", expected });
    await build({ root: folder, configFile: false, logLevel: "silent", build: { outDir: "built", target: "es2022" } });
    // Each path of its own policy: that of docs/loading.md, and the same without what it asks for.
    const server = serve(join(folder, "built"), { "/": POLICY, "/strict": POLICY.replace(WASM, "") });
    await once(server, "listening");
    const address = `http://127.0.0.1:${server.address().port}`;
    const args = [...OPTIONS, "--disable-component-update", "--disable-sync"];
    const browser = await playwright.launch({ executablePath: chromium(), args });
    try {
      const opened = async (path) => {
        const page = await browser.newPage();
        const errors = [];
        page.on("pageerror", (error) => errors.push(error.message));
        await page.goto(address + path);
        const result = await page.evaluate(async () => globalThis.result);
        return { result, errors };
      };
      const { result, errors } = await opened("/");
      if (result === undefined) throw new Error(errors.join("\n") || "the page did nothing");
      const strict = await opened("/strict");
      const isRefused = strict.result === undefined && strict.errors.some((error) => /wasm-unsafe-eval|unsafe-eval/.test(error));
      if (!isRefused) throw new Error(`docs/loading.md asks for ${WASM}, and Chromium does not: ${JSON.stringify(strict)}`);
      return JSON.stringify(result);
    } finally {
      await browser.close();
      server.close();
    }
  },
};

const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };

/**
 * @param {string} folder
 * @param {Record<string, string>} policies of the pages that are all index.html
 */
function serve(folder, policies) {
  const server = createServer(({ url = "" }, response) => {
    const policy = policies[url];
    const path = policy === undefined ? url : "/index.html";
    const headers = policy === undefined ? {} : { "content-security-policy": policy };
    try {
      const body = readFileSync(join(folder, path));
      response.writeHead(200, { ...headers, "content-type": TYPES[path.split(".").pop()] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return server.listen(0, "127.0.0.1");
}
