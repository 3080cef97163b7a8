// A call of Meituan's as users have it: typed by which call it is.

import type { Finding } from "../errors/finding.js";
import type { TicketCalls } from "../generated/messages.js";
import type { Reply } from "../http/reply.js";
import type { SupplierCallName } from "./calls.js";

export type ReplyOf<Name extends SupplierCallName> = TicketCalls[Name]["reply"];

type EchoesOf<Name extends SupplierCallName> = TicketCalls[Name]["echoes"];

/** The content of a reply; fields that repeat the request's may be left out and are then filled in. */
export type ReplyBody<Name extends SupplierCallName> = [EchoesOf<Name>] extends [never]
  ? ReplyOf<Name>
  : Omit<ReplyOf<Name>, EchoesOf<Name>> & Partial<Pick<ReplyOf<Name>, EchoesOf<Name> & keyof ReplyOf<Name>>>;

interface AlreadyOption {
  /** It had happened before. orderRefund says 601 instead of 200. */
  already?: boolean;
}

export type ReplyOptions<Name extends SupplierCallName> = {
  /** The known facts of the order. Without its quantity, rules that count are reported as unchecked. */
  order?: { readonly quantity?: number };
} & ([TicketCalls[Name]["beside"]] extends [never] ? unknown : TicketCalls[Name]["beside"]) &
  ([TicketCalls[Name]["already"]] extends [never] ? unknown : AlreadyOption);

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
  /** Deviations from the definition that were accepted. */
  readonly warnings: readonly Finding[];
  /** Whether the body was encrypted; the reply will be, too. */
  readonly encrypted: boolean;
  /** Header `Date` as received; undefined in what is given to the functions of a handler with a store, which may run again without a call. */
  readonly date: string | undefined;
  /**
   * The signature as received. It covers method, URI and Date, and not the body. It is not printed with the call: while its Date is
   * accepted, anybody who has it can send this call again.
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
