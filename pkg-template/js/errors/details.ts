// Details of errors and findings, in both languages: a module writes English, and the table of the definitions has the Chinese.

import { details, type Text } from "../generated/texts.js";

let table: readonly { said: RegExp; zh: string }[] | undefined;

function tableOf(): readonly { said: RegExp; zh: string }[] {
  if (table === undefined) {
    const lines = details.split("\n");
    table = lines.flatMap((en, index) => (index % 2 === 1 ? [] : [{ said: patternOf(en), zh: lines[index + 1] }]));
  }
  return table;
}

const patternOf = (en: string) =>
  new RegExp(
    `^${en
      .replace(/[\\^$.*+?()[\]|]/g, "\\$&")
      .replaceAll("{}", "(.*)")
      .replaceAll("#", "(-?[\\d.]+)")}$`,
    "s",
  );

/** Chinese is looked up when it is first read: an error may be made where the stack ends, and no expression can be compiled there. */
class Both implements Text {
  declare readonly en: string;

  constructor(en: string) {
    this.en = en;
  }

  get zh(): string {
    return inChinese(this.en);
  }
}

export const bothOf = (detail: string): Text => new Both(detail);

function inChinese(detail: string): string {
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
