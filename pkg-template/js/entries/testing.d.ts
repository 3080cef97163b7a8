import type { Reply } from "../errors/error.js";
import type { AcceptancePointId, ErrorCode, Fen, RuleId, TicketCalls } from "../generated/messages.js";
import type { HeadersInput, NoticeName, RawBody, SignedRequest, SupplierCallName } from "./ticket.js";

export { MemoryStore, storeContract } from "../testing/memory-store.js";
export type * from "../testing/ride-types.js";
export { MeituanRide } from "../testing/ride-types.js";
export type * from "../testing/trace-types.js";
export { checkTrace, exchangeOf, traceOf } from "../testing/trace-types.js";

/** The same thing said twice. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

/** One thing about a message or an outcome that is not as it must be. */
export interface Issue {
  /** A rule, an error, or one of the checks of this side. */
  readonly id:
    | RuleId
    | ErrorCode
    | "reply.http-200"
    | "reply.listed-code"
    | "reply.echo"
    | "reply.partner-id"
    | "pay.issuing-bare"
    | "expected";
  /** Whether the verdict fails for it. */
  readonly refuses: boolean;
  /** The field; empty for the whole. */
  readonly path: string;
  /** What was found, in English. */
  readonly detail: string;
  /** The same in Chinese. */
  readonly detailZh: string;
  /** What is demanded. */
  readonly text: Text;
}

export type Verdict = "passed" | "failed";

export interface MeituanTicketOptions {
  /** The supplier's number at Meituan. */
  partnerId: number | string;
  /** The pair that both sides sign with. */
  clientId: string;
  clientSecret: string | readonly string[];
  /** The supplier's paths, as registered: `{ "/mt/order/create": "orderCreate" }`. */
  routes: Readonly<Record<string, SupplierCallName>>;
  /** Where the supplier answers, such as `http://127.0.0.1:8787`. */
  host?: string | undefined;
  /** The whole-body encryption of the newer API. */
  bodyEncryption?: { key: string; appKey?: string | undefined } | undefined;
}

/** What part of a call is false: its signature, or its date (an hour old, and signed). */
export type Forgery = "signature" | "date";

export interface JudgedReply<Name extends SupplierCallName = SupplierCallName> {
  readonly code: number | undefined;
  readonly describe: string | undefined;
  /** Absent where there is none, and where the definition refuses the reply. */
  readonly body: TicketCalls[Name]["reply"] | undefined;
  readonly issues: readonly Issue[];
  readonly verdict: Verdict;
}

export interface JudgedNotice {
  /** Undefined where no notice goes to that path. */
  readonly type: NoticeName | undefined;
  /** The notice with what it says beside its body (issueType, code, describe); undefined where the definition refuses it. */
  // biome-ignore lint/suspicious/noExplicitAny: which of six notices it is, is known at run time only.
  readonly envelope: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly body: any;
  readonly issues: readonly Issue[];
  readonly verdict: Verdict;
  /** What Meituan answers: the given answer where the notice is as it must be, else a refusal with its reason. */
  readonly reply: Reply;
}

/**
 * Meituan's side of the ticket API, as one supplier meets it. Values go in and values come out: no connection, no clock, no
 * randomness.
 */
export declare class MeituanTicket {
  constructor(options: MeituanTicketOptions);
  /** A signed call to the supplier's path. */
  call<Name extends SupplierCallName>(
    name: Name,
    body: TicketCalls[Name]["request"],
    options: { now: number | Date; forge?: Forgery | undefined },
  ): SignedRequest<Name>;
  /** Judges the supplier's reply: by its definition, by the acceptance points about single replies, and by what is expected. */
  readReply<Name extends SupplierCallName>(
    name: Name,
    reply: RawBody,
    about?: {
      /** The HTTP status; 200 if not given. */
      status?: number | undefined;
      /** The call's body, whose ids the reply must repeat. */
      request?: Partial<TicketCalls[Name]["request"]> | undefined;
      /** How many tickets the order has: the rules that count need it. */
      quantity?: number | undefined;
      /** What code, describe and body must hold at least; lists in any order. */
      expect?: object | undefined;
    },
  ): JudgedReply<Name>;
  /** Authenticates, reads and judges a notice of the supplier's, and answers it. */
  receiveNotice(
    request: { method: string; url: string; headers: HeadersInput; body: RawBody },
    about: {
      now: number | Date;
      quantity?: number | undefined;
      expect?: object | undefined;
      /** What a notice gets that is as it must be; 200 if not given. */
      answer?: { code: number; describe: string } | undefined;
    },
  ): JudgedNotice;
  /** Which notice this is and which order it is about, before it is judged. */
  addressOf(request: { url: string; body: RawBody }): { type: NoticeName | undefined; orderId: string | undefined };
}

