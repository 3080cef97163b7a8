import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** The wasm is asked for together with the script, and not after it. */
const preloadWasm: Plugin = {
  name: "preload-wasm",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => file.endsWith(".wasm"))
        .map((file) => ({
          tag: "link",
          attrs: { rel: "preload", href: `./${file}`, as: "fetch", type: "application/wasm", crossorigin: true },
          injectTo: "head",
        })),
  },
};

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // The page works below any path.
  base: "./",
  build: {
    outDir: fileURLToPath(new URL("../target/www", import.meta.url)),
    emptyOutDir: true,
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  plugins: [preloadWasm],
});
