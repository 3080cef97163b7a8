// Written by hand: no TypeScript is compiled to a .wasm file.

/** As runtimes give it that import wasm as a module, such as Cloudflare Workers. */
declare const module: WebAssembly.Module;
export default module;
