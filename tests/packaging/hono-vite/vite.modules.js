import build from "@hono/vite-build/cloudflare-workers";

export default {
  plugins: [build({ entry: "src/index.js" })],
  // Workers import the wasm, and wrangler brings it along.
  ssr: { resolve: { conditions: ["workerd", "worker", "module", "browser"] } },
  build: { rollupOptions: { external: [/\.wasm$/] } },
};
