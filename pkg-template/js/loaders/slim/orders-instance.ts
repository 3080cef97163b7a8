// The instances of the module of orders where the user brings it. In meituan-protocol/slim it is in the place of loaders/orders-instance.js.

import { initSync } from "../orders-glue.js";
import { ordersModule, unusable } from "./instance.js";

/** Makes an instance, which the glue calls from then on. */
export function instantiate(): WebAssembly.Memory {
  const module = ordersModule();
  if (module === undefined)
    throw unusable(
      "this needs meituan_protocol_orders.wasm: pass it to init as the second argument",
      "这需要 meituan_protocol_orders.wasm：请作为 init 的第二个参数传入",
    );
  return initSync({ module }).memory;
}
