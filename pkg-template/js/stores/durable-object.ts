// Orders in the SQLite of a Durable Object, and its alarm.

import { flag } from "../values/arguments.js";
import { firstDueOf, type Row, returningEngine, SQLITE, schemaOf, type TableOptions } from "./sql.js";
import { clientOf, type DeletingStore, deletingStoreOver, type OrderToSave, storeOptions } from "./store.js";

export { sqliteSchema } from "./sqlite.js";
export type { DatabaseStore, DeletingStore } from "./store.js";
export type { TableOptions };

/** The storage of a Durable Object with SQLite, `ctx.storage`. */
export interface DurableObjectStorage {
  readonly sql: {
    // Values and rows are of any kind
    exec(sql: string, ...values: any[]): { toArray(): any[] };
  };
  getAlarm(): Promise<number | null>;
  setAlarm(time: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

export interface DurableObjectOptions extends TableOptions {
  /** Whether each save sets the object's alarm to what is due first; by default it does. Say `false` where the alarm is yours. */
  alarm?: boolean | undefined;
}

export interface DurableObjectStore extends DeletingStore {
  /** Sets the alarm to what is due first, but not before `earliest`. For the end of `alarm()`, where something may not have been settled. */
  wake(earliest?: number): Promise<void>;
}

/**
 * A store in a Durable Object: one for each order, or one for many. It makes its table itself.
 *
 * ```js
 * export class Orders extends DurableObject {
 *   #store = durableObjectStore(this.ctx.storage);
 *   #handler = handler({ config: () => settings(this.env), store: this.#store, send: (request) => fetch(request), orderCreate, … });
 *   fetch = (request) => this.#handler(request);
 *   async alarm() {
 *     await settler(this.#handler, this.#store)();
 *     await this.#store.wake(Date.now() + 60_000);
 *   }
 * }
 * ```
 */
export function durableObjectStore(storage: DurableObjectStorage, options?: DurableObjectOptions): DurableObjectStore {
  clientOf(storage, ["getAlarm", "setAlarm", "deleteAlarm"], "storage");
  clientOf(storage.sql, ["exec"], "storage.sql");
  const { alarm = true, ...table } = storeOptions(options, ["table", "alarm"]);
  const setsAlarm = flag(alarm, "alarm");
  for (const statement of schemaOf(SQLITE, table)) storage.sql.exec(statement);
  const rowsOf = async (sql: string, values: readonly unknown[]) => storage.sql.exec(sql, ...values).toArray() as Row[];
  const engine = returningEngine(SQLITE, rowsOf, table);
  const FIRST_DUE = firstDueOf(SQLITE, table);

  const wake = async (earliest = 0): Promise<void> => {
    const isSetTo = await storage.getAlarm();
    // Nothing is awaited between looking and setting, so the last save decides.
    const due: number | null = storage.sql.exec(FIRST_DUE).toArray()[0].due;
    const time = due === null ? null : Math.max(due, earliest);
    if (time === isSetTo) return;
    await (time === null ? storage.deleteAlarm() : storage.setAlarm(time));
  };
  const save = async (order: OrderToSave): Promise<boolean> => {
    const isSaved = await engine.save(order);
    if (isSaved && setsAlarm) await wake();
    return isSaved;
  };
  return { ...deletingStoreOver({ ...engine, save }), wake };
}
