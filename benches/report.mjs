// What was measured, for people.

import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} title
 * @property {number} [bytes] about how large the body is
 * @property {string} script
 * @property {"node" | "edge"} runtime
 * @property {string} peer
 * @property {number} ratio ours by theirs, the median of the rounds' ratios: lower is better
 * @property {number} low lower quartile of the rounds' ratios
 * @property {number} high upper quartile
 * @property {number} ours nanoseconds, or bytes
 * @property {number} theirs
 * @property {number} [native] what native Rust took for the same
 * @property {"bytes"} [unit] nanoseconds where it is absent
 * @property {number} [gate] what the ratio must not exceed
 * @property {number} [goal] what we aim at
 */

/** A gate is only passed where the whole spread lies beyond it. @param {Row} row */
export const fails = ({ gate, low }) => gate !== undefined && low > gate;

/** @param {Row} row */
function verdict(row) {
  if (row.gate === undefined) return "";
  if (fails(row)) return "missed";
  if (row.ratio > row.gate) return "within the spread";
  return row.goal !== undefined && row.ratio <= row.goal ? "goal" : "gate";
}

/** @param {number | undefined} ratio */
const ratioText = (ratio) => (ratio === undefined ? "" : ratio.toFixed(ratio < 0.1 ? 3 : 2));

/** @param {number | undefined} value @param {Row["unit"]} unit */
function amount(value, unit) {
  if (value === undefined) return "";
  if (unit === "bytes") return `${(value / 1e6).toFixed(2)} MB`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(value < 1e7 ? 2 : 1)} ms`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(value < 1e4 ? 2 : 1)} µs`;
  return `${value.toFixed(1)} ns`;
}

const COLUMNS = ["case", "peer", "ratio", "low", "high", "gate", "goal", "native", "ours", "theirs", ""];
const WIDTHS = [22, 24, 7, 7, 7, 7, 7, 10, 10, 10, 18];

/** @param {string[]} cells */
const line = (cells) =>
  cells
    .map((cell, index) => (index < 2 ? cell.padEnd(WIDTHS[index]) : cell.padStart(WIDTHS[index])))
    .join(" ")
    .trimEnd();

export const heading = () => line(COLUMNS);

/** @param {Row} row */
export const rowText = (row) =>
  line([
    row.name,
    row.peer,
    ...[row.ratio, row.low, row.high, row.gate, row.goal].map(ratioText),
    ...[row.native, row.ours, row.theirs].map((value) => amount(value, row.unit)),
    verdict(row),
  ]);

const BEGIN = "<!-- measured: begin -->";
const END = "<!-- measured: end -->";

/**
 * Renews what a document says was measured.
 * @param {URL} file
 * @param {Row[]} rows
 */
export function document(file, rows) {
  const text = readFileSync(file, "utf8");
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${file.pathname} lacks ${BEGIN} and ${END}`);
  writeFileSync(file, `${before}${BEGIN}\n\n${measured(rows)}\n\n${END}${after}`);
}

/** @param {Row[]} rows */
function measured(rows) {
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
  const peers = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Node.js ${process.version}, V8 ${process.versions.v8}`;
  const gated = rows.filter(({ gate }) => gate !== undefined);
  const gates = table(
    ["what", "case", "peer", "ratio", "spread", "gate", "goal", ""],
    gated.map((row) => [
      row.title,
      `\`${row.name}\``,
      row.peer,
      ratioText(row.ratio),
      `${ratioText(row.low)}–${ratioText(row.high)}`,
      ratioText(row.gate),
      ratioText(row.goal),
      verdict(row),
    ]),
  );
  const compared = rows.filter(({ unit, peer }) => unit === undefined && peer !== "itself");
  const headings = [...new Set(compared.map(headingOf))];
  const all = headings.map((heading) => `### ${heading}\n\n${matrix(compared.filter((row) => headingOf(row) === heading))}`);
  return [`${machine}; ${peers.join(", ")}.`, "### Gates and goals", gates, ...all].join("\n\n");
}

/** @param {Row} row */
const headingOf = ({ title, runtime }) => `${title[0].toUpperCase()}${title.slice(1)}${runtime === "edge" ? ", at the edge" : ""}`;

/** One line for each case, one column for each peer; the floor where there is one. @param {Row[]} rows */
function matrix(rows) {
  const peers = [...new Set(rows.map(({ peer }) => peer))];
  const names = [...new Set(rows.map(({ name }) => name))];
  const hasFloor = rows.some(({ native }) => native !== undefined);
  return table(
    ["case", ...(hasFloor ? ["native"] : []), "ours", ...peers],
    names.map((name) => {
      const own = rows.filter((row) => row.name === name);
      return [
        `\`${name}\``,
        ...(hasFloor ? [amount(own[0].native, undefined)] : []),
        amount(own[0].ours, undefined),
        ...peers.map((peer) => ratioText(own.find((row) => row.peer === peer)?.ratio)),
      ];
    }),
  );
}

/** @param {string[]} columns @param {string[][]} rows */
const table = (columns, rows) => [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
