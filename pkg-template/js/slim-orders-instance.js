// The one instance of the module of orders where the user brings it. It stands in for orders-instance.js in
// meituan-protocol/slim.

import { orders } from "./instance.js";
import { initSync } from "./orders-glue.js";

/** @type {WebAssembly.Memory | undefined} */
let memory;

export function instantiated() {
  if (orders === undefined) {
    throw new Error("meituan-protocol/slim: this needs meituan_protocol_orders.wasm: init takes it second");
  }
  memory ??= initSync({ module: orders }).memory;
  return memory;
}
