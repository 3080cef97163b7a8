// The one instance of the module of messages. Compiling is all that happens at import: on some runtimes a clock or randomness
// is forbidden there.

import wasm from "#wasm";
import { decoded } from "./decode.js";
import { initSync } from "./glue.js";

export const { memory } = initSync({ module: decoded(wasm) });
