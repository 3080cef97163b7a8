import { join } from "node:path";
import { Miniflare } from "miniflare";
import { project, versionOf } from "../tools.mjs";
import { modulesOf } from "../workers.mjs";

export const workerd = runtime("workerd", "2026-04-01", "Cloudflare Workers (workerd)");
/** From before `nodejs_compat` and the newer ways of loading: what long-lived Workers still run with. */
export const oldWorkerd = runtime("workerd-2022", "2022-01-31", "Cloudflare Workers, old compatibility date");

function runtime(name, compatibilityDate, title) {
  return {
    name,
    title,
    needs: ["import.default", "#wasm: workerd", "wasm: default"],
    tested: () => `${versionOf("workerd")}, compatibility date ${compatibilityDate}`,
    async run({ tarball, expected }) {
      const folder = await project(name, tarball, { template: "worker", expected });
      const worker = new Miniflare({
        ...{ modules: await modulesOf(join(folder, "worker.mjs")), compatibilityDate, host: "127.0.0.1", port: 0 },
      });
      try {
        await worker.ready;
        return await (await worker.dispatchFetch("http://worker.example/")).text();
      } finally {
        await worker.dispose();
      }
    },
  };
}
