import type { Finding, Reply, TicketResponse } from "../errors/error.js";
import type {
  CarTypeRequest,
  Estimate,
  RideCalls,
  RideInterfaces,
  RideNextAction,
  RideOrder,
  RideOrderEvent,
  RideStanding,
  RideTransition,
} from "../generated/messages.js";
import type { ErrorAbout, Language, WarningAbout } from "../handler/hooks.js";
import type {
  RideOrderHandler,
  RideOrderHandlerOptions,
  RideOrderHooks,
  RideOrderStore,
  RideOrders,
  RideOrdersOptions,
} from "../ride/order-types.js";
import type { Given, HeadersInput, HostCipher, RawBody, ReceiveOptions } from "./ticket.js";

export { type Finding, MeituanError, type Reply, type TicketResponse } from "../errors/error.js";
export type * from "../generated/messages.js";
export * as codes from "../generated/ride-codes.js";
export * as tables from "../generated/ride-tables.js";
export * from "../ride/order-types.js";
export { fen, formatYuan, yuan } from "../values/money.js";
export { type BlockCipher, type HeadersInput, type HostCipher, nodeCipher, type RawBody, type ReceiveOptions } from "./ticket.js";

type Directed<Direction> = {
  [Name in keyof RideInterfaces]: RideInterfaces[Name]["direction"] extends Direction ? Name : never;
}[keyof RideInterfaces];

/** The interfaces that the enterprise calls. */
export type RideRequestName = Directed<"toMeituan">;
/** What Meituan pushes. */
export type RidePushName = Directed<"toEnterprise">;

export interface RideClientOptions {
  /** Our number at Meituan. A text where it is longer than a number can hold. */
  entId: number | string;
  /** The accessKey, from Meituan; it travels as `token`. */
  accessKey: string;
  /** The secretKey, from Meituan: Base64 of the 16 bytes of the AES key. It never travels. */
  secretKey: string;
  /** Where requests go: `test` (the default; orders cannot be paid there), `production`, or an address before `/dache`. */
  environment?: "test" | "production" | (string & {}) | undefined;
  /** The generation that is sent, 1 by default; both are received. 2: `accessKey`, milliseconds, encrypted replies. */
  version?: 1 | 2 | undefined;
  /** How far the `ts` of a push may be from now, in seconds; 600 by default. `null` accepts any. */
  toleranceSeconds?: number | null | undefined;
  /**
   * Refuses requests that break a rule which nobody documents but we inferred, or have a number that the ride spec's lists do
   * not have; otherwise they are reported in `warnings`.
   */
  strictInferred?: boolean | undefined;
  /** Refuses pushes without a token (`WRONG_TOKEN`). By default they are accepted, and reported in `warnings`. */
  requireToken?: boolean | undefined;
  /** Larger bodies are refused; 1 MiB by default. */
  maxBodyBytes?: number | undefined;
  /** So long, in milliseconds, may the body of a Fetch request take to arrive, within the time of a handler; 10,000 by default. */
  bodyTimeoutMs?: number | undefined;
  /** Which path means which push, as agreed with Meituan: `{ "/meituan/event": "orderChanged" }`. */
  routes?: Readonly<Record<string, RidePushName>> | undefined;
  /** Returns the time, as epoch milliseconds or a Date; `Date.now` by default, called at each call. */
  now?: (() => number | Date) | undefined;
  /** Computes AES for long messages, such as `nodeCipher(crypto)`. A speed-up only; INVALID_CONFIG where it computes something else. */
  cipher?: HostCipher | undefined;
}

/** What a reply says beside its data. None of it is enumerable: copies and JSON hold the data alone. */
export interface ReplyFacts<Data> {
  /** The data as such: where it may be absent, or is not documented (confirmOrder, notifyPaidResult), this is where it is. */
  readonly data: Data;
  /** Meituan's words (响应提示信息). */
  readonly message: string | undefined;
  /** What was accepted although it deviates from the ride spec. */
  readonly warnings: readonly Finding[];
  /** The reply's `M-TraceId`, or `traceId` of its body: log it, Meituan's support asks for it. */
  readonly traceId: string | undefined;
}

