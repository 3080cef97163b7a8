// The instances of the module of orders where the user brings it. It stands in for orders-instance.js in meituan-protocol/slim.

import { orders, unusable } from "./instance.js";
import { initSync } from "./orders-glue.js";

/** Makes an instance, which the glue calls from then on. */
export function instantiate() {
  if (orders === undefined)
    throw unusable(
      "this needs meituan_protocol_orders.wasm: init takes it second",
      "这需要 meituan_protocol_orders.wasm：请作为 init 的第二个参数传入",
    );
  return initSync({ module: orders }).memory;
}
