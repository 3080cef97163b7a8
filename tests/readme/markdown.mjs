// What the tests read of pages in Markdown.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../packaging/tools.mjs";

/** Pages that are written in English and in Chinese. */
export const PAIRS = [
  ["README.md", "README.zh-CN.md"],
  ["pkg-template/README.md", "pkg-template/README.zh-CN.md"],
  ["docs/handlers.md", "docs/handlers.zh-CN.md"],
];

/** Pages that are written by hand and show code. */
export const PAGES = [
  ...PAIRS.flat(),
  ...["docs/rides.md", "docs/rust.md", "docs/signatures.md", "docs/loading.md", "docs/command-line.md"],
  ...["docs/performance.md", "docs/internals.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"],
];

/** @param {string} path below the repository */
export const read = (path) => readFileSync(join(ROOT, path), "utf8");

/**
 * The fenced blocks, each with the line that it begins on.
 * @param {string} text
 * @param {readonly string[]} [languages] all of them if not given
 */
export const blocksIn = (text, languages) =>
  [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .map(({ 1: language, 2: code, index }) => ({ language, code, line: text.slice(0, index).split("\n").length + 1 }))
    .filter(({ language }) => languages?.includes(language) ?? true);

/** @param {string} text */
export const withoutBlocks = (text) => text.replace(/^```.*?^```$/gms, "");

/** @param {string} text */
export const headingsIn = (text) =>
  [...withoutBlocks(text).matchAll(/^(#+) (.*)$/gm)].map(([, marks, title]) => ({
    level: marks.length,
    title,
    // As GitHub makes it.
    anchor: title
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  }));

/**
 * Tables, as rows of cells. The second row, of dashes, is left out.
 * @param {string} text
 */
export const tablesIn = (text) =>
  [...withoutBlocks(text).matchAll(/(?:^\|.*\|$\n?)+/gm)].map(([table]) =>
    table
      .trim()
      .split("\n")
      .filter((_, row) => row !== 1)
      .map((row) =>
        row
          .slice(1, -1)
          .split("|")
          .map((cell) => cell.trim()),
      ),
  );

/**
 * The targets of links.
 * @param {string} text
 */
export const linksIn = (text) => {
  const prose = withoutBlocks(text);
  const found = [...prose.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$|<(https:[^>]+)>/gm)];
  return found.map(([, inline, reference, bare]) => inline ?? reference ?? bare);
};

/** Code within a string. @param {string} text */
export const spansIn = (text) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code);

/**
 * A section with its heading, and with the sections below it.
 * @param {string} text
 * @param {string} title of its heading, which is one of the second level
 */
export const sectionOf = (text, title) => text.split(/^(?=## )/m).find((section) => section.startsWith(`## ${title}\n`)) ?? "";
