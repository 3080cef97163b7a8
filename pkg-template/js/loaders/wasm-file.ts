// The wasm from its file, where Node runs the package as it was installed.

import { readFileSync } from "node:fs";

// Tools that copy what a program needs find the file by this expression.
export default () => readFileSync(new URL("../meituan_protocol.wasm", import.meta.url));
