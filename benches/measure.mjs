// Measuring. A machine's speed drifts by more than what is to be told apart, so nothing is measured in nanoseconds alone: all
// contenders of a case take turns within each round, and what counts is how they compare in it. Time is the processor's, that of
// the garbage collector's threads included: on a wall clock, whatever else the machine does would count.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * @typedef {(input: any) => unknown} Contender
 * @typedef {{ contender: Contender, inputs: readonly any[], isAsync?: boolean }} Entry
 * @typedef {{ median: number, rounds: number[] }} Timing in nanoseconds for one input
 */

/** In milliseconds. */
const WARM_UP = 300;
/** Whatever is awaited does more, so it takes longer until compilers are done with it. */
const WARM_UP_ASYNC = 2500;
const SLICE = 30;
const ROUNDS = 11;
/** Rounds that are not counted: compilers still work beside them. */
const FIRST_ROUNDS = 2;

setFlagsFromString("--expose-gc");
/** @type {(how: { type: "minor" }) => void} */
const collectGarbage = runInNewContext("gc");

/** Keeps results alive, so that no compiler finds the work useless. */
export let sink;

/**
 * @param {Contender} contender
 * @param {readonly any[]} inputs
 * @param {number} milliseconds at least
 * @returns {number} nanoseconds for one input
 */
function time(contender, inputs, milliseconds) {
  const begin = process.cpuUsage();
  let done = 0;
  let elapsed;
  do {
    for (let index = 0; index < inputs.length; index++) sink = contender(inputs[index]);
    done += inputs.length;
    const { user, system } = process.cpuUsage(begin);
    elapsed = (user + system) / 1000;
  } while (elapsed < milliseconds);
  return (elapsed * 1e6) / done;
}

/**
 * The same of contenders that answer by a promise, one after the other.
 * @param {Contender} contender
 * @param {readonly any[]} inputs
 * @param {number} milliseconds at least
 */
async function timeAsync(contender, inputs, milliseconds) {
  const begin = process.cpuUsage();
  let done = 0;
  let elapsed;
  do {
    for (let index = 0; index < inputs.length; index++) sink = await contender(inputs[index]);
    done += inputs.length;
    const { user, system } = process.cpuUsage(begin);
    elapsed = (user + system) / 1000;
  } while (elapsed < milliseconds);
  return (elapsed * 1e6) / done;
}

/** @param {Entry} entry @param {number} milliseconds */
const timed = ({ contender, inputs, isAsync }, milliseconds) => (isAsync ? timeAsync : time)(contender, inputs, milliseconds);

/** @param {number[]} values @param {number} share from 0 to 1 */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const above = Math.ceil(at);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/**
 * @param {Entry[]} entries
 * @returns {Promise<Timing[]>} of each
 */
export async function measure(entries) {
  for (const entry of entries) await timed(entry, entry.isAsync ? WARM_UP_ASYNC : WARM_UP);
  /** @type {number[][]} */
  const rounds = entries.map(() => []);
  for (let round = -FIRST_ROUNDS; round < ROUNDS; round++) {
    // Each round begins with another one, so that nobody always runs after the same neighbour's garbage.
    for (let turn = 0; turn < entries.length; turn++) {
      const index = (round + FIRST_ROUNDS + turn) % entries.length;
      // What somebody leaves behind is not for the next one to clear away. All of the memory would be too much: functions that
      // were made fast are forgotten with it.
      collectGarbage({ type: "minor" });
      const nanoseconds = await timed(entries[index], SLICE);
      if (round >= 0) rounds[index].push(nanoseconds);
    }
  }
  return rounds.map((times) => ({ median: median(times), rounds: times }));
}

/**
 * How one compares with another: the median and the quartiles of the rounds' own ratios. Each round has its own, because a
 * machine that is shared may be twice as fast in the next one.
 * @param {Timing} one
 * @param {Timing} other
 */
export function compare(one, other) {
  const ratios = one.rounds.map((nanoseconds, round) => nanoseconds / other.rounds[round]);
  return { ratio: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) };
}
