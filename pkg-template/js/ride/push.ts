// A push of Meituan's as users have it: typed by which push it is.

import type { Finding } from "../errors/finding.js";
import type { RideInterfaces } from "../generated/messages.js";
import type { Reply } from "../http/reply.js";
import type { RidePushName } from "./interfaces.js";

/** One push of Meituan's. `Answer` is what its answers are: `Reply`, or `TicketResponse` for a Fetch request. */
export interface RidePushOf<Name extends RidePushName, Answer = Reply> {
  readonly type: Name;
  /** The message: ids are strings, amounts are fen, timestamps are epoch milliseconds. */
  readonly body: RideInterfaces[Name]["request"];
  /**
   * The same for every repetition of the same push. Remember it, and do nothing twice. It is made of the order, what happened
   * and when (`event:<order>:<eventCode>:<eventTime>`), of the offer's order and driver, or of the refund's number.
   *
   * An event that does not say when is known by its content instead (`content:<SHA-1>` of the JSON inside the envelope, `ts` left
   * out): two such events that say the same about the same order have one key, even if the same thing happened twice. So query the
   * order at every event without an `eventTime`, known or not.
   */
  readonly deduplicationKey: string;
  /** Deviations from the ride spec that were accepted. */
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
