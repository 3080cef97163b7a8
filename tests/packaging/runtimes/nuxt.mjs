import { join } from "node:path";
import { together } from "../project/together.mjs";
import { installed, newerNode, project, run } from "../tools.mjs";
import { deployed, NEW } from "./deployed.mjs";

/** The first that the preset is for. */
const OLDEST = "2024-09-19";

export const nuxt = {
  name: "nuxt",
  title: "Nuxt, by Nitro's preset for Cloudflare",
  isSlow: true,
  needs: ["import.module", "#wasm: unwasm"],
  tested: () => `${installed.version("nuxt")}, ${OLDEST} and ${NEW}`,
  async run({ tarball, expected }) {
    const folder = await project("nuxt", tarball, { template: "nuxt", expected, tools: installed });
    const env = { NUXT_TELEMETRY_DISABLED: "1", COMPATIBILITY_DATE: OLDEST };
    await run(newerNode(), [installed.path("nuxt/bin/nuxt.mjs"), "build"], { cwd: folder, env, seconds: 300 });
    const results = [];
    for (const compatibilityDate of [OLDEST, NEW]) {
      const how = { compatibilityDate, compatibilityFlags: ["nodejs_compat"] };
      results.push(JSON.parse(await deployed(join(folder, ".output/server"), "index.mjs", how, expected)));
    }
    return JSON.stringify(together(...results));
  },
};
