// Recorded exchanges, judged by the acceptance points of the acceptance manual (docs/trace.md).

import { judgeTrace } from "../boundary/traces.js";
import { bothOf } from "../errors/details.js";
import { acceptance } from "../generated/texts.js";
import { traceDetails } from "../generated/trace-details.js";
import { flag } from "../values/arguments.js";
import { content, limited } from "../values/content.js";
import { optionsOf } from "../values/options.js";

/** What the judge says, in Chinese. @type {Map<string, string> | undefined} */
let table;

/** @returns {Map<string, string>} */
function tableOf() {
  if (table === undefined) {
    const lines = traceDetails.split("\n");
    table = new Map(lines.flatMap((en, index) => (index % 2 === 1 ? [] : [[en, lines[index + 1]]])));
  }
  return table;
}

/** The judge finds faults of exchanges, and those that are found in any message. @param {{ detail?: string }} finding */
function inBoth(finding) {
  const { detail } = finding;
  return detail === undefined ? finding : { ...finding, detailZh: tableOf().get(detail) ?? bothOf(detail).zh };
}

/**
 * @param {string | Uint8Array | ArrayBuffer} trace
 * @param {{ strict?: boolean, maxBytes?: number }} [options]
 */
export function checkTrace(trace, options) {
  const { strict = false, maxBytes } = optionsOf(options, "options", ["strict", "maxBytes"], "");
  const text = limited(content(trace, "trace"), "trace", maxBytes);
  const { version, points } = judgeTrace(text, flag(strict, "strict"));
  const explained = points.map((/** @type {{ id: keyof typeof acceptance, findings: { detail?: string }[] }} */ point) => {
    const { en, zh, section, basis } = acceptance[point.id];
    return { ...point, findings: point.findings.map(inBoth), section, basis, text: { en, zh } };
  });
  return { version, ok: !points.some((/** @type {{ verdict: string }} */ { verdict }) => verdict === "failed"), points: explained };
}
