// The envelope: the `content` of requests and pushes.

import { openContent, sealContent } from "../boundary/envelope.js";
import { checkedCipher } from "../boundary/host-cipher.js";
import { optionsOf } from "../values/options.js";

/**
 * @param {string} secretKey
 * @param {string} text
 * @param {{ cipher?: unknown, maxBytes?: number }} [options]
 */
export function sealEnvelope(secretKey, text, options) {
  const { cipher, maxBytes } = envelopeOptions(options);
  return sealContent(secretKey, text, checkedCipher(cipher, "cipher"), maxBytes);
}

/** @param {unknown} options */
const envelopeOptions = (options) => optionsOf(options, "options", ["cipher", "maxBytes"], "");

/**
 * @param {string} secretKey
 * @param {string | Uint8Array} content
 * @param {{ cipher?: unknown, maxBytes?: number }} [options]
 */
export function openEnvelope(secretKey, content, options) {
  const { cipher, maxBytes } = envelopeOptions(options);
  return openContent(secretKey, content, checkedCipher(cipher, "cipher"), maxBytes);
}
