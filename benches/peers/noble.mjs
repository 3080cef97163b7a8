import { ecb } from "@noble/ciphers/aes.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @param {Uint8Array} bytes */
const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** @param {string} text */
function fromBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** @param {Uint8Array} one @param {Uint8Array} other */
function equalInConstantTime(one, other) {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let index = 0; index < one.length; index++) difference |= one[index] ^ other[index];
  return difference === 0;
}

/** HMAC-SHA1 in Base64, with the state after the key kept. @param {string} secret */
export function signer(secret) {
  const keyed = hmac.create(sha1, encoder.encode(secret));
  const digest = (/** @type {string} */ text) => keyed.clone().update(encoder.encode(text)).digest();
  return {
    /** @param {string} text */
    sign: (text) => toBase64(digest(text)),
    /** @param {string} text @param {string} signature */
    verify: (text, signature) => equalInConstantTime(digest(text), fromBase64(signature)),
  };
}

/** Bytes to a string for each byte, in pieces that an argument list can hold. @param {Uint8Array} bytes */
function latin1(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/** The ride envelope. @param {string} secretKey Base64 of 16 bytes */
export function envelope(secretKey) {
  const key = fromBase64(secretKey);
  return {
    /** @param {string} text */
    seal(text) {
      const sealed = btoa(latin1(ecb(key).encrypt(encoder.encode(text))));
      return sealed.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    },
    /** @param {string} content */
    open: (content) => decoder.decode(ecb(key).decrypt(fromBase64(content.replaceAll("-", "+").replaceAll("_", "/")))),
  };
}
