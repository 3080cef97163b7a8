import type { Finding, MeituanError, Reply, TicketResponse } from "../errors/error.js";
import type { Calendar, TicketCalls } from "../generated/messages.js";
import type { ErrorAbout, Language, OrderHooks, Warning, WarningAbout } from "../handler/hooks.js";
import type {
  OrderCallName,
  OrderEvent,
  OrderFunctions,
  OrderHandler,
  OrderHandlerOptions,
  OrderStore,
  Orders,
  OrderTransition,
  PendingNotice,
  TicketOrder,
  TicketOrderSettings,
} from "../orders/types.js";

export { type Finding, MeituanError, type Reply, type TicketResponse } from "../errors/error.js";
export type * from "../generated/messages.js";
export * as codes from "../generated/ticket-codes.js";
export type * from "../handler/hooks.js";
export type * from "../orders/types.js";
export { settler } from "../orders/types.js";
export { fen, formatYuan, yuan } from "../values/money.js";

type Directed<Direction> = {
  [Name in keyof TicketCalls]: TicketCalls[Name]["direction"] extends Direction ? Name : never;
}[keyof TicketCalls];

/** The calls that Meituan makes. */
export type SupplierCallName = Directed<"toSupplier">;
/** The notices that the supplier sends. */
export type NoticeName = Directed<"toMeituan">;

/** Headers as any framework has them; names in any case. */
export type HeadersInput =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** The body exactly as received. Never a parsed object: what it is written as again is another text. */
export type RawBody = string | Uint8Array | ArrayBuffer;

/** AES-128 with one key over whole blocks of 16 bytes, without padding. What it is given is the module's memory: it must not be kept. */
export interface BlockCipher {
  encrypt(blocks: Uint8Array): Uint8Array;
  decrypt(blocks: Uint8Array): Uint8Array;
}

/**
 * A cipher of the host's: makes a key ready. With a vector the blocks are chained (CBC), else each is by itself (ECB); each
 * call begins with the vector anew. Synchronous, which WebCrypto is not (nor has it ECB).
 *
 * It is used for messages from 1 KB on, where it may be faster than WebAssembly, which has no instructions for AES; what is sealed
 * and opened, and which errors are thrown, is the same. Where it throws, the library computes by itself.
 */
export type HostCipher = (key: Uint8Array, vector: Uint8Array | null) => BlockCipher;

interface NodeBlockCipher {
  setAutoPadding(on: boolean): unknown;
  update(blocks: Uint8Array): Uint8Array;
}

/** The cipher of `node:crypto`, wherever there is one: `import * as crypto from "node:crypto"`, then `nodeCipher(crypto)`. */
export declare function nodeCipher<Key>(crypto: {
  createSecretKey(key: Uint8Array): Key;
  createCipheriv(algorithm: string, key: Key, vector: Uint8Array | null): NodeBlockCipher;
  createDecipheriv(algorithm: string, key: Key, vector: Uint8Array | null): NodeBlockCipher;
}): HostCipher;

