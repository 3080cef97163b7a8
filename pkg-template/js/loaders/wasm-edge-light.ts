import wasm from "../meituan_protocol.wasm?module";

// Next compiles it in another realm than it runs it in, where it is no instance of this realm's WebAssembly.Module; the
// glue would take it for bytes.
export default Object.setPrototypeOf(wasm, WebAssembly.Module.prototype);
