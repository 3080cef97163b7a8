// As in wasm-workerd.js.
import wasm from "meituan-protocol/meituan_protocol_orders.wasm";

export default wasm;
