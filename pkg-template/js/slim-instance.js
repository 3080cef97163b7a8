// The module's one instance where the user brings the module. It stands in for instance.js in meituan-protocol/slim.

import * as glue from "./glue.js";
import { isResponse } from "./http.js";

const MESSAGES = "meituan_protocol.wasm";
const ORDERS = "meituan_protocol_orders.wasm";

/** @type {WebAssembly.Memory | undefined} */
export let memory;

/**
 * The module of orders, once it was brought: it is instantiated when it is first needed.
 * @type {WebAssembly.Module | Uint8Array | undefined}
 */
export let orders;

/** @param {unknown} messagesSource @param {unknown} [ordersSource] */
export function initSync(messagesSource, ordersSource) {
  const source = usable(messagesSource, MESSAGES);
  const module = isModule(source) ? source : new WebAssembly.Module(source);
  const exports = glue.initSync({ module });
  ({ memory } = exports);
  if (ordersSource !== undefined) orders ??= usable(ordersSource, ORDERS);
  // It holds what is in the other one too, and was brought alone.
  else if ("module_of_orders" in exports) orders ??= module;
}

/** @param {unknown} messagesSource @param {unknown} [ordersSource] */
export async function init(messagesSource, ordersSource) {
  const compiling = [compile(messagesSource, MESSAGES), ordersSource && compile(ordersSource, ORDERS)];
  const [messages, orders] = await Promise.all(compiling);
  initSync(messages, orders);
}

/** @param {unknown} source @param {string} name */
async function compile(source, name) {
  const given = await source;
  const compiled = isResponse(given) ? await compileResponse(given) : given;
  return isModule(compiled) ? compiled : WebAssembly.compile(bytesOf(compiled, name));
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

/** @param {unknown} source @param {string} name */
const usable = (source, name) => (isModule(source) ? ofThisRealm(source) : bytesOf(source, name));

/** @param {any} source @param {string} name @returns {any} */
function bytesOf(source, name) {
  if (ArrayBuffer.isView(source) || Object.prototype.toString.call(source) === "[object ArrayBuffer]") return source;
  throw new TypeError(`meituan-protocol/slim: expected ${name}, as a WebAssembly.Module, its bytes, or (with init) a Response`);
}
