// One case, measured: a row for each peer.

import { DEMANDS } from "./cases.mjs";
import { check } from "./check.mjs";
import { compare, measure } from "./measure.mjs";

/**
 * @param {import("./cases.mjs").Case} contest
 * @returns {import("./report.mjs").Row[]}
 */
export function measureCase(contest) {
  check(contest);
  const { name, title, runtime, bytes, script, library, peers } = contest;
  const inputs = contest.inputs();
  const [ours, ...theirs] = measure([library, ...Object.values(peers)].map((contender) => ({ contender, inputs })));
  return Object.keys(peers).map((peer, index) => {
    const [gate, goal] = DEMANDS[name]?.[peer] ?? [];
    const timing = theirs[index];
    return {
      ...{ name, title, runtime, bytes, script, peer },
      ...compare(ours, timing),
      ...{ ours: ours.median, theirs: timing.median, gate, goal },
    };
  });
}
