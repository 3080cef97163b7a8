// What a loader brings is compiled here; where that fails, the error says what to do.

import { MeituanError } from "../errors/error.js";
import { ofPlatform } from "../runtime/platform.js";
import { compiled, type Source } from "./decode.js";

/** @param name the file in `dist/` */
export function compile<Text extends string | object>(
  name: string,
  source: Source<Text>,
  decode: (source: Text | WebAssembly.Module | Uint8Array<ArrayBuffer>) => WebAssembly.Module | Uint8Array<ArrayBuffer>,
): WebAssembly.Module {
  try {
    return compiled(decode(typeof source === "function" ? source() : source));
  } catch (cause) {
    throw new MeituanError("WASM_UNAVAILABLE", { path: name, detail: String(cause), cause });
  }
}

/** Whether this is a Cloudflare Worker. */
export const isWorkerd = (): boolean => ofPlatform(() => globalThis.navigator?.userAgent) === "Cloudflare-Workers";
