export default {
  compatibilityDate: process.env.COMPATIBILITY_DATE,
  telemetry: false,
  nitro: { preset: "cloudflare_module", experimental: { wasm: true } },
};
