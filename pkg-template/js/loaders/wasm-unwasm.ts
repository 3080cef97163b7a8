import wasm from "../meituan_protocol.wasm?module";

export default wasm;
