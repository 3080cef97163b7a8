// AES by the host, which may have instructions for it that WebAssembly has not. The module calls `apply` in the middle of a call
// of its own (src/wasm/cipher.rs), so nothing here may call the module, or throw; what the host's code calls meanwhile is refused.

import { func, reading, record, unexpected } from "./arguments.js";

/**
 * @typedef {import("./ticket.js").HostCipher} HostCipher
 * @typedef {import("./ticket.js").BlockCipher} BlockCipher
 */

const BLOCK = 16;

/** @type {typeof import("./ticket.js").nodeCipher} */
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

/** What the module calls. */
export class Ciphers {
  /** @type {{ make: HostCipher, ready: BlockCipher | undefined }[]} */
  #made = [];
  #border;

  /** @param {import("./border.js").Border} border */
  constructor(border) {
    this.#border = border;
  }

  /**
   * @param {number} number
   * @param {HostCipher} make
   */
  keep(number, make) {
    this.#made[number] = { make, ready: undefined };
  }

  /**
   * @param {number} number
   * @param {boolean} decrypts
   * @param {number} keyAt
   * @param {number} vectorAt 0 where there is none
   * @param {number} at
   * @param {number} length
   * @returns {boolean} false where nothing was done: the module then does it by itself
   */
  apply(number, decrypts, keyAt, vectorAt, at, length) {
    const border = this.#border;
    // The host gets copies: through a view it could write anywhere in the module.
    const copied = (/** @type {number} */ start, length = BLOCK) => new Uint8Array(border.memory.buffer, start, length).slice();
    border.isOutside = true;
    try {
      const cipher = this.#made[number];
      cipher.ready ??= cipher.make(copied(keyAt), vectorAt === 0 ? null : copied(vectorAt));
      const blocks = copied(at, length);
      const done = decrypts ? cipher.ready.decrypt(blocks) : cipher.ready.encrypt(blocks);
      if (!ArrayBuffer.isView(done) || done.length !== length) return false;
      new Uint8Array(border.memory.buffer, at, length).set(done);
      return true;
    } catch {
      return false;
    } finally {
      border.isOutside = false;
    }
  }
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
