// Orders in a table of an SQL database. Statements and rules are written here once; dialects differ by the table below.

import { unexpected } from "../values/faults.js";
import { type DeletingEngine, type DeletingStore, deletingStoreOver, storeOptions } from "./store.js";

/** Options of a store in a table. */
export interface TableOptions {
  /**
   * The name of its table: letters, digits and underscores, 50 at most. PostgreSQL, MariaDB and MySQL also accept one of another
   * schema, as in `shop.meituan_orders`. `meituan_orders` by default. Tickets and rides need a table each.
   */
  table?: string | undefined;
}

export type Value = string | number | null;
export type Row = Record<string, unknown>;

/** Runs one statement, and returns its rows and how many it has changed. */
export type Run = (text: string, values: readonly Value[]) => Promise<{ rows: readonly Row[]; changed: number }>;

/** The differences between the databases. */
interface Dialect {
  /** Around names. */
  readonly quote: string;
  /** Whether a name may have a schema. */
  readonly hasSchemas: boolean;
  /** The place of a value in a statement. */
  readonly place: (number: number) => string;
  /** Types of columns. A snapshot is text: jsonb loses U+0000, and json of MariaDB and MySQL sorts and rewrites. */
  readonly types: { readonly key: string; readonly snapshot: string; readonly time: string };
  /** How a key and a revision are read as strings, whatever the client makes of other types. */
  readonly keyString: string;
  readonly revisionString: string;
  /** A revision, in a statement. */
  readonly integer: string;
  /** Whether a statement that changes rows can return them. Others pick rows in a transaction first. */
  readonly returns: boolean;
  /** The clause after an INSERT that does nothing where the key is there. */
  readonly ifAbsent: string;
  /** Rows that somebody else has picked are left out, without waiting. */
  readonly locks: string;
  /** The clause after the columns of a table. */
  readonly tableOptions: string;
}

export const POSTGRESQL: Dialect = {
  quote: '"',
  hasSchemas: true,
  place: (number) => `$${number}`,
  // By bytes: a collation of people's languages is slower, and changes with the system's.
  types: { key: 'text COLLATE "C"', snapshot: "text", time: "bigint" },
  keyString: "order_id",
  revisionString: "CAST(revision AS text)",
  integer: "bigint",
  returns: true,
  ifAbsent: " ON CONFLICT DO NOTHING",
  locks: " FOR UPDATE SKIP LOCKED",
  tableOptions: "",
};

export const SQLITE: Dialect = {
  quote: '"',
  hasSchemas: false,
  place: () => "?",
  types: { key: "TEXT", snapshot: "TEXT", time: "INTEGER" },
  keyString: "order_id",
  revisionString: "CAST(revision AS TEXT)",
  integer: "INTEGER",
  returns: true,
  ifAbsent: " ON CONFLICT DO NOTHING",
  // One connection writes at a time.
  locks: "",
  tableOptions: "",
};

/** MariaDB and MySQL. */
export const MYSQL: Dialect = {
  quote: "`",
  hasSchemas: true,
  place: () => "?",
  // Bytes: collations take "a " for "a", and most take "A" for "a".
  types: { key: "varbinary(255)", snapshot: "longtext", time: "bigint" },
  keyString: "CONVERT(order_id USING utf8mb4)",
  revisionString: "CAST(revision AS char)",
  integer: "signed",
  returns: false,
  // The client says what is a duplicate: INSERT IGNORE would hide other errors as well.
  ifAbsent: "",
  locks: " FOR UPDATE SKIP LOCKED",
  tableOptions: " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
};

/** With what is added to it for indexes, PostgreSQL accepts 63. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,49}$/;

/** The parts of the table's name. */
function nameOf({ hasSchemas }: Dialect, options: unknown): string[] {
  const { table = "meituan_orders" } = storeOptions(options, ["table"]);
  if (typeof table !== "string") return unexpected("table", table, "the name of a table", "表名");
  const parts = table.split(".");
  if (parts.length > (hasSchemas ? 2 : 1) || !parts.every((part) => NAME.test(part))) {
    unexpected(
      "table",
      table,
      "a name of letters, digits and underscores, 50 at most, that does not begin with a digit",
      "由字母、数字和下划线组成的表名，最多 50 个字符，且不以数字开头",
    );
  }
  return parts;
}

const quoted = ({ quote }: Dialect, parts: readonly string[]): string => parts.map((part) => quote + part + quote).join(".");

