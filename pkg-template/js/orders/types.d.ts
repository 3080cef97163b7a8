import type { CallOf, Given, NoticeName, RequestOptions, SignedRequest, SupplierCallName } from "../entries/ticket.js";
import type {
  Admission,
  Admittance,
  BreachId,
  Conflict,
  Counts,
  Credential,
  Notice,
  Order,
  OrderEvent,
  OrderSettings,
  ReasonId,
  ReportId,
  TicketCalls,
} from "../generated/messages.js";
import type { Text } from "../generated/texts.js";
import type { Language, OrderHooks } from "../handler/hooks.js";

/** An order as it is stored: plain JSON. */
export type TicketOrder = Order;

export type { OrderEvent } from "../generated/messages.js";

/** What comes of an event. */
export interface OrderTransition {
  /**
   * `moved`: something changes. `duplicate`: it happened before. `stale`: it is older than what is known. `illegal`: it cannot
   * happen to such an order.
   */
  readonly kind: "moved" | "duplicate" | "stale" | "illegal";
  /** What to store, before anything else is done; absent where nothing changes. */
  readonly next?: TicketOrder | undefined;
  /** The notices to send: each belongs to this sender until its `claimedUntil`; `noticeEnded` reports what came of it. */
  readonly send?: readonly Notice[] | undefined;
  /** What the gate is answered that asked by `admit`. */
  readonly admittance?: Admittance | undefined;
  /** What Meituan must be replied. */
  readonly reply?: { readonly code: number; readonly describe: string; readonly body?: unknown } | undefined;
  /** The function to run, with the attempt key that is the same on every run of the same work. */
  readonly run?: { readonly call: OrderCallName; readonly key: string; readonly request?: unknown } | undefined;
  /** No reply would be true yet: load the order and apply the same event again. */
  readonly busy?: true | undefined;
  /**
   * What this event contradicts, by id: `explain({ breach })` has the sentence, the order's own `conflicts` have the details.
   * The fact is recorded all the same, and somebody has to look.
   */
  readonly conflicts: readonly BreachId[];
  /** Why the event is illegal, or the call refused: `explain({ reason })` has the sentence. */
  readonly reason?: ReasonId | undefined;
  /** What somebody should hear of, though it contradicts nothing, by id: the tables of docs/ticket-order.md have the sentences. */
  readonly reports?: readonly ReportId[] | undefined;
  /** When something is to be done next without Meituan asking, in epoch milliseconds. */
  readonly due?: number | undefined;
  /** The attempts whose functions broke off, and can be taken over now. */
  readonly brokenOff?: readonly string[] | undefined;
  /** How many of the order's tickets are used, refunded, reserved by a pending refund, and free, after the event. */
  readonly counts?: Counts | undefined;
  /** The tickets that let guests in now. */
  readonly admissions?: readonly Admission[] | undefined;
}

/**
 * Settings of the order rules: leases and deadlines in milliseconds, the calendar by which silence becomes agreement, and the
 * orderStatus after a failed issue.
 */
export type TicketOrderSettings = OrderSettings;

/** The calls that are about an order. */
export type OrderCallName = {
  [Name in SupplierCallName]: TicketCalls[Name]["order"] extends true ? Name : never;
}[SupplierCallName];

/** The calls for which there is such work to do. */
type CallsWith<Work> = { [Name in OrderCallName]: TicketCalls[Name]["work"] extends Work ? Name : never }[OrderCallName];

/**
 * Where orders are kept: a database of the user's. `revision` is whatever the store makes of it; it changes with every save.
 * `storeContract` of `meituan-protocol/testing` proves one.
 *
 * Reads must be linearizable: once a save has returned true, every `load`, by whichever process and connection, returns that
 * snapshot or a later one. A replica that lags, a cache or an eventually consistent read does not do that.
 */
