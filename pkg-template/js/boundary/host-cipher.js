// AES by the host, which may have instructions for it that WebAssembly has not: that of Node, and the check of any other.

import { reading, unexpected } from "../values/faults.js";
import { func } from "../values/functions.js";
import { record } from "../values/options.js";

/** @typedef {import("../entries/ticket.js").HostCipher} HostCipher */

export const BLOCK = 16;

/** @type {typeof import("../entries/ticket.js").nodeCipher} */
export function nodeCipher(crypto) {
  record(crypto, "crypto");
  const names = /** @type {const} */ (["createSecretKey", "createCipheriv", "createDecipheriv"]);
  const [createSecretKey, createCipheriv, createDecipheriv] = names.map((name) => {
    const path = `crypto.${name}`;
    return func(
      reading(path, () => crypto[name]),
      path,
    );
  });
  return (key, vector) => {
    const ready = createSecretKey(key);
    const algorithm = vector === null ? "aes-128-ecb" : "aes-128-cbc";
    return {
      encrypt: (blocks) => withoutPadding(createCipheriv(algorithm, ready, vector)).update(blocks),
      decrypt: (blocks) => withoutPadding(createDecipheriv(algorithm, ready, vector)).update(blocks),
    };
  };
}

/** @template {{ setAutoPadding(on: boolean): unknown }} Cipher @param {Cipher} cipher */
function withoutPadding(cipher) {
  cipher.setAutoPadding(false);
  return cipher;
}

/** A handler may build its client in every request; the cipher is checked in the first. @type {WeakSet<HostCipher>} */
const checked = new WeakSet();

/** @param {string} hexadecimal */
const bytes = (hexadecimal) => Uint8Array.from(hexadecimal.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));

/**
 * A cipher that computes AES: it is asked for the example of the standard (FIPS 197, C.1), as two blocks.
 * @param {unknown} cipher undefined for none
 * @param {string} path
 * @returns {HostCipher | undefined}
 */
export function checkedCipher(cipher, path) {
  if (cipher === undefined) return undefined;
  const make = /** @type {HostCipher} */ (cipher);
  if (typeof cipher === "function" && checked.has(make)) return make;
  const key = bytes("000102030405060708090a0b0c0d0e0f");
  const [plain, sealed] = ["00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a"].map((text) =>
    bytes(text + text),
  );
  const none = new Uint8Array(BLOCK);
  const same = (/** @type {Uint8Array} */ one, /** @type {Uint8Array} */ other) =>
    one.length === other.length && one.every((byte, at) => byte === other[at]);
  try {
    const [single, chained] = [make(key, null), make(key, none)];
    const isEcb = same(single.encrypt(plain), sealed) && same(single.decrypt(sealed), plain);
    const together = chained.encrypt(plain);
    // With a vector of zeros the first block is the same as without, and the second one is not.
    const isChained = same(together.subarray(0, BLOCK), sealed.subarray(0, BLOCK)) && !same(together, sealed);
    const isCbc = isChained && same(chained.decrypt(together), plain);
    if (isEcb && isCbc) {
      checked.add(make);
      return make;
    }
  } catch {
    // What it threw says nothing that a user can act on.
  }
  return unexpected(
    path,
    cipher,
    "a cipher that computes AES-128, such as nodeCipher(crypto)",
    "能计算 AES-128 的加密函数，如 nodeCipher(crypto)",
  );
}
