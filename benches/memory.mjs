// Memory after many calls: `node --expose-gc memory.mjs` answers a million of them and prints what was held after how many.

import { orderCreateCalls } from "./bodies.mjs";

const COUNTS = [10_000, 100_000, 1_000_000];

// The module's memory is nothing that users see, so it is taken when the module is instantiated.
/** @type {WebAssembly.Memory[]} */
const memories = [];
WebAssembly.Instance = class extends WebAssembly.Instance {
  /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} [imports] */
  constructor(module, imports) {
    super(module, imports);
    for (const exported of Object.values(this.exports)) if (exported instanceof WebAssembly.Memory) memories.push(exported);
  }
};

const { orderCreate } = await import("./library.mjs");
const calls = [0.5, 1.5, 4].flatMap((size) => [
  ...orderCreateCalls(size * 1024, "ascii"),
  ...orderCreateCalls(size * 1024, "chinese"),
]);

let done = 0;
const after = COUNTS.map((count) => {
  for (; done < count; done++) orderCreate(calls[done % calls.length]);
  globalThis.gc?.();
  const wasm = new Set(memories.map(({ buffer }) => buffer));
  return {
    calls: count,
    wasm: [...wasm].reduce((sum, { byteLength }) => sum + byteLength, 0),
    heap: process.memoryUsage().heapUsed,
    resident: process.memoryUsage().rss,
  };
});
const [, early, late] = after;
const [ours, theirs] = [late, early].map(({ wasm, heap }) => wasm + heap);
const ratio = ours / theirs;
const row = {
  ...{ name: "memory", title: "memory after a million calls", script: "ascii", peer: "after 100,000" },
  ...{ ratio, low: ratio, high: ratio, ours, theirs, gate: 1.1, goal: 1.01, unit: "bytes" },
};
console.log(JSON.stringify({ after, row }));
