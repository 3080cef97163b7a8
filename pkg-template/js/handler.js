// A whole endpoint as one function of a Fetch request: routes, authenticates, reads, asks the user's function, replies.

import { invalid } from "./configuration.js";
import { MeituanError } from "./errors.js";
import { isResponse } from "./http.js";

/**
 * How an API answers where the user's functions do not.
 * @typedef {object} Api
 * @property {readonly string[]} names of the calls that Meituan makes
 * @property {() => Response} unavailable where even the settings could not be had
 * @property {(receiver: any, url: string) => Response} unread where the request could not be read
 * @property {(call: any) => Response} unserved where there is no function for the call
 * @property {(call: any) => Response} broken where the function threw
 * @property {() => (call: any) => boolean} [reports] makes, for one endpoint, what says whether a call's warnings are reported
 * @property {(options: any) => Desk} [desk] where orders are kept in the user's store
 */

/**
 * Whoever answers calls about stored orders.
 * @typedef {object} Desk
 * @property {Record<string, any>} functions those that the desk has left over, and its own
 * @property {(type: string) => boolean} serves
 * @property {(receiver: any, call: any, context: any[], tell: (error: unknown) => void) => Promise<Response>} answer
 * @property {(receiver: any, orderId: string, context: any[], tell: (error: unknown) => void) => Promise<number | undefined>} settle
 */

/**
 * An endpoint whose settings are known, or a function of the platform's context.
 * @param {(settings: any) => any} make
 * @param {Api} api
 * @param {any} options
 */
export function endpoint(make, api, { config, ...options }) {
  // Settings that do not depend on the context are checked at once, not at the first call.
  if (typeof config !== "function") {
    const receiver = make(config);
    return serve(() => receiver, api, options);
  }
  /** @type {WeakMap<object, any>} */
  const receivers = new WeakMap();
  const receiverFor = async (/** @type {any[]} */ context) => {
    const settings = await config(...context);
    // Equal settings in another object share what was made of them inside the module, so making a receiver is cheap.
    let receiver = typeof settings === "object" && settings !== null ? receivers.get(settings) : undefined;
    if (receiver === undefined) {
      receiver = make(settings);
      receivers.set(settings, receiver);
    }
    return receiver;
  };
  return serve(receiverFor, api, options);
}

/**
 * @param {(context: any[]) => any} receiverFor
 * @param {Api} api
 * @param {Record<string, any>} options
 * @returns {(request: Request, ...context: any[]) => Promise<Response>}
 */
export function serve(receiverFor, api, { fallback, onError = log, onWarning, record, ...rest }) {
  const desk = rest.store === undefined ? undefined : api.desk?.({ ...rest, record });
  const functions = desk?.functions ?? rest;
  for (const [name, value] of Object.entries({ ...functions, fallback, onError, onWarning, record })) {
    if (value !== undefined && typeof value !== "function") invalid(name, "expected a function");
  }
  for (const name of Object.keys(functions)) if (!api.names.includes(name)) invalid(name, "Meituan makes no such call");
  const isReported = api.reports?.() ?? (() => true);

  /** @param {unknown} error @param {object} about */
  const tell = (error, about) => inform(onError, error, about);

  /** @param {Request} request @param {any[]} context */
  const answer = async (request, ...context) => {
    let receiver;
    try {
      receiver = await receiverFor(context);
    } catch (error) {
      tell(error, { request });
      return api.unavailable();
    }
    if (fallback && !receiver.callFor(request.url)) return fallback(request, ...context);

    let call;
    try {
      call = await receiver.receive(request);
    } catch (error) {
      tell(error, { request });
      if (MeituanError.is(error)) return error.toResponse();
      // The connection broke while the body was read, most likely.
      return api.unread(receiver, request.url);
    }
    if (call.warnings.length > 0 && isReported(call)) inform(onWarning, call.warnings, { call, part: "request" });

    try {
      let response;
      if (desk?.serves(call.type)) {
        response = await desk.answer(receiver, call, context, (error) => tell(error, { request, call }));
      } else {
        const act = functions[call.type];
        if (act === undefined) return api.unserved(call);
        const result = await act(call, ...context);
        response = isResponse(result) ? result : call.ok(result);
      }
      const { warnings = [] } = /** @type {any} */ (response);
      if (warnings.length > 0) inform(onWarning, warnings, { call, part: "reply" });
      return response;
    } catch (error) {
      tell(error, { request, call });
      return api.broken(call);
    }
  };
  /** @param {Request} request @param {any[]} context */
  const recorded = async (request, ...context) => {
    const receiver = await receiverFor(context);
    return receiver.observe(answer, { report: (/** @type {any} */ { exchange }) => record(exchange, ...context) })(
      request,
      ...context,
    );
  };
  const handle = record === undefined ? answer : recorded;
  if (desk === undefined) return handle;
  const settle = async (/** @type {string} */ orderId, /** @type {any[]} */ ...context) =>
    desk.settle(await receiverFor(context), orderId, context, (error) => tell(error, { orderId }));
  return Object.assign(handle, { settle });
}

/**
 * What a listener does must not change a reply, nor keep it waiting: what it throws is only logged.
 * @param {((what: any, about: any) => unknown) | undefined} listener
 * @param {unknown} what
 * @param {object} about
 */
export function inform(listener, what, about) {
  try {
    Promise.resolve(listener?.(what, about)).catch(log);
  } catch (failed) {
    log(failed);
  }
}

/** @param {unknown} error */
function log(error) {
  console.error(error);
}
