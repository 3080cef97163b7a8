// How text comes out of the module's memory: by our own decoder it is what the platform's decoder makes of it.

import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";

// What is inside the package is not exported, but has to be as right as the platform's.
const inside = new URL("dist/boundary/view.js", import.meta.resolve("meituan-protocol/package.json"));

/** The same file once more, as at the edge, where there is no Buffer. */
async function withoutBuffer() {
  const { Buffer } = globalThis;
  Reflect.deleteProperty(globalThis, "Buffer");
  try {
    const { MemoryView } = await import(inside.href);
    return new MemoryView(memory);
  } finally {
    globalThis.Buffer = Buffer;
  }
}

const memory = new WebAssembly.Memory({ initial: 2 });
const { MemoryView } = await import(inside.href);
const views = { "on Node": new MemoryView(memory), "at the edge": await withoutBuffer() };
const encoder = new TextEncoder();

/** How often an encoder is called in what is done. @param {() => void} work */
function encoded(work) {
  const own = TextEncoder.prototype.encodeInto;
  let times = 0;
  TextEncoder.prototype.encodeInto = function (...given) {
    times++;
    return own.apply(this, given);
  };
  try {
    work();
  } finally {
    TextEncoder.prototype.encodeInto = own;
  }
  return times;
}

/** The text's place in the memory. @param {string} text @param {number} start */
function put(text, start) {
  const bytes = encoder.encode(text);
  new Uint8Array(memory.buffer).set(bytes, start);
  return [start, start + bytes.length];
}

// The first and last character of each length in UTF-8, of each side of the surrogates, and what stands between.
const EDGES = ["\u0000", "\u007f", "\u0080", "\u07ff", "\u0800", "\u0fff", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"];
const COMMON = ["a", "7", " ", "é", "张", "伟", "京", "，", "😀", "𠮷"];
const ALL = [...EDGES, ...COMMON];

/** Numbers that are the same in each run. @param {number} seed */
const dice = (seed) => (/** @type {number} */ sides) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * sides);
};

for (const [where, view] of Object.entries(views)) {
  describe(`a piece of the memory, read ${where}`, () => {
    it("is the text that was written there, whichever characters follow each other", () => {
      for (const one of ALL) {
        for (const other of ALL) {
          for (const text of [one + other, one.repeat(4) + other, `${one}张伟京${other}`, one + other.repeat(5)]) {
            strictEqual(view.piece(...put(text, 101)), text);
          }
        }
      }
    });

    it("is the text that was written there, of any length", () => {
      const roll = dice(20161125);
      for (let round = 0; round < 3000; round++) {
        const length = roll(round % 50 === 0 ? 700 : 24);
        const text = Array.from({ length }, () => ALL[roll(ALL.length)]).join("");
        strictEqual(view.piece(...put(text, roll(9))), text);
      }
    });

    it("has one character for each byte, right where they are ASCII, from any place to any other", () => {
      const text = '{"name":"张伟","address":"12 Wangjing","é":"😀"}';
      const bytes = encoder.encode(text);
      for (let start = 200; start < 208; start++) {
        const [from, to] = put(text, start);
        for (let cut = 0; cut < 8; cut++) {
          const bytewise = view.bytewise(from + cut, to - cut);
          strictEqual(bytewise.length, to - from - 2 * cut);
          bytes.subarray(cut, bytes.length - cut).forEach((byte, index) => {
            if (byte < 0x80) strictEqual(bytewise.charCodeAt(index), byte);
          });
        }
      }
      // It was read, not changed.
      strictEqual(view.utf8(207, 207 + bytes.length), text);
    });
  });
}

describe("a string that is written to the memory", () => {
  const view = views["on Node"];

  it("is there as its bytes, at any offset, whether it is short or long", () => {
    for (const one of [...ALL, ""]) {
      for (const length of [1, 10, 31, 32, 33, 100]) {
        const text = "a".repeat(length - 1) + one;
        for (const offset of [0, 7]) {
          const bytes = encoder.encode(text);
          strictEqual(view.write(text, offset), bytes.length);
          strictEqual(Buffer.compare(view.input.subarray(offset, offset + bytes.length), bytes), 0);
        }
      }
    }
  });

  it("is encoded by the runtime where that is long, or not ASCII: its call takes longer than a few characters", () => {
    strictEqual(
      encoded(() => view.write("/rhone/mtp/api/order/consume", 0)),
      0,
    );
    strictEqual(
      encoded(() => view.write("a".repeat(33), 0)),
      1,
    );
    strictEqual(
      encoded(() => view.write("票", 0)),
      1,
    );
  });
});
