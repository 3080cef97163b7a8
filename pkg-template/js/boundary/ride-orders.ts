// Orders of the ride API in the module of orders (src/wasm/ride_service.rs is its other side).

import * as glue from "../loaders/orders-glue.js";
import { steady } from "../runtime/time-limits.js";
import { stringify } from "../values/json.js";
import { type Begun, existing, Job, stepIn } from "./jobs.js";
import { about, answered, boundary, given } from "./orders-module.js";

/**
 * The same of an order of the ride API; without an event, what follows from the order.
 * @param order as stored
 * @param calls the recent ones
 */
export const applyToRide = (order: object | undefined, event: object | undefined, calls: object | undefined, now: number): any =>
  JSON.parse(
    about(
      () =>
        answered([given(order, "order"), given(event), given(calls, "calls")], (order, event, calls) =>
          glue.ride_order_apply(order, event, calls, now),
        ),
      { order, event, calls },
    ),
  );

/** The recent calls with one more. */
export const recordRideCall = (calls: object | undefined, call: string, now: number): any =>
  JSON.parse(
    about(() => answered([given(calls, "calls"), call], (calls, call) => glue.ride_call_record(calls, call, now)), { calls, call }),
  );

/**
 * Begins a job of the order service of rides (src/wasm/ride_service.rs).
 * @param began from when its time limit counts
 */
export function beginRideJob(
  work: number,
  settings: object,
  key: string,
  event: object | undefined,
  now: number,
  began: number = steady(),
): Begun {
  const parts = [stringify(settings), key, given(event)];
  const make = () => {
    const [settings, key, event] = boundary.putAll(parts);
    return existing(glue.ride_job_begin(work, settings, key, event, now, began));
  };
  const begin = () =>
    boundary.call(() => {
      const job = new Job(make, glue.ride_job_drop);
      return { job, step: stepIn(boundary.output()) };
    });
  return about(begin, { event });
}

/**
 * The next step of a job.
 * @param kind of what is reported
 */
export function advanceRideJob(job: Job, kind: number, value: string, now: number): unknown {
  const at = steady();
  return job.input([value], (number, length) => glue.ride_job_advance(number, kind, length, now, at), stepIn);
}
