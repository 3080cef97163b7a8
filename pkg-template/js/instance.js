// The module's one instance. Compiling is all that happens at import: on some runtimes a clock or randomness is forbidden there.

import wasm from "#wasm";
import { initSync } from "./glue.js";

export const { memory } = initSync({ module: wasm });
