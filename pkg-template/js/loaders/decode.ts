// The wasm as the loaders bring it: compiled, its bytes, or its bytes as a string, which can be packed.

import { ofPlatform } from "../runtime/platform.js";

/** A module as a block of LZ4. */
export interface Packed {
  size: number;
  packed: string;
  /** The wasm that unpacks it (xtask/src/unpack.wat). */
  unpacker: string;
}

interface Unpacker {
  memory: WebAssembly.Memory;
  unpack(length: number): void;
}

/** @template Inlined how a bundle has it inside */
export type Source<Inlined> = WebAssembly.Module | Inlined | (() => Uint8Array<ArrayBuffer> | Inlined);

export const decoded = <T>(source: string | T): Uint8Array<ArrayBuffer> | T =>
  typeof source === "string" ? bytesOf(source) : source;

export const compiled = (source: WebAssembly.Module | BufferSource): WebAssembly.Module =>
  source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);

const PAGE = 0x10000;

/** The same of a module that is packed, as a block of LZ4, until somebody uses it. */
export function unpacked<T>(source: Packed | T): Uint8Array<ArrayBuffer> | T {
  if (!isPacked(source)) return source;
  const block = bytesOf(source.packed);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(source.unpacker)));
  const { memory, unpack } = instance.exports as unknown as Unpacker;
  // One page is there already: a few bytes more than are wanted may be written.
  memory.grow(Math.ceil((block.length + source.size) / PAGE));
  new Uint8Array(memory.buffer).set(block);
  unpack(block.length);
  return new Uint8Array(memory.buffer, block.length, source.size);
}

const isPacked = (source: unknown): source is Packed => typeof source === "object" && source !== null && "packed" in source;

/**
 * `atob` alone would do, but its string has to be copied byte by byte, which makes it the slowest part of a cold start on
 * runtimes that offer better.
 */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(text);
  const byNode = ofPlatform(() => globalThis.Buffer?.from(text, "base64"));
  if (byNode !== undefined) return byNode;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
