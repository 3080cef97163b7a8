// What was measured, as the tables of docs/performance.md. The full ones are of the first Node.

import { readFileSync } from "node:fs";
import { amount, ratioText, verdict } from "./report.mjs";

/**
 * @typedef {import("./report.mjs").Row} Row
 * @typedef {{ node: string, v8: string, machine: string, rows: Row[], servers: import("./servers.mjs").Served[] }} Results
 */

const BEGIN = "<!-- measured: begin -->";
const END = "<!-- measured: end -->";

/** The document with other tables. @param {string} text @param {Results[]} results of each Node */
export function documented(text, results) {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`the document lacks ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n\n${measured(results)}\n\n${END}${after}`;
}

/** @param {Results[]} results */
function measured(results) {
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
  const peers = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  const nodes = results.map(({ node, v8 }) => `Node.js ${node} (V8 ${v8})`);
  const [{ machine, node, rows }] = results;
  const compared = rows.filter(({ unit, peer }) => unit === undefined && peer !== "itself");
  const headings = [...new Set(compared.map(headingOf))];
  return [
    `${machine}; ${nodes.join(", ")}; ${peers.join(", ")}.`,
    "### HTTP",
    servers(results),
    "### Gates and goals",
    gates(results),
    `The tables below are of Node.js ${node}.`,
    ...headings.map((heading) => `### ${heading}\n\n${matrix(compared.filter((row) => headingOf(row) === heading))}`),
  ].join("\n\n");
}

/** Major versions, as columns are called. @param {Results} results */
const columnOf = ({ node }) => `Node ${node.replace(/^v/, "").split(".")[0]}`;

/** One line for each server: of each Node, and of workerd, which is the same beside all of them. @param {Results[]} results */
function servers(results) {
  const all = results.flatMap((one, index) =>
    one.servers.map((server) => ({ ...server, where: server.runtime === "workerd" ? server.runtime : columnOf(one), index })),
  );
  const shown = all.filter(({ runtime, index }) => runtime !== "workerd" || index === 0);
  return table(
    ["runs in", "server", "requests/s", "CPU/request", "above bare", "p50", "p99"],
    shown.map(({ where, contender, perSecond, cpu, p50, p99 }) => {
      const bare = shown.find((other) => other.where === where)?.cpu ?? 0;
      const above = cpu === bare ? "" : amount(cpu - bare, undefined);
      const latencies = [p50, p99].map((milliseconds) => `${milliseconds.toFixed(2)} ms`);
      return [where, contender, Math.round(perSecond).toLocaleString("en"), amount(cpu, undefined), above, ...latencies];
    }),
  );
}

/** One line for each gate, one column for each Node. @param {Results[]} results */
function gates(results) {
  const key = (/** @type {Row} */ { name, peer }) => `${name}\n${peer}`;
  const all = new Map(results.flatMap(({ rows }) => rows.filter(({ gate }) => gate !== undefined)).map((row) => [key(row), row]));
  const of = (/** @type {Results} */ { rows }, /** @type {Row} */ row) => rows.find((other) => key(other) === key(row));
  return table(
    ["what", "case", "peer", ...results.map(columnOf), "gate", "goal"],
    [...all.values()].map((row) => [
      row.title,
      `\`${row.name}\``,
      row.peer,
      ...results.map((one) => {
        const found = of(one, row);
        return found === undefined ? "" : `${ratioText(found.ratio)}${mark(found)}`;
      }),
      ratioText(row.gate),
      ratioText(row.goal),
    ]),
  );
}

/** @param {Row} row */
const mark = (row) => (verdict(row) === "missed" ? " (missed)" : "");

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
