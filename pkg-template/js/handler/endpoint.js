// A whole endpoint as one function of a Fetch request: routes, authenticates, reads, asks the user's function, replies.

import { MeituanError } from "../errors/error.js";
import { isResponse } from "../http/fetch.js";
import { noReply } from "../http/reply.js";
import { endsInTime, steady } from "../runtime/time-limits.js";
import { duration, identified, oneOf } from "../values/arguments.js";
import { invalid, reading } from "../values/faults.js";
import { functions as checked } from "../values/functions.js";
import { fieldOf, ownOf } from "../values/options.js";
import { wasSeen } from "./replays.js";
import { Reports } from "./reports.js";
import { replyWith } from "./returned.js";
import { STORE_LIMIT } from "./store-answers.js";

/**
 * What is replied where a function may have acted before it threw: HTTP 503 without a reply, or the code that puts the answer off,
 * where the call has one.
 * @typedef {"no-reply" | "pending"} UnknownOutcome
 */

/**
 * How an API answers where the user's functions do not.
 * @typedef {object} Api
 * @property {number} limitMs within which settings and request must be there, where no `deadlineMs` is shorter
 * @property {readonly string[]} names of the calls that Meituan makes
 * @property {readonly UnknownOutcome[]} unknownOutcomes what a handler without a store may choose from; the first is the default
 * @property {(call: any) => import("./reports.js").About} about which order and call it is
 * @property {() => Response} unavailable where even the settings could not be had
 * @property {(receiver: any, url: string) => Response} unread where the request could not be read
 * @property {(call: any) => Response} unserved where there is no function for the call
 * @property {(call: any, unknownOutcome: UnknownOutcome) => Response} broken where the function threw
 * @property {(() => (call: any) => boolean) | undefined} reports makes, for one endpoint, what says whether a call's warnings are reported
 * @property {((receiver: any, existing: any, options: any) => any) | undefined} observe looks at what the endpoint answers, for `record`
 * @property {boolean} isSigned whether calls have a signature, by which a repeat is known
 * @property {(options: any) => Desk} desk where orders are kept in the user's store
 */

/**
 * Whoever answers calls about stored orders.
 * @typedef {object} Desk
 * @property {Record<string, any>} functions those that the desk has left over, and its own
 * @property {(type: string) => boolean} serves
 * @property {(receiver: any, request: Request, arrival: Arrival) => Promise<any>} receive takes a call apart that it serves
 * @property {(receiver: any, call: any, context: any[], tell: import("../orders/driver.js").Tell, arrival: Arrival) => Promise<Response>} answer
 * where `arrival.isSeen`, by what is so already
 * @property {(call: any) => void} [forget] what was received is not answered
 * @property {(receiver: any, orderId: string, context: any[], tell: import("../orders/driver.js").Tell) => Promise<number | undefined>} settle
 */

/**
 * When a call came, and until when what it needs must be there, by the steady clock.
 * @typedef {{ began: number, until: number, heard: ((body: string | Uint8Array) => void) | undefined, isSeen: boolean }} Arrival `heard` gets the body as
 * it came; `isSeen`: the call came before
 */
/**
 * An endpoint whose settings are known, or a function of the platform's context.
 * @param {(settings: any) => any} make
 * @param {Api} api
 * @param {any} given
 */
