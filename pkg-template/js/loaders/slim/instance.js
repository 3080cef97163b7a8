// The instances of the module where the user brings it. In meituan-protocol/slim it is in the place of loaders/instance.js.

import { MeituanError } from "../../errors/error.js";
import { isResponse } from "../../http/fetch.js";
import { reading } from "../../values/faults.js";
import { bytesOf as bytesOfAny, kindOf } from "../../values/kinds.js";
import { compiled } from "../decode.js";
import * as glue from "../glue.js";

const MESSAGES = "meituan_protocol.wasm";
const ORDERS = "meituan_protocol_orders.wasm";

/** @type {WebAssembly.Module | undefined} */
let messages;
/** @type {WebAssembly.Memory | undefined} */
let first;

/** @type {WebAssembly.Module | undefined} */
let orders;

/** The module of orders, once it was brought: it is instantiated when it is first needed. */
export const ordersModule = () => orders;

/** Makes an instance, which the glue calls from then on. */
export function instantiate() {
  if (messages === undefined) throw unusable("call init or initSync first", "请先调用 init 或 initSync");
  const memory = first ?? glue.initSync({ module: messages }).memory;
  first = undefined;
  return memory;
}

/** @param {string} detail @param {string} [zh] */
export const unusable = (detail, zh = detail) =>
  new MeituanError("INVALID_CONFIG", { path: "meituan-protocol/slim", detail: { en: detail, zh } });

/** @param {unknown} messagesSource @param {unknown} [ordersSource] */
export function initSync(messagesSource, ordersSource) {
  const [given, givenOrders] = [moduleOf(messagesSource, MESSAGES), ordersSource && moduleOf(ordersSource, ORDERS)];
  if (givenOrders && !isOurs(givenOrders, ORDERS)) throw notOurs(ORDERS);
  if (messages === undefined) {
    if (!isOurs(given, MESSAGES)) throw notOurs(MESSAGES);
    try {
      first = glue.initSync({ module: given }).memory;
    } catch {
      throw notOurs(MESSAGES);
    }
    messages = given;
  }
  // What holds orders holds what is in the other one too, and may be brought alone.
  orders ??= givenOrders || (isOurs(given, ORDERS) ? given : undefined);
}

/** @param {unknown} messagesSource @param {unknown} [ordersSource] */
export async function init(messagesSource, ordersSource) {
  const compiling = [compile(messagesSource, MESSAGES), ordersSource && compile(ordersSource, ORDERS)];
  const [messages, orders] = await Promise.all(compiling);
  initSync(messages, orders);
}

/** What a module of that name exports; the one of orders has both. */
const OWN = { [MESSAGES]: "write_error", [ORDERS]: "module_of_orders" };

/** @param {WebAssembly.Module} module @param {string} name */
const isOurs = (module, name) => WebAssembly.Module.exports(module).some((found) => found.name === OWN[name]);

/** @param {string} name */
const notOurs = (name) =>
  unusable(`expected ${name} of this version of the package, found another module`, `应为本版本的 ${name}，实为其他模块`);

/** @param {unknown} source @param {string} name */
async function compile(source, name) {
  reading("source", () => /** @type {any} */ (source)?.then);
  const given = await source;
  const brought = isResponse(given) ? await compileResponse(given, name) : given;
  return isModule(brought) ? brought : WebAssembly.compile(bytesOf(brought, name)).catch(refuse(name));
}

/** @param {Response} response @param {string} name */
async function compileResponse(response, name) {
  if (!response.ok)
    throw unusable(
      `the request for ${name} was answered with HTTP ${response.status}`,
      `请求 ${name} 的应答为 HTTP ${response.status}`,
    );
  const isNamed = response.headers.get("content-type") === "application/wasm";
  // Streaming insists on the right type, and not every runtime has it.
  if (isNamed && typeof WebAssembly.compileStreaming === "function") {
    return WebAssembly.compileStreaming(response).catch(refuse(name));
  }
  return response.arrayBuffer();
}

/** @param {string} name @returns {(cause: unknown) => never} */
const refuse = (name) => (cause) => {
  const detail = { en: `expected ${name}, found what cannot be compiled`, zh: `应为 ${name}，实为无法编译的内容` };
  throw new MeituanError("INVALID_CONFIG", { path: "meituan-protocol/slim", detail, cause });
};

// A module may come from another realm, where WebAssembly.Module is another class.
/** @param {unknown} source @returns {source is WebAssembly.Module} */
const isModule = (source) => {
  try {
    return Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
  } catch {
    return false;
  }
};

// The glue looks at the class, and would take it for bytes.
/** @param {WebAssembly.Module} module */
const ofThisRealm = (module) => Object.setPrototypeOf(module, WebAssembly.Module.prototype);

/** @param {unknown} source @param {string} name @returns {WebAssembly.Module} */
function moduleOf(source, name) {
  if (isModule(source)) return ofThisRealm(source);
  const bytes = bytesOf(source, name);
  try {
    return compiled(bytes);
  } catch (cause) {
    return refuse(name)(cause);
  }
}

/** @param {any} source @param {string} name @returns {any} */
function bytesOf(source, name) {
  const bytes = bytesOfAny(source);
  if (bytes !== undefined) return bytes;
  const { en, zh } = kindOf(source);
  throw unusable(
    `expected ${name}, as a WebAssembly.Module, its bytes, or (with init) a Response, found ${en}`,
    `应为 ${name}：WebAssembly.Module、其字节，或（用 init 时）Response，实为${zh}`,
  );
}
