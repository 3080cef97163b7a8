// What Meituan did not accept, as an error.

import { errorOf } from "./border.js";

/**
 * @param {string} name of what was asked
 * @param {any} failure as a module says it, of nobody else: it is completed
 * @param {import("./errors.js").Details} [more]
 */
export function rejected(name, failure, more) {
  const said = { ...failure, remoteCode: failure.remoteCode || undefined, ...more };
  if (failure.code === "REMOTE_REJECTED") {
    const words = failure.httpStatus === undefined ? failure.detail : `with ${failure.detail}`;
    said.detail = { en: `${name} was answered ${words}`, zh: `${name} 的应答为 ${failure.detail}` };
  }
  return errorOf(said);
}
