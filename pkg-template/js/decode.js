// The wasm as the loaders bring it: compiled, its bytes, or its bytes as a text.

/**
 * @template T
 * @param {string | T} source
 * @returns {Uint8Array | T}
 */
export const decoded = (source) => (typeof source === "string" ? bytesOf(source) : source);

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
