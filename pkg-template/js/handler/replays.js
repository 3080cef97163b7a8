// Whether a call came before. A signature covers method, URI and Date, and neither body nor query: two calls of one second can have
// the same one, so that a repeat is known by its body, too.

import { endsInTime, steady } from "../runtime/time-limits.js";
import { duration, integer } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { optionsOf } from "../values/options.js";

/** @typedef {{ signature: string, date: string, call: string, bodyDigest: string }} SeenCall */
/**
 * Asks the user's hook. What it does not say clearly is no answer: nothing may be done then.
 * @param {(call: SeenCall, ...context: any[]) => unknown} seen
 * @param {any} call
 * @param {string | Uint8Array} body as it came
 * @param {any[]} context
 * @param {number} until by the steady clock
 * @returns {Promise<boolean>}
 */
export async function wasSeen(seen, { signature, date, type }, body, context, until) {
  const asking = async () => seen({ signature, date, call: type, bodyDigest: await digestOf(body) }, ...context);
  const answer = await endsInTime(asking(), until, "seen");
  return typeof answer === "boolean" ? answer : unexpected("seen", answer, "true or false", "true 或 false");
}

/** @param {string | Uint8Array} body */
async function digestOf(body) {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {Uint8Array<ArrayBuffer>} */ (bytes)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A Date is accepted 600 s before and after now, so that a call can come again for twice as long. */
const KEPT = 1_200_000;
const MOST = 100_000;

/**
 * A hook that remembers the calls of this process.
 * @param {{ keptMs?: number, most?: number }} [options]
 */
export function seenInMemory(options) {
  const { keptMs = KEPT, most = MOST } = optionsOf(options, "options", ["keptMs", "most"], "");
  duration(keptMs, "keptMs");
  integer(most, "most", 1, 2 ** 24);
  /** When each came, by the steady clock, the oldest first. @type {Map<string, number>} */
  const known = new Map();
  return (/** @type {SeenCall} */ { signature, date, call, bodyDigest }) => {
    const now = steady();
    for (const [key, at] of known) {
      if (now - at < keptMs) break;
      known.delete(key);
    }
    const key = `${call}\n${date}\n${signature}\n${bodyDigest}`;
    if (known.has(key)) return true;
    known.set(key, now);
    if (known.size > most) known.delete(/** @type {string} */ (known.keys().next().value));
    return false;
  };
}
