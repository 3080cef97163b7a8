// The module's memory as JavaScript sees it, with the runtime's quickest way to carry text in and out.

// Made at the first use: a virtual page may have neither.
/** @type {TextEncoder | undefined} */
let encoder;
/** @type {TextDecoder | undefined} */
let decoder;

/** @param {Uint8Array} bytes */
function decoded(bytes) {
  decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
  return decoder.decode(bytes);
}

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

/** In bytes. What is longer is put together from many parts, which is for the runtime to do. */
const LONGEST_PIECE = 1024;

/** The unit of three bytes, as all of Chinese has them. @param {Uint8Array} bytes @param {number} at */
const unitOf = (bytes, at) => ((bytes[at] & 0x0f) << 12) | ((bytes[at + 1] & 0x3f) << 6) | (bytes[at + 2] & 0x3f);

/** Whether each of these is the first of three bytes. @param {number} one @param {number} two @param {number} three */
const leadThree = (one, two, three) => (one & two & three & 0xe0) === 0xe0 && ((one | two | three) & 0x10) === 0;

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
    return this.#node?.latin1Slice(start, end) ?? decoded(this.bytes.subarray(start, end));
  }

  /**
   * One character for each byte, so that positions stay the same. Right where the bytes are ASCII; what the others become is
   * for nobody to see.
   * @param {number} start
   * @param {number} end
   */
  bytewise(start, end) {
    return this.#node?.latin1Slice(start, end) ?? this.#masked(start, end);
  }

  // No decoder is as slow as one that has to be told of Latin-1, and none as quick as that of UTF-8 where all is ASCII: so it is
  // made that, four bytes at a time.
  /** @param {number} start @param {number} end */
  #masked(start, end) {
    const first = start >>> 2;
    const words = this.halves.slice(first, (end + 3) >>> 2);
    for (let index = 0; index < words.length; index++) words[index] &= 0x7f7f7f7f;
    return decoded(new Uint8Array(words.buffer, start - 4 * first, end - start));
  }

  /**
   * A piece of well-formed UTF-8 that is no more ASCII than most names and addresses: such are short, and beside its work a
   * runtime's decoder costs several times what this one does.
   * @param {number} start
   * @param {number} end
   */
  piece(start, end) {
    if (end - start > LONGEST_PIECE) return this.utf8(start, end);
    const { bytes } = this;
    let text = "";
    let at = start;
    while (at < end) {
      const lead = bytes[at];
      if (lead < 0x80) {
        text += String.fromCharCode(lead);
        at += 1;
      } else if (lead < 0xe0) {
        text += String.fromCharCode(((lead & 0x1f) << 6) | (bytes[at + 1] & 0x3f));
        at += 2;
      } else if (lead >= 0xf0) {
        const high = ((lead & 0x07) << 18) | ((bytes[at + 1] & 0x3f) << 12);
        text += String.fromCodePoint(high | ((bytes[at + 2] & 0x3f) << 6) | (bytes[at + 3] & 0x3f));
        at += 4;
      } else if (at + 12 <= end && leadThree(bytes[at + 3], bytes[at + 6], bytes[at + 9])) {
        text += String.fromCharCode(unitOf(bytes, at), unitOf(bytes, at + 3), unitOf(bytes, at + 6), unitOf(bytes, at + 9));
        at += 12;
      } else {
        text += String.fromCharCode(unitOf(bytes, at));
        at += 3;
      }
    }
    return text;
  }

  /** @param {number} start @param {number} end */
  utf8(start, end) {
    return this.#node?.utf8Slice(start, end) ?? decoded(this.bytes.subarray(start, end));
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
    if (encoder === undefined) {
      if (typeof TextEncoder === "undefined") return encodeInto(text, room);
      encoder = new TextEncoder();
    }
    return encoder.encodeInto(text, room).written;
  }
}

/**
 * Where the runtime has no encoder.
 * @param {string} text well-formed
 * @param {Uint8Array} room
 * @returns {number} how many bytes it took
 */
function encodeInto(text, room) {
  let at = 0;
  for (const character of text) {
    const point = /** @type {number} */ (character.codePointAt(0));
    if (point < 0x80) {
      room[at++] = point;
      continue;
    }
    const more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    room[at++] = [0, 0xc0, 0xe0, 0xf0][more] | (point >> (6 * more));
    for (let left = more - 1; left >= 0; left--) room[at++] = 0x80 | ((point >> (6 * left)) & 0x3f);
  }
  return at;
}
