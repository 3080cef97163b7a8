// The Chinese pages are the English ones: the same parts in the same order, the same code, the same tables, the same links.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../packaging/tools.mjs";
import { blocksIn, headingsIn, linksIn, PAIRS, read, spansIn, tablesIn, withoutBlocks } from "./markdown.mjs";

const CHINESE = /\p{Script=Han}/u;
const COMMENTS = /^(\/\/|#)/;
/** Comments and strings, of which the Chinese page may have its own; everything between them is code. */
const TOKENS = /(\/\/[^\n]*|#(?!!)[^\n]*|"(?:[^"\\\n]|\\.)*")/;

/**
 * @param {string} text
 * @returns {{ level: number, items: number, tables: number, blocks: number }[]} what each section consists of
 */
const outline = (text) =>
  text.split(/^(?=#+ )/m).map((section) => ({
    level: /^#*/.exec(section)?.[0].length ?? 0,
    items: withoutBlocks(section).match(/^(- |\d+\. )/gm)?.length ?? 0,
    tables: tablesIn(section).length,
    blocks: blocksIn(section).length,
  }));

/** Where a link of a page leads, whatever the language: the English page, and the number of the heading. */
const targetOf = (page, link) => {
  if (link.startsWith("https:")) return link;
  const [path, anchor] = link.split("#");
  const target = path === "" ? page : posix.join(posix.dirname(page), path);
  assert.ok(existsSync(join(ROOT, target)), `${page} links to ${link}`);
  const heading = anchor && headingsIn(read(target)).findIndex((each) => each.anchor === decodeURIComponent(anchor));
  assert.notEqual(heading, -1, `${page} links to ${link}`);
  return `${target.replace(".zh-CN.md", ".md")} ${heading ?? ""}`;
};

/** What both languages share of a table's row. Links are compared elsewhere. */
const shared = (cells) => {
  const row = cells.join(" ").replace(/\[([^`\]]*)\]\([^)]*\)/g, "");
  return { code: spansIn(row).sort(), numbers: (row.match(/\d+/g) ?? []).sort(), columns: cells.length };
};

for (const [english, chinese] of PAIRS) {
  const [en, zh] = [english, chinese].map(read);

  describe(chinese, () => {
    it(`has the headings of ${english} in its order, with as much in each section`, () => {
      assert.deepEqual(outline(zh), outline(en));
    });

    it("has the same code, but for comments and strings in Chinese", () => {
      const [blocksOfEn, blocksOfZh] = [en, zh].map((text) => blocksIn(text));
      assert.deepEqual(
        blocksOfZh.map(({ language }) => language),
        blocksOfEn.map(({ language }) => language),
      );
      for (const [index, { code, line }] of blocksOfZh.entries()) {
        const [ours, theirs] = [code, blocksOfEn[index].code].map((each) => each.split(TOKENS));
        assert.equal(ours.length, theirs.length, `${chinese}:${line}: as many comments and strings`);
        for (const [at, token] of ours.entries()) {
          const isCode = at % 2 === 0;
          // A translated comment may take another place in its line.
          const before = (text) => (COMMENTS.test(theirs[at + 1] ?? "") ? text.replace(/ +$/, " ") : text);
          if (isCode) assert.equal(before(token), before(theirs[at]), `${chinese}:${line}`);
          else if (token !== theirs[at]) assert.match(token, CHINESE, `${chinese}:${line}: ${token}`);
        }
      }
    });

    it("has the same tables, with the same rows, code and numbers", () => {
      const [tablesOfEn, tablesOfZh] = [en, zh].map((text) => tablesIn(text));
      for (const [index, table] of tablesOfZh.entries()) {
        const [[, ...ours], [, ...theirs]] = [table, tablesOfEn[index]];
        assert.deepEqual(ours.map(shared), theirs.map(shared));
      }
    });

    it("has the same links, to the Chinese page where there is one", () => {
      const [linksOfEn, linksOfZh] = [
        linksIn(en).map((link) => targetOf(english, link)),
        linksIn(zh).map((link) => targetOf(chinese, link)),
      ];
      assert.deepEqual(linksOfZh, linksOfEn);
      // The first one leads to the other language.
      const [other, ...links] = linksIn(zh);
      assert.equal(posix.join(posix.dirname(chinese), other), english);
      for (const link of links.filter((each) => !each.startsWith("https:") && !each.includes(".zh-CN.md"))) {
        const target = posix.join(posix.dirname(chinese), link.split("#")[0]);
        assert.ok(!existsSync(join(ROOT, target.replace(/\.md$/, ".zh-CN.md"))) || !target.endsWith(".md"), `${chinese}: ${link}`);
      }
    });

    it("is Chinese: no paragraph, cell or item is left in English", () => {
      const prose = withoutBlocks(zh).replace(/`[^`]*`|<!--.*?-->|\[[^\]]*\]\([^)]*\)|<https[^>]*>/g, "");
      const english = prose.match(/(?:\b[A-Za-z][a-z]*\b[ ,.]+){5,}/g) ?? [];
      assert.deepEqual(english, []);
    });
  });
}