// biome-ignore lint/suspicious/noExplicitAny: whatever the store makes of it
export interface OrderStore<Revision = any> {
  /** What was saved last; `null` where nothing was. Anything else counts as a failure, and is reported. */
  load(orderId: string): Given<{ snapshot: TicketOrder; revision: Revision } | null>;
  /**
   * Saves, if `expectedRevision` still is the revision of what is stored (`null`: nothing is stored); otherwise `false`, and
   * nothing changes. Anything else, such as a row count, counts as a failure, and is reported. `due` says when `settle` should be called for this order: an alarm, or a column to look for. `conflicts` is
   * the number of open conflicts, for `conflicts()` to look for.
   */
  save(
    orderId: string,
    snapshot: TicketOrder,
    expectedRevision: Revision | null,
    about: { due: number | undefined; conflicts?: number | undefined },
  ): Given<boolean>;
  /** The orders in which something is due at that time, by the `due` that they were saved with. Only where one asks for all. */
  due?(now: number): Given<readonly string[]>;
  /**
   * The same for a process that will settle them: at most `limit` of them, each of which no other process is given within
   * `leaseMs` milliseconds. Only to spare work: correctness rests on what is saved of each order. A save ends the lease.
   */
  claimDue?(now: number, limit: number, leaseMs: number): Given<readonly string[]>;
  /** The orders that were saved last with open conflicts. Only where one asks for them. */
  conflicts?(): Given<readonly string[]>;
}

declare const ended: unique symbol;
/** How a function's work ended; made by `call.ok`, `call.fail`, `call.pending` and `call.issuing`. */
export interface Ended {
  readonly [ended]: true;
}

/** A call, for the function that does its work. Its replies are recorded, not sent: what Meituan is sent follows from them. */
export type OrderCallOf<Name extends OrderCallName> = CallOf<Name, Ended> & {
  /**
   * The same on every run of the same work, whoever runs it again after a crash. Whoever keys what he does on it (a booking
   * number, a row's unique key) does it once.
   */
  readonly attemptKey: string;
  /** The order as it is stored when the function starts. */
  readonly order: TicketOrder;
  /** How many of its tickets are used, refunded, reserved by a pending refund, and free, when the function starts. */
  readonly counts: Counts;
};

type WorkResult<Name extends OrderCallName> = Given<
  // biome-ignore lint/suspicious/noConfusingVoidType: it is what a function returns that has nothing to say
  Ended | (Parameters<OrderCallOf<Name>["ok"]> extends [(infer Body)?, ...unknown[]] ? Body : never) | void
>;

/**
 * What is done about an order: each function runs at most once to an end. What it returns is recorded before Meituan is
 * replied; where it throws, it may have acted, so Meituan is sent 598 or 602, and it runs again with the same key.
 */
export type OrderFunctions<Context extends unknown[] = unknown[]> = {
  [Name in CallsWith<"needed">]: (call: OrderCallOf<Name>, ...context: Context) => WorkResult<Name>;
} & {
  [Name in CallsWith<"message" | "served">]?: (call: OrderCallOf<Name>, ...context: Context) => WorkResult<Name>;
};

export interface OrderHandlerOptions<Context extends unknown[] = unknown[]>
  extends Pick<OrderHooks, "onConflict" | "onNoticeGivenUp"> {
  /** Where orders are kept, or a function of the platform's context. */
  store: OrderStore | ((...context: Context) => Given<OrderStore>);
  /** Settings of the order rules. */
  orders?: TicketOrderSettings | undefined;
  /**
   * Within how many milliseconds a call is answered, whatever hangs: 25,000 by default, of the 60 s that Meituan waits. Create, which
   * cannot be put off, has at most 15,000, of Meituan's 20 s; so have the settings, the store function and the body. The function of
   * pay or refund has a quarter less, at most 2 s less: then it is recorded that the work goes on, and Meituan is sent 598 or 602.
   */
  deadlineMs?: number | undefined;
  /** Keeps the platform alive for work past the deadline. By default the context's own `waitUntil`, where one has it. */
  waitUntil?: ((working: Promise<unknown>, ...context: Context) => void) | undefined;
  /** Sends a notice, as in `(request) => fetch(request)`. Without it `settle` sends none, and reports once that they are due. */
  send?: ((request: Request, ...context: Context) => Promise<Response>) | undefined;
}

