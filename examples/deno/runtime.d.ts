// The part of Deno's types that this example uses, so that it compiles without Deno.
// In a project of your own, delete this file: Deno knows them.

declare namespace Deno {
  const env: { get(name: string): string | undefined };
  function serve(options: { port: number }, handler: (request: Request) => Response | Promise<Response>): unknown;
  function openKv(path?: string): Promise<Kv>;

  type Key = readonly string[];
  interface Entry<Value> {
    key: Key;
    value: Value | null;
    versionstamp: string | null;
  }
  interface Kv {
    get<Value = unknown>(key: Key): Promise<Entry<Value>>;
    list<Value = unknown>(selector: { prefix: Key }): AsyncIterable<{ key: Key; value: Value }>;
    atomic(): Atomic;
  }
  interface Atomic {
    check(entry: { key: Key; versionstamp: string | null }): Atomic;
    set(key: Key, value: unknown): Atomic;
    commit(): Promise<{ ok: boolean }>;
  }
}