/** Compares what happened with what was due, for steps that are neither call nor notice. */
export declare function compare(expect: unknown, found: unknown): { issues: readonly Issue[]; verdict: Verdict };

/** The acceptance points of the acceptance manual's part five (验收点) that single orders can show, by stable id. */
export declare const ACCEPTANCE_POINTS: Readonly<
  Record<AcceptancePoint, Text & { readonly section: string; readonly basis: "documented" | "inferred" }>
>;
export type AcceptancePoint = AcceptancePointId;

/** What the lives are made with. All products are sold one code per ticket (voucherType 1) at the same price. */
export interface Plan {
  /** The first order's number; the others follow it. */
  firstOrderId: string;
  products: {
    /** Answers pay with 598 and issues some time later, refunds alike. */
    issues: string;
    /** Answers pay with 598 and then cannot issue. */
    refuses: string;
    /** Issues and refunds at once. */
    instant: string;
    /** Does not exist. */
    unknown: string;
  };
  mtDealId: string;
  buyPrice: Fen;
  unitPrice: Fen;
  /** The day on which guests can enter, or absent for tickets with a validity period. */
  travelDate?: string | undefined;
  /** The time of the refund applications, epoch milliseconds. */
  now: number;
}

interface StepBase {
  /** Stable, and different from all others. */
  readonly name: string;
  readonly orderId: string;
  /** What must come of it, at least. */
  readonly expect: object;
  /** The acceptance points that it shows. */
  readonly shows: readonly AcceptancePoint[];
}

/** One thing that happens to an order. */
export type Step =
  | (StepBase & {
      /** Meituan calls: send `call(step.call, step.body)`, judge by `readReply`. */
      readonly kind: "call";
      readonly call: SupplierCallName;
      // biome-ignore lint/suspicious/noExplicitAny: the body of the call named beside it.
      readonly body: any;
      readonly quantity: number;
      readonly forge?: Forgery | undefined;
      /**
       * What the notices get that follow from this call, in the order in which they come; 200 where there is nothing (left). A
       * notice can come before its own step is reached, and should not be kept waiting.
       */
      readonly answers?: Readonly<Partial<Record<NoticeName, ReadonlyArray<{ readonly code: number; readonly describe: string }>>>>;
    })
  | (StepBase & {
      /** The supplier must send a notice: wait for it, judge and answer it by `receiveNotice`. */
      readonly kind: "notice";
      readonly notice: NoticeName;
      readonly quantity: number;
      readonly answer: { readonly code: number; readonly describe: string };
    })
  | (StepBase & {
      /** Guests at the supplier's own gate: let them in and `compare` with `{ entered }`, the codes that opened it. */
      readonly kind: "entry";
      readonly vouchers: readonly string[];
    });

export interface OrderLife {
  readonly name: string;
  /** Which of the plan's products it is about: without that, it need not be played. */
  readonly product: keyof Plan["products"];
  readonly title: Text;
  /** Yields a step; expects what came of it, because later steps repeat what the supplier chose. */
  // biome-ignore lint/suspicious/noExplicitAny: a judged reply, a judged notice, or what the gate reported.
  readonly steps: Generator<Step, void, any>;
}

/** Lives of orders that together show every acceptance point of {@link ACCEPTANCE_POINTS}. */
export declare function orderLives(plan: Plan): OrderLife[];
