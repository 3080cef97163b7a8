// Written by hand: it describes what is no TypeScript. Which loader `#wasm` is, and what it brings, each runtime decides by the
// `imports` of package.json; and runtimes and bundlers compile an imported `.wasm` themselves.

declare module "#wasm" {
  /** Compiled, or its bytes as Base64. */
  const source: WebAssembly.Module | string;
  export default source;
}

declare module "#wasm-orders" {
  /** Compiled, or packed. */
  const source: WebAssembly.Module | import("./decode.js").Packed;
  export default source;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
