import { installed, newerNode, project, run } from "../tools.mjs";
import { dated, deployed, NEW, OLD, wrangled } from "./deployed.mjs";

/** As Vite does it where nobody says otherwise: one file, with the wasm inside. */
export const honoVite = runtime("hono-vite", NEW, "Hono, by its Vite build", {
  ...{ config: "vite.config.js", needs: ["import.module", "#wasm: default"] },
});
/** By the settings of docs/loading.md. */
export const oldHonoVite = runtime("hono-vite-old", OLD, "Hono, by its Vite build with two settings, old compatibility date", {
  ...{ config: "vite.modules.js", needs: ["import.module", "#wasm: workerd", "wasm: default"] },
});

function runtime(name, compatibilityDate, title, { config, ...more }) {
  return {
    ...{ name, title, isSlow: true, ...more },
    tested: () =>
      `@hono/vite-build ${installed.version("@hono/vite-build")}, Vite ${installed.version("vite")}, ${compatibilityDate}`,
    async run({ tarball, expected }) {
      const folder = await project(name, tarball, { template: "hono-vite", expected, tools: installed });
      const options = [installed.path("vite/bin/vite.js"), "build", "--config", config, "--logLevel", "error"];
      await run(newerNode(), options, { cwd: folder });
      dated(folder, compatibilityDate);
      return deployed(await wrangled(folder, installed), "index.js", { compatibilityDate }, expected);
    },
  };
}
