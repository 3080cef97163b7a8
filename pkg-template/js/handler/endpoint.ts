// A whole endpoint as one function of a Fetch request: routes, authenticates, reads, asks the user's function, replies.

import { MeituanError } from "../errors/error.js";
import { isResponse } from "../http/fetch.js";
import { noReply, type TicketResponse } from "../http/reply.js";
import { endsInTime, isLater, steady } from "../runtime/time-limits.js";
import { duration, identified, oneOf } from "../values/arguments.js";
import { invalid, reading, unexpected } from "../values/faults.js";
import { functions as checked } from "../values/functions.js";
import { fieldOf, ownOf } from "../values/options.js";
import { wasSeen } from "./replays.js";
import { type About, type ReportError, Reports } from "./reports.js";
import { replyWith } from "./returned.js";
import { STORE_LIMIT } from "./store-answers.js";

/**
 * The reply where a function may have acted before it threw: HTTP 503 without a reply, or the code that puts the answer off,
 * where the call has one.
 */
export type UnknownOutcome = "no-reply" | "pending";

/** How an API answers where the user's functions do not. */
export interface Api {
  /** Time limit for the settings and the request, in milliseconds, if no `deadlineMs` is shorter. */
  limitMs: number;
  /** Names of the calls that Meituan makes. */
  names: readonly string[];
  /** The choices of a handler without a store; the first is the default. */
  unknownOutcomes: readonly UnknownOutcome[];
  /** Which order and call it is. */
  about: (call: any) => About;
  /** The answer if even the settings failed. */
  unavailable: () => Response;
  /** The answer if the request could not be read. */
  unread: (receiver: any, url: string) => Response;
  /** The answer if there is no function for the call. */
  unserved: (call: any) => Response;
  /** The answer if the function threw. */
  broken: (call: any, unknownOutcome: UnknownOutcome) => Response;
  /** Makes, for one endpoint, what says whether a call's warnings are reported. */
  reports: (() => (call: any) => boolean) | undefined;
  /** Looks at what the endpoint answers, for `record`. */
  observe: ((receiver: any, existing: any, options: any) => any) | undefined;
  /** Whether calls have a signature, by which a repeat is known. */
  isSigned: boolean;
  /** Several receivers at one address, by the option `partners` and those that go with it. */
  several?: (options: object) => { receivers: Receivers; others: object };
  /** The order service, over the user's store. */
  orderService: (options: any) => OrderService;
}

/** The service that answers calls about stored orders. */
export interface OrderService {
  /** Functions for calls without an order, and those of the order service. */
  functions: Record<string, any>;
  serves: (type: string | undefined) => boolean;
  /** Reads a call that it serves. */
  receive: (receiver: any, request: Request, arrival: Arrival) => Promise<any>;
  /** If `arrival.isSeen`, by the stored facts. */
  answer: (receiver: any, call: any, context: unknown[], reportError: ReportError, arrival: Arrival) => Promise<Response>;
  /** A received call is not answered. */
  forget?: (call: any) => void;
  settle: (receiver: any, orderId: string, context: unknown[], reportError: ReportError) => Promise<number | undefined>;
}

/** When a call came, and what goes along with it. */
export interface Arrival {
  /** By the steady clock. */
  began: number;
  /** Time limit for what it needs, by the steady clock. */
  until: number;
  /** Gets the body as it came. */
  heard: ((body: string | Uint8Array) => void) | undefined;
  /** The call came before. */
  isSeen: boolean;
}

/** The receiver of a call: always the same, one that the platform's context decides, or the one that a call names. */
export interface Receivers {
  /** The setting that it comes from. */
  readonly path: string;
  of: (context: unknown[], request: Request) => any;
  /** The receiver of an order, by its key in the store. */
  ofOrder: (context: unknown[], key: string) => any;
  orderIdOf: (key: string) => string;
}

/** One, whose orders the store has by their own numbers. */
export const only = (of: (context: unknown[]) => any): Receivers => ({ path: "config", of, ofOrder: of, orderIdOf: identified });

/** An endpoint, and with a store what does what is due about an order. */
export interface Endpoint {
  (request: Request, ...context: unknown[]): Promise<Response>;
  settle?(orderId: string, ...context: unknown[]): Promise<number | undefined>;
}

