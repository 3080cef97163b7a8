// The work of the user's functions, where the library keeps the order: what they reply is not sent, but recorded.

import { callIndex, PENDING } from "../boundary/ticket-calls.js";
import { MeituanError } from "../errors/error.js";
import type { Counts } from "../generated/messages.js";
import { notServed } from "../generated/texts.js";
import { Outcome } from "../generated/ticket-codes.js";
import { calls } from "../generated/ticket-messages.js";
import { replyWith } from "../handler/returned.js";
import type { Configuration } from "../ticket/configuration.js";
import { ReceivedCall, type Replied, type Said } from "../ticket/received-call.js";
import { stringify } from "../values/json.js";
import type { Snapshot } from "../values/snapshot.js";
import type { End } from "./driver.js";
import type { TicketOrder } from "./store.js";

/** How a function's work ended, as the order service wants it. */
class Ended {
  #end: End;
  #call: object;

  /** @param call that it is the reply to */
  constructor(end: End, call: object) {
    this.#end = end;
    this.#call = call;
  }

  /** Of whatever a function has returned: a proxy may throw when its class is read. */
  static endOf(value: unknown, call: object): End | undefined {
    if (typeof value !== "object" || value === null || !(#end in value)) return undefined;
    if (value.#call === call) return value.#end;
    const detail = { en: "found the reply to another call", zh: "实为另一个请求的应答" };
    throw new MeituanError("WRONG_TYPE", { path: "body", detail });
  }
}

/** The second argument of a function, beside the call. */
interface Known {
  attemptKey: string;
  order: Snapshot<TicketOrder>;
  /** The order's number at the supplier. */
  partnerOrderId: string | undefined;
  counts: Counts;
}

/** Where a call has its order as the store does, so that only functions that read it have it parsed. */
const STORED: unique symbol = Symbol("stored");

/**
 * The order of a call is a field of its own, so that copies have it too. All calls share the getter: an object with a getter of its own is a
 * dictionary to V8.
 */
const ORDER = {
  get(this: Task): TicketOrder {
    return this[STORED].value;
  },
  enumerable: true,
  configurable: true,
};

/** A call for a user's function. Its replies are checked when they are recorded. */
class Task extends ReceivedCall<Ended> {
  declare readonly [STORED]: Snapshot<TicketOrder>;
  declare readonly attemptKey: string;
  declare readonly order: TicketOrder;
  declare readonly counts: Counts;

  constructor(configuration: Configuration, index: number, envelope: { partnerId: number; body: any }, known: Known) {
    const { clock } = configuration;
    const record = (said: Replied): Ended =>
      said.outcome === PENDING
        ? new Ended({ outcome: Outcome.PENDING }, this)
        : new Ended({ outcome: Outcome.DONE, reply: stringify(numbered(said, known.partnerOrderId)) }, this);
    const finish = (_: unknown, { code, describe }: Said): Ended => new Ended({ outcome: Outcome.REFUSED, code, describe }, this);
    super(configuration, index, { envelope, warnings: [], encrypted: false }, { receivedAt: clock(), clock }, finish, record);
    this.attemptKey = known.attemptKey;
    this.counts = known.counts;
    Object.defineProperty(this, STORED, { value: known.order });
    Object.defineProperty(this, "order", ORDER);
  }

  override ok(reply?: any, options?: any): Ended {
    return checked(() => super.ok(reply, options));
  }

  override pending(fields?: object): Ended {
    return checked(() => super.pending(fields));
  }

  override issuing(fields?: object): Ended {
    return checked(() => super.issuing(fields));
  }

  override fail(code: number, describe: string): Ended {
    return checked(() => super.fail(code, describe));
  }

  override failUnlisted(code: number, describe: string): Ended {
    return checked(() => super.failUnlisted(code, describe));
  }
}

/** What a reply repeats has the order's number as it is known here, whatever number the call had. */
function numbered(said: Replied, partnerOrderId: string | undefined): Replied {
  if (partnerOrderId === undefined || !Object.hasOwn(said.repeated ?? {}, "partnerOrderId")) return said;
  return { ...said, repeated: { ...said.repeated, partnerOrderId } };
}

export function taskOf(configuration: Configuration, name: string, body: any, known: Known): Task {
  const index = callIndex(name) as number;
  // Replies repeat the order's number as it is known here.
  const partnerOrderId = body.partnerOrderId || known.partnerOrderId;
  return new Task(configuration, index, { partnerId: configuration.partnerId, body: { ...body, partnerOrderId } }, known);
}

/** An error of a reply, which the function may let pass: it ended, and its result cannot be used. */
function checked<T>(reply: () => T): T {
  try {
    return reply();
  } catch (error) {
    unusable.add(error as object);
    throw error;
  }
}

/** Errors that these have thrown: the function ended, and its result cannot be used. */
const unusable = new WeakSet<object>();

/** Runs a user's function. Its error is reported: it may have acted before. */
export async function functionEnd(
  act: ((call: Task, ...context: unknown[]) => unknown) | undefined,
  call: Task,
  context: unknown[],
  reportError: (error: unknown) => void,
): Promise<End> {
  // Messages need no function, and what Meituan may only ask for where it is served is refused.
  if (act === undefined) {
    if (calls.some(({ name, work }) => name === call.type && work === "message")) return { outcome: Outcome.DONE };
    return { outcome: Outcome.REFUSED, describe: notServed };
  }
  let result: unknown;
  try {
    result = await act(call, ...context);
  } catch (error) {
    reportError(error);
    return { outcome: unusable.has(error as object) ? Outcome.UNUSABLE : Outcome.UNKNOWN };
  }
  try {
    return Ended.endOf(result, call) ?? (Ended.endOf(call[replyWith](result), call) as End);
  } catch (error) {
    reportError(error);
    return { outcome: Outcome.UNUSABLE };
  }
}