export interface TicketSupplierOptions {
  /** Our number at Meituan (合作方编号). */
  partnerId: number | string;
  /** The name that signatures carry, from Meituan; not the partner number. */
  clientId: string;
  /** The secret, or several while it is being changed: each is accepted, the first one signs. */
  clientSecret: string | readonly string[];
  /** How far a Date may be from now, in seconds; 600 by default. `null` accepts any. */
  toleranceSeconds?: number | null | undefined;
  /**
   * Refuses replies and notices that break a rule which nobody documents but we inferred; otherwise these are reported in
   * `warnings`. What Meituan sends is never refused for such a rule.
   */
  strictInferred?: boolean | undefined;
  /** Larger bodies are refused; 1 MiB by default. */
  maxBodyBytes?: number | undefined;
  /** Which path means which call, as registered with Meituan: `{ "/mt/order/create": "orderCreate" }`. */
  routes?: Readonly<Record<string, SupplierCallName>> | undefined;
  /**
   * How the URI that Meituan signed differs from the one that arrives: a proxy takes a prefix away or adds one.
   * `strip` is removed from the front, then `prepend` put there; or a function of the URL returns the signed URI. What that returns is
   * exact: no other URI is tried. Each begins with `/` and is visible ASCII.
   */
  signedUri?: ((url: string) => string) | { strip?: string | undefined; prepend?: string | undefined } | undefined;
  /**
   * Whether a signature over the path without its query is accepted, too: which of the two Meituan signs is not documented. True by
   * default. With `false`, whoever has a signed call cannot add a query to it, or change it.
   */
  signedWithoutQuery?: boolean | undefined;
  /** So long, in milliseconds, may the body of a Fetch request take to arrive, within `deadlineMs`; 10,000 by default. */
  bodyTimeoutMs?: number | undefined;
  /**
   * Where notices go. The default, `https://connectivity-adapter.meituan.com`, is from one live source; ask Meituan
   * for the one that is meant for you.
   */
  host?: string | undefined;
  /** The whole-body encryption of the newer API (single source, hence off unless set): the key has 16 characters. */
  bodyEncryption?:
    | {
        key: string;
        appKey?: string | undefined;
        /** Computes AES for long bodies, such as `nodeCipher(crypto)`. A speed-up only; INVALID_CONFIG where it computes something else. */
        cipher?: HostCipher | undefined;
        /**
         * Refuses calls that come plain though Meituan encrypts their interface (order create, level price pull), with
         * `ENCRYPTION_REQUIRED`. Off by default: which suppliers Meituan encrypts for is not documented.
         */
        required?: boolean | undefined;
      }
    | undefined;
  /** Tells the time, as epoch milliseconds or a Date; `Date.now` by default, asked at each call. */
  now?: (() => number | Date) | undefined;
}

export interface IncomingRequest {
  method: string;
  /** The whole URL, or path and query alone, as `request.url` of Node has it. */
  url: string;
  headers: HeadersInput;
  body: RawBody;
}

export interface ReceiveOptions {
  /** The current time, as epoch milliseconds or a Date. */
  now?: number | Date | undefined;
}

type ReplyOf<Name extends SupplierCallName> = TicketCalls[Name]["reply"];
type EchoesOf<Name extends SupplierCallName> = TicketCalls[Name]["echoes"];

/** What a reply says; fields that repeat the request's may be left out and are then filled in. */
export type ReplyBody<Name extends SupplierCallName> = [EchoesOf<Name>] extends [never]
  ? ReplyOf<Name>
  : Omit<ReplyOf<Name>, EchoesOf<Name>> & Partial<Pick<ReplyOf<Name>, EchoesOf<Name> & keyof ReplyOf<Name>>>;

/** The fields that a reply can have beside its body. */
interface ReplyFields {
  productPull: { totalSize?: number };
  poiPull: { totalSize?: number };
  levelPricePull: { partnerDealId?: string };
  orderRefund: {
    /** The refund had happened before: says 601 instead of 200. */
    already?: boolean;
  };
}

export type ReplyOptions<Name extends SupplierCallName> = {
  /** What is known of the order. Without its quantity, rules that count are reported as unchecked. */
  order?: { readonly quantity?: number };
} & (Name extends keyof ReplyFields ? ReplyFields[Name] : unknown);

type OkArguments<Name extends SupplierCallName> =
  ReplyOf<Name> extends undefined
    ? [reply?: undefined]
    : Partial<ReplyBody<Name>> extends ReplyBody<Name>
      ? [reply?: ReplyBody<Name>, options?: ReplyOptions<Name>]
      : [reply: ReplyBody<Name>, options?: ReplyOptions<Name>];

/**
 * The fields that a reply repeats, where they differ from the request's, or where the request lacks them. Meituan may leave
 * `partnerOrderId` out: name it then. A reply without it is sent all the same, and reported in `warnings`.
 */
type EchoFields<Name extends SupplierCallName> = { readonly [Field in EchoesOf<Name> & string]?: string };

