import { join } from "node:path";
import { installed, newerNode, project, run } from "../tools.mjs";
import { dated, deployed, NEW, OLD } from "./deployed.mjs";

// Where a condition leads nowhere, Vite takes the next one: with the wasm inside, a Worker starts since 2025-06-01.
export const cloudflareVite = runtime("cloudflare-vite", NEW, "Cloudflare's Vite plugin", ["wasm: default"]);
export const oldCloudflareVite = runtime("cloudflare-vite-old", OLD, "Cloudflare's Vite plugin, old compatibility date", [
  "#wasm: workerd",
  "wasm: default",
]);

function runtime(name, compatibilityDate, title, needs) {
  return {
    ...{ name, title, isSlow: true, needs },
    tested: () => `${installed.version("@cloudflare/vite-plugin")}, Vite ${installed.version("vite")}, ${compatibilityDate}`,
    async run({ tarball, expected }) {
      const folder = await project(name, tarball, { template: "cloudflare-vite", expected, tools: installed });
      dated(folder, compatibilityDate);
      const options = [installed.path("vite/bin/vite.js"), "build", "--logLevel", "error"];
      await run(newerNode(), options, { cwd: folder, env: { WRANGLER_SEND_METRICS: "false" } });
      return deployed(join(folder, "dist/supplier"), "index.js", { compatibilityDate }, expected);
    },
  };
}