/** An endpoint whose settings are known, or a function of the platform's context. */
export function endpoint(make: (settings: any) => any, api: Api, given: object): Endpoint {
  const { config, ...options } = optionsFor(api, given);
  if (api.several !== undefined && options.partners !== undefined) {
    if (config !== undefined) invalid("partners", "give config, or partners, and not both", "`config` 与 `partners` 只能提供其一");
    const { receivers, others } = api.several(options);
    return serve(receivers, api, others);
  }
  if (config === undefined) {
    const [en, zh] = api.several === undefined ? ["", ""] : [", or partners in its place", "，或改用 `partners`"];
    unexpected("config", config, `the settings, or a function that returns them${en}`, `配置或返回配置的函数${zh}`);
  }
  // Settings that do not depend on the context are checked at once, not at the first call.
  if (typeof config !== "function") {
    const receiver = make(config);
    return serve(
      only(() => receiver),
      api,
      options,
    );
  }
  const receivers = new WeakMap<object, any>();
  const receiverOf = (settings: any) => {
    // Equal settings in another object share what was made of them inside the module, so making a receiver is cheap.
    let receiver = typeof settings === "object" && settings !== null ? receivers.get(settings) : undefined;
    if (receiver === undefined) {
      receiver = make(settings);
      receivers.set(settings, receiver);
    }
    return receiver;
  };
  const receiverFor = (context: unknown[]) => {
    const settings = config(...context);
    return isLater(settings) ? Promise.resolve(settings).then(receiverOf) : receiverOf(settings);
  };
  return serve(only(receiverFor), api, options);
}

/** Only own functions are accepted: those of a class would lose their `this`. */
function optionsFor(api: Api, given: object): Record<string, any> {
  const options = ownOf(given, "options");
  const method = api.names.find((name) => options[name] === undefined && fieldOf(given, name, name) !== undefined);
  if (method === undefined) return options;
  const words = `is a method of a class: write { ${method}: (call) => service.${method}(call) }`;
  return invalid(method, words, `是类的方法：请写作 { ${method}: (call) => service.${method}(call) }`);
}

