// What a module says of what it found, in both languages: it writes English, and the table of the definitions has the Chinese.

import { details } from "../generated/texts.js";

/** @typedef {import("../generated/texts.js").Text} Text */

/** @type {readonly { said: RegExp, zh: string }[] | undefined} */
let table;

/** @returns {readonly { said: RegExp, zh: string }[]} */
function tableOf() {
  if (table === undefined) {
    const lines = details.split("\n");
    table = lines.flatMap((en, index) => (index % 2 === 1 ? [] : [{ said: patternOf(en), zh: lines[index + 1] }]));
  }
  return table;
}

/** @param {string} en */
const patternOf = (en) =>
  new RegExp(
    `^${en
      .replace(/[\\^$.*+?()[\]|]/g, "\\$&")
      .replaceAll("{}", "(.*)")
      .replaceAll("#", "(-?[\\d.]+)")}$`,
    "s",
  );

/** Chinese is looked up when it is asked for: an error may be made where the stack ends, and no expression can be compiled there. */
class Both {
  /** @param {string} en */
  constructor(en) {
    this.en = en;
  }

  get zh() {
    return inChinese(this.en);
  }
}

/**
 * @param {string} detail
 * @returns {Text}
 */
export const bothOf = (detail) => new Both(detail);

/** @param {string} detail @returns {string} */
function inChinese(detail) {
  // Numbers, names and codes say the same in both.
  if (!detail.includes(" ")) return detail;
  for (const { said, zh } of tableOf()) {
    const found = said.exec(detail);
    if (found === null) continue;
    let place = 0;
    return zh.replace(/\{\}|#/g, () => inChinese(found[++place]));
  }
  return detail;
}
