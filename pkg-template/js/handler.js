// A whole endpoint as one function of a Fetch request: routes, authenticates, reads, asks the user's function, replies.

import { invalid } from "./configuration.js";
import { MeituanError, NEUTRAL_DESCRIBE } from "./errors.js";
import { failureBody, Reply } from "./http.js";
import { calls } from "./messages.js";

/** @typedef {import("./supplier.js").TicketSupplier} TicketSupplier */

const NOT_IMPLEMENTED = "接口未实现";

/**
 * @param {(context: any[]) => TicketSupplier | Promise<TicketSupplier>} supplierFor
 * @param {Record<string, any>} options
 * @returns {(request: Request, ...context: any[]) => Promise<Response>}
 */
export function serve(supplierFor, { fallback, onError = log, onWarning, ...functions }) {
  for (const [name, value] of Object.entries({ ...functions, fallback, onError, onWarning })) {
    if (value !== undefined && typeof value !== "function") invalid(name, "expected a function");
  }
  for (const name of Object.keys(functions)) {
    if (!calls.some((call) => call.name === name && call.direction === "toSupplier")) invalid(name, "Meituan makes no such call");
  }

  /**
   * What is told about a call must not change its reply.
   * @param {unknown} error
   * @param {object} about
   */
  const tell = (error, about) => {
    try {
      onError(error, about);
    } catch (failed) {
      log(failed);
    }
  };

  return async (request, ...context) => {
    let supplier;
    try {
      supplier = await supplierFor(context);
    } catch (error) {
      tell(error, { request });
      return new Reply(300, failureBody(300, NEUTRAL_DESCRIBE, undefined)).toResponse();
    }
    if (fallback && !supplier.callFor(request.url)) return fallback(request, ...context);

    let call;
    try {
      call = await supplier.receive(request);
    } catch (error) {
      tell(error, { request });
      if (MeituanError.is(error)) return error.toResponse();
      // The connection broke while the body was read, most likely.
      return supplier.failFor(request.url, NEUTRAL_DESCRIBE).toResponse();
    }
    if (call.warnings.length > 0) onWarning?.(call.warnings, { call, part: "request" });

    const { failure: otherFailure } = /** @type {typeof calls[number]} */ (calls.find(({ name }) => name === call.type));
    const answer = functions[call.type];
    if (answer === undefined) return call.failUnlisted(otherFailure, NOT_IMPLEMENTED);
    try {
      const result = await answer(call, ...context);
      const response = result instanceof Response ? result : call.ok(result);
      const { warnings = [] } = /** @type {any} */ (response);
      if (warnings.length > 0) onWarning?.(warnings, { call, part: "reply" });
      return response;
    } catch (error) {
      tell(error, { request, call });
      return call.failUnlisted(otherFailure, NEUTRAL_DESCRIBE);
    }
  };
}

/** @param {unknown} error */
function log(error) {
  console.error(error);
}
