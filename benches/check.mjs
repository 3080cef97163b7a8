// Whether all contenders of a case do the same work: the same answers to what is right, and a refusal of what is wrong.

import { deepStrictEqual } from "node:assert/strict";
import { NAME } from "./library.mjs";

/** @param {import("./measure.mjs").Contender} contender @param {any} input */
function takes(contender, input) {
  try {
    return contender(input) !== false;
  } catch {
    return false;
  }
}

/**
 * Throws where one of them answers otherwise.
 * @param {import("./cases.mjs").Case} contest
 */
export function check({ name, inputs, wrong, library, peers, answer }) {
  inputs().forEach((input, index) => {
    const expected = answer(library(input));
    for (const [peer, contender] of Object.entries(peers)) {
      deepStrictEqual(answer(contender(input)), expected, `${name}: ${peer} answers input ${index} otherwise`);
    }
  });
  wrong?.().forEach((input, index) => {
    for (const [contestant, contender] of Object.entries({ [NAME]: library, ...peers })) {
      if (takes(contender, input)) throw new Error(`${name}: ${contestant} takes wrong input ${index}`);
    }
  });
}
