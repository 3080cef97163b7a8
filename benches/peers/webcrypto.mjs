// What every runtime of fetch has. Its functions are asynchronous.

const encoder = new TextEncoder();

/** @param {string} text */
const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** HMAC-SHA1 in Base64, with a key made once. @param {string} secret */
export function signer(secret) {
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const key = crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["verify"]);
  return {
    /** @param {string} text @param {string} signature */
    verify: async (text, signature) => crypto.subtle.verify("HMAC", await key, bytesOf(signature), encoder.encode(text)),
  };
}