interface CallBase<Name extends SupplierCallName, Answer> {
  readonly type: Name;
  /** Our number at Meituan, as received. */
  readonly partnerId: number;
  /** The message: ids are strings, amounts are fen, timestamps are epoch milliseconds. */
  readonly body: TicketCalls[Name]["request"];
  /** What was accepted although it deviates from the definition. */
  readonly warnings: readonly Finding[];
  /** Whether the body was encrypted; the reply will be, too. */
  readonly encrypted: boolean;
  /** Header `Date` as received; undefined in what is given to the functions of a handler with a store, which may run again without a call. */
  readonly date: string | undefined;
  /**
   * The signature as received. It covers method, URI and Date, and not the body. It is not printed with the call: while its Date is
   * accepted, whoever has it can send this call again.
   */
  readonly signature: string | undefined;
  /** Success, checked by the definition and the rules before it leaves; throws `MeituanError` when it may not. */
  ok(...reply: OkArguments<Name>): Answer;
  /** A failure of a code that Meituan lists for this call, with its true reason (in Chinese: Meituan's staff read it). */
  fail(code: TicketCalls[Name]["failure"], describe: string): Answer;
  /** A failure of another code. Meituan may not understand it. */
  failUnlisted(code: number, describe: string): Answer;
}

interface PendingCall<Name extends SupplierCallName, Answer> {
  /** Puts the answer off: the result follows by notice. orderPay says 598, orderRefund 602, levelPricePull 999. */
  pending(fields?: EchoFields<Name>): Answer;
}

interface IssuingCall<Answer> {
  /** 598: the tickets are being issued; the result follows by pay notice. */
  issuing(fields?: { readonly partnerOrderId?: string; readonly orderId?: string }): Answer;
}

/** One call of Meituan's. `Answer` is what its replies are: `Reply`, or `TicketResponse` for a Fetch request. */
export type CallOf<Name extends SupplierCallName, Answer = Reply> = CallBase<Name, Answer> &
  ([TicketCalls[Name]["pending"]] extends [never] ? unknown : PendingCall<Name, Answer>) &
  (Name extends "orderPay" ? IssuingCall<Answer> : unknown);

/** Any call of Meituan's: `switch (call.type)` narrows `call.body`, `call.ok` and the codes of `call.fail`. */
export type Call<Answer = Reply> = { [Name in SupplierCallName]: CallOf<Name, Answer> }[SupplierCallName];

export interface RequestOptions {
  /** The time of the Date header, as epoch milliseconds or a Date. */
  now?: number | Date | undefined;
  /** Where the request goes, where that is not `host` and the call's own path. */
  url?: string | URL | undefined;
  /** Path and query on `host`, where they are not the call's own path. It begins with `/` and is visible ASCII. */
  uri?: string | undefined;
  /** What is signed, where it differs from where the request goes (test environments); likewise. */
  signedUri?: string | undefined;
  /** Encrypts the whole body although this call need not be. */
  encrypted?: boolean | undefined;
}

/** The calls to a supplier have no path of their own: say where they go. */
export type AddressedRequestOptions = RequestOptions & ({ url: string | URL } | { uri: string });

/** The reply to a request. */
export interface ParsedReply<Body> {
  /** The outcome: 200, or one of the codes that put the answer off. Anything else was thrown as `REMOTE_REJECTED`. */
  readonly code: number;
  readonly describe: string;
  readonly partnerId: number;
  readonly body: Body;
  readonly warnings: readonly Finding[];
  /** Of a notice: `accepted` where Meituan replied 200; `later`: it may have it, and it is to be sent again. */
  readonly outcome: "accepted" | "later";
}

/** A request that is ready to go: plain values, which may be logged, queued and sent by anything. */
export interface SignedRequest<Name extends keyof TicketCalls = keyof TicketCalls> {
  readonly type: Name;
  readonly method: "POST";
  readonly url: string;
  /** The URI that was signed. */
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What was signed; no secret is in it. */
  readonly stringToSign: string;
  /** What was found in the message that does not refuse it. */
  readonly warnings: readonly Finding[];
  toRequest(): Request;
  /** Reads the reply's body. Throws `REMOTE_REJECTED` when the code is no success. */
  parse(
    body: RawBody,
    options?: { order?: { readonly quantity?: number }; status?: number },
  ): ParsedReply<TicketCalls[Name]["reply"] | undefined>;
  /** Reads the reply. Throws `REMOTE_REJECTED` when the code or the HTTP status is no success. */
  parseResponse(
    response: Response | RawBody,
    options?: { order?: { readonly quantity?: number } },
  ): Promise<ParsedReply<TicketCalls[Name]["reply"] | undefined>>;
}

