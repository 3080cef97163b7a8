// The instances of the module of orders: the first is made when it is needed, so that nobody else waits for it.

import wasm from "#wasm-orders";
import { compile, isWorkerd } from "./compile.js";
import { unpacked } from "./decode.js";
import { initSync } from "./orders-glue.js";

const compiled = () => compile("meituan_protocol_orders.wasm", wasm, unpacked);

// Once workerd answers requests, it compiles nothing any more.
let module: WebAssembly.Module | undefined = isWorkerd() ? compiled() : undefined;

/** Makes an instance, which the glue calls from then on. */
export function instantiate(): WebAssembly.Memory {
  module ??= compiled();
  return initSync({ module }).memory;
}
