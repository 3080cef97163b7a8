// Results of a user's function that are no reply.

import { MeituanError } from "../errors/error.js";
import { insteadOf, isError, kindOf } from "../values/kinds.js";

/**
 * The method by which a handler replies to a call or a push with the result of a function. It has no name, because users have other
 * methods for that.
 */
export const replyWith = Symbol("replyWith");

/** The function has made a reply, and returned something else: most likely it has forgotten to return it. Its meaning is not guessed. */
export function notReturned(returned: unknown) {
  const { en, zh } = kindOf(returned);
  const detail = {
    en: `a reply was made, and found ${en} returned in its place: return it, as in return call.fail(…)`,
    zh: `已生成应答，返回的却是${zh}：请返回该应答，如 return call.fail(…)`,
  };
  return new MeituanError("WRONG_TYPE", { path: "body", detail });
}

/** A result that reports a failure, of functions that need not return anything. */
export function refuseFailure(returned: unknown) {
  if (returned !== false && !isError(returned)) return;
  const detail = insteadOf(returned, "a reply, or nothing (throw what fails)", "应答或无返回值（失败请抛出异常）");
  throw new MeituanError("WRONG_TYPE", { path: "body", detail });
}