/** One method for each call: the notices, and (for tests of a supplier) the calls that Meituan makes. */
export type TicketRequests = {
  readonly [Name in NoticeName]: (message: TicketCalls[Name]["request"], options?: RequestOptions) => SignedRequest<Name>;
} & {
  readonly [Name in SupplierCallName]: (
    message: TicketCalls[Name]["request"],
    options: AddressedRequestOptions,
  ) => SignedRequest<Name>;
};

/**
 * The requests alone, for programs that answer no calls: a bundle of them leaves out what does, the wasm of orders too. The
 * options are a supplier's.
 *
 * ```js
 * const request = new TicketRequests({ partnerId, clientId, clientSecret }).consumeNotice(notice);
 * await request.parseResponse(await fetch(request.toRequest()));
 * ```
 */
export declare const TicketRequests: new (options: TicketSupplierOptions) => TicketRequests;

/** At once or later. */
export type Given<Value> = Value | Promise<Value>;

/** What a handler's function may return: a call's own reply, or what `ok` takes. */
export type HandlerResult<Name extends SupplierCallName> = Given<
  // A function that returns nothing has said all that a call without a reply body needs.
  // biome-ignore lint/suspicious/noConfusingVoidType: it is what such a function returns
  Response | (ReplyOf<Name> extends undefined ? undefined | void : ReplyBody<Name>)
>;

export type HandlerFunctions<Context extends unknown[] = unknown[]> = {
  /** What to do with the call. A call without a function is answered 接口未实现. */
  [Name in SupplierCallName]?: (call: CallOf<Name, TicketResponse>, ...context: Context) => HandlerResult<Name>;
};

/** What a repeat of a call is known by. */
export interface SeenCall {
  /** As received. While its Date is accepted it is as good as a password: keep it as one, or a hash of it. */
  readonly signature: string;
  /** Header `Date` as received. */
  readonly date: string;
  readonly call: SupplierCallName;
  /** SHA-256 of the body as received, in lowercase hexadecimal digits. */
  readonly bodyDigest: string;
}

/**
 * A hook for `seen` that remembers the calls of this process. `keptMs` is how long, by default 20 minutes: a Date is accepted 600 s
 * before and after now. `most` is how many, by default 100,000; of more the oldest are forgotten. Several processes, and platforms
 * that keep none, need a database instead.
 */
export declare function seenInMemory(options?: {
  keptMs?: number | undefined;
  most?: number | undefined;
}): (call: SeenCall) => boolean;

export interface HandlerEvents<Context extends unknown[] = unknown[]> {
  /** Answers requests whose path no call is registered for; without it they get the failure envelope of code 300. */
  fallback?: (request: Request, ...context: Context) => Given<Response>;
  /**
   * Receives why a call was refused, what a function, the store or `send` threw, and why Meituan got no reply (HTTP 503).
   * Meituan never learns what was thrown. Default: one line of the console, with ids and no content.
   */
  onError?: (error: unknown, about: ErrorAbout) => unknown;
  /**
   * Says whether a call came before, and keeps that it has come, in one step (`INSERT … ON CONFLICT DO NOTHING`). Asked when a call is
   * authenticated and read, before any function runs; off by default. A call that came before runs nothing and saves nothing. With a
   * store it is answered by what its order's state says, as a repeat of Meituan's is; where that says nothing, and without a store,
   * it gets HTTP 503 without a body and never a failure, because a gateway's own retry is the same to the byte. So does every call
   * where the hook throws, is not done within the call's time, or returns neither true nor false; `onError` receives it.
   *
   * All four values together are one call: BA does not sign the body, and two calls of one second can have the same signature.
   */
  seen?: (call: SeenCall, ...context: Context) => Given<boolean>;
  /**
   * Told each exchange as JSON, without secrets, personal data and values that no definition names: collected by `traceOf` of `meituan-protocol/testing`, they
   * can be judged by `checkTrace`. What it throws, or that it takes longer than 30 s, is reported, and changes nothing else.
   */
  record?: (exchange: string, ...context: Context) => unknown;
  /**
   * Receives what was accepted, or sent, although it deviates. Default: one line of the console, once for each finding in each
   * process.
   */
  onWarning?: (warnings: readonly Warning[], about: WarningAbout) => unknown;
  /** The language of the console's lines; English by default. */
  language?: Language | undefined;
}

