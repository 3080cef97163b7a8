import { createCipheriv, createDecipheriv, createHmac, createSecretKey, timingSafeEqual } from "node:crypto";

/** HMAC-SHA1 in Base64, with a key made once. @param {string} secret */
export function signer(secret) {
  const key = createSecretKey(Buffer.from(secret));
  return {
    /** @param {string} text */
    sign: (text) => createHmac("sha1", key).update(text).digest("base64"),
    /** @param {string} text @param {string} signature */
    verify(text, signature) {
      const expected = createHmac("sha1", key).update(text).digest();
      const given = Buffer.from(signature, "base64");
      return given.length === expected.length && timingSafeEqual(expected, given);
    },
  };
}

/** The ride envelope. @param {string} secretKey Base64 of 16 bytes */
export function envelope(secretKey) {
  const key = createSecretKey(Buffer.from(secretKey, "base64"));
  return {
    /** @param {string} text */
    seal(text) {
      const cipher = createCipheriv("aes-128-ecb", key, null);
      return cipher.update(text, "utf8", "base64url") + cipher.final("base64url");
    },
    /** @param {string} content */
    open(content) {
      const decipher = createDecipheriv("aes-128-ecb", key, null);
      return decipher.update(content, "base64url", "utf8") + decipher.final("utf8");
    },
  };
}
