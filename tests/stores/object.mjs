// Durable Objects that keep orders, and let a test ask their stores; and a Worker that runs the contract over a store in D1.

import { DurableObject } from "cloudflare:workers";
import { d1Store } from "meituan-protocol/stores/d1";
import { durableObjectStore } from "meituan-protocol/stores/durable-object";
import { storeContract } from "meituan-protocol/testing";

/** Calls through the doors of a Worker take long, and the contract makes thousands. @param {any} store @param {any} options */
const checked = (store, options) =>
  storeContract(store, options).then(
    (checks) => ({ said: checks }),
    (error) => ({ failed: { message: error.message } }),
  );

class Asked extends DurableObject {
  /** What a store says; of an error what is left of it beyond the object. @param {string} table @param {string} name @param {any[]} given */
  async ask(table, name, given) {
    try {
      return { said: await this.stores[table][name](...given) };
    } catch (error) {
      return { failed: { name: error.name, code: error.code, path: error.path, message: error.message } };
    }
  }

  /** @param {string} table @param {object} options */
  contract(table, options) {
    return checked(this.stores[table], options);
  }

  getAlarm() {
    return this.ctx.storage.getAlarm();
  }
}

/** Two tables, and nobody who settles. */
export class Kept extends Asked {
  stores = Object.fromEntries(
    ["meituan_orders", "meituan_rides"].map((table) => [table, durableObjectStore(this.ctx.storage, { table, alarm: false })]),
  );
}

/** One table, and an alarm. */
export class Orders extends Asked {
  #orders = durableObjectStore(this.ctx.storage);
  stores = { meituan_orders: this.#orders };
  /** What was due when the alarm came. @type {string[]} */
  #settled = [];

  settled() {
    return this.#settled;
  }

  /** Settles what is due, but for the order 99, which fails. */
  async alarm() {
    for (const orderId of await this.#orders.claimDue(Date.now(), 10, 1000)) {
      this.#settled.push(orderId);
      if (orderId === "99") continue;
      const { snapshot, revision } = await this.#orders.load(orderId);
      await this.#orders.save(orderId, snapshot, revision, { due: undefined });
    }
    await this.#orders.wake(Date.now() + 600_000);
  }
}

export default {
  async fetch(request, env) {
    const { table, ...options } = await request.json();
    return Response.json(await checked(d1Store(env.DB, { table }), options));
  },
};
