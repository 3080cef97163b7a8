// What is known of each ride: kept in Deno KV, and followed as the library says.

import {
  MeituanError,
  nextAction,
  type RideCalls,
  type RideClient,
  type RideNextAction,
  type RideOrder,
  type RideOrderEvent,
  recordCall,
  standing,
  transition,
} from "meituan-protocol/ride";
import { send } from "./order.ts";

/** A timer holds no longer. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class Rides {
  #ride: RideClient;
  #kv: Deno.Kv;
  /** The calls of all orders, by which Meituan's limits are counted. */
  #calls: RideCalls | undefined;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(ride: RideClient, kv: Deno.Kv) {
    this.#ride = ride;
    this.#kv = kv;
  }

  async status(mtOrderId: string) {
    const { value } = await this.#load(mtOrderId);
    return value && standing(value, { now: Date.now() }).status;
  }

  #load(mtOrderId: string) {
    return this.#kv.get<RideOrder>(["ride", mtOrderId]);
  }

  /**
   * Applies an event to the order. Of two that are applied at the same time only one is saved, and the other begins
   * anew: so one offer of several is confirmed, and a call is never made twice.
   */
  async tell(mtOrderId: string, event: RideOrderEvent) {
    for (;;) {
      const { key, value, versionstamp } = await this.#load(mtOrderId);
      const told = transition(value, event, { now: Date.now(), ...this.#limits() });
      if (told.kind === "illegal") return told;
      const saved = await this.#kv.atomic().check({ key, versionstamp }).set(key, told.order).commit();
      if (saved.ok) return told;
    }
  }

  #limits() {
    return { calls: this.#calls, openOrders: this.#timers.size };
  }

  /** Does what is due, and comes back when the next thing is. */
  async follow(mtOrderId: string): Promise<void> {
    clearTimeout(this.#timers.get(mtOrderId));
    this.#timers.delete(mtOrderId);
    const { value } = await this.#load(mtOrderId);
    const next = nextAction(value, Date.now(), this.#limits());
    // Paying is another program's affair.
    if (next === undefined || next.call === "notifyPaidResult") return;
    if (next.at <= Date.now()) {
      await this.#call(mtOrderId, next);
      return this.follow(mtOrderId);
    }
    const wait = Math.min(next.at - Date.now(), LONGEST_TIMER);
    this.#timers.set(
      mtOrderId,
      setTimeout(() => this.follow(mtOrderId).catch(console.error), wait),
    );
  }

  async #call(mtOrderId: string, { call, driverIds }: RideNextAction) {
    const driverId = driverIds?.[0];
    const sent = await this.tell(mtOrderId, { sent: { call, ...(driverId === undefined ? {} : { driverId }) } });
    // Somebody else makes it.
    if (sent.kind === "illegal") return;
    this.#calls = recordCall(this.#calls, call, { now: Date.now() });
    try {
      if (call === "confirmOrder" && driverId !== undefined) {
        const confirm = this.#ride.requests.confirmOrder({ mtOrderId, driverId });
        await confirm.parseResponse(await send(confirm));
        await this.tell(mtOrderId, { answered: { call, code: 0 } });
      } else {
        const { channelPartnerOrderId = "" } = sent.order;
        const query = this.#ride.requests.queryRealTimeOrder({ mtOrderId, channelPartnerOrderId });
        await this.tell(mtOrderId, { queried: await query.parseResponse(await send(query)) });
      }
    } catch (error) {
      console.error(error);
      const code = MeituanError.is(error) ? error.remoteCode : undefined;
      await this.tell(mtOrderId, code === undefined ? { failed: { call } } : { answered: { call, code } });
    }
  }
}
