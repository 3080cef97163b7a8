import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { pageWasm } from "./page-wasm.ts";

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

/** A page's wasm is requested together with its script, and not after it. */
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

/** The page of signatures shows what an error is, and never its hint or a rule of messages: its script has neither. */
const withoutHints: Plugin = {
  name: "without-hints",
  transform(code, id) {
    const { input } = this.environment.config.build.rolldownOptions;
    if (!String(input).endsWith("index.html") || !id.endsWith("/dist/generated/texts.js")) return null;
    return code.replace(/(?<=^export const errors = `)[\s\S]*?(?=(?<!\\)`;$)/m, (errors) => {
      const codes = errors.split("\n\n").filter((error) => /^[A-Z_]+\n/.test(error));
      return codes.map((error) => error.split("\n").slice(0, 3).join("\n")).join("\n\n");
    });
  },
};

/** A browser has no node:crypto, so pages leave out what would use it. */
const withoutNode: Plugin = {
  name: "without-node",
  transform: (_code, id) =>
    id.endsWith("/dist/boundary/node-crypto.js")
      ? "export const PAYS_FROM = Infinity;\nexport const cipherOfNode = undefined;\nexport const textCipherOf = () => undefined;\n"
      : null,
};

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
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  plugins: [sharedHead, withoutHints, withoutNode, pageWasm, preloadWasm],
});
