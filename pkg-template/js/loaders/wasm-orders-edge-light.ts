import wasm from "../meituan_protocol_orders.wasm?module";

// As in wasm-edge-light.js.
export default Object.setPrototypeOf(wasm, WebAssembly.Module.prototype);
