import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type IndexHtmlTransformContext, type Plugin } from "vite";

type Bundle = NonNullable<IndexHtmlTransformContext["bundle"]>;

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** All pages begin alike. */
const sharedHead: Plugin = {
  name: "shared-head",
  transformIndexHtml: {
    order: "pre",
    handler: (html) =>
      html.replace(/(?<=<meta charset="utf-8">\n)/, readFileSync(path("head.html"), "utf8").replace(/^(?=.)/gm, "    ")),
  },
};

/** A page's wasm is asked for together with its script, and not after it. */
const preloadWasm: Plugin = {
  name: "preload-wasm",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle = {}, chunk }) =>
      assetsOf(bundle, chunk?.fileName)
        .filter((file) => file.endsWith(".wasm"))
        .map((file) => ({
          tag: "link",
          attrs: { rel: "preload", href: `./${file}`, as: "fetch", type: "application/wasm", crossorigin: true },
          injectTo: "head",
        })),
  },
};

/** What a chunk and those that it imports name. */
function assetsOf(bundle: Bundle, fileName = ""): string[] {
  const chunk = bundle[fileName];
  if (chunk?.type !== "chunk") return [];
  return [...(chunk.viteMetadata?.importedAssets ?? []), ...chunk.imports.flatMap((file) => assetsOf(bundle, file))];
}

export default defineConfig({
  root: path("."),
  // The pages work below any path.
  base: "./",
  build: {
    outDir: path("../target/www"),
    // build.mjs empties it once, and then builds page after page.
    emptyOutDir: false,
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  plugins: [sharedHead, preloadWasm],
});
