// Entry of meituan-protocol/slim: the same library, without the wasm. The user brings the module.

export { init, initSync, type WasmModule } from "../loaders/slim/instance.js";
export * as diagnosis from "./diagnosis.js";
export * from "./index.js";
export * as ride from "./ride.js";
export * as testing from "./testing.js";
export * as ticket from "./ticket.js";
