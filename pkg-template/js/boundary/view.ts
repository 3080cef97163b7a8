// The module's memory as JavaScript sees it, with the runtime's quickest way to carry strings in and out.

import { ofPlatform } from "../runtime/platform.js";

// Made at the first use: a virtual page may have neither.
let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

function decoded(bytes: Uint8Array): string {
  decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
  return decoder.decode(bytes);
}

interface NodeView {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

/**
 * Node's view of the same memory, where there is one: it reads strings without an object for each piece. Its methods for one
 * encoding are what `toString` calls in the end, after a quarter of its time.
 */
function nodeView(buffer: ArrayBuffer): NodeView | undefined {
  const view = ofPlatform(() => globalThis.Buffer?.from?.(buffer)) as any;
  const isWhole = view?.buffer === buffer && view.utf8Slice && view.latin1Slice;
  return isWhole ? view : undefined;
}

/** In bytes. A longer string is put together from many parts, which is for the runtime to do. */
const LONGEST_PIECE = 1024;

/** For a shorter string, the call of an encoder costs more time than the encoding. */
const SHORT = 32;

/** The unit of three bytes, as all of Chinese has them. */
const unitOf = (bytes: Uint8Array, at: number) =>
  ((bytes[at] & 0x0f) << 12) | ((bytes[at + 1] & 0x3f) << 6) | (bytes[at + 2] & 0x3f);

/** Whether each of these is the first of three bytes. */
const leadThree = (one: number, two: number, three: number) =>
  (one & two & three & 0xe0) === 0xe0 && ((one | two | three) & 0x10) === 0;

export class MemoryView {
  declare readonly bytes: Uint8Array<ArrayBuffer>;
  declare readonly input: Uint8Array<ArrayBuffer>;
  declare readonly halves: Uint32Array<ArrayBuffer>;
  declare readonly doubles: Float64Array<ArrayBuffer>;
  #node: NodeView | undefined;

  /** @param inputAt where strings are written to */
  constructor(memory: WebAssembly.Memory, inputAt = 0) {
    // It is never shared.
    const buffer = memory.buffer as ArrayBuffer;
    this.bytes = new Uint8Array(buffer);
    this.input = this.bytes.subarray(inputAt);
    this.halves = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.#node = nodeView(buffer);
  }

  /** A string that is ASCII throughout. */
  ascii(start: number, end: number): string {
    // The decoder of UTF-8 is the quickest there is.
    return this.#node?.latin1Slice(start, end) ?? decoded(this.bytes.subarray(start, end));
  }

  /**
   * One character for each byte, so that positions stay the same. Right where the bytes are ASCII; what the others become is
   * for nobody to see.
   */
  bytewise(start: number, end: number): string {
    return this.#node?.latin1Slice(start, end) ?? this.#masked(start, end);
  }

  // No decoder is as slow as one for Latin-1, and none as quick as that of UTF-8 where all is ASCII: so it is
  // made that, four bytes at a time.
  #masked(start: number, end: number): string {
    const first = start >>> 2;
    const words = this.halves.slice(first, (end + 3) >>> 2);
    for (let index = 0; index < words.length; index++) words[index] &= 0x7f7f7f7f;
    return decoded(new Uint8Array(words.buffer, start - 4 * first, end - start));
  }

  /**
   * A piece of well-formed UTF-8 that is no more ASCII than most names and addresses: such are short, and beside its work a
   * runtime's decoder costs several times what this one does.
   */
  piece(start: number, end: number): string {
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

  utf8(start: number, end: number): string {
    return this.#node?.utf8Slice(start, end) ?? decoded(this.bytes.subarray(start, end));
  }

  /**
   * Writes to the input.
   * @param offset where there is room for three bytes for each of the text's units
   * @returns how many bytes it took
   */
  write(text: string, offset: number): number {
    if (text.length <= SHORT && this.#writeShort(text, offset)) return text.length;
    // A part of it is an object of its own, which costs half of what is written to it.
    const room = offset === 0 ? this.input : this.input.subarray(offset);
    if (encoder === undefined) {
      if (typeof TextEncoder === "undefined") return encodeInto(text, room);
      encoder = new TextEncoder();
    }
    return encoder.encodeInto(text, room).written;
  }

  /** @returns whether it is ASCII, and written */
  #writeShort(text: string, offset: number): boolean {
    const { input } = this;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) return false;
      input[offset + index] = unit;
    }
    return true;
  }
}

/**
 * For runtimes without an encoder.
 * @param text well-formed @returns how many bytes it has
 */
function encodeInto(text: string, room: Uint8Array): number {
  let at = 0;
  for (const character of text) {
    const point = character.codePointAt(0) as number;
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
