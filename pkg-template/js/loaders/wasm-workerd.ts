import wasm from "../meituan_protocol.wasm";

export default wasm;