/** The data of a reply, with what was said beside it: `const { mtOrderId, warnings } = await request.parseResponse(response)`. */
export type Answered<Data> = (unknown extends Data
  ? unknown
  : undefined extends Data
    ? NonNullable<Data> extends readonly unknown[]
      ? unknown
      : Partial<NonNullable<Data>>
    : Data) &
  ReplyFacts<Data>;

/** A request that is ready to go: plain values, which may be queued and sent by anything. */
export interface SealedRequest<Name extends RideRequestName = RideRequestName> {
  readonly type: Name;
  readonly method: "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The form: token, version and the sealed content. */
  readonly body: string;
  /** What was found in the message that does not refuse it: inferred rules that it breaks. */
  readonly warnings: readonly Finding[];
  toRequest(): Request;
  /** Reads the reply's body, in any of its forms. Throws `REMOTE_REJECTED` when its code is not 0. */
  parse(body: RawBody, facts?: { traceId?: string | undefined; status?: number }): Answered<RideInterfaces[Name]["reply"]>;
  /**
   * Reads the reply. Throws `REMOTE_REJECTED` with `remoteCode`, `remoteName`, `meaning`, `retryable` and `traceId` when its
   * code is not 0, whatever its HTTP status is. A submit whose outcome is not known may be repeated with the same
   * channelPartnerOrderId, and only with that.
   */
  parseResponse(response: Response | RawBody): Promise<Answered<RideInterfaces[Name]["reply"]>>;
}

/** One method for each interface that the enterprise calls. `entId`, `method` and `ts` are filled in. */
export type RideRequests = {
  readonly [Name in RideRequestName]: (
    message: RideInterfaces[Name]["request"],
    options?: { now?: number | Date | undefined },
  ) => SealedRequest<Name>;
};

/**
 * The requests alone, for programs that take no pushes: a bundle of them leaves out what does. The options are a client's.
 *
 * ```js
 * const request = new RideRequests({ entId, accessKey, secretKey }).queryRealTimeOrder({ mtOrderId });
 * const order = await request.parseResponse(await fetch(request.toRequest()));
 * ```
 */
export declare const RideRequests: new (options: RideClientOptions) => RideRequests;

/** One push of Meituan's. `Answer` is what its answers are: `Reply`, or `TicketResponse` for a Fetch request. */
export interface RidePushOf<Name extends RidePushName, Answer = Reply> {
  readonly type: Name;
  /** The message: ids are strings, amounts are fen, timestamps are epoch milliseconds. */
  readonly body: RideInterfaces[Name]["request"];
  /**
   * The same for every repetition of the same push. Remember it, and do nothing twice. It is made of the order, what happened
   * and when (`event:<order>:<eventCode>:<eventTime>`), of the offer's order and driver, or of the refund's number.
   *
   * An event that does not say when is known by its content instead (`content:<SHA-1>` of the text inside the envelope, `ts`
   * left out): two such events that say the same about the same order have one key, even if the same thing happened twice. So
   * query the order at every event without an `eventTime`, known or not.
   */
  readonly deduplicationKey: string;
  /** What was accepted although it deviates from the ride spec. */
  readonly warnings: readonly Finding[];
  /** `{"code":0,"message":"成功"}`: taken. Say it only once the push is safely kept. */
  ok(): Answer;
  /**
   * Not taken: Meituan pushes again (documented for refunds, assumed of the others). Any code but 0, such as
   * `codes.ResultCode.SYSTEM_ERROR`.
   */
  fail(code: number, message: string): Answer;
}

/**
 * A push about an order of another business than rides (`sqtType` is there, and not 5), which Meituan sends to the same
 * address. Answer it with `ok()`, or Meituan pushes it again and again.
 */
export interface RideOtherPush<Answer = Reply> extends Omit<RidePushOf<"orderChanged", Answer>, "type"> {
  readonly type: "otherPush";
}

/** Any push: `switch (push.type)` narrows `push.body`. */
export type RidePush<Answer = Reply> = { [Name in RidePushName]: RidePushOf<Name, Answer> }[RidePushName] | RideOtherPush<Answer>;

