// By the package's own name, so that tools that leave it to the next one, as Vite may, name no folder in what they write.
import wasm from "meituan-protocol/meituan_protocol.wasm";

export default wasm;
