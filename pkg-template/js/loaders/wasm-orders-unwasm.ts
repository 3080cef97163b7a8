import wasm from "../meituan_protocol_orders.wasm?module";

export default wasm;
