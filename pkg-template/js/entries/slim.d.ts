export * as diagnosis from "./diagnosis.js";
export * from "./index.js";
export * as ride from "./ride.js";
export * as testing from "./testing.js";
export * as ticket from "./ticket.js";

/** A wasm file of the package: compiled, or its bytes. */
export type WasmModule = WebAssembly.Module | Uint8Array | ArrayBuffer;

/**
 * Brings the modules: once, before anything else is called. Nothing is compiled or instantiated at import. What has been brought
 * is not replaced.
 *
 * `messages` is the package's `meituan_protocol.wasm`, which everything needs. `orders` is its `meituan_protocol_orders.wasm`:
 * for a `store`, `transition`, `standing`, recordings, `checkTrace`, `changeOfEndpointMail`, `diagnose`, `signSorted` and the
 * test kit's `receiveNotice`; it is instantiated when one of them is first used, and may be brought by a later call. It holds what is in the
 * other one too, made for size and not for speed: a page that needs both brings this one alone, as `messages`.
 *
 * ```js
 * await init(fetch(new URL("/meituan_protocol.wasm", location.href)));
 * ```
 */
export declare function init(
  messages: WasmModule | Response | Promise<WasmModule | Response>,
  orders?: WasmModule | Response | Promise<WasmModule | Response>,
): Promise<void>;

/** The same at once; where code may be generated at run time, bytes will do. */
export declare function initSync(messages: WasmModule, orders?: WasmModule): void;
