// Recorded exchanges, judged by the acceptance points of the acceptance manual (docs/trace.md).

import { content, flag, optionsOf } from "./arguments.js";
import { limited } from "./http.js";
import { judgeTrace } from "./orders-core.js";
import { acceptance } from "./texts.js";

/**
 * @param {string | Uint8Array | ArrayBuffer} trace
 * @param {{ strict?: boolean, maxBytes?: number }} [options]
 */
export function checkTrace(trace, options) {
  const { strict = false, maxBytes } = optionsOf(options, "options", ["strict", "maxBytes"], "");
  const text = limited(content(trace, "trace"), "trace", maxBytes);
  const { version, points } = judgeTrace(text, flag(strict, "strict"));
  const explained = points.map((/** @type {{ id: keyof typeof acceptance }} */ point) => {
    const { en, zh, section, basis } = acceptance[point.id];
    return { ...point, section, basis, text: { en, zh } };
  });
  return { version, ok: !points.some((/** @type {{ verdict: string }} */ { verdict }) => verdict === "failed"), points: explained };
}
