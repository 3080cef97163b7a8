// The part of Cloudflare's runtime types that this example uses, so that it compiles without installing anything.
// In a project of your own, delete this file and run `npx wrangler types`.

interface SubtleCrypto {
  timingSafeEqual(left: BufferSource, right: BufferSource): boolean;
}