export type RideHandlerFunctions<Context extends unknown[] = unknown[]> = {
  /** What to do with the push. One without a function is answered as a failure, so that it comes again. */
  [Name in RidePushName]?: (
    push: RidePushOf<Name, TicketResponse>,
    ...context: Context
    // biome-ignore lint/suspicious/noConfusingVoidType: it is what a function returns that has nothing to say
  ) => Given<Response | undefined | void>;
} & {
  /** What to do with an order of another business than rides. Without this function it is answered 0, and that is all. */
  otherPush?: (
    push: RideOtherPush<TicketResponse>,
    ...context: Context
    // biome-ignore lint/suspicious/noConfusingVoidType: it is what a function returns that has nothing to say
  ) => Given<Response | undefined | void>;
};

export interface RideHandlerEvents<Context extends unknown[] = unknown[]> {
  /** Answers requests whose path no push is registered for; without it they get code 9. */
  fallback?: (request: Request, ...context: Context) => Given<Response>;
  /**
   * Receives why a push was refused, or what a function threw. Meituan never learns the latter. Default: one line of the console,
   * with ids and no content.
   */
  onError?: (error: unknown, about: ErrorAbout) => unknown;
  /**
   * Receives what was accepted although it deviates; for each business other than rides once. Default: one line of the console,
   * once for each finding in each process.
   */
  onWarning?: (warnings: readonly Finding[], about: WarningAbout) => unknown;
  /** The language of the console's lines; English by default. */
  language?: Language | undefined;
}

/** An enterprise: seals requests to Meituan, takes Meituan's pushes. Wrong options throw `INVALID_CONFIG` with their path. */
export declare class RideClient {
  constructor(options: RideClientOptions);
  /** Our number at Meituan, as digits. */
  readonly entId: string;
  readonly requests: RideRequests;
  /**
   * Opens and reads a push: a URL-encoded form, or JSON. What cannot be read in it and is not essential is left out and
   * reported; an event that names no order is accepted and reported (rule `event.some-order`). A refund or an offer at the path
   * of events is what its content says. One that is not accepted throws a `MeituanError`; answer it with the error's
   * `toReply()`. Pushes are not signed, and the encryption does not notice when blocks of it are exchanged: before anything
   * that costs money, ask `queryRealTimeOrder`.
   */
  receiveSync(
    request: { method?: string; url: string; headers?: HeadersInput; body: RawBody },
    options?: ReceiveOptions,
  ): RidePush<Reply>;
  /**
   * The same for a Fetch request; reads its body, once, no further than `maxBodyBytes` and no longer than `bodyTimeoutMs`. Of what comes
   * to no push's path nothing is read.
   */
  receive(request: Request, options?: ReceiveOptions): Promise<RidePush<TicketResponse>>;
  /** The push that a URL is registered for. */
  callFor(url: string): RidePushName | undefined;
  /** An endpoint with this client: see {@link handler}. */
  handler<Context extends unknown[] = unknown[]>(options: RideOrderHandlerOptions<Context>): RideOrderHandler<Context>;
  handler<Context extends unknown[] = unknown[]>(
    options: RideHandlerFunctions<Context> & RideHandlerEvents<Context> & { store?: undefined },
  ): (request: Request, ...context: Context) => Promise<Response>;
  /** The orders in a store, for what happens beside pushes. */
  orders(store: RideOrderStore, options?: RideOrdersOptions & RideOrderHooks): RideOrders;
}

/**
 * A whole endpoint for pushes: `export default { fetch: handler({ config: (env) => ({ … }), orderChanged, refunded, … }) }`.
 *
 * A function that returns nothing has taken the push; one that throws has not, and Meituan pushes again. With a `store` the
 * handler keeps the orders, and `settle` does what is next about them.
 */
export declare function handler<Context extends unknown[] = unknown[]>(
  options: {
    config: RideClientOptions | ((...context: Context) => Given<RideClientOptions>);
  } & RideOrderHandlerOptions<Context>,
): RideOrderHandler<Context>;
export declare function handler<Context extends unknown[] = unknown[]>(
  options: {
    config: RideClientOptions | ((...context: Context) => Given<RideClientOptions>);
    store?: undefined;
  } & RideHandlerFunctions<Context> &
    RideHandlerEvents<Context>,
): (request: Request, ...context: Context) => Promise<Response>;

/**
 * Applies an event to an order: a pure function of plain JSON. Pushes may be lost, doubled and reordered: the same
 * facts in any order end in the same order, and a query's reply is the authority.
 *
 * Tell it pushes (`{ orderChanged: push.body }`), replies to queries (`{ queried: answer }`), and one's own calls, before they
 * are made (`sent`), answered or without an answer. Keep the `order` that it returns.
 */
