// Ticket orders in a user's store, as users have them.

import type { Admittance, Conflict, Counts, Credential, OrderEvent } from "../generated/messages.js";
import type { Text } from "../generated/texts.js";
import type { NoticeName } from "../ticket/calls.js";
import type { RequestOptions, SignedRequest } from "../ticket/requests.js";
import type { TicketOrder } from "./store.js";
import type { OrderTransition } from "./transition.js";

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

/** An order's explanation: known facts, due work, and problems for people. Timestamps are epoch milliseconds. */
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

/** A gate's request to let guests in: by codes, by credentials, or by number. A request that names nobody is refused (`nobody-named`). */
export interface AdmissionRequest {
  /**
   * A short id of your own for this entry, kept when the request is repeated: a gate and a number of its own, say. It is printed,
   * and in the ids of notices and conflicts, so no ticket code belongs in it.
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
   * (`other-content`). An id that is recorded by `consumed` admits nobody else (`entry-known`). The latest
   * 20 answers that let nobody in are kept. An order that is not there refuses everybody (`unknown-order`).
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
  admit(orderId: string, request: AdmissionRequest): Promise<Admittance>;
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
