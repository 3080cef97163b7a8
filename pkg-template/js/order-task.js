// The work of the user's functions, where the library keeps the order: what they reply is not sent, but recorded.

import { Call, replyTo } from "./call.js";
import { callIndex, PENDING } from "./core.js";
import { MeituanError } from "./errors.js";
import { stringify } from "./json.js";
import { notServed } from "./texts.js";
import { Outcome } from "./ticket-codes.js";
import { calls } from "./ticket-messages.js";

/**
 * @typedef {import("./call.js").Replied} Replied
 * @typedef {import("./call.js").Said} Said
 * @typedef {import("./order-service.js").End} End
 */

/** How a function's work ended, as the order service wants it. */
class Ended {
  #end;
  #call;

  /** @param {End} end @param {object} call that it is the reply to */
  constructor(end, call) {
    this.#end = end;
    this.#call = call;
  }

  /**
   * Of whatever a function has returned: a proxy may throw when it is asked of what class it is.
   * @param {any} value
   * @param {object} call
   * @returns {End | undefined}
   */
  static endOf(value, call) {
    if (typeof value !== "object" || value === null || !(#end in value)) return undefined;
    if (value.#call === call) return value.#end;
    const detail = { en: "found the reply to another call", zh: "实为另一个请求的应答" };
    throw new MeituanError("WRONG_TYPE", { path: "body", detail });
  }
}

/**
 * A call for a user's function. Its replies are checked when they are recorded.
 * @param {any} configuration
 * @param {string} name
 * @param {any} body
 * @param {{ attemptKey: string, order: any, counts: any }} facts
 */
export function taskOf(configuration, name, body, { attemptKey, order, counts }) {
  const index = /** @type {number} */ (callIndex(name));
  const { clock, partnerId } = configuration;
  const record = (/** @type {Replied} */ said) =>
    said.outcome === PENDING
      ? new Ended({ outcome: Outcome.PENDING }, call)
      : new Ended({ outcome: Outcome.DONE, reply: stringify(said) }, call);
  const finish = (/** @type {unknown} */ _, /** @type {Said} */ { code, describe }) =>
    new Ended({ outcome: Outcome.REFUSED, code, describe }, call);
  // Replies repeat the order's number as it is known here.
  const known = { ...body, partnerOrderId: body.partnerOrderId || order.partnerOrderId };
  const facts = { warnings: [], encrypted: false, receivedAt: clock(), clock, finish, record };
  /** @type {any} */
  const call = new Call(configuration, index, { partnerId, body: known }, facts);
  const replies = REPLIES.map((name) => {
    const reply = /** @type {any} */ (call)[name].bind(call);
    return [
      name,
      (/** @type {any[]} */ ...said) => {
        try {
          return reply(...said);
        } catch (error) {
          unusable.add(/** @type {object} */ (error));
          throw error;
        }
      },
    ];
  });
  return Object.assign(call, Object.fromEntries(replies), { attemptKey, order, counts });
}

/** What a function says in the end. */
const REPLIES = ["ok", "pending", "issuing", "fail", "failUnlisted"];

/**
 * What these have thrown: the function ended, and what it returned cannot be used.
 * @type {WeakSet<object>}
 */
const unusable = new WeakSet();

/**
 * Runs a user's function. What it throws is reported: it may have acted before.
 * @param {Function | undefined} act
 * @param {any} call
 * @param {any[]} context
 * @param {(error: unknown) => void} tell
 * @returns {Promise<End>}
 */
export async function functionEnd(act, call, context, tell) {
  // Messages need no function, and what Meituan may only ask for where it is served is refused.
  if (act === undefined) {
    if (calls.some(({ name, work }) => name === call.type && work === "message")) return { outcome: Outcome.DONE };
    return { outcome: Outcome.REFUSED, describe: notServed };
  }
  let result;
  try {
    result = await act(call, ...context);
  } catch (error) {
    tell(error);
    return { outcome: unusable.has(/** @type {object} */ (error)) ? Outcome.UNUSABLE : Outcome.UNKNOWN };
  }
  try {
    return Ended.endOf(result, call) ?? /** @type {End} */ (Ended.endOf(replyTo(call, result), call));
  } catch (error) {
    tell(error);
    return { outcome: Outcome.UNUSABLE };
  }
}
