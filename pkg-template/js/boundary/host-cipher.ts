// AES by the host, which may have instructions for it that WebAssembly has not: that of Node, and the check of any other.

import { reading, unexpected } from "../values/faults.js";
import { func } from "../values/functions.js";
import { record } from "../values/options.js";

/** AES-128 with one key over whole blocks of 16 bytes, without padding. Its argument is the module's memory, and must not be kept. */
export interface BlockCipher {
  encrypt(blocks: Uint8Array): Uint8Array;
  decrypt(blocks: Uint8Array): Uint8Array;
}

/**
 * A cipher of the host's: makes a key ready. With a vector the blocks are chained (CBC), else each is by itself (ECB); each
 * call begins with the vector anew. Synchronous, which WebCrypto is not (nor has it ECB).
 *
 * It is used for messages from 1 KB on, where it may be faster than WebAssembly, which has no instructions for AES; contents and
 * errors are the same. If it throws, the library computes by itself. Node.js 20.16 and later need none: the library finds Node's own.
 */
export type HostCipher = (key: Uint8Array, vector: Uint8Array | null) => BlockCipher;

interface NodeBlockCipher {
  setAutoPadding(on: boolean): unknown;
  update(blocks: Uint8Array): Uint8Array;
}

export const BLOCK = 16;

/**
 * The cipher of `node:crypto`, wherever there is one: `import * as crypto from "node:crypto"`, then `nodeCipher(crypto)`.
 *
 * @example
 * import * as crypto from "node:crypto";
 * const ride = new RideClient({ entId, accessKey, secretKey, cipher: nodeCipher(crypto) });
 */
export function nodeCipher<Key>(crypto: {
  createSecretKey(key: Uint8Array): Key;
  createCipheriv(algorithm: string, key: Key, vector: Uint8Array | null): NodeBlockCipher;
  createDecipheriv(algorithm: string, key: Key, vector: Uint8Array | null): NodeBlockCipher;
}): HostCipher {
  record(crypto, "crypto");
  const names = ["createSecretKey", "createCipheriv", "createDecipheriv"] as const;
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

function withoutPadding(cipher: NodeBlockCipher): NodeBlockCipher {
  cipher.setAutoPadding(false);
  return cipher;
}

/** A handler may build its client in every request; the cipher is checked in the first. */
const checked = new WeakSet<HostCipher>();

const bytes = (hexadecimal: string) => Uint8Array.from(hexadecimal.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));

/**
 * A cipher that computes AES: it is checked by the example of the standard (FIPS 197, C.1), as two blocks.
 * @param cipher undefined for none
 */
export function checkedCipher(cipher: unknown, path: string): HostCipher | undefined {
  if (cipher === undefined) return undefined;
  const make = cipher as HostCipher;
  if (typeof cipher === "function" && checked.has(make)) return make;
  const key = bytes("000102030405060708090a0b0c0d0e0f");
  const [plain, sealed] = ["00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a"].map((text) =>
    bytes(text + text),
  );
  const none = new Uint8Array(BLOCK);
  const same = (one: Uint8Array, other: Uint8Array) => one.length === other.length && one.every((byte, at) => byte === other[at]);
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
    // Its error says nothing that a user can act on.
  }
  return unexpected(
    path,
    cipher,
    "a cipher that computes AES-128, such as nodeCipher(crypto)",
    "能计算 AES-128 的加密函数，如 nodeCipher(crypto)",
  );
}
