// The one instance of the module of orders: made when it is first needed, so that nobody else waits for it.

import wasm from "#wasm-orders";
import { unpacked } from "./decode.js";
import { initSync } from "./orders-glue.js";

/** @type {WebAssembly.Memory | undefined} */
let memory;

export function instantiated() {
  memory ??= initSync({ module: unpacked(wasm) }).memory;
  return memory;
}
