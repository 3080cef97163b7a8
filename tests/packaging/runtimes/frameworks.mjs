// Frameworks that Vite builds for Cloudflare Workers.

import { join } from "node:path";
import { together } from "../project/together.mjs";
import { audited, newerNode, project, run } from "../tools.mjs";
import { dated, deployed, NEW, OLD, wrangled } from "./deployed.mjs";

const env = { WRANGLER_SEND_METRICS: "false", ASTRO_TELEMETRY_DISABLED: "1", CI: "1" };

export const sveltekit = framework("sveltekit", "SvelteKit, by its adapter for Cloudflare", "@sveltejs/kit", {
  needs: ["#wasm: workerd", "wasm: default"],
  flags: ["nodejs_als"],
  async build(folder) {
    const options = [audited.path("vite/bin/vite.js"), "build", "--logLevel", "error"];
    await run(newerNode(), options, { cwd: folder, env });
    return { output: await wrangled(folder, audited), main: "_worker.js" };
  },
});

export const astro = framework("astro", "Astro, by its adapter for Cloudflare", "astro", {
  needs: ["#wasm: workerd", "wasm: default"],
  flags: [],
  async build(folder) {
    await run(newerNode(), [audited.path("astro/bin/astro.mjs"), "build"], { cwd: folder, env });
    return { output: join(folder, "dist/server"), main: "entry.mjs" };
  },
});

/**
 * @param {string} name
 * @param {string} title
 * @param {string} tool
 * @param {{ needs: string[], flags: string[], build: (folder: string) => Promise<{ output: string, main: string }> }} how
 */
function framework(name, title, tool, { needs, flags, build }) {
  return {
    ...{ name, title, needs, isSlow: true },
    tested: () => `${audited.version(tool)}, ${OLD} and ${NEW}`,
    /** @param {{ tarball: string, expected: any }} given */
    async run({ tarball, expected }) {
      const results = [];
      for (const compatibilityDate of [OLD, NEW]) {
        const folder = await project(`${name}-${compatibilityDate}`, tarball, { template: name, expected, tools: audited });
        dated(folder, compatibilityDate);
        const { output, main } = await build(folder);
        const how = { compatibilityDate, compatibilityFlags: flags };
        results.push(JSON.parse(await deployed(output, main, how, expected)));
      }
      return JSON.stringify(together(...results));
    },
  };
}