/** A supplier: takes Meituan's calls, signs the notices to Meituan. Wrong options throw `INVALID_CONFIG` with their path. */
export declare class TicketSupplier {
  constructor(options: TicketSupplierOptions);
  readonly partnerId: number;
  readonly requests: TicketRequests;
  /**
   * Authenticates and reads a call. One that is not taken throws a `MeituanError`; answer it with the error's
   * `toReply()`. The signature covers method, URI and Date, not the body: authenticated is not untampered.
   */
  receiveSync(request: IncomingRequest, options?: ReceiveOptions): Call<Reply>;
  /**
   * The same for a Fetch request. What comes before the body is judged first: of a caller who is not authenticated nothing is read.
   * Then its body is read, once, no further than `maxBodyBytes` and no longer than `bodyTimeoutMs`.
   */
  receive(request: Request, options?: ReceiveOptions): Promise<Call<TicketResponse>>;
  /** The call that a URL is registered for. */
  callFor(url: string): SupplierCallName | undefined;
  /** The failure envelope of the URL's call, for whatever else went wrong. */
  failFor(url: string, describe: string): Reply;
  /** The orders in a store: for what happens at the supplier, such as entries, decisions about refunds, late issues. */
  orders(store: OrderStore, settings?: TicketOrderSettings, hooks?: OrderHooks): Orders;
  /** The notices that Meituan has not accepted yet: of one order, or of all orders in which the store says that something is due. */
  pendingNotices(store: OrderStore, orderId?: string): Promise<PendingNotice[]>;
  /**
   * Looks over the shoulder of an existing handler: what it answers or throws goes out unchanged, whatever cannot be looked at, and `report` receives afterwards what
   * this library finds in the call and in the reply, with the exchange for a trace.
   */
  observe<Context extends unknown[]>(
    existing: (request: Request, ...context: Context) => Given<Response>,
    options: {
      report: (found: ObservedExchange, ...context: Context) => unknown;
      /** Keeps the platform alive until `report` is done; by default the context's own `waitUntil`, where one has it. */
      waitUntil?: ((working: Promise<unknown>, ...context: Context) => void) | undefined;
      /** Receives why an exchange could not be looked at, and what `report` throws. Default: one line of the console. */
      onError?: ((error: unknown, about: ErrorAbout) => unknown) | undefined;
      /** The language of the console's line; English by default. */
      language?: Language | undefined;
    },
  ): (request: Request, ...context: Context) => Promise<Response>;
  /** An endpoint with this supplier that keeps orders: see {@link handler}. */
  handler<Context extends unknown[] = unknown[]>(options: StoredHandlerOptions<Context>): OrderHandler<Context>;
  /** An endpoint with this supplier: see {@link handler}. */
  handler<Context extends unknown[] = unknown[]>(
    options: StorelessHandlerOptions<Context>,
  ): (request: Request, ...context: Context) => Promise<Response>;
}

/** What is found in an exchange that was only looked at. */
export interface ObservedExchange {
  readonly call: SupplierCallName;
  /** Why this library would not have taken the call. */
  readonly error: MeituanError | undefined;
  /** What it would have taken although it deviates. */
  readonly warnings: readonly Finding[];
  /** What is found in the reply; it would not have let out one with a finding that refuses. */
  readonly replyIssues: readonly Finding[];
  /** The exchange as JSON, without secrets and personal data, for `traceOf`. A text: parsed, ids would lose digits. */
  readonly exchange: string;
}

