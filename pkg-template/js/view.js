// The module's memory as JavaScript sees it, with the runtime's quickest way to carry text in and out.

const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** Node's view of the same memory, where there is one: it reads and writes text without an object for each piece. */
const nodeView = (/** @type {ArrayBuffer} */ buffer) => {
  const view = globalThis.Buffer?.from?.(buffer);
  return view?.buffer === buffer ? view : undefined;
};

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
    return this.#node?.toString("latin1", start, end) ?? latin1.decode(this.bytes.subarray(start, end));
  }

  /** @param {number} start @param {number} end */
  utf8(start, end) {
    return this.#node?.toString("utf8", start, end) ?? utf8.decode(this.bytes.subarray(start, end));
  }

  /**
   * @param {string} text
   * @param {number} at where there is room for three bytes for each of its units
   * @returns {number} how many bytes it took
   */
  write(text, at) {
    return this.#node?.write(text, at, "utf8") ?? encoder.encodeInto(text, this.bytes.subarray(at)).written;
  }
}
