// Builds the site into target/www: each page by itself, so that it loads what its tool needs, and nothing that only another one does.

import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** Files of the pages. */
export const PAGES = readdirSync(path(".")).filter((file) => file.endsWith(".html") && file !== "head.html");
/** Where they are when they are built. */
export const BUILT = path("../target/www");

export async function buildSite() {
  rmSync(BUILT, { recursive: true, force: true });
  const configFile = path("vite.config.ts");
  for (const page of PAGES) await build({ configFile, logLevel: "warn", build: { rolldownOptions: { input: path(page) } } });
}
