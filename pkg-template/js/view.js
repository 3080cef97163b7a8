// The module's memory as JavaScript sees it, with the runtime's quickest way to carry text in and out.

const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/**
 * Node's view of the same memory, where there is one: it reads and writes text without an object for each piece. Its methods for
 * one encoding are what `write` and `toString` call in the end, after a quarter of their time.
 * @typedef {{ utf8Write(text: string, at: number): number, utf8Slice(start: number, end: number): string, latin1Slice(start: number, end: number): string }} NodeView
 * @param {ArrayBuffer} buffer
 * @returns {NodeView | undefined}
 */
function nodeView(buffer) {
  const view = /** @type {any} */ (globalThis.Buffer?.from?.(buffer));
  const isWhole = view?.buffer === buffer && view.utf8Write && view.utf8Slice && view.latin1Slice;
  return isWhole ? view : undefined;
}

export class MemoryView {
  #node;

  /** @param {WebAssembly.Memory} memory */
  constructor({ buffer }) {
    this.bytes = new Uint8Array(buffer);
    this.halves = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.#node = nodeView(/** @type {ArrayBuffer} */ (buffer));
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
   * @param {string} text
   * @param {number} at where there is room for three bytes for each of its units
   * @returns {number} how many bytes it took
   */
  write(text, at) {
    return this.#node?.utf8Write(text, at) ?? encoder.encodeInto(text, this.bytes.subarray(at)).written;
  }
}
