// Orders of the ride API in the module of orders (src/wasm/rides.rs is its other side).

import * as glue from "../loaders/orders-glue.js";
import { steady } from "../runtime/time-limits.js";
import { stringify } from "../values/json.js";
import { existing, Job, stepIn } from "./jobs.js";
import { about, answered, boundary, given } from "./orders-module.js";

/** @typedef {import("./jobs.js").Begun} Begun */

/**
 * The same of an order of the ride API; without an event, what follows from the order.
 * @param {object | undefined} order as stored
 * @param {object | undefined} event
 * @param {object | undefined} calls the recent ones
 * @param {number} now
 * @returns {any}
 */
export const applyToRide = (order, event, calls, now) =>
  JSON.parse(
    about(
      () =>
        answered([given(order, "order"), given(event), given(calls, "calls")], (order, event, calls) =>
          glue.ride_order_apply(order, event, calls, now),
        ),
      { order, event, calls },
    ),
  );

/**
 * The recent calls with one more.
 * @param {object | undefined} calls
 * @param {string} call
 * @param {number} now
 * @returns {any}
 */
export const recordRideCall = (calls, call, now) =>
  JSON.parse(
    about(() => answered([given(calls, "calls"), call], (calls, call) => glue.ride_call_record(calls, call, now)), { calls, call }),
  );

/**
 * Begins a job of the order service of rides (src/wasm/rides.rs).
 * @param {number} work
 * @param {object} settings
 * @param {string} key
 * @param {object | undefined} event
 * @param {number} now
 * @param {number} [began] from when its time limit counts
 * @returns {Begun}
 */
export function beginRideJob(work, settings, key, event, now, began = steady()) {
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
 * @param {Job} job
 * @param {number} kind of what is reported
 * @param {string} value
 * @param {number} now
 * @returns {any}
 */
export function advanceRideJob(job, kind, value, now) {
  const at = steady();
  return job.input([value], (number, length) => glue.ride_job_advance(number, kind, length, now, at), stepIn);
}
