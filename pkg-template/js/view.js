// The module's memory as JavaScript sees it, with the runtime's quickest way to carry text in and out.

const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/**
 * Node's view of the same memory, where there is one: it reads text without an object for each piece. Its methods for one
 * encoding are what `toString` calls in the end, after a quarter of its time.
 * @typedef {{ utf8Slice(start: number, end: number): string, latin1Slice(start: number, end: number): string }} NodeView
 * @param {ArrayBuffer} buffer
 * @returns {NodeView | undefined}
 */
function nodeView(buffer) {
  const view = /** @type {any} */ (globalThis.Buffer?.from?.(buffer));
  const isWhole = view?.buffer === buffer && view.utf8Slice && view.latin1Slice;
  return isWhole ? view : undefined;
}

export class MemoryView {
  #node;

  /**
   * @param {WebAssembly.Memory} memory
   * @param {number} [inputAt] where texts are written to
   */
  constructor({ buffer }, inputAt = 0) {
    this.bytes = new Uint8Array(buffer);
    this.input = this.bytes.subarray(inputAt);
    this.halves = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.#node = nodeView(/** @type {ArrayBuffer} */ (buffer));
  }

  /**
   * What is ASCII throughout.
   * @param {number} start
   * @param {number} end
   */
  ascii(start, end) {
    // The decoder of UTF-8 is the quickest there is.
    return this.#node?.latin1Slice(start, end) ?? utf8.decode(this.bytes.subarray(start, end));
  }

  /**
   * One character for each byte: what is ASCII as it is, and else positions in the bytes stay positions in the text.
   * @param {number} start
   * @param {number} end
   */
  latin1(start, end) {
    return this.#node?.latin1Slice(start, end) ?? latin1.decode(this.bytes.subarray(start, end));
  }

  /** @param {number} start @param {number} end */
  utf8(start, end) {
    return this.#node?.utf8Slice(start, end) ?? utf8.decode(this.bytes.subarray(start, end));
  }

  /**
   * Writes to the input.
   * @param {string} text
   * @param {number} offset where there is room for three bytes for each of the text's units
   * @returns {number} how many bytes it took
   */
  write(text, offset) {
    // A part of it is an object of its own, which costs half of what is written to it.
    const room = offset === 0 ? this.input : this.input.subarray(offset);
    return encoder.encodeInto(text, room).written;
  }
}
