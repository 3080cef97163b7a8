// The stores that are tested, each over real clients: how a process opens one. Tests and the processes that they start share it.

/**
 * What a store is opened with, as JSON: which, where, and the name of its table or prefix.
 * @typedef {{ kind: keyof typeof OPEN, settings?: any, name?: string }} Place
 * @typedef {import("meituan-protocol/stores/pg").DeletingStore} Store
 * @typedef {{ store: Store, close: () => unknown }} Opened
 */

/** A store in a file, by a client that blocks. */
async function inFile(/** @type {any} */ database, /** @type {string | undefined} */ table) {
  const { sqliteSchema, sqliteStore } = await import("meituan-protocol/stores/sqlite");
  database.exec("PRAGMA busy_timeout = 5000");
  database.exec("PRAGMA journal_mode = WAL");
  for (const statement of sqliteSchema({ table })) database.exec(statement);
  return { store: sqliteStore(database, { table }), close: () => database.close() };
}

/**
 * Ends a pool of `pg`, and waits until its connections are closed. `end` alone does not: a server that stops just then says so to
 * connections that nobody listens to any more, and the process ends.
 * @param {import("pg").Pool} pool
 */
export async function endPool(pool) {
  let left = pool.totalCount;
  const closed = new Promise((resolve) => {
    if (left === 0) resolve(undefined);
    pool.on("remove", () => --left === 0 && resolve(undefined));
  });
  await Promise.all([pool.end(), closed]);
}

/** @type {Record<string, (settings: any, name: string | undefined) => Promise<Opened>>} */
const OPEN = {
  async libsql({ file }, table) {
    const { default: Database } = await import("libsql");
    return inFile(new Database(file), table);
  },
  async "better-sqlite3"({ file }, table) {
    const { default: Database } = await import("better-sqlite3");
    return inFile(new Database(file), table);
  },
  async "node:sqlite"({ file }, table) {
    const { DatabaseSync } = await import("node:sqlite");
    return inFile(new DatabaseSync(file), table);
  },
  async "bun:sqlite"({ file }, table) {
    const { Database } = await import("bun:sqlite");
    return inFile(new Database(file), table);
  },
  async "@libsql/client"({ file }, table) {
    const [{ createClient }, { libsqlStore, sqliteSchema }] = await Promise.all([
      import("@libsql/client"),
      import("meituan-protocol/stores/libsql"),
    ]);
    const client = createClient({ url: `file:${file}`, timeout: 5000 });
    for (const statement of sqliteSchema({ table })) await client.execute(statement);
    return { store: libsqlStore(client, { table }), close: () => client.close() };
  },
  async pg(settings, table) {
    const [{ default: pg }, { pgStore }] = await Promise.all([import("pg"), import("meituan-protocol/stores/pg")]);
    const pool = new pg.Pool({ ...settings, max: 8 });
    return { store: pgStore(pool, { table }), close: () => endPool(pool) };
  },
  async mysql2(settings, table) {
    const [{ default: mysql }, { mysqlStore }] = await Promise.all([
      import("mysql2/promise"),
      import("meituan-protocol/stores/mysql2"),
    ]);
    const pool = mysql.createPool({ ...settings, connectionLimit: 8 });
    return { store: mysqlStore(pool, { table }), close: () => pool.end() };
  },
  async redis(settings, prefix) {
    const [{ createClient }, { redisStore }] = await Promise.all([import("redis"), import("meituan-protocol/stores/redis")]);
    const { port, username, password } = settings;
    const client = createClient({ socket: { host: "127.0.0.1", port }, username, password });
    await client.connect();
    return { store: redisStore(client, { prefix }), close: () => client.close() };
  },
  async ioredis(settings, prefix) {
    const [{ Redis }, { ioredisStore }] = await Promise.all([import("ioredis"), import("meituan-protocol/stores/ioredis")]);
    const client = new Redis({ host: "127.0.0.1", ...settings });
    return { store: ioredisStore(client, { prefix }), close: () => client.quit() };
  },
};

/** @param {Place} place @returns {Promise<Opened>} */
export const open = ({ kind, settings, name }) => OPEN[kind](settings, name);
