import { join } from "node:path";
import { project, ROOT, run, serve, versionOf } from "../tools.mjs";

const NEXT = join(ROOT, "node_modules/next/dist/bin/next");
const env = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };

export const next = {
  name: "next",
  title: "Next.js: edge route, middleware, Node route",
  // The Node route has another one than the edge.
  loaders: ["dist/wasm-edge-light.js", "dist/wasm-inline.js"],
  version: () => versionOf("next"),
  async run({ tarball, expected }) {
    const folder = await project("next", tarball, { template: "next", expected });
    await run(process.execPath, [NEXT, "build"], { cwd: folder, env, seconds: 300 });
    const server = await serve(process.execPath, (port) => [NEXT, "start", "--port", String(port)], { cwd: folder, env });
    try {
      const results = [];
      for (const path of ["/edge", "/middleware", "/node"]) {
        const response = await fetch(`${server.address}${path}`);
        const text = await response.text();
        if (response.status !== 200) throw new Error(`${path}: HTTP ${response.status}\n${server.printed()}`);
        const { passed, failures } = JSON.parse(text);
        results.push({ passed, failures: failures.map((why) => `${path} ${why}`) });
      }
      const passed = results.reduce((sum, result) => sum + result.passed, 0);
      return JSON.stringify({ passed, failures: results.flatMap(({ failures }) => failures) });
    } finally {
      server.stop();
    }
  },
};
