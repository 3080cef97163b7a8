// Random choices from one seed (mulberry32).

/** @param {number} seed */
export function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** A whole number from `least`, below `limit`. @param {number} least @param {number} limit */
  const between = (least, limit) => least + Math.floor(next() * Math.max(limit - least, 1));
  return {
    between,
    /** @param {number} limit */
    below: (limit) => between(0, limit),
    /** @param {number} chance of 1 */
    is: (chance) => next() < chance,
    /** @template T @param {readonly T[]} values @returns {T} */
    pick: (values) => values[between(0, values.length)],
  };
}
