// The work of the user's functions, where the library keeps the order: what they reply is not sent, but recorded.

import { callIndex, PENDING } from "../boundary/ticket-calls.js";
import { MeituanError } from "../errors/error.js";
import { notServed } from "../generated/texts.js";
import { Outcome } from "../generated/ticket-codes.js";
import { calls } from "../generated/ticket-messages.js";
import { replyWith } from "../handler/returned.js";
import { Call } from "../ticket/call.js";
import { stringify } from "../values/json.js";

/**
 * @typedef {import("../ticket/call.js").Replied} Replied
 * @typedef {import("../ticket/call.js").Said} Said
 * @typedef {import("./driver.js").End} End
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
 * @extends {Call<Ended>}
 */
class Task extends Call {
  /**
   * @param {any} configuration
   * @param {number} index
   * @param {{ partnerId: number, body: any }} envelope
   * @param {{ attemptKey: string, order: any, counts: any }} known
   */
  constructor(configuration, index, envelope, { attemptKey, order, counts }) {
    const { clock } = configuration;
    const record = (/** @type {Replied} */ said) =>
      said.outcome === PENDING
        ? new Ended({ outcome: Outcome.PENDING }, this)
        : new Ended({ outcome: Outcome.DONE, reply: stringify(said) }, this);
    const finish = (/** @type {unknown} */ _, /** @type {Said} */ { code, describe }) =>
      new Ended({ outcome: Outcome.REFUSED, code, describe }, this);
    super(configuration, index, envelope, { warnings: [], encrypted: false, receivedAt: clock(), clock, finish, record });
    this.attemptKey = attemptKey;
    this.order = order;
    this.counts = counts;
  }

  /** @param {any} [reply] @param {any} [options] */
  ok(reply, options) {
    return checked(() => super.ok(reply, options));
  }

  /** @param {any} [fields] */
  pending(fields) {
    return checked(() => super.pending(fields));
  }

  /** @param {any} [fields] */
  issuing(fields) {
    return checked(() => super.issuing(fields));
  }

  /** @param {number} code @param {string} describe */
  fail(code, describe) {
    return checked(() => super.fail(code, describe));
  }

  /** @param {number} code @param {string} describe */
  failUnlisted(code, describe) {
    return checked(() => super.failUnlisted(code, describe));
  }
}

/**
 * @param {any} configuration
 * @param {string} name
 * @param {any} body
 * @param {{ attemptKey: string, order: any, counts: any }} known
 */
export function taskOf(configuration, name, body, known) {
  const index = /** @type {number} */ (callIndex(name));
  // Replies repeat the order's number as it is known here.
  const partnerOrderId = body.partnerOrderId || known.order.partnerOrderId;
  return new Task(configuration, index, { partnerId: configuration.partnerId, body: { ...body, partnerOrderId } }, known);
}

/**
 * What a reply throws, the function may let pass: it ended, and what it returned cannot be used.
 * @template T
 * @param {() => T} reply
 */
function checked(reply) {
  try {
    return reply();
  } catch (error) {
    unusable.add(/** @type {object} */ (error));
    throw error;
  }
}

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
    return Ended.endOf(result, call) ?? /** @type {End} */ (Ended.endOf(call[replyWith](result), call));
  } catch (error) {
    tell(error);
    return { outcome: Outcome.UNUSABLE };
  }
}
