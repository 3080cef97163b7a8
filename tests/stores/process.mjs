// A supplier's process: a real handler over a store that other processes share. It does what its parent says, and reports it.

import { settler, TicketSupplier } from "meituan-protocol/ticket";
import { open } from "./databases.mjs";
import { CALLS, SETTINGS } from "./meituan.mjs";

const MAX_CLAIMED = 1000;

const { store } = await open(JSON.parse(process.argv[2]));
const supplier = new TicketSupplier(SETTINGS);
const errors = [];
/** The orders whose notices this process has sent. @type {string[]} */
const sent = [];
const hooks = { onError: (error) => errors.push(String(error?.cause ?? error)), onConflict: () => {}, onWarning: () => {} };
const handler = supplier.handler({
  ...{ store, ...hooks, ...CALLS },
  async send(request) {
    // A number of 64 bits: JSON.parse would lose digits.
    sent.push(/"orderId":(\d+)/.exec(await request.text())?.[1] ?? "none");
    return Response.json({ code: 200, describe: "success", partnerId: SETTINGS.partnerId });
  },
});
const orders = supplier.orders(store, undefined, hooks);

const DO = {
  /** Lets one guest in by each event, so many at once. */
  async consume({ orderId, codes, width }) {
    const left = [...codes];
    const lane = async () => {
      for (let code = left.pop(); code !== undefined; code = left.pop()) {
        const { kind, reason } = await orders.apply(orderId, { consumed: { id: `gate ${code}`, quantity: 1, vouchers: [code] } });
        if (kind !== "moved") errors.push(`${code}: ${kind}, ${reason}`);
      }
    };
    await Promise.all(Array.from({ length: width }, lane));
  },
  /** Claims what is due until nothing is left. */
  async claim({ now, limit, leaseMs }) {
    const claimed = [];
    for (;;) {
      const ids = await store.claimDue(now, limit, leaseMs);
      claimed.push(...ids);
      // A store that gives the same again and again would never end.
      if (ids.length === 0 || claimed.length > MAX_CLAIMED) return claimed;
    }
  },
  /** Settles what is due. */
  async settle({ limit }) {
    const result = await settler(handler, store, { ...hooks, limit })();
    return { ...result, sent };
  },
  /** Claims what is due, and hangs with it. */
  async hang({ leaseMs }) {
    const settle = (orderId) => {
      process.send?.({ hangs: orderId });
      return new Promise(() => {});
    };
    await settler({ settle }, store, { leaseMs })();
  },
};

process.on("message", async (/** @type {any} */ { type, ...about }) => {
  try {
    process.send?.({ done: (await DO[type](about)) ?? null, errors });
  } catch (error) {
    process.send?.({ errors: [...errors, String(error?.stack ?? error)] });
  }
});
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });
