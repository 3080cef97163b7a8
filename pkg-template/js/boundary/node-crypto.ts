// The AES of node:crypto for whole envelopes, where the runtime is Node: its processor has instructions for it, WebAssembly has none. Nothing
// is imported, so bundlers see nothing. Whatever is not as usual is left to the module, which says what is wrong.

import { ofPlatform } from "../runtime/platform.js";
import { type HostCipher, nodeCipher } from "./host-cipher.js";

/** Contents of one key. Undefined: the module is to do it. */
export interface TextCipher {
  seal(text: string): string | undefined;
  open(content: string): string | undefined;
}

/** In characters. Shorter strings are done before Node's cipher has begun (`cargo xtask bench seal open`). */
export const PAYS_FROM = 1024;

const KEY_LENGTH = 16;

interface Modules {
  "node:buffer": typeof import("node:buffer");
  "node:crypto": typeof import("node:crypto");
}

type Load = <Name extends keyof Modules>(name: Name) => Modules[Name];

/** How to get them, on Node alone: other runtimes have the same function, and ciphers that are slower than the module's. */
const loader: Load | undefined = /* @__PURE__ */ ofPlatform(() => {
  const { process } = globalThis as { process?: { versions?: Record<string, string>; getBuiltinModule?: Load } };
  const { node, bun, deno } = process?.versions ?? {};
  return node === undefined || bun !== undefined || deno !== undefined ? undefined : process?.getBuiltinModule;
});

/** The same for the blocks of messages that the module reads and writes. Node's cryptography is loaded for the first of them. */
export const cipherOfNode: HostCipher | undefined =
  loader &&
  /* @__PURE__ */ (
    (load: Load): HostCipher =>
    (key, vector) =>
      nodeCipher(load("node:crypto"))(key, vector)
  )(loader);

/** @param secretKey that the module has accepted: Base64 of 16 bytes, or 32 hex digits */
export function textCipherOf(secretKey: string): TextCipher | undefined {
  if (loader === undefined) return undefined;
  try {
    const { createCipheriv, createDecipheriv, createSecretKey } = loader("node:crypto");
    const { isUtf8 } = loader("node:buffer");
    const bytes = Buffer.from(secretKey, /^[\da-f]{32}$/i.test(secretKey) ? "hex" : "base64");
    if (bytes.length !== KEY_LENGTH) return undefined;
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return {
      seal(text) {
        try {
          const cipher = createCipheriv("aes-128-ecb", key, null);
          return cipher.update(text, "utf8", "base64url") + cipher.final("base64url");
        } catch {
          return undefined;
        }
      },
      open(content) {
        try {
          const blocks = decoded(content);
          if (blocks === undefined) return undefined;
          const cipher = createDecipheriv("aes-128-ecb", key, null);
          return textOf(cipher.update(blocks), cipher.final(), isUtf8);
        } catch {
          return undefined;
        }
      },
    };
  } catch {
    return undefined;
  }
}

/** Copied only where a character may have been cut. */
function textOf(most: Buffer, last: Buffer, isUtf8: (bytes: Uint8Array) => boolean): string | undefined {
  const isCut = last.length > 0 && most.length > 0 && most[most.length - 1] >= 0x80;
  if (isCut) return textOf(Buffer.concat([most, last]), Buffer.alloc(0), isUtf8);
  return isUtf8(most) && isUtf8(last) ? most.toString() + last.toString() : undefined;
}

/** In bytes. Memory for so much is kept: to get it anew would take as long as to open what is in it. */
const KEPT = 65_536;
let memory: Buffer | undefined;

function kept() {
  memory ??= Buffer.allocUnsafeSlow(KEPT);
  return memory;
}

const BEYOND_BYTES = /[^\0-\xff]/;

/** Base64 without anything that Buffer would skip, and without bits behind its last byte. */
function decoded(content: string): Buffer | undefined {
  const padded = content.endsWith("==") ? 2 : content.endsWith("=") ? 1 : 0;
  const characters = content.length - padded;
  const length = Math.floor((characters * 3) / 4);
  if ((padded > 0 && content.length % 4 !== 0) || length % KEY_LENGTH !== 0) return undefined;
  // Buffer reads the low byte of each unit. Most strings have one byte for each, which engines see at once.
  if (BEYOND_BYTES.test(content)) return undefined;
  const place = length > KEPT ? Buffer.allocUnsafe(length) : kept();
  // Either name reads both alphabets, its own four times as fast.
  const written = place.write(content, content.includes("-") || content.includes("_") ? "base64url" : "base64");
  if (written !== length) return undefined;
  const blocks = place.subarray(0, length);
  const last = characters % 4;
  if (last === 0) return blocks;
  const group = blocks.toString("base64url", length - (length % 3));
  return group ===
    content
      .slice(characters - last, characters)
      .replace("+", "-")
      .replace("/", "_")
    ? blocks
    : undefined;
}