export declare function transition(
  order: RideOrder | undefined | null,
  event: RideOrderEvent,
  options: { now: number | Date } & RideLimits,
): RideTransition;

/**
 * What Meituan's limit is counted by: 100 calls a minute and 100 000 a day of each interface, over all orders of the account.
 * Hand all of it in, and `next.at` keeps within the limit.
 */
export interface RideLimits {
  /** The recent calls of this process, as {@link recordCall} returns them. Without them nothing is counted. */
  calls?: RideCalls | undefined;
  /** How many orders this process follows: the more, the more rarely a silent one is queried. */
  openOrders?: number | undefined;
  /** How many processes share the account: each gets an equal part of the limit. 1 by default, 100 at most (`OUT_OF_RANGE`). */
  processes?: number | undefined;
}

/** What follows from an order: its state, what may be paid, cancelled and confirmed, and what to call next. */
export declare function standing(order: RideOrder | undefined | null, options: { now: number | Date } & RideLimits): RideStanding;

/** What to call next, and not before when; nothing where nothing is left to do. */
export declare function nextAction(
  order: RideOrder | undefined | null,
  now: number | Date,
  limits?: RideLimits,
): RideNextAction | undefined;
export declare function nextAction(
  order: RideOrder | undefined | null,
  options: { now: number | Date } & RideLimits,
): RideNextAction | undefined;

/**
 * Records a call that is made now, and returns the recent calls with it, to be handed to {@link nextAction} for every order.
 *
 * ```js
 * const next = nextAction(order, Date.now(), { calls, openOrders });
 * if (next && next.at <= Date.now()) calls = recordCall(calls, next.call, { now: Date.now() });
 * ```
 */
export declare function recordCall(
  calls: RideCalls | undefined | null,
  call: RideNextAction["call"],
  options: { now: number | Date; processes?: number | undefined },
): RideCalls;

/**
 * What to order the car of an estimate with, for `submitOrder`; nothing where the estimate lacks what an order needs. From which
 * fields it comes is inferred from the two field tables: `tables.carTypeRequestSources`.
 *
 * ```js
 * const carTypeRequestList = estimatePrices.flatMap((estimate) => carTypeRequestOf(estimate) ?? []);
 * ```
 */
export declare function carTypeRequestOf(estimate: Estimate): CarTypeRequest | undefined;

/** A new `channelPartnerOrderId`: a UUID of version 4, from 16 random bytes; drawn from the platform if not given. */
export declare function newOrderId(random?: Uint8Array): string;

/**
 * The `content` of a text: AES-128/ECB/PKCS#5 with the key `secretKey` (Base64 of 16 bytes), as URL-safe Base64 without padding.
 *
 * ECB has no integrity: who changes blocks of the content changes the text, which may open all the same. What is opened is
 * not proven to be what was sealed.
 */
export declare function sealEnvelope(
  secretKey: string,
  text: string,
  options?: { cipher?: HostCipher | undefined; maxBytes?: number | undefined },
): string;

/**
 * The text of a `content`, in any of the four notations of Base64. Throws `DECRYPTION_FAILED`, which says nothing about why:
 * a wrong key, a wrong padding and what is not UTF-8 look alike.
 */
export declare function openEnvelope(
  secretKey: string,
  content: string | Uint8Array,
  options?: {
    cipher?: HostCipher | undefined;
    /** How large the content may be, in bytes; by default 16 MiB. A larger one throws `BODY_TOO_LARGE`. */
    maxBytes?: number | undefined;
  },
): string;

/**
 * The signature of Meituan's sibling platforms, which sign sorted parameters with SHA-1 (the ride API itself does not sign).
 * `sign_key`: dache.meituan.com, where the secret is one more parameter and blank values are left out; `prefix`: carrieropen
 * and peisong, where the secret is first and empty values are left out. Nested objects are signed as the JSON string that is sent.
 */
export declare function signSorted(
  secret: string,
  parameters:
    | Readonly<Record<string, string | number | boolean | null | undefined>>
    | Iterable<readonly [string, string | number | boolean | null | undefined]>,
  options?: { scheme?: "sign_key" | "prefix" | undefined },
): string;
