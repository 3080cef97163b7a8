// The module's one instance where the user brings the module. It stands in for instance.js in meituan-protocol/slim.

import * as glue from "./glue.js";
import { isResponse } from "./http.js";

/** @type {WebAssembly.Memory | undefined} */
export let memory;

/** @param {unknown} source */
export function initSync(source) {
  ({ memory } = glue.initSync({ module: isModule(source) ? ofThisRealm(source) : bytesOf(source) }));
}

/** @param {unknown} source */
export async function init(source) {
  const given = await source;
  const compiled = isResponse(given) ? await compileResponse(given) : given;
  initSync(isModule(compiled) ? compiled : await WebAssembly.compile(bytesOf(compiled)));
}

/** @param {Response} response */
async function compileResponse(response) {
  if (!response.ok) throw new TypeError(`the wasm module was answered with HTTP ${response.status}`);
  const isNamed = response.headers.get("content-type") === "application/wasm";
  // Streaming insists on the right type, and not every runtime has it.
  if (isNamed && typeof WebAssembly.compileStreaming === "function") return WebAssembly.compileStreaming(response);
  return response.arrayBuffer();
}

// A module may come from another realm, where WebAssembly.Module is another class.
/** @param {unknown} source @returns {source is WebAssembly.Module} */
const isModule = (source) => Object.prototype.toString.call(source) === "[object WebAssembly.Module]";

// The glue looks at the class, and would take it for bytes.
/** @param {WebAssembly.Module} module */
const ofThisRealm = (module) => Object.setPrototypeOf(module, WebAssembly.Module.prototype);

/** @param {any} source @returns {any} */
function bytesOf(source) {
  if (ArrayBuffer.isView(source) || Object.prototype.toString.call(source) === "[object ArrayBuffer]") return source;
  throw new TypeError(
    "meituan-protocol/slim: expected meituan_protocol.wasm, as a WebAssembly.Module, its bytes, or (with init) a Response",
  );
}
