// Rides in Deno KV: what the library keeps of each, and when something is due about it.

import type { RideCalls, RideOrder, RideOrderStore } from "meituan-protocol/ride";

interface Stored {
  snapshot: RideOrder | RideCalls;
  due: number | undefined;
}

/** A timer holds no longer. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class KvStore implements RideOrderStore<string> {
  #kv: Deno.Kv;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Does what is due about a ride. */
  isDue: (key: string) => void = () => {};

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  async load(key: string) {
    const { value, versionstamp } = await this.#kv.get<Stored>(["rides", key]);
    return value === null || versionstamp === null ? null : { snapshot: value.snapshot, revision: versionstamp };
  }

  /** If several are saved at the same time, one is, and the others begin anew. */
  async save(key: string, snapshot: RideOrder | RideCalls, expected: string | null, { due }: { due: number | undefined }) {
    const at = ["rides", key];
    const { ok } = await this.#kv.atomic().check({ key: at, versionstamp: expected }).set(at, { snapshot, due }).commit();
    if (ok) this.wake(key, due);
    return ok;
  }

  /** Comes back when the next thing is due. */
  wake(key: string, due: number | undefined) {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (due === undefined) return;
    const wait = Math.min(Math.max(due - Date.now(), 0), LONGEST_TIMER);
    this.#timers.set(
      key,
      setTimeout(() => this.isDue(key), wait),
    );
  }

  /** Orders that were due when the last process ended. */
  async wakeAll() {
    for await (const { key, value } of this.#kv.list<Stored>({ prefix: ["rides"] })) this.wake(key[1], value.due);
  }
}
