// The number of an order that is not submitted yet.

import { unexpected } from "../values/faults.js";
import { bytesOf } from "../values/kinds.js";

/** The bytes of a UUID before which there is a dash. */
const DASHES = new Set([4, 6, 8, 10]);

/**
 * A new `channelPartnerOrderId`: a UUID of version 4, from 16 random bytes; drawn from the platform if not given.
 *
 * @example
 * const channelPartnerOrderId = newOrderId();
 */
export function newOrderId(random: Uint8Array = crypto.getRandomValues(new Uint8Array(16))): string {
  const bytes = bytesOf(random);
  if (bytes?.length !== 16) return unexpected("random", random, "a Uint8Array of 16 bytes", "16 字节的 Uint8Array");
  const id = bytes.slice();
  id[6] = (id[6] & 0x0f) | 0x40;
  id[8] = (id[8] & 0x3f) | 0x80;
  return Array.from(id, (byte, at) => (DASHES.has(at) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}
