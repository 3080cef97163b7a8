import wasm from "../meituan_protocol_orders.wasm";

export default wasm;