/** A handler that keeps no orders: each call is answered by its function. */
export type StorelessHandlerOptions<Context extends unknown[]> = HandlerFunctions<Context> &
  HandlerEvents<Context> & {
    // Says early that this is not the overload for options with a store: functions are typed by the first one that may fit.
    readonly store?: undefined;
    /**
     * What Meituan gets where a function of order create, pay, refund, reschedule, close or refunded message threw: it may have
     * acted, so the outcome is not known. `no-reply`: HTTP 503 without a body, which Meituan takes for a time-out (inferred).
     * `pending`: pay is answered 598 and refund 602, the others 503; you find out what has happened, and send the notice. By
     * default `no-reply`.
     */
    unknownOutcome?: "no-reply" | "pending" | undefined;
  };

/** A handler that keeps orders, with functions for the calls that are about none. */
export type StoredHandlerOptions<Context extends unknown[]> = OrderHandlerOptions<Context> &
  OrderFunctions<Context> &
  Omit<HandlerFunctions<Context>, OrderCallName> &
  HandlerEvents<Context>;

/**
 * A whole endpoint that keeps orders: routes, authenticates, reads; applies the order rules to what the store holds; runs the
 * function of a call once, and records how it ended before Meituan is replied.
 *
 * Saved, in this order: the call, with the attempt key, before the function runs; then what the function did, with the notices
 * that follow from it. A process that dies in between leaves an open attempt, which the next one takes over with the same key.
 * A store out of reach is answered with HTTP 503 and no envelope, because nothing that could be said is known to be true.
 */
export declare function handler<Context extends unknown[] = unknown[]>(
  options: {
    config: TicketSupplierOptions | ((...context: Context) => Given<TicketSupplierOptions>);
  } & StoredHandlerOptions<Context>,
): OrderHandler<Context>;
/**
 * A whole endpoint: `export default { fetch: handler({ config: (env) => ({ … }), orderCreate, orderPay, … }) }`.
 *
 * `config` is the supplier's options, or a function of the platform's context (such as `env`). `call.fail()` is the only refusal:
 * where a function throws, it may have acted, so a call that does something about an order is answered HTTP 503 without a body
 * (see `unknownOutcome`), and every other one with its failure code.
 */
export declare function handler<Context extends unknown[] = unknown[]>(
  options: {
    config: TicketSupplierOptions | ((...context: Context) => Given<TicketSupplierOptions>);
  } & StorelessHandlerOptions<Context>,
): (request: Request, ...context: Context) => Promise<Response>;

/**
 * The order rules as a pure function of plain JSON: what is stored (nothing, for an order that is not known), and what happens.
 * Whoever keeps orders by himself saves `next` before he does what `reply`, `run` or `busy` say.
 */
export declare function transition(
  order: TicketOrder | undefined | null,
  event: OrderEvent,
  options: { now: number | Date; settings?: TicketOrderSettings | undefined },
): OrderTransition;

/** A change of address, or an upgrade, that must be announced to Meituan three working days ahead (acceptance manual, part six). */
export interface ChangeOfEndpoint {
  /** Name of the supplier's system (PMS名称). */
  pmsName: string;
  partnerId: number;
  /** Other addresses (更换接口地址), or an upgrade at the same ones (系统升级). */
  kind: "address" | "upgrade";
  /** When it begins (升级时间). */
  upgradeAt: number | Date;
  /** What it touches (影响范围). */
  scope: string;
  /** When all is online again (恢复上线时间). */
  restoredAt: number | Date;
  /** Mail address of the sales contact at Meituan (负责BD). */
  salesContact: string;
  /** Holidays and make-up working days; absent: the shipped calendar of mainland China. */
  calendar?: Calendar | undefined;
}

/** The mail that announces a change. Throws `RULE_BROKEN` when fewer than three working days are left. */
export declare function changeOfEndpointMail(
  change: ChangeOfEndpoint,
  options?: { now?: number | Date | undefined },
): { readonly to: readonly string[]; readonly subject: string; readonly body: string };

/** What a signature is computed over: `METHOD URI`, one line feed, the date as in its header. */
export declare function stringToSign(method: string, uri: string, date: string): string;

/** The calls without which Meituan connects no supplier. */
export declare const MANDATORY: readonly (keyof TicketCalls)[];
