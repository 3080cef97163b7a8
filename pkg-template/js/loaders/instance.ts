// The instances of the module of messages. The first is made at import: on some runtimes a clock or randomness is forbidden there,
// compiling is not.

import wasm from "#wasm";
import { compile } from "./compile.js";
import { decoded } from "./decode.js";
import { initSync } from "./glue.js";

const module = compile("meituan_protocol.wasm", wasm, decoded);
const another = (): WebAssembly.Memory => initSync({ module }).memory;
let first: WebAssembly.Memory | undefined = another();

/** Makes an instance, which the glue calls from then on. */
export function instantiate(): WebAssembly.Memory {
  const memory = first ?? another();
  first = undefined;
  return memory;
}
