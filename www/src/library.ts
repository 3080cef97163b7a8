// The library as the page uses it: the package by its name, and its wasm as a file of the page. Only
// the pages' first files name one more of its files, the wasm that each needs.

import { init } from "meituan-protocol/slim";

export * from "meituan-protocol/definitions";
export * from "meituan-protocol/slim";

/** Resolves when the library can be called. `wasm`: where a page has one of the two modules. */
export const start = (wasm: string): Promise<void> => init(fetch(wasm));
