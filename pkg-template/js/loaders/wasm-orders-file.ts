import { readFileSync } from "node:fs";

// As in wasm-file.js.
export default () => readFileSync(new URL("../meituan_protocol_orders.wasm", import.meta.url));
