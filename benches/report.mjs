// What was measured, for people, line by line.

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
export function verdict(row) {
  if (row.gate === undefined) return "";
  if (fails(row)) return "missed";
  if (row.ratio > row.gate) return "within the spread";
  return row.goal !== undefined && row.ratio <= row.goal ? "goal" : "gate";
}

/** @param {number | undefined} ratio */
export const ratioText = (ratio) => (ratio === undefined ? "" : ratio.toFixed(ratio < 0.1 ? 3 : 2));

/** @param {number | undefined} value @param {Row["unit"]} unit */
export function amount(value, unit) {
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
