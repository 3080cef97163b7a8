// The stores that are tested, each over real clients: how a process opens one. Tests and the processes that they start share it.

/**
 * What a store is opened with, as JSON: which, where, and the name of its table or prefix.
 * @typedef {{ kind: keyof typeof OPEN, settings?: any, name?: string }} Place
 * @typedef {import("meituan-protocol/stores/pg").DeletingStore} Store
 * @typedef {{ store: Store, close: () => unknown }} Opened
 */

/** @type {Record<string, (settings: any, name: string | undefined) => Promise<Opened>>} */
const OPEN = {
  async pg(settings, table) {
    const [{ default: pg }, { pgStore }] = await Promise.all([import("pg"), import("meituan-protocol/stores/pg")]);
    const pool = new pg.Pool({ ...settings, max: 8 });
    return { store: pgStore(pool, { table }), close: () => pool.end() };
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