export function endpoint(make, api, given) {
  const { config, ...options } = optionsFor(api, given);
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
 * Only own functions are taken: those of a class would lose their `this`.
 * @param {Api} api
 * @param {Record<string, any>} given
 * @returns {Record<string, any>}
 */
function optionsFor(api, given) {
  const options = ownOf(given, "options");
  const method = api.names.find((name) => options[name] === undefined && fieldOf(given, name, name) !== undefined);
  if (method === undefined) return options;
  const words = `is a method of a class: write { ${method}: (call) => service.${method}(call) }`;
  return invalid(method, words, `是类的方法：请写作 { ${method}: (call) => service.${method}(call) }`);
}

/**
 * @param {(context: any[]) => any} receiverFor
 * @param {Api} api
 * @param {Record<string, any>} given
 * @returns {(request: Request, ...context: any[]) => Promise<Response>}
 */
export function serve(receiverFor, api, given) {
  const { fallback, record, unknownOutcome, seen, ...options } = optionsFor(api, given);
  const { reports, others } = Reports.of(options);
  const observe = record === undefined ? undefined : observerOf(api);
  const desk = others.store === undefined ? undefined : api.desk({ ...others, ...(observe && { record }), reports });
  const functions = desk?.functions ?? others;
  checked({ ...functions, fallback, record, seen });
  for (const name of Object.keys(functions)) {
    if (!api.names.includes(name)) invalid(name, "Meituan makes no such call", "美团没有这个接口");
  }
  if (seen !== undefined && !api.isSigned) {
    invalid("seen", "pushes have no signature: use their deduplicationKey", "推送没有签名：请使用其 deduplicationKey");
  }
  const unknown = unknownOutcomeOf(unknownOutcome, api, desk);
  const isReported = api.reports?.() ?? (() => true);
  if (others.deadlineMs !== undefined) duration(others.deadlineMs, "deadlineMs");
  const limitMs = Math.min(others.deadlineMs ?? api.limitMs, api.limitMs);

  /** @param {any} receiver @param {Request} request @param {any[]} context @param {Arrival} arrival */
  const answer = async (receiver, request, context, arrival) => {
    let url;
    let name;
    try {
      url = reading("request", () => request.url);
      name = receiver.callFor(url);
    } catch (error) {
      reports.error(error, {}, request);
      return api.unavailable();
    }
    if (fallback && name === undefined) return fallback(request, ...context);

    let call;
    /** @type {string | Uint8Array} */
    let body = "";
    if (seen !== undefined) {
      arrival.heard = (heard) => {
        body = heard;
      };
    }
    try {
      const isOfDesk = desk?.serves(name);
      call = await (isOfDesk ? desk?.receive(receiver, request, arrival) : receiver.receive(request, arrival));
    } catch (error) {
      reports.error(error, name === undefined ? {} : { call: name }, request);
      if (MeituanError.is(error) && error.code !== "TIMED_OUT") return error.toResponse();
      // The connection broke while the body was read, most likely.
      return api.unread(receiver, url);
    }
    if (call.warnings.length > 0 && isReported(call)) reports.warnings(call.warnings, { ...api.about(call), part: "request" });

    let isKnown = false;
    /** @type {import("../orders/driver.js").Tell} */
    const tell = (error, more) => {
      isKnown = true;
      reports.error(error, { ...api.about(call), ...more }, request);
    };
    if (seen !== undefined) {
      try {
        arrival.isSeen = await wasSeen(seen, call, body, context, arrival.until);
        // A gateway's own retry is the same to the byte. A failure would have Meituan refund what its first try has issued.
        if (arrival.isSeen && !desk?.serves(call.type)) throw cameBefore();
      } catch (error) {
        desk?.forget?.(call);
        tell(error);
        return noReply();
      }
    }
    try {
      let response;
      if (desk?.serves(call.type)) {
        response = await desk.answer(receiver, call, context, tell, arrival);
        // Without an error nobody would hear that Meituan got no reply.
        if (response.status === 503 && !isKnown) tell(arrival.isSeen ? cameBefore() : new MeituanError("NO_REPLY"));
      } else {
        const act = functions[call.type];
        if (act === undefined) return api.unserved(call);
        const result = await act(call, ...context);
        response = isResponse(result) ? result : call[replyWith](result);
      }
      const { warnings = [] } = /** @type {any} */ (response);
      if (warnings.length > 0) reports.warnings(warnings, { ...api.about(call), part: "reply" });
      return response;
    } catch (error) {
      tell(error);
      const isUnknown = desk?.serves(call.type) || (MeituanError.is(error) && error.code === "MODULE_FAILED");
      return isUnknown ? noReply() : api.broken(call, unknown);
    }
  };
  /** @param {Request} request @param {any[]} context */
  const handle = async (request, ...context) => {
    const began = steady();
    /** @type {Arrival} */
    const arrival = { began, until: began + limitMs, heard: undefined, isSeen: false };
    let receiver;
    try {
      receiver = await endsInTime(receiverFor(context), arrival.until, "config");
    } catch (error) {
      reports.error(error, {}, request);
      return api.unavailable();
    }
    if (observe === undefined) return answer(receiver, request, context, arrival);
    const report = (/** @type {any} */ { exchange }) => record(exchange, ...context);
    const observing = { report, reports, waitUntil: desk && others.waitUntil };
    const observed = observe(receiver, (/** @type {Request} */ copy) => answer(receiver, copy, context, arrival), observing);
    return observed(request, ...context);
  };
  if (desk === undefined) return handle;
  const settingsOf = (/** @type {any[]} */ context) => endsInTime(receiverFor(context), steady() + STORE_LIMIT, "config");
  const settle = async (/** @type {string} */ orderId, /** @type {any[]} */ ...context) =>
    desk.settle(await settingsOf(context), identified(orderId), context, (error, more) =>
      reports.error(error, { orderId, ...more }),
    );
  return Object.assign(handle, { settle });
}

/** @param {Api} api */
const observerOf = ({ observe }) =>
  observe ?? invalid("record", "pushes of rides are not recorded in a trace", "用车的推送不写入 trace");

const cameBefore = () =>
  new MeituanError("NO_REPLY", {
    path: "seen",
    detail: { en: "the call came before, and nothing is done for it again", zh: "该请求此前已收到，不再重复处理" },
  });

/**
 * @param {UnknownOutcome | undefined} chosen
 * @param {Api} api
 * @param {Desk | undefined} desk
 */
function unknownOutcomeOf(chosen, { unknownOutcomes }, desk) {
  if (chosen === undefined) return unknownOutcomes[0];
  if (desk !== undefined) {
    const words = "a handler with a store puts the answer off, and sends the notice itself";
    invalid("unknownOutcome", words, "带 store 的 handler 会自行推后应答并发送通知");
  }
  return oneOf(chosen, "unknownOutcome", unknownOutcomes);
}
