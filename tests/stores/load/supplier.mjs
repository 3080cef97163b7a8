// A supplier's process in a load run: a real handler over a real store that other processes share, behind node:http. Its settings are
// JSON, the one argument. It reports what it has used up.

import { createServer } from "node:http";
import { toNodeListener } from "meituan-protocol/frameworks";
import { settler, TicketSupplier } from "meituan-protocol/ticket";
import { KEYS, ROUTES } from "./meituan.mjs";

const { kind, settings, name, meituan, faults, started, factor, breakage } = JSON.parse(process.argv[2]);
/** Connections to the database. */
const CONNECTIONS = 10;
const REPORT_EVERY = 200;
const LATE = 1000;
const LOOK_EVERY = 250;

const now = () => started + (Date.now() - started) * factor;
const sleep = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const strikes = () => Math.random() < faults;
const counts = { trips: 0, looks: 0, lostRaces: 0, faults: 0, errors: 0 };

/** A client whose round trips are counted. */
async function connected() {
  if (kind === "pg") {
    const [{ default: pg }, { pgStore }] = await Promise.all([import("pg"), import("meituan-protocol/stores/pg")]);
    const pool = new pg.Pool({ ...settings, max: CONNECTIONS });
    pool.on("error", () => {});
    return pgStore(
      {
        query(sql, values) {
          counts.trips++;
          return pool.query(sql, values);
        },
      },
      { table: name },
    );
  }
  const [{ createClient }, { redisStore }] = await Promise.all([import("redis"), import("meituan-protocol/stores/redis")]);
  const client = createClient({ socket: { host: "127.0.0.1", port: settings.port } });
  client.on("error", () => {});
  await client.connect();
  return redisStore(
    {
      eval(script, options) {
        counts.trips++;
        return client.eval(script, options);
      },
    },
    { prefix: name },
  );
}

/** A store that fails now and then: before it acts, after that, or by being late. @param {any} inner */
function faulty(inner) {
  const at =
    (/** @type {string} */ of) =>
    async (/** @type {any[]} */ ...given) => {
      if (!strikes()) return inner[of](...given);
      counts.faults++;
      const choice = Math.floor(Math.random() * 3);
      if (choice === 0) throw new Error("the store is not reached");
      const done = await inner[of](...given);
      if (choice === 1) throw new Error("the connection broke after the store had acted");
      await sleep(Math.random() * LATE);
      return done;
    };
  return { load: at("load"), save: at("save"), claimDue: inner.claimDue };
}

/** Ignores the revision: of two that save at once both hear that they have. @param {any} inner */
const blind = (inner) => ({
  ...inner,
  save: async (orderId, order, _, about) => inner.save(orderId, order, (await inner.load(orderId))?.revision ?? null, about),
});

/** Counts the saves that somebody else was faster than, and how often it was looked for what is due. @param {any} inner */
const counted = (inner) => ({
  ...inner,
  claimDue(/** @type {any[]} */ ...given) {
    counts.looks++;
    return inner.claimDue(...given);
  },
  async save(/** @type {any[]} */ ...given) {
    const isSaved = await inner.save(...given);
    if (!isSaved) counts.lostRaces++;
    return isSaved;
  },
});

const kept = await connected();
const store = counted(faulty(breakage === "blind store" ? blind(kept) : kept));
const supplier = new TicketSupplier({ ...KEYS, host: meituan, routes: ROUTES, now });
const hooks = { onError: () => void counts.errors++, onConflict: () => {}, onWarning: () => {} };
// Leases are by the fast clock, so that what was killed is done by somebody else within seconds.
const ORDERS = { lease: 2000 * factor, createLease: 2000 * factor, sendLimit: 5000 };
const handler = supplier.handler({
  ...{ store, orders: ORDERS, ...hooks },
  send: (request) => fetch(request, { signal: AbortSignal.timeout(5000) }),
  orderCreate: ({ body }) => ({ partnerOrderId: `P${body.orderId}` }),
  orderPay: (call) => call.issuing(),
  // Half of the refunds are agreed at once, and half when the office decides.
  orderRefund: (call) => (isDecidedLater(call.body.orderId) ? call.pending() : undefined),
});
const orders = supplier.orders(store, ORDERS, hooks);

/** @param {string} orderId */
const isDecidedLater = (orderId) => BigInt(orderId) % 2n === 0n;

/** The supplier's own side: its upstream reports, its office decides, its gate admits. */
async function office(/** @type {Request} */ request) {
  const { orderId, event, admit } = await request.json();
  if (admit) return Response.json(await orders.admit(orderId, admit));
  const { kind: came, reason } = await orders.apply(orderId, event);
  return Response.json({ kind: came, reason });
}

const [calls, own] = [toNodeListener(handler), toNodeListener(office)];
const server = createServer(async (request, response) => {
  const isCall = request.url !== "/office";
  const fault = isCall && strikes() ? Math.floor(Math.random() * 3) : undefined;
  if (fault !== undefined) counts.faults++;
  if (fault === 0) return request.destroy();
  if (fault === 1) await sleep(Math.random() * LATE);
  // The call is worked on, and its connection breaks.
  if (fault === 2) setTimeout(() => request.destroy(), Math.random() * 20);
  return (isCall ? calls : own)(request, response);
});
server.on("clientError", (_, socket) => socket.destroy());
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: /** @type {import("node:net").AddressInfo} */ (server.address()).port });
});
settler(handler, store, { ...hooks, now, leaseMs: 3000 * factor }).every(LOOK_EVERY);

const report = () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ used: { ...counts, cpu: (user + system) / 1000 } });
};
setInterval(report, REPORT_EVERY).unref();
process.on("message", report);
process.on("disconnect", () => process.exit());
