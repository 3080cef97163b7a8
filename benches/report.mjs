// What was measured, for people and for programs.

/**
 * @typedef {{ name: string, title: string, bytes: number | undefined, script: string, peer: string, ratio: number, low: number, high: number, ours: number, theirs: number, gate?: number, goal?: number }} Row
 */

/** A gate is only passed where the whole spread lies beyond it. @param {Row} row */
export const fails = ({ gate, low }) => gate !== undefined && low > gate;

/** @param {Row} row */
function verdict(row) {
  if (row.gate === undefined) return "";
  if (fails(row)) return "FAILS";
  if (row.ratio > row.gate) return "within the spread";
  return row.goal !== undefined && row.ratio <= row.goal ? "goal" : "gate";
}

/** @param {number} nanoseconds */
const microseconds = (nanoseconds) => (nanoseconds / 1000).toFixed(nanoseconds < 10_000 ? 2 : 1);
/** @param {number | undefined} ratio */
const ratioText = (ratio) => (ratio === undefined ? "" : ratio.toFixed(ratio < 0.1 ? 3 : 2));

const COLUMNS = ["case", "peer", "ratio", "low", "high", "gate", "goal", "µs", "peer µs", ""];
const WIDTHS = [22, 24, 7, 7, 7, 7, 7, 9, 9, 18];

/** @param {string[]} cells */
const line = (cells) =>
  cells.map((cell, index) => (index < 2 ? cell.padEnd(WIDTHS[index]) : cell.padStart(WIDTHS[index]))).join(" ");

export const heading = () => line(COLUMNS);

/** @param {Row} row */
export const rowText = (row) =>
  line([
    row.name,
    row.peer,
    ...[row.ratio, row.low, row.high, row.gate, row.goal].map(ratioText),
    microseconds(row.ours),
    microseconds(row.theirs),
    verdict(row),
  ]);
