// Written by hand: it describes what is no TypeScript. Which loader `#wasm` is, and what it brings, each runtime decides by the
// `imports` of package.json (xtask/src/export_map.rs); and runtimes and bundlers compile an imported `.wasm` themselves.

declare module "#wasm" {
  /** Compiled, its bytes as Base64, or a function that reads them. */
  const source: import("./decode.js").Source<string>;
  export default source;
}

declare module "#wasm-orders" {
  /** Compiled, packed, or a function that reads its bytes. */
  const source: import("./decode.js").Source<import("./decode.js").Packed>;
  export default source;
}

declare module "meituan-protocol/*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
