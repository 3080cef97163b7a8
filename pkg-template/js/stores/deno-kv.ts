// Orders in Deno KV.

import { duration } from "../values/arguments.js";
import { invalid, reading, unexpected } from "../values/faults.js";
import { clientOf, type DatabaseStore, type OrderToSave, storeOptions, storeOver } from "./store.js";

export type { DatabaseStore } from "./store.js";

export interface DenoKvOptions {
  /** The beginning of its keys; `["meituan"]` by default. Tickets and rides need one each. */
  prefix?: readonly (string | number)[] | undefined;
  /** How long an order is kept after its last save, in milliseconds, once nothing is due and no conflict is open; for ever by default. */
  keepMs?: number | undefined;
}

type Key = readonly (string | number)[];

interface Entry {
  key: readonly unknown[];
  value: unknown;
  versionstamp: string | null;
}

/** Entries that are committed as one. */
export interface DenoKvAtomic {
  check(check: { key: Key; versionstamp: string | null }): DenoKvAtomic;
  set(key: Key, value: unknown, options?: { expireIn?: number }): DenoKvAtomic;
  delete(key: Key): DenoKvAtomic;
  commit(): Promise<{ ok: boolean }>;
}

/** The database that `Deno.openKv()` opens, or `openKv` of `@deno/kv`. */
export interface DenoKv {
  get(key: Key): Promise<Entry>;
  // Its own types differ in variance alone
  list(selector: any, options?: { limit?: number }): AsyncIterable<Entry>;
  // Likewise
  atomic(): any;
}

/** An order as it is stored. A snapshot that does not fit in it is in parts of its own. */
interface Head {
  readonly text: Uint8Array;
  /** How many parts follow, and what their keys have. */
  readonly parts: number;
  readonly version: string;
  readonly due: number | null;
}

/** A value may have 64 KiB, with what surrounds the bytes. */
const PART = 60_000;
/** A commit may have 800 KiB. */
const MAX_PARTS = 13;
/** How often a load begins anew because the order is saved meanwhile. */
const LOADS = 100;

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder();

/**
 * A store in Deno KV.
 *
 * ```ts
 * const store = denoKvStore(await Deno.openKv());
 * ```
 *
 * A file is for one process: where several write, Deno reports that the database is locked. A server is for any number (not tested).
 *
 * An order may have 780 KB, which is some 2000 tickets: a commit is no larger.
 */
export function denoKvStore(kv: DenoKv, options?: DenoKvOptions): DatabaseStore {
  clientOf(kv, ["get", "list", "atomic"], "kv");
  const { prefix = ["meituan"], keepMs } = storeOptions(options, ["prefix", "keepMs"]);
  const parts = reading("prefix", () => (Array.isArray(prefix) ? [...prefix] : []));
  const isKey = parts.length > 0 && parts.every((part) => typeof part === "string" || typeof part === "number");
  const root: Key = isKey ? parts : unexpected("prefix", prefix, "a list of strings and numbers", "字符串和数字的数组");
  const keptFor = keepMs === undefined ? undefined : duration(keepMs, "keepMs");
  const headKey = (id: string): Key => [...root, "order", id];
  const partKey = (id: string, version: string, part: number): Key => [...root, "part", id, version, part];
  const conflictKey = (id: string): Key => [...root, "conflict", id];
  /** Its value is until when it is claimed. */
  const dueKey = (due: number, id: string): Key => [...root, "due", due, id];
  const idOf = ({ key }: Entry): string => String(key.at(-1));

  /** The whole string; nothing where a save has replaced its parts meanwhile. */
  const textOf = async (id: string, { text, parts, version }: Head): Promise<string | undefined> => {
    const pieces = [text];
    for (let part = 1; part <= parts; part++) {
      const { value } = await kv.get(partKey(id, version, part));
      if (value === null) return undefined;
      pieces.push(value as Uint8Array);
    }
    const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return decoder.decode(whole);
  };

  const load = async (id: string): Promise<{ snapshot: string; revision: string } | undefined> => {
    for (let tries = 0; tries < LOADS; tries++) {
      const { value, versionstamp } = await kv.get(headKey(id));
      if (value === null || versionstamp === null) return undefined;
      const snapshot = await textOf(id, value as Head);
      if (snapshot !== undefined) return { snapshot, revision: versionstamp };
    }
    throw new Error(`parts of order ${id} are missing`);
  };

  const save = async ({ key: id, snapshot, expected, due, conflicts }: OrderToSave): Promise<boolean> => {
    const { value, versionstamp } = await kv.get(headKey(id));
    if (versionstamp !== expected) return false;
    const old = value as Head | null;
    const bytes = encoder.encode(snapshot);
    const parts = Math.max(Math.ceil(bytes.length / PART) - 1, 0);
    if (parts >= MAX_PARTS) {
      invalid(
        "snapshot",
        `the order has ${bytes.length} bytes; Deno KV commits 780,000 at most`,
        `订单共 ${bytes.length} 字节，Deno KV 单次最多提交 780,000 字节`,
      );
    }
    const pieceOf = (part: number) => bytes.slice(part * PART, (part + 1) * PART);
    const version = crypto.randomUUID();
    const lasts = keptFor === undefined || due !== null || conflicts > 0 ? undefined : { expireIn: keptFor };
    const commit: DenoKvAtomic = kv.atomic();
    commit.check({ key: headKey(id), versionstamp: expected });
    if (old !== null && old.due !== null) commit.delete(dueKey(old.due, id));
    for (let part = 1; part <= (old?.parts ?? 0); part++) commit.delete(partKey(id, (old as Head).version, part));
    commit.set(headKey(id), { text: pieceOf(0), parts, version, due } satisfies Head, lasts);
    for (let part = 1; part <= parts; part++) commit.set(partKey(id, version, part), pieceOf(part), lasts);
    if (due !== null) commit.set(dueKey(due, id), 0);
    if (conflicts > 0) commit.set(conflictKey(id), conflicts);
    else commit.delete(conflictKey(id));
    return (await commit.commit()).ok;
  };

  const dueBy = (now: number) => kv.list({ prefix: [...root, "due"], end: [...root, "due", now + 1] });

  const claimDue = async (now: number, limit: number, until: number): Promise<string[]> => {
    const claimed: string[] = [];
    for await (const entry of dueBy(now)) {
      if ((entry.value as number) > now) continue;
      const key = entry.key as Key;
      const commit: DenoKvAtomic = kv.atomic();
      // A process that saves or claims it meanwhile changes this entry.
      const { ok } = await commit.check({ key, versionstamp: entry.versionstamp }).set(key, until).commit();
      if (ok && claimed.push(idOf(entry)) >= limit) break;
    }
    return claimed;
  };

  const all = async (entries: AsyncIterable<Entry>): Promise<string[]> => {
    const ids: string[] = [];
    for await (const entry of entries) ids.push(idOf(entry));
    return ids;
  };
  return storeOver({
    load,
    save,
    due: (now) => all(dueBy(now)),
    claimDue,
    conflicts: () => all(kv.list({ prefix: [...root, "conflict"] })),
  });
}
