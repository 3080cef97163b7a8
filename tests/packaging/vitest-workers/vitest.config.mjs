import { cloudflareTest } from "@cloudflare/vitest-plugin";

// By wrangler's settings, which have the rule that an imported `.wasm` is a module.
export default { plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.jsonc" } })] };