export function serve(receivers: Receivers, api: Api, given: object): Endpoint {
  const { fallback, record, unknownOutcome, seen, ...options } = optionsFor(api, given);
  const { reports, others } = Reports.of(options);
  const observe = record === undefined ? undefined : observerOf(api);
  const orderService =
    others.store === undefined ? undefined : api.orderService({ ...others, ...(observe && { record }), reports });
  const functions = orderService?.functions ?? others;
  checked({ ...functions, fallback, record, seen });
  for (const name of Object.keys(functions)) {
    if (!api.names.includes(name)) invalid(name, "Meituan makes no such call", "美团没有这个接口");
  }
  if (seen !== undefined && !api.isSigned) {
    invalid("seen", "pushes have no signature: use their deduplicationKey", "推送没有签名：请使用其 deduplicationKey");
  }
  const unknown = unknownOutcomeOf(unknownOutcome, api, orderService);
  const isReported = api.reports?.() ?? (() => true);
  if (others.deadlineMs !== undefined) duration(others.deadlineMs, "deadlineMs");
  const limitMs = Math.min(others.deadlineMs ?? api.limitMs, api.limitMs);

  const about = (receiver: any, call: any): About => ({ ...whoseOf(receiver), ...api.about(call) });
  const answer = async (receiver: any, request: Request, context: unknown[], arrival: Arrival) => {
    let url: string;
    let name: string | undefined;
    try {
      url = reading("request", () => request.url);
      name = receiver.callFor(url);
    } catch (error) {
      reports.error(error, {}, request);
      return api.unavailable();
    }
    if (fallback && name === undefined) return fallback(request, ...context);

    let call: any;
    let body: string | Uint8Array = "";
    if (seen !== undefined) {
      arrival.heard = (heard) => {
        body = heard;
      };
    }
    try {
      const isOfOrders = orderService?.serves(name);
      call = await (isOfOrders ? orderService?.receive(receiver, request, arrival) : receiver.receive(request, arrival));
    } catch (error) {
      reports.error(error, { ...whoseOf(receiver), ...(name !== undefined && { call: name }) }, request);
      if (MeituanError.is(error) && error.code !== "TIMED_OUT") return error.toResponse();
      // The connection broke while the body was read, most likely.
      return api.unread(receiver, url);
    }
    if (call.warnings.length > 0 && isReported(call))
      reports.warnings(call.warnings, { ...about(receiver, call), part: "request" });

    let isKnown = false;
    const reportError: ReportError = (error, more) => {
      isKnown = true;
      reports.error(error, { ...about(receiver, call), ...more }, request);
    };
    if (seen !== undefined) {
      try {
        arrival.isSeen = await wasSeen(seen, call, body, context, arrival.until);
        // A gateway's own retry is the same to the byte. A failure would have Meituan refund what its first try has issued.
        if (arrival.isSeen && !orderService?.serves(call.type)) throw cameBefore();
      } catch (error) {
        orderService?.forget?.(call);
        reportError(error);
        return noReply();
      }
    }
    try {
      let response: Response;
      if (orderService?.serves(call.type)) {
        response = await orderService.answer(receiver, call, context, reportError, arrival);
        // Without an error nobody would hear that Meituan got no reply.
        if (response.status === 503 && !isKnown) reportError(arrival.isSeen ? cameBefore() : new MeituanError("NO_REPLY"));
      } else {
        const act = functions[call.type];
        if (act === undefined) return api.unserved(call);
        const result = await act(call, ...context);
        response = isResponse(result) ? result : call[replyWith](result);
      }
      const { warnings = [] } = response as Partial<TicketResponse>;
      if (warnings.length > 0) reports.warnings(warnings, { ...about(receiver, call), part: "reply" });
      return response;
    } catch (error) {
      reportError(error);
      const isUnknown = orderService?.serves(call.type) || (MeituanError.is(error) && error.code === "MODULE_FAILED");
      return isUnknown ? noReply() : api.broken(call, unknown);
    }
  };
  const handle = async (request: Request, ...context: unknown[]) => {
    const began = steady();
    const arrival: Arrival = { began, until: began + limitMs, heard: undefined, isSeen: false };
    let receiver: any;
    try {
      receiver = await endsInTime(receivers.of(context, request), arrival.until, receivers.path);
    } catch (error) {
      reports.error(error, {}, request);
      return api.unavailable();
    }
    if (observe === undefined) return answer(receiver, request, context, arrival);
    const report = ({ exchange }: any) => record(exchange, ...context);
    const observing = { report, reports, waitUntil: orderService && others.waitUntil };
    const observed = observe(receiver, (copy: Request) => answer(receiver, copy, context, arrival), observing);
    return observed(request, ...context);
  };
  if (orderService === undefined) return handle;
  const settle = async (key: string, ...context: unknown[]) => {
    const receiver = await endsInTime(receivers.ofOrder(context, key), steady() + STORE_LIMIT, receivers.path);
    const orderId = receivers.orderIdOf(key);
    const whose = { ...whoseOf(receiver), orderId };
    return orderService.settle(receiver, orderId, context, (error, more) => reports.error(error, { ...whose, ...more }));
  };
  return Object.assign(handle, { settle });
}

/** Whose call or order it is, where that may be one of several. */
const whoseOf = ({ isOneOf }: any): About => (isOneOf === undefined ? {} : { partnerId: isOneOf });

const observerOf = ({ observe }: Api) =>
  observe ?? invalid("record", "pushes of rides are not recorded in a trace", "用车的推送不写入 trace");

const cameBefore = () =>
  new MeituanError("NO_REPLY", {
    path: "seen",
    detail: { en: "the call came before, and nothing is done for it again", zh: "该请求此前已收到，不再重复处理" },
  });

function unknownOutcomeOf(chosen: UnknownOutcome | undefined, { unknownOutcomes }: Api, orderService: OrderService | undefined) {
  if (chosen === undefined) return unknownOutcomes[0];
  if (orderService !== undefined) {
    const words = "a handler with a store puts the answer off, and sends the notice itself";
    invalid("unknownOutcome", words, "带 store 的 handler 会自行推后应答并发送通知");
  }
  return oneOf(chosen, "unknownOutcome", unknownOutcomes);
}
