// Whether all contenders of a case do the same work: the same answers to what is right, and a refusal of what is wrong.

import { deepStrictEqual } from "node:assert/strict";
import { NAME } from "./library.mjs";

/** @param {import("./measure.mjs").Contender} contender @param {any} input */
async function takes(contender, input) {
  try {
    return (await contender(input)) !== false;
  } catch {
    return false;
  }
}

/**
 * Rejects where one of them answers otherwise.
 * @param {import("./cases.mjs").Case} contest
 */
export async function check({ name, inputs, wrong = () => [], library, peers, answer }) {
  for (const [index, input] of inputs().entries()) {
    const expected = answer(await library(input));
    for (const [peer, contender] of Object.entries(peers)) {
      deepStrictEqual(answer(await contender(input)), expected, `${name}: ${peer} answers input ${index} otherwise`);
    }
  }
  for (const [index, input] of wrong().entries()) {
    for (const [contestant, contender] of Object.entries({ [NAME]: library, ...peers })) {
      if (await takes(contender, input)) throw new Error(`${name}: ${contestant} takes wrong input ${index}`);
    }
  }
}
