// One push of Meituan's, and the answers that may be given to it.

import { answerPush, answerRefusedPush, type ReceivedMessage } from "../boundary/ride-calls.js";
import { answerWith } from "../errors/answers.js";
import { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import type { RideInterfaces } from "../generated/messages.js";
import { ResultCode } from "../generated/ride-codes.js";
import { interfaces } from "../generated/ride-messages.js";
import { notReturned, refuseFailure, replyWith } from "../handler/returned.js";
import { EnvelopeReply, type Reply, replyOf } from "../http/reply.js";
import { isWellFormed } from "../values/content.js";
import { kindOf } from "../values/kinds.js";

/** A push about another business than rides. Meituan sends those to the same address. */
export const OTHER_PUSH = "otherPush";

export class ReceivedPush<Answer> {
  declare readonly type: keyof RideInterfaces | typeof OTHER_PUSH;
  declare readonly body: any;
  declare readonly deduplicationKey: string;
  declare readonly warnings: readonly Finding[];
  #finish: (reply: Reply) => Answer;
  #hasReply = false;

  constructor({ of, isOther, message, key, warnings }: ReceivedMessage, finish: (reply: Reply) => Answer) {
    this.type = isOther ? OTHER_PUSH : interfaces[of].name;
    this.body = message;
    this.deduplicationKey = key;
    this.warnings = warnings;
    this.#finish = finish;
  }

  ok(): Answer {
    const answer = new EnvelopeReply(ResultCode.SUCCESS, answerPush(ResultCode.SUCCESS, ""));
    this.#hasReply = true;
    return this.#finish(answer);
  }

  fail(code: number, message: string): Answer {
    if (!Number.isInteger(code) || Math.abs(code) >= 2 ** 31 || code === ResultCode.SUCCESS) {
      const { en, zh } = kindOf(code);
      const detail = { en: `expected the code of a failure, found ${en}`, zh: `应为表示失败的返回码，实为${zh}` };
      throw answerable(new MeituanError("ILLEGAL_REPLY_CODE", { path: "code", detail }));
    }
    if (typeof message !== "string") {
      const { en, zh } = kindOf(message);
      throw answerable(
        new MeituanError("WRONG_TYPE", {
          path: "message",
          detail: { en: `expected a string, found ${en}`, zh: `应为字符串，实为${zh}` },
        }),
      );
    }
    if (!isWellFormed(message)) throw answerable(new MeituanError("LONE_SURROGATE", { path: "message" }));
    let answer: Reply;
    try {
      answer = failure(code, message);
    } catch (error) {
      throw answerable(error);
    }
    this.#hasReply = true;
    return this.#finish(answer);
  }

  /** The reply of what a function has returned. */
  [replyWith](returned: unknown): Answer {
    if (this.#hasReply) throw answerable(notReturned(returned));
    refuseFailure(returned);
    return this.ok();
  }
}

export const failure = (code: number, message: string): Reply => new EnvelopeReply(code, answerPush(code, message));

/** Whatever went wrong on our side: Meituan pushes again. */
export function answerable(error: unknown): unknown {
  if (!MeituanError.is(error)) return error;
  answerWith(error, () => replyOf(answerRefusedPush(error)));
  return error;
}
