// The instances of the module of messages. The first is made at import: on some runtimes a clock or randomness is forbidden there,
// compiling is not.

import wasm from "#wasm";
import { compiled, decoded } from "./decode.js";
import { initSync } from "./glue.js";

const module = compiled(decoded(wasm));
const another = () => initSync({ module }).memory;
/** @type {WebAssembly.Memory | undefined} */
let first = another();

/** Makes an instance, which the glue calls from then on. */
export function instantiate() {
  const memory = first ?? another();
  first = undefined;
  return memory;
}
