// The instances of the module of orders: the first is made when it is needed, so that nobody else waits for it.

import wasm from "#wasm-orders";
import { compiled, unpacked } from "./decode.js";
import { initSync } from "./orders-glue.js";

let module: WebAssembly.Module | undefined;

/** Makes an instance, which the glue calls from then on. */
export function instantiate(): WebAssembly.Memory {
  module ??= compiled(unpacked(wasm));
  return initSync({ module }).memory;
}