/** A handler that keeps orders. */
export interface OrderHandler<Context extends unknown[] = unknown[]> {
  (request: Request, ...context: Context): Promise<Response>;
  /**
   * Does what is due about an order: sends its notices until Meituan accepts them, takes over functions that broke off,
   * reports deadlines that have passed, and lets refunds count as agreed. Call it when the store's `due` says so, and after the fact. Returns when it is due again.
   */
  settle(orderId: string, ...context: Context): Promise<number | undefined>;
}

export interface SettlerOptions {
  /** How many orders are settled side by side; 8 by default. */
  concurrency?: number | undefined;
  /** How many `claimDue` returns at most; 100 by default. */
  limit?: number | undefined;
  /** How long an order that `claimDue` has returned is left to this process, in milliseconds; 120000 by default. */
  leaseMs?: number | undefined;
  /**
   * How long the store may look for what is due, and an order may be settled, before that is reported as TIMED_OUT and waited for
   * no longer, in milliseconds; 120000 by default.
   */
  deadlineMs?: number | undefined;
  /** The time, in epoch milliseconds; `Date.now` by default. */
  now?: (() => number) | undefined;
  /** Receives why an order, or the store, could not be settled. It is tried again. Default: one line of the console. */
  onError?: ((error: unknown, about: { readonly orderId?: string }) => unknown) | undefined;
  /** The language of the console's line; English by default. */
  language?: Language | undefined;
}

/** Does what is due in a store. */
export interface Settler<Context extends unknown[] = unknown[]> {
  /**
   * Settles the orders in which something is due now: for a cron trigger. Resolves with how many could be
   * settled, and how many could not; it rejects only where the store does not say what is due.
   */
  (...context: Context): Promise<{ readonly settled: number; readonly failed: number }>;
  /**
   * The same every `intervalMs` (1000 by default), for a process that stays; an order that takes long keeps no other waiting, and no
   * look at the store begins before the last one has ended. Returns a function that ends it, and resolves when the orders under way
   * are settled; for a look at the store it does not wait.
   */
  every(intervalMs?: number, ...context: Context): () => Promise<void>;
}

/**
 * Does what is due about the orders in a store: notices, functions that broke off, refunds that count as agreed, deadlines. Any
 * number of processes may do it at once: what is done about an order is claimed in its snapshot first.
 *
 * @example
 * const settleDue = settler(meituan, store);
 * const stop = settleDue.every(1000); // a server
 * export default { scheduled: (_, env, ctx) => ctx.waitUntil(settleDue(env, ctx)) }; // or a cron trigger
 */
export declare function settler<Context extends unknown[]>(
  handler: { settle(orderId: string, ...context: Context): Promise<number | undefined> },
  store: Pick<OrderStore, "due" | "claimDue">,
  options?: SettlerOptions,
): Settler<Context>;

/** A notice that Meituan has not accepted yet. */
export interface PendingNotice<Name extends NoticeName = NoticeName> {
  readonly orderId: string;
  readonly id: string;
  readonly name: Name;
  /** Since when it is due, in epoch milliseconds. */
  readonly since: number;
  /** Signs it, as of now. */
  request(options?: RequestOptions): SignedRequest<Name>;
  /** Meituan has accepted it: it is sent no more. */
  accepted(): Promise<void>;
}

/** What is known of an order, what is due, and what somebody has to look into. Timestamps are epoch milliseconds. */
export interface OrderExplanation {
  readonly orderId: string;
  /** Whether anything is stored of it. */
  readonly isKnown: boolean;
  readonly partnerOrderId?: string | undefined;
  readonly orderStatus?: number | undefined;
  readonly lifecycle?: number | undefined;
  readonly counts?: Counts | undefined;
  /** When something is due next; in the past: now. */
  readonly due?: number | undefined;
  /** Functions that run, broke off (`settle` runs these again), or are owed. */
  readonly functions: readonly {
    readonly call: string;
    readonly key: string;
    readonly isBrokenOff: boolean;
    readonly startedAt?: number;
    /** How often its result could not be used. */
    readonly unusable?: number;
    readonly notBefore?: number;
  }[];
  /** Notices that Meituan has not accepted yet. */
  readonly notices: readonly {
    readonly id: string;
    readonly name: string;
    readonly since: number;
    readonly tries: number;
    readonly isBeingSent: boolean;
    readonly notBefore?: number;
  }[];
  /** Notices that are sent no more until `retryNotice`. */
  readonly givenUp: readonly { readonly id: string; readonly name: string; readonly since: number; readonly tries: number }[];
  /** Refunds that nobody has decided. */
  readonly refunds: readonly { readonly refundId: string; readonly quantity: number; readonly requestedAt: number }[];
  /** Conflicts that are open. */
  readonly conflicts: readonly {
    readonly id: string;
    readonly breach: string;
    readonly since: number;
    readonly meaning: Text;
  }[];
  /** All of it in words, several lines, with what to do. It names ids; conflicts' ids may hold a ticket's code. */
  readonly meaning: Text;
}

