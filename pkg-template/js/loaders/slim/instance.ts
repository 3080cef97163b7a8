// The instances of the module where the user brings it. In meituan-protocol/slim it is in the place of loaders/instance.js.

import { MeituanError } from "../../errors/error.js";
import { isResponse } from "../../http/fetch.js";
import { reading } from "../../values/faults.js";
import { bytesOf as bytesOfAny, kindOf } from "../../values/kinds.js";
import { compiled } from "../decode.js";
import * as glue from "../glue.js";

/** A wasm file of the package: compiled, or its bytes. */
export type WasmModule = WebAssembly.Module | Uint8Array | ArrayBuffer;

const MESSAGES = "meituan_protocol.wasm";
const ORDERS = "meituan_protocol_orders.wasm";

/** The exports of a module of that name; the one of orders has both. */
const OWN = { [MESSAGES]: "write_error", [ORDERS]: "module_of_orders" };
type Name = keyof typeof OWN;

let messages: WebAssembly.Module | undefined;
let first: WebAssembly.Memory | undefined;
let orders: WebAssembly.Module | undefined;

/** The module of orders, once it was brought: it is instantiated when it is first needed. */
export const ordersModule = (): WebAssembly.Module | undefined => orders;

/** Makes an instance, which the glue calls from then on. */
export function instantiate(): WebAssembly.Memory {
  if (messages === undefined) throw unusable("call init or initSync first", "请先调用 init 或 initSync");
  const memory = first ?? glue.initSync({ module: messages }).memory;
  first = undefined;
  return memory;
}

export const unusable = (detail: string, zh: string = detail): MeituanError =>
  new MeituanError("INVALID_CONFIG", { path: "meituan-protocol/slim", detail: { en: detail, zh } });

/** The same at once; where code may be generated at run time, bytes will do. */
export function initSync(messagesSource: WasmModule, ordersSource?: WasmModule): void {
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
  // The module of orders has all that the other one has, and may be brought alone.
  orders ??= givenOrders || (isOurs(given, ORDERS) ? given : undefined);
}

/**
 * Brings the modules: once, before anything else is called. Nothing is compiled or instantiated at import. A module that has been
 * brought is not replaced.
 *
 * `messages` is the package's `meituan_protocol.wasm`, which everything needs. `orders` is its `meituan_protocol_orders.wasm`:
 * for a `store`, `transition`, `standing`, recordings, `checkTrace`, `changeOfEndpointMail`, `diagnose`, `signSorted` and the
 * test kit's `receiveNotice`; it is instantiated when one of them is first used, and may be brought by a later call. It holds what is in the
 * other one too, made for size and not for speed: a page that needs both brings this one alone, as `messages`.
 *
 * @example
 * await init(fetch(new URL("/meituan_protocol.wasm", location.href)));
 */
export async function init(
  messagesSource: WasmModule | Response | Promise<WasmModule | Response>,
  ordersSource?: WasmModule | Response | Promise<WasmModule | Response>,
): Promise<void> {
  const compiling = [compile(messagesSource, MESSAGES), ordersSource && compile(ordersSource, ORDERS)] as const;
  const [messages, orders] = await Promise.all(compiling);
  initSync(messages, orders);
}

const isOurs = (module: WebAssembly.Module, name: Name): boolean =>
  WebAssembly.Module.exports(module).some((found) => found.name === OWN[name]);

const notOurs = (name: Name) =>
  unusable(`expected ${name} of this version of the package, found another module`, `应为本版本的 ${name}，实为其他模块`);

async function compile(source: unknown, name: Name): Promise<WebAssembly.Module> {
  reading("source", () => (source as any)?.then);
  const given = await source;
  const brought = isResponse(given) ? await compileResponse(given, name) : given;
  return isModule(brought) ? brought : WebAssembly.compile(bytesOf(brought, name)).catch(refuse(name));
}

async function compileResponse(response: Response, name: Name): Promise<WebAssembly.Module | ArrayBuffer> {
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

const refuse =
  (name: Name): ((cause: unknown) => never) =>
  (cause) => {
    const detail = { en: `expected ${name}, found what cannot be compiled`, zh: `应为 ${name}，实为无法编译的内容` };
    throw new MeituanError("INVALID_CONFIG", { path: "meituan-protocol/slim", detail, cause });
  };

// A module may come from another realm, where WebAssembly.Module is another class.
const isModule = (source: unknown): source is WebAssembly.Module => {
  try {
    return Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
  } catch {
    return false;
  }
};

// The glue looks at the class, and would take it for bytes.
const ofThisRealm = (module: WebAssembly.Module): WebAssembly.Module => Object.setPrototypeOf(module, WebAssembly.Module.prototype);

function moduleOf(source: unknown, name: Name): WebAssembly.Module {
  if (isModule(source)) return ofThisRealm(source);
  const bytes = bytesOf(source, name);
  try {
    return compiled(bytes);
  } catch (cause) {
    return refuse(name)(cause);
  }
}

function bytesOf(source: unknown, name: Name): BufferSource {
  const bytes = bytesOfAny(source);
  if (bytes !== undefined) return bytes as Uint8Array<ArrayBuffer>;
  const { en, zh } = kindOf(source);
  throw unusable(
    `expected ${name}, as a WebAssembly.Module, its bytes, or (with init) a Response, found ${en}`,
    `应为 ${name}：WebAssembly.Module、其字节，或（用 init 时）Response，实为${zh}`,
  );
}
