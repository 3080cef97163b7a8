// One case, measured: a row for each peer.

import { DEMANDS } from "./cases.mjs";
import { check } from "./check.mjs";
import { compare, measure } from "./measure.mjs";

/**
 * @param {import("./cases.mjs").Case} contest
 * @returns {Promise<import("./report.mjs").Row[]>}
 */
export async function measureCase(contest) {
  await check(contest);
  const { name, title, runtime, bytes, script, library, peers, isAsync } = contest;
  const inputs = contest.inputs();
  const contenders = [library, ...Object.values(peers)];
  const [ours, ...theirs] = await measure(contenders.map((contender) => ({ contender, inputs, isAsync })));
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