/** The statements that make a table: for a migration, run one by one. They change nothing that is there. */
export function schemaOf(dialect: Dialect, options: unknown): string[] {
  const parts = nameOf(dialect, options);
  const { key, snapshot, time } = dialect.types;
  const columns = [
    `order_id ${key} NOT NULL PRIMARY KEY`,
    `snapshot ${snapshot} NOT NULL`,
    `revision ${time} NOT NULL`,
    `due ${time}`,
    "conflicts integer NOT NULL",
    `claimed_until ${time} NOT NULL`,
    `created_at ${time} NOT NULL`,
    `saved_at ${time} NOT NULL`,
  ];
  // Deletion looks by when an order was created: an index on what every save changes would be written by every save.
  const indexes = [
    ["due", "due", "due IS NOT NULL"],
    ["conflicts", "conflicts", "conflicts > 0"],
    ["created", "created_at", undefined],
  ] as const;
  const table = quoted(dialect, parts);
  const nameOfIndex = (name: string) => quoted(dialect, [`${parts.at(-1)}_${name}`]);
  if (!dialect.returns) {
    // MySQL has no CREATE INDEX IF NOT EXISTS, and neither has partial indexes.
    const keys = indexes.map(([name, column]) => `KEY ${nameOfIndex(name)} (${column})`);
    return [`CREATE TABLE IF NOT EXISTS ${table} (${[...columns, ...keys].join(", ")})${dialect.tableOptions}`];
  }
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (${columns.join(", ")})${dialect.tableOptions}`,
    ...indexes.map(
      ([name, column, where]) =>
        `CREATE INDEX IF NOT EXISTS ${nameOfIndex(name)} ON ${table} (${column})${where === undefined ? "" : ` WHERE ${where}`}`,
    ),
  ];
}

/** The statement that says what is due first. */
export const firstDueOf = (dialect: Dialect, options: unknown): string =>
  `SELECT MIN(due) AS due FROM ${quoted(dialect, nameOf(dialect, options))}`;

/** How a dialect's client runs statements. */
export interface Client {
  readonly run: Run;
  /** Runs several in one transaction; needed where no statement returns what it has changed. */
  transaction?<Result>(work: (run: Run) => Promise<Result>): Promise<Result>;
}

const keysOf = (rows: readonly Row[]): string[] => rows.map(({ order_id }) => String(order_id));

/** The engine of a table. */
export function sqlEngine(dialect: Dialect, client: Client, options: unknown): DeletingEngine {
  const table = quoted(dialect, nameOf(dialect, options));
  const numbered = (text: string): string => {
    let number = 0;
    return text.replaceAll("?", () => dialect.place(++number));
  };
  const KEY = `${dialect.keyString} AS order_id`;
  const returning = dialect.returns ? " RETURNING order_id, due" : "";
  const LOAD = numbered(`SELECT snapshot, ${dialect.revisionString} AS revision FROM ${table} WHERE order_id = ?`);
  const INSERT = numbered(
    `INSERT INTO ${table} (order_id, snapshot, revision, due, conflicts, claimed_until, created_at, saved_at) ` +
      `VALUES (?, ?, 1, ?, ?, 0, ?, ?)${dialect.ifAbsent}${returning}`,
  );
  const UPDATE = numbered(
    `UPDATE ${table} SET snapshot = ?, due = ?, conflicts = ?, claimed_until = 0, saved_at = ?, revision = revision + 1 ` +
      `WHERE order_id = ? AND revision = CAST(? AS ${dialect.integer})${returning}`,
  );
  const DUE = numbered(`SELECT ${KEY} FROM ${table} WHERE due <= ? ORDER BY due`);
  const CONFLICTS = `SELECT ${KEY} FROM ${table} WHERE conflicts > 0`;
  const DUE_AND_FREE = "due <= ? AND claimed_until <= ? ORDER BY due";
  const IDLE_AND_OLD = "created_at < ? AND saved_at < ? AND due IS NULL AND conflicts = 0 ORDER BY created_at";
  const CLAIM = `UPDATE ${table} SET claimed_until = ?`;
  const DELETE = `DELETE FROM ${table}`;

  /** Picks rows that nobody else is picking, and does something to them. Returns their keys. */
  const pick = async (which: string, limit: number, values: readonly Value[], act: string, more: readonly Value[]) => {
    const picked = (columns: string) => `SELECT ${columns} FROM ${table} WHERE ${which} LIMIT ${limit}${dialect.locks}`;
    if (client.transaction === undefined) {
      const text = `WITH picked AS (${picked("order_id")}) ${act} WHERE order_id IN (SELECT order_id FROM picked)${returning}`;
      // A statement returns the rows that it has changed in any order.
      const { rows } = await client.run(numbered(text), [...values, ...more]);
      return keysOf([...rows].sort((one, other) => Number(one.due) - Number(other.due)));
    }
    return client.transaction(async (run) => {
      const keys = keysOf((await run(numbered(picked(KEY)), values)).rows);
      const places = keys.map(() => "?").join(", ");
      if (keys.length > 0) await run(numbered(`${act} WHERE order_id IN (${places})`), [...more, ...keys]);
      return keys;
    });
  };

  return {
    async load(key) {
      const [row] = (await client.run(LOAD, [key])).rows;
      return row && { snapshot: String(row.snapshot), revision: String(row.revision) };
    },
    async save({ key, snapshot, expected, due, conflicts, savedAt }) {
      const saved =
        expected === null
          ? await client.run(INSERT, [key, snapshot, due, conflicts, savedAt, savedAt])
          : await client.run(UPDATE, [snapshot, due, conflicts, savedAt, key, expected]);
      return saved.changed === 1;
    },
    due: async (now) => keysOf((await client.run(DUE, [now])).rows),
    claimDue: (now, limit, until) => pick(DUE_AND_FREE, limit, [now, now], CLAIM, [until]),
    conflicts: async () => keysOf((await client.run(CONFLICTS, [])).rows),
    deleteBefore: async (time, limit) => (await pick(IDLE_AND_OLD, limit, [time, time], DELETE, [])).length,
  };
}

type RowsOf = (text: string, values: readonly Value[]) => Promise<readonly Row[]>;

/** The engine of a table whose client returns the rows that a statement has changed. */
export const returningEngine = (dialect: Dialect, rowsOf: RowsOf, options: unknown): DeletingEngine => {
  const run: Run = async (text, values) => {
    const rows = await rowsOf(text, values);
    return { rows, changed: rows.length };
  };
  return sqlEngine(dialect, { run }, options);
};

/** The store of such a table. */
export const returningStore = (dialect: Dialect, rowsOf: RowsOf, options: unknown): DeletingStore =>
  deletingStoreOver(returningEngine(dialect, rowsOf, options));
