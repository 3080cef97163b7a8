// Whether a call came before. A signature covers method, URI and Date, and neither body nor query: two calls of one second can have
// the same one, so that a repeat is known by its body, too.

import { endsInTime, steady } from "../runtime/time-limits.js";
import type { SupplierCallName } from "../ticket/calls.js";
import { duration, integer } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { optionsOf } from "../values/options.js";

/** The key by which a repeat of a call is known. */
export interface SeenCall {
  /** As received. While its Date is accepted it is as good as a password: keep it as one, or a hash of it. */
  readonly signature: string;
  /** Header `Date` as received. */
  readonly date: string;
  readonly call: SupplierCallName;
  /** SHA-256 of the body as received, in lowercase hexadecimal digits. */
  readonly bodyDigest: string;
}

/**
 * Asks the user's hook. An unclear answer is none: nothing may be done then.
 * @param body as it came
 * @param until by the steady clock
 */
export async function wasSeen(
  seen: (call: SeenCall, ...context: unknown[]) => unknown,
  { signature, date, type }: any,
  body: string | Uint8Array,
  context: unknown[],
  until: number,
): Promise<boolean> {
  const asking = async () => seen({ signature, date, call: type, bodyDigest: await digestOf(body) }, ...context);
  const answer = await endsInTime(asking(), until, "seen");
  return typeof answer === "boolean" ? answer : unexpected("seen", answer, "true or false", "true 或 false");
}

async function digestOf(body: string | Uint8Array) {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A Date is accepted 600 s before and after now, so that a call can come again for twice as long. */
const KEPT = 1_200_000;
const MAX_KNOWN = 100_000;

/**
 * A hook for `seen` that remembers the calls of this process. `keptMs` is how long, by default 20 minutes: a Date is accepted 600 s
 * before and after now. `max` is how many, by default 100,000; of more the oldest are forgotten. Several processes, and platforms
 * that keep none, need a database instead.
 *
 * @example
 * export default { fetch: handler({ config, seen: seenInMemory(), orderCreate, orderPay }) };
 */
export function seenInMemory(options?: { keptMs?: number | undefined; max?: number | undefined }): (call: SeenCall) => boolean {
  const { keptMs = KEPT, max = MAX_KNOWN } = optionsOf(options, "options", ["keptMs", "max"], "");
  duration(keptMs, "keptMs");
  integer(max, "max", 1, 2 ** 24);
  /** When each came, by the steady clock, the oldest first. */
  const known = new Map<string, number>();
  return ({ signature, date, call, bodyDigest }: SeenCall) => {
    const now = steady();
    for (const [key, at] of known) {
      if (now - at < keptMs) break;
      known.delete(key);
    }
    const key = `${call}\n${date}\n${signature}\n${bodyDigest}`;
    if (known.has(key)) return true;
    known.set(key, now);
    if (known.size > max) known.delete(known.keys().next().value as string);
    return false;
  };
}
