export * as diagnosis from "./diagnosis.js";
export * from "./index.js";
export * as ride from "./ride.js";
export * as testing from "./testing.js";
export * as ticket from "./ticket.js";

/** The package's `meituan_protocol.wasm`: compiled, or its bytes. */
export type WasmModule = WebAssembly.Module | Uint8Array | ArrayBuffer;

/**
 * Brings the module: once, before anything else is called. Nothing is compiled or instantiated at import. A second call does
 * nothing.
 *
 * ```js
 * await init(fetch(new URL("/meituan_protocol.wasm", location.href)));
 * ```
 */
export declare function init(source: WasmModule | Response | Promise<WasmModule | Response>): Promise<void>;

/** The same at once; where code may be generated at run time, bytes will do. */
export declare function initSync(source: WasmModule): void;
