// The envelope: the `content` of requests and pushes.

import { openContent, sealContent } from "../boundary/envelope.js";
import { checkedCipher, type HostCipher } from "../boundary/host-cipher.js";
import { optionsOf } from "../values/options.js";

/**
 * Seals a string as a `content`: AES-128/ECB/PKCS#5 with the key `secretKey` (Base64 of 16 bytes), as URL-safe Base64 without
 * padding.
 *
 * ECB has no integrity: a changed block of the content changes the plaintext, which may open all the same. An opened content is not
 * proven to be what was sealed.
 *
 * @example
 * const content = sealEnvelope(secretKey, JSON.stringify(parameters));
 */
export function sealEnvelope(
  secretKey: string,
  text: string,
  options?: { cipher?: HostCipher | undefined; maxBytes?: number | undefined },
): string {
  const { cipher, maxBytes } = envelopeOptions(options);
  return sealContent(secretKey, text, checkedCipher(cipher, "cipher"), maxBytes);
}

const envelopeOptions = (options: unknown) => optionsOf(options, "options", ["cipher", "maxBytes"], "");

/**
 * Opens a `content`, in any of the four notations of Base64. Throws `DECRYPTION_FAILED`, which says nothing about why:
 * a wrong key, a wrong padding and what is not UTF-8 look alike.
 *
 * @example
 * const parameters = JSON.parse(openEnvelope(secretKey, content));
 */
export function openEnvelope(
  secretKey: string,
  content: string | Uint8Array,
  options?: {
    cipher?: HostCipher | undefined;
    /** How large the content may be, in bytes; by default 16 MiB. A larger one throws `BODY_TOO_LARGE`. */
    maxBytes?: number | undefined;
  },
): string {
  const { cipher, maxBytes } = envelopeOptions(options);
  return openContent(secretKey, content, checkedCipher(cipher, "cipher"), maxBytes);
}
