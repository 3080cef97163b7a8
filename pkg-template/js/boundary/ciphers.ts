// Calls the AES of the host, which may have instructions for it that WebAssembly has not. The module calls `apply` in the middle of a call
// of its own (src/wasm/cipher.rs), so nothing here may call the module, or throw; what the host's code calls meanwhile is refused.

import type { Boundary } from "./boundary.js";
import { BLOCK, type BlockCipher, type HostCipher } from "./host-cipher.js";

/** The functions that the module calls. */
export class Ciphers {
  #made = new Map<number, { make: HostCipher; ready: BlockCipher | undefined }>();
  #boundary: Boundary;

  constructor(boundary: Boundary) {
    this.#boundary = boundary;
  }

  keep(number: number, make: HostCipher): void {
    this.#made.set(number, { make, ready: undefined });
  }

  /** Its key would stay in memory. */
  drop(number: number): void {
    this.#made.delete(number);
  }

  /**
   * @param vectorAt 0 where there is none
   * @returns false where nothing was done: the module then does it by itself
   */
  apply(number: number, decrypts: boolean, keyAt: number, vectorAt: number, at: number, length: number): boolean {
    const boundary = this.#boundary;
    // The host gets copies: through a view it could write anywhere in the module.
    const copied = (start: number, length = BLOCK) => new Uint8Array(boundary.memory.buffer, start, length).slice();
    boundary.isOutside = true;
    try {
      const cipher = this.#made.get(number);
      if (cipher === undefined) return false;
      cipher.ready ??= cipher.make(copied(keyAt), vectorAt === 0 ? null : copied(vectorAt));
      const blocks = copied(at, length);
      const done = decrypts ? cipher.ready.decrypt(blocks) : cipher.ready.encrypt(blocks);
      if (!isBytes(done) || done.length !== length) return false;
      new Uint8Array(boundary.memory.buffer, at, length).set(done);
      return true;
    } catch {
      return false;
    } finally {
      boundary.isOutside = false;
    }
  }
}

/** The host's code may return anything. */
const isBytes = (value: unknown): value is Uint8Array => ArrayBuffer.isView(value);