/** Whom a gate asks to let in: by codes, by credentials, or by number. Who names nothing gets nobody in (`nobody-named`). */
export interface AdmissionRequest {
  /**
   * A short id of your own for this entry, kept when it is asked again: a gate and a number of its own, say. It is printed, and in the
   * ids of notices and conflicts, so no ticket code belongs in it.
   */
  readonly id: string;
  /** Codes (凭证码), one for each guest. */
  readonly codes?: readonly string[] | undefined;
  /** Credentials, in a real-name order. A code and the credential that it was issued for are one guest. */
  readonly credentials?: readonly Credential[] | undefined;
  /** How many guests. By default one for each code or credential; without those, so many free tickets are used. */
  readonly quantity?: number | undefined;
  /** When they enter, as Meituan is sent it. By default now. */
  readonly at?: number | Date | undefined;
}

/** The orders in a store. */
export interface Orders {
  load(orderId: string): Promise<TicketOrder | undefined>;
  /** Applies an event and saves what comes of it, by compare-and-swap. */
  apply(
    orderId: string,
    event: OrderEvent,
    options?: { now?: number | Date | undefined },
  ): Promise<OrderTransition & { readonly order: TicketOrder | undefined }>;
  /**
   * Lets guests in by free tickets, once, whichever gate asks, and records their entry: `settle` sends its notice. Call it before
   * the gate opens, and open it for those in `admitted`; `explain({ reason })` has the sentence of each refusal.
   *
   * The same id gets the same answer, so ask again with it when the answer is lost; with other content it is refused
   * (`other-content`). An id that is recorded by `consumed` admits nobody else (`entry-known`). Of answers that let nobody in the
   * latest 20 are kept. An order that is not there refuses everybody (`unknown-order`).
   *
   * In contrast, the event `consumed` reports that guests have entered already: that is recorded whatever the tickets are.
   * @example
   * const { admitted, refused } = await orders.admit(orderId, { id: `gate-7:${turn}`, codes: [code] });
   * if (admitted.length > 0) gate.open();
   * else gate.show(explain({ reason: refused[0].reason }).meaning.zh);
   * Those that one process asks about an order take their turn.
   * @throws MeituanError STORE_CONTENDED or TIMED_OUT where nothing could be saved within 30 s: nobody is admitted as far as is known;
   * ask again with the id
   */
  admit(orderId: string, asked: AdmissionRequest): Promise<Admittance>;
  /** The notices that Meituan has not accepted yet, to be sent in this order. */
  pendingNotices(orderId: string): Promise<PendingNotice[]>;
  /** Says what is known of an order, what is due and when, and what somebody has to look into. Changes nothing. */
  explain(orderId: string, options?: { now?: number | Date | undefined }): Promise<OrderExplanation>;
  /** Ends a conflict, with what was found or done. `illegal`, with the reason, where there is no such conflict. */
  resolveConflict(
    orderId: string,
    id: string,
    note?: string,
  ): Promise<OrderTransition & { readonly order: TicketOrder | undefined }>;
  /** Has a notice sent again that was given up, as is true now, by the next `settle`. `illegal`, with the reason, where there is no such notice. */
  retryNotice(orderId: string, id: string): Promise<OrderTransition & { readonly order: TicketOrder | undefined }>;
  /** The orders with open conflicts, where the store has `conflicts`; throws INVALID_CONFIG otherwise. */
  conflicts(): Promise<readonly { readonly orderId: string; readonly conflicts: readonly Conflict[] }[]>;
}
