import { join } from "node:path";
import { installed, newerNode, project, run } from "../tools.mjs";
import { dated, deployed, NEW, OLD } from "./deployed.mjs";

export const cloudflareVite = runtime("cloudflare-vite", NEW, "Cloudflare's Vite plugin");
export const oldCloudflareVite = runtime("cloudflare-vite-old", OLD, "Cloudflare's Vite plugin, old compatibility date");

function runtime(name, compatibilityDate, title) {
  return {
    ...{ name, title, isSlow: true },
    needs: ["import.module", "#wasm: workerd", "wasm: default"],
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
