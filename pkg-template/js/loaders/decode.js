// The wasm as the loaders bring it: compiled, its bytes, or its bytes as a string, which can be packed.

/**
 * @typedef {{ size: number, packed: string, unpacker: string }} Packed with the wasm that unpacks it (xtask/src/unpack.wat)
 * @typedef {{ memory: WebAssembly.Memory, unpack(length: number): void }} Unpacker
 */
/**
 * @template T
 * @param {string | T} source
 * @returns {Uint8Array | T}
 */
export const decoded = (source) => (typeof source === "string" ? bytesOf(source) : source);

/** @param {any} source @returns {WebAssembly.Module} */
export const compiled = (source) => (source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source));

const PAGE = 0x10000;

/**
 * The same of a module that is packed, as a block of LZ4, until somebody uses it.
 * @template T
 * @param {Packed | T} source
 * @returns {Uint8Array | T}
 */
export function unpacked(source) {
  if (!isPacked(source)) return source;
  const block = bytesOf(source.packed);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(/** @type {BufferSource} */ (bytesOf(source.unpacker))));
  const { memory, unpack } = /** @type {Unpacker} */ (/** @type {unknown} */ (instance.exports));
  // One page is there already: a few bytes more than are wanted may be written.
  memory.grow(Math.ceil((block.length + source.size) / PAGE));
  new Uint8Array(memory.buffer).set(block);
  unpack(block.length);
  return new Uint8Array(memory.buffer, block.length, source.size);
}

/** @param {unknown} source @returns {source is Packed} */
const isPacked = (source) => typeof source === "object" && source !== null && "packed" in source;

/**
 * `atob` alone would do, but its text has to be copied byte by byte, which makes it the slowest part of a cold start on
 * runtimes that offer better.
 * @param {string} text
 * @returns {Uint8Array}
 */
function bytesOf(text) {
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(text);
  if (typeof globalThis.Buffer?.from === "function") return globalThis.Buffer.from(text, "base64");
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
