// The library as the page uses it: the package by its name, and its wasm as a file of the page. Nothing else imports it.

import everything from "meituan-protocol/meituan_protocol_orders.wasm?url";
import { init } from "meituan-protocol/slim";

export * from "meituan-protocol/definitions";
export * from "meituan-protocol/slim";

/** Resolves when the library can be called. */
export const start = (): Promise<void> => init(fetch(everything));
