import type { BreachId, MessageName, ReasonId, ReportId } from "../generated/messages.js";
import type { Text } from "../generated/texts.js";

/** What a conflict of a ticket order means. The fact is recorded all the same, and somebody has to look. */
export declare const conflicts: Readonly<Record<BreachId, Text>>;
/** Why a call is refused, why an event is illegal, or what another outcome than 200 means. */
export declare const reasons: Readonly<Record<ReasonId, Text>>;
/** What a transition reports, though it contradicts nothing. */
export declare const reports: Readonly<Record<ReportId, Text>>;

/** One field of a message, as the wire has it. */
export interface FieldDefinition {
  readonly name: string;
  /** What it holds. `yuan` is a decimal number, `wallClock` is `yyyy-MM-dd HH:mm:ss` in UTC+8, `moment` epoch milliseconds. */
  readonly type:
    | "id"
    | "integer"
    | "code"
    | "yuan"
    | "fen"
    | "decimal"
    | "text"
    | "flag"
    | "moment"
    | "date"
    | "wallClock"
    | "object"
    | "textMap"
    | "raw";
  /** Whether it is a list of these. */
  readonly list?: true;
  /** The documented maximum of items. */
  readonly most?: number;
  /** The smallest number. */
  readonly min?: number;
  /** The largest number, or the documented length of a text. */
  readonly max?: number;
  /** The object or the table of values: a name in `definitions` or `values`. */
  readonly of?: string;
  /** Whether it must be there: always, or in a reply that says success. */
  readonly needed?: "always" | "onSuccess";
  /** What it is: in Chinese, then after ` · ` in English. Empty where the object says it. */
  readonly doc: string;
}

/** A message, or an object in one. */
export interface Definition {
  readonly doc: string;
  /** What a request of the ride API says in its field `method`. */
  readonly method?: string;
  readonly fields: readonly FieldDefinition[];
}

/** The messages by their names, and the objects in them; texts as in {@link FieldDefinition.doc}. */
export declare const definitions: Readonly<Record<MessageName, Definition>> & Readonly<Record<string, Definition | undefined>>;
/** The documented values of the fields of type `code`, by the table's name: each with its meaning, as in {@link FieldDefinition.doc}. */
export declare const values: Readonly<Record<string, Readonly<Record<number, string>> | undefined>>;

/** What a row of the ticket order's table says is done. */
export type TicketVerdict = "Run" | "RunFlagged" | "Record" | "RecordFlagged" | "Truth" | "Stale" | "Refuse";

/** The state machines of both APIs' orders: the tables that the library decides by; texts likewise. */
export declare const machines: {
  readonly ticket: {
    /** The states, each with its lifecycle and orderStatus (0: none). */
    readonly states: ReadonlyArray<{ readonly name: string; readonly lifecycle: number; readonly orderStatus: number }>;
    /** Every state with every trigger, once. */
    readonly moves: ReadonlyArray<{
      readonly from: string;
      readonly on: string;
      readonly to: string;
      readonly verdict: TicketVerdict;
    }>;
  };
  readonly ride: {
    /** The states by their number: Meituan's; 0 nothing known; -100 and -110 cancelled, and only a query says how. */
    readonly states: ReadonlyArray<{
      readonly status: number;
      readonly name: { readonly en: string; readonly zh: string };
      readonly isFinal: boolean;
    }>;
    /** The transitions. `from` empty: any state; no `to`: the state stays; `asks`: a query has to confirm it. */
    readonly moves: ReadonlyArray<{
      readonly from: readonly number[];
      readonly event: number;
      readonly to?: number;
      readonly asks: boolean;
      readonly doc: string;
    }>;
    /** The states that a query may report, once it says which kind of cancellation it was. */
    readonly toldByQuery: ReadonlyArray<{ readonly from: number; readonly to: number }>;
  };
};
