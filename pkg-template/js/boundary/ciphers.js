// Calls the AES of the host, which may have instructions for it that WebAssembly has not. The module calls `apply` in the middle of a call
// of its own (src/wasm/cipher.rs), so nothing here may call the module, or throw; what the host's code calls meanwhile is refused.

import { BLOCK } from "./host-cipher.js";

/**
 * @typedef {import("../entries/ticket.js").HostCipher} HostCipher
 * @typedef {import("../entries/ticket.js").BlockCipher} BlockCipher
 */

/** What the module calls. */
export class Ciphers {
  /** @type {{ make: HostCipher, ready: BlockCipher | undefined }[]} */
  #made = [];
  #boundary;

  /** @param {import("./boundary.js").Boundary} boundary */
  constructor(boundary) {
    this.#boundary = boundary;
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
    const boundary = this.#boundary;
    // The host gets copies: through a view it could write anywhere in the module.
    const copied = (/** @type {number} */ start, length = BLOCK) => new Uint8Array(boundary.memory.buffer, start, length).slice();
    boundary.isOutside = true;
    try {
      const cipher = this.#made[number];
      cipher.ready ??= cipher.make(copied(keyAt), vectorAt === 0 ? null : copied(vectorAt));
      const blocks = copied(at, length);
      const done = decrypts ? cipher.ready.decrypt(blocks) : cipher.ready.encrypt(blocks);
      if (!ArrayBuffer.isView(done) || done.length !== length) return false;
      new Uint8Array(boundary.memory.buffer, at, length).set(done);
      return true;
    } catch {
      return false;
    } finally {
      boundary.isOutside = false;
    }
  }
}
